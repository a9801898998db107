// Values as text.
#include "wire/annotator.hpp"

#include <gtest/gtest.h>

#include "support/vectors.hpp"

namespace handfast {
namespace {

using test::from_hex;
using wire::show;

TEST(Show, EnumerationsHaveNameAndNumber) {
  EXPECT_EQ(show(NamedGroup::x25519), "x25519 (0x001d)");
  EXPECT_EQ(show(AlertDescription::decode_error), "decode_error (50)");
  EXPECT_EQ(show(static_cast<NamedGroup>(0x1a1a)), "GREASE (0x1a1a)");
  EXPECT_EQ(show(static_cast<NamedGroup>(0x1234)), "0x1234");
  EXPECT_EQ(show(static_cast<AlertLevel>(7)), "7");
}

TEST(Show, NumbersAreDecimal) {
  EXPECT_EQ(show(std::uint16_t{16385}), "16385");
  EXPECT_EQ(show(wire::Uint24(70000)), "70000");
  EXPECT_EQ(show(wire::Between<std::uint8_t{3}, std::uint8_t{5}>(4)), "4");
  EXPECT_EQ(show(wire::Between<ECCurveType::named_curve>()), "named_curve (3)");
}

TEST(Show, OctetsAreHexadecimalAndCutWhenLong) {
  EXPECT_EQ(wire::show_octets({}), "empty");
  EXPECT_EQ(wire::show_octets(from_hex("00ff10")), "00ff10");
  EXPECT_EQ(wire::show_octets(Octets(32, 0xab)).size(), 64U);
  EXPECT_EQ(wire::show_octets(Octets(33, 0xab)).substr(64), "… (33 octets)");
}

TEST(Show, TextIsQuotedAndHarmless) {
  EXPECT_EQ(wire::show_text(as_bytes("h2")), "\"h2\"");
  EXPECT_EQ(wire::show_text(as_bytes("a\"b\\c\n\x1b")), "\"a\\\"b\\\\c\\x0a\\x1b\"");
  EXPECT_EQ(wire::show_text(from_hex("c3a4")), "\"\\xc3\\xa4\"");
}

TEST(Show, RelativeObjectIdentifiersHaveDots) {
  const Octets id = from_hex("81fd5901");
  EXPECT_EQ(show(wire::RelativeOid<1, 1, 255>(id)), "32473.1");
}

TEST(Show, CountsHaveAPlural) {
  EXPECT_EQ(wire::show_count(0, "element"), "0 elements");
  EXPECT_EQ(wire::show_count(1, "element"), "1 element");
}

}  // namespace
}  // namespace handfast
