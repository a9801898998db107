// Own arithmetic on secrets under valgrind's memcheck, with the secrets marked as undefined: a branch or an
// address that depends on one is an error.
#include <algorithm>

#include <gtest/gtest.h>
#include <valgrind/memcheck.h>

#include "crypto/curve.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/modular_inverse.hpp"

namespace handfast::crypto {
namespace {

void poison(void* memory, std::size_t size) { VALGRIND_MAKE_MEM_UNDEFINED(memory, size); }
void publish(void* memory, std::size_t size) { VALGRIND_MAKE_MEM_DEFINED(memory, size); }
// Whether the memory is undefined: what was computed from poison has to be, or nothing was tested.
bool poisoned(const void* memory, std::size_t size) {
  Octets bits(size);
  VALGRIND_GET_VBITS(memory, bits.data(), size);
  return std::ranges::any_of(bits, [](std::uint8_t undefined) { return undefined != 0; });
}

class CryptoPoison : public testing::Test {
 protected:
  void SetUp() override {
    if (RUNNING_ON_VALGRIND == 0) GTEST_SKIP() << "runs under valgrind only";
    errors_ = VALGRIND_COUNT_ERRORS;
  }
  [[nodiscard]] std::size_t errors() const { return VALGRIND_COUNT_ERRORS - errors_; }

 private:
  std::size_t errors_ = 0;
};

TEST_F(CryptoPoison, IsNoticedWhereACodeBranchesOnIt) {
  volatile int secret = 5;
  poison(const_cast<int*>(&secret), sizeof(secret));
  volatile int branched = 0;
  if (secret > 3) branched = 1;
  EXPECT_EQ(errors(), 1U);
  EXPECT_EQ(branched, 1);
}

TEST_F(CryptoPoison, DoesNotDirectAnInversion) {
  constexpr Modulus256 order(
      {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000});
  Number256 number{5, 6, 7, 8};
  const Number256 expected = invert_modulo(order, number);
  poison(number.data(), sizeof(number));
  Number256 inverse = invert_modulo(order, number);
  EXPECT_TRUE(poisoned(inverse.data(), sizeof(inverse)));
  publish(inverse.data(), sizeof(inverse));
  EXPECT_EQ(inverse, expected);
  EXPECT_EQ(errors(), 0U);
}

TEST_F(CryptoPoison, DoesNotDirectTwoInversions) {
  constexpr Modulus256 prime({0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001});
  Octets a(32, 5);
  Octets b(32, 6);
  const Octets a_before = a;
  const Octets b_before = b;
  poison(a.data(), a.size());
  poison(b.data(), b.size());
  invert_modulo({p256_order, a}, {prime, b});
  EXPECT_TRUE(poisoned(a.data(), a.size()));
  EXPECT_TRUE(poisoned(b.data(), b.size()));
  invert_modulo({p256_order, a}, {prime, b});
  publish(a.data(), a.size());
  publish(b.data(), b.size());
  EXPECT_EQ(a, a_before);
  EXPECT_EQ(b, b_before);
  EXPECT_EQ(errors(), 0U);
}

TEST_F(CryptoPoison, DoesNotDirectTheCheckOfAScalar) {
  for (const NamedGroup group : {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
    const Curve& curve = *curve_of(group);
    Octets scalar(curve.field_size, 1);
    poison(scalar.data(), scalar.size());
    clear_excess_bits(curve, scalar);
    bool answer = is_scalar(curve, scalar);
    EXPECT_TRUE(poisoned(&answer, sizeof(answer)));
    publish(&answer, sizeof(answer));
    EXPECT_TRUE(answer);
  }
  EXPECT_EQ(errors(), 0U);
}

TEST_F(CryptoPoison, DoesNotDirectADerivation) {
  for (const HashAlgorithm algorithm : {HashAlgorithm::sha256, HashAlgorithm::sha384}) {
    Octets secret(digest_size(algorithm), 7);
    poison(secret.data(), secret.size());
    const MacValue extracted = hkdf_extract(algorithm, {}, secret);
    Octets key(40);
    expand_label(HmacKey(algorithm, extracted.view()), "key", {}, key);
    EXPECT_TRUE(poisoned(key.data(), key.size()));
  }
  EXPECT_EQ(errors(), 0U);
}

}  // namespace
}  // namespace handfast::crypto
