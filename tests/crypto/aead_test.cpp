// The AEADs on every path that this machine can run, against known answers and Wycheproof.
#include "crypto/aead.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/cpu.hpp"
#include "crypto/wycheproof.hpp"

namespace handfast::crypto {
namespace {

using test::Case;
using test::from_hex;
using test::to_hex;

struct Choice {
  AeadAlgorithm algorithm;
  AeadPath path;
};

constexpr AeadAlgorithm algorithms[] = {AeadAlgorithm::aes_128_gcm, AeadAlgorithm::aes_256_gcm,
                                        AeadAlgorithm::chacha20_poly1305};
constexpr AeadPath paths[] = {AeadPath::libcrypto, AeadPath::ipsec_mb_avx2, AeadPath::ipsec_mb_avx512};

std::string name_of(AeadAlgorithm algorithm) {
  switch (algorithm) {
    case AeadAlgorithm::aes_128_gcm: return "aes_128_gcm";
    case AeadAlgorithm::aes_256_gcm: return "aes_256_gcm";
    case AeadAlgorithm::chacha20_poly1305: return "chacha20_poly1305";
  }
  return {};
}

std::string name_of(AeadPath path) {
  switch (path) {
    case AeadPath::libcrypto: return "libcrypto";
    case AeadPath::ipsec_mb_avx2: return "ipsec_mb_avx2";
    case AeadPath::ipsec_mb_avx512: return "ipsec_mb_avx512";
  }
  return {};
}

std::vector<Choice> available_choices() {
  std::vector<Choice> choices;
  for (const AeadAlgorithm algorithm : algorithms)
    for (const AeadPath path : paths)
      if (available(path, algorithm)) choices.push_back({algorithm, path});
  return choices;
}

class Aead : public testing::TestWithParam<Choice> {
 protected:
  static AeadKey key_of(Bytes key) { return {GetParam().algorithm, key, GetParam().path}; }
};
INSTANTIATE_TEST_SUITE_P(OnEveryPath, Aead, testing::ValuesIn(available_choices()),
                         [](const testing::TestParamInfo<Choice>& choice) {
                           return name_of(choice.param.algorithm) + "_" + name_of(choice.param.path);
                         });

Octets sealed(const AeadKey& key, Bytes nonce, Bytes aad, Bytes plaintext) {
  Octets out(plaintext.size() + aead_tag_size);
  key.seal(nonce, aad, plaintext, out);
  return out;
}

// Every way to seal the text: with a trailer of each of some sizes, in place and not.
void expect_sealed(const AeadKey& key, Bytes nonce, Bytes aad, Bytes plaintext, const Octets& expected) {
  EXPECT_EQ(to_hex(sealed(key, nonce, aad, plaintext)), to_hex(expected));
  for (const std::size_t trailer_size : std::initializer_list<std::size_t>{0, 1, 2, 16, 17, 300}) {
    if (trailer_size > plaintext.size()) break;
    const Bytes text = plaintext.first(plaintext.size() - trailer_size);
    const Bytes trailer = plaintext.last(trailer_size);
    Octets out(expected.size(), 0xee);
    key.seal({nonce, aad, text, trailer, out});
    EXPECT_EQ(to_hex(out), to_hex(expected)) << "trailer of " << trailer_size;
    copy(text, out);
    key.seal({nonce, aad, Bytes(out).first(text.size()), trailer, out});
    EXPECT_EQ(to_hex(out), to_hex(expected)) << "in place, trailer of " << trailer_size;
  }
}

TEST_P(Aead, PassesWycheproof) {
  const bool chacha = GetParam().algorithm == AeadAlgorithm::chacha20_poly1305;
  HANDFAST_VECTORS_OR_SKIP(
      file, chacha ? "wycheproof/chacha20_poly1305_test.json" : "wycheproof/aes_gcm_test.json");
  const std::size_t key_bits = 8 * key_size(GetParam().algorithm);
  const auto fits = [&](const test::json& group) {
    return group.at("keySize") == key_bits && group.at("ivSize") == 96 && group.at("tagSize") == 128;
  };
  const int count = test::for_each_case(file, fits, [](const Case& each) {
    const AeadKey key = key_of(each.octets("key"));
    const Octets nonce = each.octets("iv");
    const Octets aad = each.octets("aad");
    const Octets plaintext = each.octets("msg");
    Octets ciphertext = each.octets("ct");
    const Octets tag = each.octets("tag");
    ciphertext.insert(ciphertext.end(), tag.begin(), tag.end());
    if (each.valid()) expect_sealed(key, nonce, aad, plaintext, ciphertext);

    Octets opened = ciphertext;
    EXPECT_EQ(key.open(nonce, aad, opened), each.valid());
    const Bytes text = Bytes(opened).first(opened.size() - aead_tag_size);
    EXPECT_EQ(to_hex(text), to_hex(each.valid() ? plaintext : Octets(text.size(), 0)));
    EXPECT_EQ(ERR_peek_error(), 0U);
  });
  const int expected = chacha ? 316 : GetParam().algorithm == AeadAlgorithm::aes_128_gcm ? 67 : 66;
  EXPECT_EQ(count, expected);
}

// RFC 8439 §2.8.2, and McGrew's and Viega's GCM cases 4 and 16 (without TLS's usual sizes in mind).
TEST_P(Aead, GivesAKnownAnswer) {
  struct Known {
    const char *key, *nonce, *aad, *plaintext, *sealed;
  };
  const Known gcm_128{
      "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
      "b16aedf5aa0de657ba637b39",
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
      "1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47"};
  const Known gcm_256{
      "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
      "b16aedf5aa0de657ba637b39",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
      "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"};
  const Known chacha{
      "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647",
      "50515253c0c1c2c3c4c5c6c7",
      "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20496620492063"
      "6f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
      "637265656e20776f756c642062652069742e",
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
      "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
      "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"};
  const Known& known = GetParam().algorithm == AeadAlgorithm::aes_128_gcm   ? gcm_128
                       : GetParam().algorithm == AeadAlgorithm::aes_256_gcm ? gcm_256
                                                                            : chacha;
  const AeadKey key = key_of(from_hex(known.key));
  const Octets plaintext = from_hex(known.plaintext);
  expect_sealed(key, from_hex(known.nonce), from_hex(known.aad), plaintext, from_hex(known.sealed));
  Octets opened = from_hex(known.sealed);
  ASSERT_TRUE(key.open(from_hex(known.nonce), from_hex(known.aad), opened));
  EXPECT_EQ(to_hex(Bytes(opened).first(plaintext.size())), known.plaintext);
}

// Many keys at a time lie at every place that an allocation may have within a line of the cache, and in front
// of or behind whatever else: the code must not count on more than malloc's alignment.
TEST_P(Aead, TakesKeysWhereverTheyLie) {
  const Octets nonce(aead_nonce_size, 0x11);
  const Octets plaintext(3000, 0x5a);
  std::vector<AeadKey> keys;
  std::vector<std::unique_ptr<std::uint8_t[]>> between;  // of other sizes: keys of any size shift
  for (std::uint8_t i = 0; i < 64; ++i) {
    keys.push_back(key_of(Octets(key_size(GetParam().algorithm), i)));
    between.push_back(std::make_unique<std::uint8_t[]>(8U + 16U * (i % 4U)));
  }
  for (std::uint8_t i = 0; i < 64; ++i) {
    const AeadKey reference(GetParam().algorithm, Octets(key_size(GetParam().algorithm), i),
                            AeadPath::libcrypto);
    Octets ciphertext = sealed(reference, nonce, nonce, plaintext);
    expect_sealed(keys[i], nonce, nonce, plaintext, ciphertext);
    EXPECT_TRUE(keys[i].open(nonce, nonce, ciphertext)) << int{i};
  }
}

TEST_P(Aead, AgreesWithLibcryptoAtEveryLength) {
  const Octets key(key_size(GetParam().algorithm), 0x2a);
  const AeadKey ours = key_of(key);
  const AeadKey reference(GetParam().algorithm, key, AeadPath::libcrypto);
  const Octets nonce(aead_nonce_size, 0x11);
  Octets plaintext(16384 + 256);
  for (std::size_t i = 0; i < plaintext.size(); ++i)
    plaintext[i] = static_cast<std::uint8_t>(i * 31 + (i >> 8));
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size <= 600; ++size) sizes.push_back(size);
  for (const std::size_t size : std::initializer_list<std::size_t>{1023, 1024, 1025, 2047, 2048, 2049, 4096,
                                                                   16383, 16384, 16385, 16384 + 256})
    sizes.push_back(size);
  for (const std::size_t size : sizes) {
    const Bytes text = Bytes(plaintext).first(size);
    const Octets aad(size % 14, 0x77);
    Octets ciphertext = sealed(reference, nonce, aad, text);
    expect_sealed(ours, nonce, aad, text, ciphertext);
    ASSERT_TRUE(ours.open(nonce, aad, ciphertext)) << size;
    EXPECT_TRUE(equal(Bytes(ciphertext).first(size), text)) << size;
  }
}

TEST_P(Aead, TouchesNothingBesideItsOutput) {
  const AeadKey key = key_of(Octets(key_size(GetParam().algorithm), 9));
  const Octets nonce(aead_nonce_size, 1);
  for (const std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 5, 15, 16, 17, 63, 64, 65, 100, 255, 257, 1000, 3000}) {
    const Octets plaintext(size, 0x55);
    // Odd distances, so that no alignment is taken for granted.
    Octets room(7 + size + aead_tag_size + 64, 0xaa);
    const MutableBytes out = MutableBytes(room).subspan(7, size + aead_tag_size);
    key.seal(nonce, {}, plaintext, out);
    const bool opened = key.open(nonce, {}, out);
    EXPECT_TRUE(opened);
    for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(room[i], 0xaa);
    for (std::size_t i = 7 + size + aead_tag_size; i < room.size(); ++i) EXPECT_EQ(room[i], 0xaa);
  }
}

