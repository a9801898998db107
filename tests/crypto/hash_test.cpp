// Known answers of the hashes, and that a running hash is a value.
#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include "support/vectors.hpp"

namespace handfast::crypto {
namespace {

using test::to_hex;

struct KnownDigest {
  HashAlgorithm algorithm;
  const char* of_abc;    // FIPS 180-4's example
  const char* of_empty;  // the empty string
};

constexpr KnownDigest known_digests[] = {
    {HashAlgorithm::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d",
     "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {HashAlgorithm::sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {HashAlgorithm::sha384,
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"},
    {HashAlgorithm::sha512,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
     "454d4423643ce80e2a9ac94fa54ca49f",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f"
     "63b931bd47417a81a538327af927da3e"},
};

TEST(Hash, GivesTheKnownAnswers) {
  for (const KnownDigest& known : known_digests) {
    EXPECT_EQ(to_hex(hash(known.algorithm, as_bytes("abc")).view()), known.of_abc);
    EXPECT_EQ(to_hex(hash(known.algorithm, {}).view()), known.of_empty);
    EXPECT_EQ(hash(known.algorithm, as_bytes("abc")).size, digest_size(known.algorithm));
  }
}

TEST(Hash, TakesItsDataInAnyPieces) {
  Octets text(1000);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::uint8_t>(i * 7);
  for (const KnownDigest& known : known_digests) {
    const Digest whole = hash(known.algorithm, text);
    for (const std::size_t piece :
         std::initializer_list<std::size_t>{1, 3, 55, 63, 64, 65, 127, 128, 129, 999}) {
      Hash running(known.algorithm);
      for (std::size_t at = 0; at < text.size(); at += piece)
        running.update(Bytes(text).subspan(at, std::min(piece, text.size() - at)));
      EXPECT_EQ(running.digest(), whole) << name_of(known.algorithm) << " in pieces of " << piece;
    }
    EXPECT_EQ(hash(known.algorithm, {Bytes(text).first(10), Bytes(text).subspan(10)}), whole);
  }
}

TEST(Hash, GoesOnAfterADigestAndAfterACopy) {
  for (const KnownDigest& known : known_digests) {
    Hash running(known.algorithm);
    running.update(as_bytes("a"));
    EXPECT_EQ(running.digest(), hash(known.algorithm, as_bytes("a")));
    Hash branch = running;
    branch.update(as_bytes("x"));
    running.update(as_bytes("bc"));
    EXPECT_EQ(to_hex(running.digest().view()), known.of_abc);
    EXPECT_EQ(branch.digest(), hash(known.algorithm, as_bytes("ax")));
    running = branch;
    EXPECT_EQ(running.digest(), branch.digest());
  }
}

}  // namespace
}  // namespace handfast::crypto
