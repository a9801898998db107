// What secret calculations leave behind on the stack: nothing of their results.
#include <algorithm>
#include <array>
#include <cstring>

#include <gtest/gtest.h>

#include "crypto/curve.hpp"
#include "crypto/fake_random.hpp"
#include "crypto/modular_inverse.hpp"
#include "crypto/wycheproof.hpp"
#include "crypto/x25519.hpp"
#include "crypto/x25519_libcrypto.hpp"

namespace handfast::crypto {
namespace {

#if defined(__OPTIMIZE__)
constexpr bool is_optimised = true;
#else
constexpr bool is_optimised = false;
#endif

constexpr std::size_t depth = 16384;
std::array<std::uint8_t, depth> seen;

// Both have the frames of what is called between them, and more.
[[gnu::noinline]] void clear_dead_stack() {
  std::array<std::uint8_t, 2 * depth> room;
  wipe(room);
}
[[gnu::noinline]] void look_at_dead_stack() {
  std::array<std::uint8_t, depth> room;
  asm volatile("" : : "r"(room.data()) : "memory");  // as if it had been filled
  std::memcpy(seen.data(), room.data(), depth);
}

/// How often a word of this number, 32 octets, stands there: as octets in either order or as a limb.
std::size_t traces_of(Bytes number) {
  Octets turned(number.rbegin(), number.rend());
  Number256 value{};
  std::memcpy(value.data(), turned.data(), 32);
  const Modulus256::Limbs limbs = Modulus256::split(value);
  std::size_t traces = 0;
  const auto look_for = [&](const void* word) {
    for (std::size_t i = 0; i + 8 <= depth; ++i) traces += std::memcmp(&seen[i], word, 8) == 0 ? 1 : 0;
  };
  for (std::size_t i = 0; i < 32; i += 8) look_for(&number[i]);
  for (std::size_t i = 0; i < 32; i += 8) look_for(&turned[i]);
  for (std::size_t i = 0; i < 4; ++i) look_for(&limbs[i]);
  return traces;
}

class DeadStack : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_optimised) GTEST_SKIP() << "frames are as large as they like";
  }
  test::SeededRandom random{"stack"};
};

TEST_F(DeadStack, IsSeenByThisTest) {
  Octets number(32);
  ASSERT_TRUE(random.fill(number));
  clear_dead_stack();
  [&]() __attribute__((noinline)) {
    std::array<std::uint8_t, 32> copy_of_it;
    std::memcpy(copy_of_it.data(), number.data(), 32);
    asm volatile("" : : "r"(copy_of_it.data()) : "memory");
  }();
  look_at_dead_stack();
  EXPECT_GE(traces_of(number), 4U);
}

TEST_F(DeadStack, HasNothingOfAnInverse) {
  constexpr Modulus256 prime({0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001});
  for (int i = 0; i < 40; ++i) {
    Octets a = to_octets(draw_scalar(*curve_of(NamedGroup::secp256r1), random).value().view());
    Octets b = to_octets(draw_scalar(*curve_of(NamedGroup::secp256r1), random).value().view());
    clear_dead_stack();
    invert_modulo({p256_order, a}, {prime, b});
    look_at_dead_stack();
    ASSERT_EQ(traces_of(a), 0U);
    ASSERT_EQ(traces_of(b), 0U);
    clear_dead_stack();
    invert_modulo(p256_order, a, a);
    look_at_dead_stack();
    ASSERT_EQ(traces_of(a), 0U);
  }
}

TEST_F(DeadStack, HasNothingOfANonce) {
  const Curve& curve = *curve_of(NamedGroup::secp256r1);
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  const BigNumber x = new_number();
  const BigNumber inverse = new_number();
  // Once before: where functions are found at their first call, the dynamic linker keeps registers on the
  // stack.
  const CurveScalar first = draw_scalar(curve, random).value();
  multiply_base_and_invert(curve, first.view(), x.get(), inverse.get(), context.get());
  for (int i = 0; i < 40; ++i) {
    const CurveScalar scalar = draw_scalar(curve, random).value();
    clear_dead_stack();
    multiply_base_and_invert(curve, scalar.view(), x.get(), inverse.get(), context.get());
    look_at_dead_stack();
    Octets octets(32);
    write_number(inverse.get(), octets);
    ASSERT_EQ(traces_of(octets), 0U);
    ASSERT_EQ(traces_of(scalar.view()), 0U);
  }
}

TEST_F(DeadStack, HasNothingOfASharedSecret) {
  for (const auto ladder : {&x25519, &libcrypto_x25519}) {
    Octets scalar(32);
    Octets public_key(32);
    Octets shared(32);
    ASSERT_TRUE(random.fill(scalar));
    x25519_public_key(scalar, public_key);
    ASSERT_TRUE(ladder(scalar, public_key, public_key, shared));  // once before, as above
    clear_dead_stack();
    ASSERT_TRUE(ladder(scalar, public_key, public_key, shared));
    look_at_dead_stack();
    EXPECT_EQ(traces_of(shared), 0U);
    EXPECT_EQ(traces_of(scalar), 0U);
  }
}

}  // namespace
}  // namespace handfast::crypto