TEST_P(Aead, RefusesEveryFlippedBitAndWipesThePlaintext) {
  const AeadKey key = key_of(Octets(key_size(GetParam().algorithm), 3));
  const Octets nonce(aead_nonce_size, 5);
  const Octets aad(5, 6);
  const Octets good = sealed(key, nonce, aad, Octets(40, 0x99));
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    Octets bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    ASSERT_FALSE(key.open(nonce, aad, bad)) << bit;
    EXPECT_EQ(to_hex(Bytes(bad).first(40)), to_hex(Octets(40, 0)));
  }
  Octets other_aad = good;
  EXPECT_FALSE(key.open(nonce, Octets(5, 7), other_aad));
  Octets other_nonce = good;
  EXPECT_FALSE(key.open(Octets(aead_nonce_size, 4), aad, other_nonce));
  Octets still_good = good;
  EXPECT_TRUE(key.open(nonce, aad, still_good));  // failures leave no trace in the key
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_P(Aead, RefusesWhatIsTooShortForATag) {
  const AeadKey key = key_of(Octets(key_size(GetParam().algorithm), 3));
  const Octets nonce(aead_nonce_size, 5);
  for (std::size_t size = 0; size < aead_tag_size; ++size) {
    Octets text(size);
    EXPECT_FALSE(key.open(nonce, {}, text));
  }
}

