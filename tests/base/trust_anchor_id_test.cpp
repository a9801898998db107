// Trust anchor IDs: text, octets and ranges.
#include <limits>

#include <handfast/trust_anchor_id.hpp>

#include <gtest/gtest.h>

namespace handfast {
namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

TEST(TrustAnchorId, OfTheDraftHasItsOctets) {  // draft-ietf-tls-trust-anchor-ids-04 §3
  EXPECT_EQ(parse_trust_anchor_id("32473.1"), (Octets{0x81, 0xfd, 0x59, 0x01}));
  EXPECT_EQ(trust_anchor_id_to_text(Octets{0x81, 0xfd, 0x59, 0x01}), "32473.1");
}

TEST(TrustAnchorId, GoesToOctetsAndBack) {
  for (const std::string_view text :
       {"0", "127", "128", "1.0.16383.16384", "18446744073709551615", "32473.2.18446744073709551615"}) {
    const auto id = parse_trust_anchor_id(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(trust_anchor_id_to_text(*id), text);
  }
  EXPECT_EQ(parse_trust_anchor_id("128"), (Octets{0x81, 0x00}));
}

TEST(TrustAnchorId, ThatIsNoNumberWithDotsIsNone) {
  for (const std::string_view text : {"", ".", "1.", ".1", "1..2", "01", "1.00", "+1", "-1", "1 ", "0x1", "a",
                                      "1,2", "18446744073709551616"})
    EXPECT_FALSE(parse_trust_anchor_id(text)) << text;
}

TEST(TrustAnchorId, HasAtMost255Octets) {
  std::string text = "1";
  for (int i = 0; i < 254; ++i) text += ".1";
  EXPECT_EQ(parse_trust_anchor_id(text), Octets(255, 1));
  EXPECT_FALSE(parse_trust_anchor_id(text + ".1"));
}

TEST(TrustAnchorId, OfOtherOctetsIsShownInHexadecimalDigits) {
  EXPECT_EQ(trust_anchor_id_to_text(Octets{0x81}), "0x81");                  // cut off
  EXPECT_EQ(trust_anchor_id_to_text(Octets{0x01, 0x80, 0x01}), "0x018001");  // an octet too many
  EXPECT_EQ(trust_anchor_id_to_text(Octets(10, 0xff)), "0xffffffffffffffffffff");
  EXPECT_EQ(trust_anchor_id_to_text({}), "0x");
}

TEST(TrustAnchorRange, HoldsTheBaseAndOneNumberBehindIt) {  // §3.1
  const TrustAnchorRange versions{*parse_trust_anchor_id("32473.2"), 3, 300};
  for (const std::string_view text : {"32473.2.3", "32473.2.128", "32473.2.300"})
    EXPECT_TRUE(versions.contains(*parse_trust_anchor_id(text))) << text;
  for (const std::string_view text :
       {"32473.2", "32473.2.2", "32473.2.301", "32473.2.3.3", "32473.3.3", "32473", "1"})
    EXPECT_FALSE(versions.contains(*parse_trust_anchor_id(text))) << text;
  EXPECT_FALSE(versions.contains({}));
}

TEST(TrustAnchorRange, MayHaveNoLimit) {
  const TrustAnchorRange all{{1}, 0, no_limit};
  Octets largest = *parse_trust_anchor_id("1.18446744073709551615");
  EXPECT_TRUE(all.contains(*parse_trust_anchor_id("1.0")));
  EXPECT_TRUE(all.contains(largest));
  largest[1] = 0x83;  // 2^65 and more
  EXPECT_FALSE(all.contains(largest));
}

TEST(TrustAnchorRange, HoldsNothingThatIsNoWholeNumber) {
  const TrustAnchorRange all{{1}, 0, no_limit};
  EXPECT_FALSE(all.contains(Octets{1, 0x81}));
  EXPECT_FALSE(all.contains(Octets{1, 0x80, 0x01}));
  const TrustAnchorRange cut_off{{0x81}, 0, no_limit};
  EXPECT_FALSE(cut_off.contains(Octets{0x81, 0x01}));
  const TrustAnchorRange empty{{}, 0, no_limit};
  EXPECT_FALSE(empty.contains(Octets{1}));
}

}  // namespace
}  // namespace handfast
