// Both ladders of X25519 under valgrind's memcheck, with the scalar marked as undefined: a branch or an
// address that depends on it is an error. valgrind hides ADX, so that libcrypto takes other code than it does
// without; a variant of this test tells it to take that one (OPENSSL_ia32cap).
#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>
#include <valgrind/memcheck.h>

#include "crypto/cpu.hpp"
#include "crypto/x25519.hpp"
#include "crypto/x25519_libcrypto.hpp"

namespace handfast::crypto {
namespace {

using Ladder = bool (*)(Bytes, Bytes, Bytes, MutableBytes) noexcept;

class X25519Poison : public testing::TestWithParam<Ladder> {};

TEST_P(X25519Poison, DoesNotDirectTheLadder) {
  if (RUNNING_ON_VALGRIND == 0) GTEST_SKIP() << "runs under valgrind only";
  if (std::getenv("OPENSSL_ia32cap") != nullptr && detected_cpu_tier() == CpuTier::portable)
    GTEST_SKIP() << "this processor has no BMI2";
  Octets scalar(x25519_size, 7);
  const Octets public_key(x25519_size, 9);  // not looked at
  Octets point(x25519_size);
  point.front() = 9;
  Octets expected(x25519_size);
  ASSERT_TRUE(GetParam()(scalar, public_key, point, expected));

  const std::size_t errors = VALGRIND_COUNT_ERRORS;
  VALGRIND_MAKE_MEM_UNDEFINED(scalar.data(), scalar.size());
  Octets shared(x25519_size);
  bool agreed = GetParam()(scalar, public_key, point, shared);
  VALGRIND_MAKE_MEM_DEFINED(&agreed, sizeof(agreed));
  // What was computed from poison is poisoned, or nothing was tested.
  Octets undefined(x25519_size);
  VALGRIND_GET_VBITS(shared.data(), undefined.data(), undefined.size());
  EXPECT_TRUE(std::ranges::any_of(undefined, [](std::uint8_t bits) { return bits != 0; }));
  VALGRIND_MAKE_MEM_DEFINED(shared.data(), shared.size());
  EXPECT_TRUE(agreed);
  EXPECT_EQ(shared, expected);
  // One is for asking whether the result is zeros, which ends the handshake.
  EXPECT_LE(VALGRIND_COUNT_ERRORS - errors, 1U);
}

// Under valgrind the chosen one is libsodium's.
INSTANTIATE_TEST_SUITE_P(All, X25519Poison, testing::Values(&x25519, &libcrypto_x25519),
                         [](const auto& each) { return each.param == &x25519 ? "Chosen" : "OfLibcrypto"; });

}  // namespace
}  // namespace handfast::crypto