TEST_P(Aead, SurvivesBeingMoved) {
  AeadKey first = key_of(Octets(key_size(GetParam().algorithm), 1));
  const Octets nonce(aead_nonce_size, 5);
  const Octets expected = sealed(first, nonce, {}, Octets(10, 7));
  AeadKey second = std::move(first);
  EXPECT_EQ(sealed(second, nonce, {}, Octets(10, 7)), expected);
  AeadKey third(AeadAlgorithm::chacha20_poly1305, Octets(32, 8), AeadPath::libcrypto);
  third = std::move(second);
  EXPECT_EQ(third.path(), GetParam().path);
  EXPECT_EQ(third.algorithm(), GetParam().algorithm);
  EXPECT_EQ(sealed(third, nonce, {}, Octets(10, 7)), expected);
  first = key_of(Octets(key_size(GetParam().algorithm), 1));  // NOLINT(bugprone-use-after-move): allowed
  EXPECT_EQ(sealed(first, nonce, {}, Octets(10, 7)), expected);
}

using AeadContract = Aead;
INSTANTIATE_TEST_SUITE_P(OnEveryPath, AeadContract, testing::Values(available_choices().front()));

TEST_P(AeadContract, EndsTheProcessOnLengthsThatABugGives) {
  const AeadKey key = key_of(Octets(key_size(GetParam().algorithm), 1));
  Octets out(20);
  EXPECT_DEATH(key.seal(Octets(aead_nonce_size), {}, Octets(5), out), "");
  EXPECT_DEATH(key.seal(Octets(11), {}, Octets(4), out), "");
  EXPECT_DEATH((void)key.open(Octets(13), {}, out), "");
  EXPECT_DEATH(key_of(Octets(17)), "");
}

TEST(AeadPath, TakesTheFastestThatThisMachineHas) {
  for (const AeadAlgorithm algorithm : algorithms) {
    const AeadPath preferred = preferred_path(algorithm);
    EXPECT_TRUE(available(preferred, algorithm));
    for (const AeadPath path : paths) EXPECT_TRUE(preferred >= path || !available(path, algorithm));
    EXPECT_EQ(AeadKey(algorithm, Octets(key_size(algorithm))).path(), preferred);
  }
  EXPECT_FALSE(available(AeadPath::ipsec_mb_avx2, AeadAlgorithm::chacha20_poly1305));
}

TEST(AeadPath, RespectsTheCapOfTheTier) {
  for (const AeadAlgorithm algorithm : algorithms) {
    EXPECT_TRUE(cpu_tier() >= CpuTier::avx512 || !available(AeadPath::ipsec_mb_avx512, algorithm));
    EXPECT_TRUE(cpu_tier() >= CpuTier::aesni_avx2 || !available(AeadPath::ipsec_mb_avx2, algorithm));
  }
#if defined(HANDFAST_HAS_IPSEC_MB)
  // Where the processor has the instructions, the fast code is really there.
  for (const AeadAlgorithm algorithm : {AeadAlgorithm::aes_128_gcm, AeadAlgorithm::aes_256_gcm}) {
    EXPECT_EQ(available(AeadPath::ipsec_mb_avx2, algorithm), cpu_tier() >= CpuTier::aesni_avx2);
    EXPECT_EQ(available(AeadPath::ipsec_mb_avx512, algorithm), cpu_tier() >= CpuTier::avx512);
  }
#endif
}

}  // namespace
}  // namespace handfast::crypto
