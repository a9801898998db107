// Choices say what the operators of the language say.
#include "crypto/constant_time.hpp"

#include <array>

#include <gtest/gtest.h>

namespace handfast::crypto {
namespace {

constexpr std::uint64_t top = std::uint64_t{1} << 63;
constexpr std::array<std::uint64_t, 12> numbers{0,       1,   2,       127,     128,       255,
                                                0xffffU, top, top - 1, top + 1, ~0ULL - 1, ~0ULL};

TEST(Choice, ComparesNumbersOfAllSizes) {
  for (const std::uint64_t a : numbers) {
    for (const std::uint64_t b : numbers) {
      EXPECT_EQ(Choice::equal(a, b).reveal(), a == b) << a << ' ' << b;
      EXPECT_EQ(Choice::less(a, b).reveal(), a < b) << a << ' ' << b;
      EXPECT_EQ(Choice::less(a, b).select(a, b), std::min(a, b));
    }
  }
}

TEST(Choice, ComparesEachOctet) {
  const std::array<std::uint8_t, 5> a{1, 2, 3, 4, 5};
  EXPECT_TRUE(Choice::equal(a, a).reveal());
  EXPECT_TRUE(Choice::equal(Bytes(), Bytes()).reveal());
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto b = a;
      b[i] = static_cast<std::uint8_t>(b[i] ^ (1 << bit));
      EXPECT_FALSE(Choice::equal(a, b).reveal());
    }
  }
}

TEST(Choice, CombinesAndSelects) {
  const Choice yes = Choice::equal(7, 7);
  const Choice no = Choice::equal(7, 8);
  EXPECT_TRUE((yes & yes).reveal());
  EXPECT_FALSE((yes & no).reveal());
  EXPECT_TRUE((yes | no).reveal());
  EXPECT_FALSE((no | no).reveal());
  EXPECT_TRUE((~no).reveal());
  EXPECT_FALSE((~yes).reveal());
  for (const Choice choice : {yes, yes & yes, yes | no, ~no}) EXPECT_EQ(choice.mask(), ~0ULL);
  for (const Choice choice : {no, yes & no, no | no, ~yes}) EXPECT_EQ(choice.mask(), 0U);
  EXPECT_EQ(yes.octet_mask(), 0xff);
  const std::array<std::uint8_t, 3> a{1, 2, 3};
  const std::array<std::uint8_t, 3> b{9, 8, 7};
  std::array<std::uint8_t, 3> out{};
  yes.select(a, b, out);
  EXPECT_EQ(out, a);
  no.select(a, b, out);
  EXPECT_EQ(out, b);
  no.select(out, a, out);
  EXPECT_EQ(out, a);
}

}  // namespace
}  // namespace handfast::crypto
