// Compression of certificates: there and back, and what strangers send.
#include <algorithm>
#include <array>

#include <handfast/certificate_compression.hpp>

#include <gtest/gtest.h>

namespace handfast::test {
namespace {

std::vector<std::shared_ptr<const CertificateCompression>> all() { return certificate_compression::all(); }

// Neither noise nor a single value.
Octets text(std::size_t size) {
  Octets octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * i % 61 + i / 97);
  return octets;
}

TEST(CertificateCompression, IsThereForEachPackageThatIsInstalled) {
  std::vector<CertificateCompressionAlgorithm> numbers;
  for (const auto& each : all()) numbers.push_back(each->algorithm());
  // The best first; a library that is built without one does without it.
  const std::array order = {CertificateCompressionAlgorithm::brotli, CertificateCompressionAlgorithm::zstd,
                            CertificateCompressionAlgorithm::zlib};
  EXPECT_TRUE(std::ranges::includes(
      order, numbers, {}, [&](auto number) { return std::ranges::find(order, number); },
      [&](auto number) { return std::ranges::find(order, number); }));
}

TEST(CertificateCompression, GivesBackWhatWentIn) {
  for (const auto& each : all()) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{700}, std::size_t{4000}, std::size_t{65536}}) {
      const Octets message = text(size);
      const auto compressed = each->compress(message);
      ASSERT_TRUE(compressed);
      EXPECT_TRUE(size < 4000 || compressed->size() < size);
      Octets back(size);
      ASSERT_TRUE(each->decompress(*compressed, back)) << to_string(each->algorithm());
      EXPECT_EQ(back, message);
    }
  }
}

// RFC 8879 §4: the length that was declared, and no other.
TEST(CertificateCompression, ComesToTheDeclaredLengthOrToNothing) {
  for (const auto& each : all()) {
    const Octets compressed = *each->compress(text(1000));
    for (const std::size_t declared : {std::size_t{0}, std::size_t{1}, std::size_t{999}, std::size_t{1001}}) {
      Octets back(declared);
      const auto done = each->decompress(compressed, back);
      ASSERT_FALSE(done) << to_string(each->algorithm()) << ' ' << declared;
      EXPECT_EQ(done.error().code, ErrorCode::certificate_malformed);
    }
  }
}

TEST(CertificateCompression, RefusesWhatIsCutOffOrGoesOn) {
  for (const auto& each : all()) {
    const Octets compressed = *each->compress(text(300));
    Octets back(300);
    for (std::size_t size = 0; size < compressed.size(); ++size)
      EXPECT_FALSE(each->decompress(Bytes(compressed).first(size), back))
          << to_string(each->algorithm()) << ' ' << size;
    Octets longer = compressed;
    longer.push_back(0);
    EXPECT_FALSE(each->decompress(longer, back)) << to_string(each->algorithm());
  }
}

// A few octets that would become megabytes find no room.
TEST(CertificateCompression, DoesNotOverflowWhateverTheOctetsPromise) {
  for (const auto& each : all()) {
    const Octets bomb = *each->compress(Octets(std::size_t{1} << 22));
    EXPECT_LT(bomb.size(), std::size_t{8192});
    Octets room(4096 + 16, 0xa5);
    EXPECT_FALSE(each->decompress(bomb, MutableBytes(room).first(4096)));
    EXPECT_TRUE(
        std::all_of(room.begin() + 4096, room.end(), [](std::uint8_t octet) { return octet == 0xa5; }));
  }
}

TEST(CertificateCompression, TakesDamagedOctetsWithoutHarm) {
  for (const auto& each : all()) {
    const Octets compressed = *each->compress(text(500));
    Octets back(500);
    for (std::size_t at = 0; at < compressed.size(); ++at) {
      Octets damaged = compressed;
      damaged[at] ^= 0x55;
      if (!each->decompress(damaged, back)) continue;  // some damage is a message, too
      EXPECT_EQ(back.size(), 500U);
    }
  }
}

}  // namespace
}  // namespace handfast::test
