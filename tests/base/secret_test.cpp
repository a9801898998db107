// Secrets are wiped, and compared in full.
#include <new>
#include <type_traits>

#include <handfast/secret.hpp>

#include <gtest/gtest.h>

namespace handfast {
namespace {

static_assert(!std::is_copy_constructible_v<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);

// [8446:6#2] [5246:7.2.2#1]
TEST(Secret, WipesItsOctetsOnDestruction) {
  alignas(Secret<32>) unsigned char room[sizeof(Secret<32>)];
  auto* secret = new (room) Secret<32>();
  std::memset(secret->data(), 0xa5, 32);
  const std::uint8_t* octets = secret->data();
  secret->~Secret();
  asm volatile("" : : : "memory");
  int left = 0;
  for (const unsigned char c : room) left += c == 0xa5;
  EXPECT_EQ(left, 0);
  (void)octets;
}

TEST(Secret, MovingWipesTheSource) {
  Secret<4> a(Bytes(std::initializer_list<std::uint8_t>{1, 2, 3, 4}.begin(), 4));
  const Secret<4> b(std::move(a));
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): this is what is tested
  EXPECT_EQ(a.data()[0], 0);
  EXPECT_EQ(b.view()[3], 4);
}

TEST(Secret, ShrinkingWipesTheRest) {
  Secret<8> s;
  std::memset(s.data(), 7, 8);
  s.resize(2);
  EXPECT_EQ(s.size(), 2U);
  EXPECT_EQ(s.data()[2], 0);
  s.resize(100);
  EXPECT_EQ(s.size(), 8U);
}

TEST(Secret, ComparesEveryOctetAndTheLength) {
  Octets a(32, 1);
  for (std::size_t i = 0; i < a.size(); ++i) {
    Octets b = a;
    b[i] ^= 0x80;
    EXPECT_FALSE(constant_time_equal(a, b));
  }
  EXPECT_TRUE(constant_time_equal(a, Octets(32, 1)));
  EXPECT_FALSE(constant_time_equal(a, Octets(31, 1)));
}

}  // namespace
}  // namespace handfast
