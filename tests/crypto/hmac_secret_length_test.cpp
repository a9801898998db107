// HMAC over a secret length gives what HMAC gives.
#include <numeric>

#include <gtest/gtest.h>

#include "crypto/hmac.hpp"
#include "support/vectors.hpp"

namespace handfast::crypto {
namespace {

Octets counting(std::size_t size) {
  Octets octets(size);
  std::iota(octets.begin(), octets.end(), std::uint8_t{1});
  return octets;
}

class EachMac : public testing::TestWithParam<HashAlgorithm> {
 protected:
  // Every length that `data` may have, beside plain HMAC.
  void check(std::size_t head_size, std::size_t least, std::size_t most) const {
    const Octets head(head_size, 0xab);
    const Octets data = counting(most);
    for (std::size_t size = least; size <= most; ++size) {
      const Bytes counted = Bytes(data).first(size);
      const MacValue expected = key.mac({head, counted});
      const MacValue got = key.mac_of_secret_length(head, data, least, size);
      ASSERT_EQ(test::to_hex(got.view()), test::to_hex(expected.view()))
          << head_size << " + " << size << " of " << least << " to " << most;
    }
  }

  HmacKey key{GetParam(), counting(digest_size(GetParam()))};
};
INSTANTIATE_TEST_SUITE_P(Algorithms, EachMac,
                         testing::Values(HashAlgorithm::sha1, HashAlgorithm::sha256, HashAlgorithm::sha384,
                                         HashAlgorithm::sha512),
                         [](const auto& algorithm) {
                           std::string name(name_of(algorithm.param));
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(EachMac, OfAnyLengthFromNothingOn) {
  for (std::size_t most = 0; most <= 150; ++most) check(13, 0, most);
}

TEST_P(EachMac, OfARecordWithAnyPadding) {
  for (const std::size_t most : {255U, 256U, 257U, 300U, 383U, 384U, 512U, 1000U, 1024U, 16384U})
    check(13, most - 255, most);
}

TEST_P(EachMac, BehindAHeadOfAnyLength) {
  for (const std::size_t head : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 111U, 112U, 127U, 128U, 129U, 300U}) {
    check(head, 0, 0);
    check(head, 0, 130);
    check(head, 60, 200);
  }
}

TEST_P(EachMac, OfAKnownLengthIsPlainHmac) {
  for (const std::size_t size : {0U, 1U, 100U, 1000U}) check(13, size, size);
}

// What stands behind the end does not count.
TEST_P(EachMac, IgnoresTheRest) {
  Octets data = counting(300);
  const MacValue before = key.mac_of_secret_length({}, data, 45, 123);
  std::fill(data.begin() + 123, data.end(), std::uint8_t{0xee});
  EXPECT_TRUE(key.mac_of_secret_length({}, data, 45, 123).equals(before.view()));
  data[122] ^= 1;
  EXPECT_FALSE(key.mac_of_secret_length({}, data, 45, 123).equals(before.view()));
}

}  // namespace
}  // namespace handfast::crypto
