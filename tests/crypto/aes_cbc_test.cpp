// AES-CBC against NIST's examples and libcrypto's own high-level use.
#include "crypto/aes_cbc.hpp"

#include <numeric>
#include <string_view>

#include <gtest/gtest.h>

#include "support/vectors.hpp"

namespace handfast::crypto {
namespace {

using test::from_hex;
using test::to_hex;
using Use = AesCbcKey::Use;

static_assert(!std::is_copy_constructible_v<AesCbcKey> && std::is_nothrow_move_constructible_v<AesCbcKey>);

// SP 800-38A §F.2: four blocks.
constexpr std::string_view plaintext =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
constexpr std::string_view iv = "000102030405060708090a0b0c0d0e0f";
struct Known {
  std::string_view key;
  std::string_view ciphertext;
};
constexpr Known known[] = {
    {"2b7e151628aed2a6abf7158809cf4f3c",
     "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
     "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"},
    {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
     "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"},
};

TEST(AesCbc, GivesNistsExamples) {
  for (const Known& each : known) {
    Octets blocks = from_hex(plaintext);
    AesCbcKey(Use::encrypt, from_hex(each.key)).crypt(from_hex(iv), blocks);
    EXPECT_EQ(to_hex(blocks), each.ciphertext);
    AesCbcKey(Use::decrypt, from_hex(each.key)).crypt(from_hex(iv), blocks);
    EXPECT_EQ(to_hex(blocks), plaintext);
  }
}

// A key is used again and again: nothing of one call reaches the next, and no block is held back.
TEST(AesCbc, EachCallStandsForItself) {
  for (const Known& each : known) {
    const AesCbcKey encrypting(Use::encrypt, from_hex(each.key));
    const AesCbcKey decrypting(Use::decrypt, from_hex(each.key));
    const Octets good = from_hex(each.ciphertext);
    for (std::size_t size : {64U, 16U, 0U, 48U, 64U, 32U}) {
      Octets blocks = from_hex(plaintext);
      blocks.resize(size);
      encrypting.crypt(from_hex(iv), blocks);
      EXPECT_TRUE(equal(blocks, Bytes(good).first(size)));
      decrypting.crypt(from_hex(iv), blocks);
      EXPECT_TRUE(equal(blocks, Bytes(from_hex(plaintext)).first(size)));
    }
  }
}

TEST(AesCbc, WorksOnWholeRecordsAndAfterAMove) {
  Octets text(16384);
  std::iota(text.begin(), text.end(), std::uint8_t{0});
  AesCbcKey first(Use::encrypt, from_hex(known[0].key));
  AesCbcKey key(std::move(first));
  Octets blocks = text;
  key.crypt(from_hex(iv), blocks);
  EXPECT_NE(blocks, text);
  // By halves, with the last block of the first as the IV of the second, it is the same.
  Octets halves = text;
  const MutableBytes all(halves);
  key.crypt(from_hex(iv), all.first(8000));
  key.crypt(all.subspan(7984, 16), all.subspan(8000));
  EXPECT_EQ(halves, blocks);
  key = AesCbcKey(Use::decrypt, from_hex(known[0].key));
  EXPECT_EQ(key.use(), Use::decrypt);
  key.crypt(from_hex(iv), blocks);
  EXPECT_EQ(blocks, text);
}

TEST(AesCbcDeathTest, StopsAtABrokenContract) {
  const AesCbcKey key(Use::encrypt, from_hex(known[0].key));
  Octets blocks(17);
  EXPECT_DEATH(key.crypt(from_hex(iv), blocks), "");
  EXPECT_DEATH(key.crypt(Bytes(blocks).first(15), MutableBytes(blocks).first(16)), "");
  EXPECT_DEATH(AesCbcKey(Use::encrypt, Octets(24)), "");
}

}  // namespace
}  // namespace handfast::crypto
