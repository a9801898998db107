// X25519: the ladder that this processor gets, libcrypto's by itself, and key pairs by way of the Edwards
// curve.
#include "crypto/x25519.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <sodium.h>

#include "crypto/cpu.hpp"
#include "crypto/fake_random.hpp"
#include "crypto/wycheproof.hpp"
#include "crypto/x25519_libcrypto.hpp"

namespace handfast::crypto {
namespace {

using test::Case;
using test::from_hex;
using test::SeededRandom;
using test::to_hex;

using Ladder = bool (*)(Bytes, Bytes, Bytes, MutableBytes) noexcept;

/// X25519(scalar, point); empty if there is none.
Octets agreed(Ladder ladder, const Octets& scalar, const Octets& point) {
  Octets public_key(x25519_size);
  x25519_public_key(scalar, public_key);
  Octets shared(x25519_size);
  if (!ladder(scalar, public_key, point, shared)) return {};
  return shared;
}

class X25519Ladder : public testing::TestWithParam<Ladder> {};

TEST_P(X25519Ladder, PassesWycheproof) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/x25519_test.json");
  int zeros = 0;
  const int count = test::for_each_case(file, [&](const Case& each) {
    const std::string expected = each.test.at("shared").get<std::string>();
    // "acceptable" are twists and small orders: the result of zeros is refused, as RFC 8446 §7.4.2 says.
    const bool all_zero = expected == std::string(64, '0');
    const Octets shared = agreed(GetParam(), each.octets("private"), each.octets("public"));
    EXPECT_EQ(to_hex(shared), all_zero ? "" : expected);
    zeros += all_zero ? 1 : 0;
  });
  EXPECT_EQ(count, 518);
  EXPECT_GT(zeros, 10);
  EXPECT_EQ(ERR_peek_error(), 0U);
}

// RFC 7748 §5.2: the first case, and 1,000 rounds of the iteration.
TEST_P(X25519Ladder, GivesTheKnownAnswers) {
  EXPECT_EQ(
      to_hex(agreed(GetParam(), from_hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                    from_hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))),
      "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  Octets k = from_hex("0900000000000000000000000000000000000000000000000000000000000000");
  Octets u = k;
  for (int i = 0; i < 1000; ++i) {
    Octets shared = agreed(GetParam(), k, u);
    ASSERT_EQ(shared.size(), x25519_size);
    u = k;
    k = std::move(shared);
  }
  EXPECT_EQ(to_hex(k), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

// RFC 7748 §6.1. Points of small order as they are, with the bit that is ignored, and beyond the prime.
TEST_P(X25519Ladder, RefusesZeros) {
  const Octets scalar(x25519_size, 0x5a);
  Octets zero(x25519_size);
  EXPECT_TRUE(agreed(GetParam(), scalar, zero).empty());
  zero.back() = 0x80;
  EXPECT_TRUE(agreed(GetParam(), scalar, zero).empty());
  const Octets prime = from_hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
  EXPECT_TRUE(agreed(GetParam(), scalar, prime).empty());
  Octets one(x25519_size);
  one.front() = 1;
  EXPECT_TRUE(agreed(GetParam(), scalar, one).empty());
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_P(X25519Ladder, GivesWhatLibsodiumGives) {
  ASSERT_GE(sodium_init(), 0);
  SeededRandom random("ladders");
  Octets scalar(x25519_size);
  Octets point(x25519_size);
  Octets expected(x25519_size);
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(random.fill(scalar));
    ASSERT_TRUE(random.fill(point));  // of the curve or of its twist
    ASSERT_EQ(crypto_scalarmult(expected.data(), scalar.data(), point.data()), 0);
    ASSERT_EQ(to_hex(agreed(GetParam(), scalar, point)), to_hex(expected)) << to_hex(scalar);
  }
}

INSTANTIATE_TEST_SUITE_P(All, X25519Ladder, testing::Values(&x25519, &libcrypto_x25519),
                         [](const auto& each) { return each.param == &x25519 ? "Chosen" : "OfLibcrypto"; });

TEST(X25519, HasNoFastCarriesWhereTheTierIsCapped) {
  if (cpu_tier() == CpuTier::portable) { EXPECT_FALSE(has_fast_adx()); }
}

TEST(X25519, MakesTheSamePublicKeysAsTheLadder) {
  ASSERT_GE(sodium_init(), 0);
  SeededRandom random("ladder");
  Octets scalar(32);
  Octets fast(32);
  Octets slow(32);
  for (int i = 0; i < 100000; ++i) {
    ASSERT_TRUE(random.fill(scalar));
    x25519_public_key(scalar, fast);
    ASSERT_EQ(crypto_scalarmult_base(slow.data(), scalar.data()), 0);
    ASSERT_EQ(fast, slow) << to_hex(scalar);
  }
  for (const int octet : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
    scalar.assign(32, static_cast<std::uint8_t>(octet));
    x25519_public_key(scalar, fast);
    ASSERT_EQ(crypto_scalarmult_base(slow.data(), scalar.data()), 0);
    EXPECT_EQ(to_hex(fast), to_hex(slow));
  }
  // RFC 7748 §5.2, one round of the iteration: u is the base point.
  x25519_public_key(from_hex("0900000000000000000000000000000000000000000000000000000000000000"), fast);
  EXPECT_EQ(to_hex(fast), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
}

}  // namespace
}  // namespace handfast::crypto
