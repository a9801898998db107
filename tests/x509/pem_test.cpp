// PEM: what is read, passed over and refused.
#include "x509/pem.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace handfast::x509 {
namespace {

struct Block {
  std::string label;
  Octets octets;
};
Result<std::vector<Block>> read_all(Bytes text) {
  std::vector<Block> blocks;
  PemReader reader(text);
  for (;;) {
    const auto block = reader.next();
    if (!block) return fail(block.error());
    if (!*block) return blocks;
    auto octets = (*block)->decode();
    if (!octets) return fail(octets.error());
    blocks.push_back({std::string((*block)->label), std::move(*octets)});
  }
}

TEST(Pem, RoundTripsEveryLength) {
  for (std::size_t size = 0; size < 200; ++size) {
    Octets octets(size);
    for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 7 + size);
    const std::string text = "before\n" + to_pem("THING", octets) + "after\n";
    const auto blocks = read_all(as_bytes(text));
    ASSERT_TRUE(blocks) << size;
    ASSERT_EQ(blocks->size(), 1U);
    EXPECT_EQ(blocks->front().label, "THING");
    EXPECT_TRUE(equal(blocks->front().octets, octets)) << size;
  }
}

TEST(Pem, KnowsAnAnswerOfRfc4648) {
  const auto blocks = read_all(as_bytes("-----BEGIN X-----\nZm9v\r\nYmE=\n-----END X-----"));
  ASSERT_TRUE(blocks);
  EXPECT_EQ(as_text(blocks->front().octets), "fooba");
}

TEST(Pem, GivesBlocksInOrderAndPassesOverTextBetween) {
  const std::string text =
      to_pem("PRIVATE KEY", as_bytes("k")) + "subject=x\n" + to_pem("CERTIFICATE", as_bytes("a"));
  const auto blocks = read_all(as_bytes(text));
  ASSERT_TRUE(blocks);
  ASSERT_EQ(blocks->size(), 2U);
  EXPECT_EQ((*blocks)[0].label, "PRIVATE KEY");
  EXPECT_EQ(as_text((*blocks)[1].octets), "a");
}

TEST(Pem, RefusesDamage) {
  for (const std::string_view text :
       {"-----BEGIN X-----\nZm9v\n", "-----BEGIN X", "-----BEGIN X-----\nZm9v\n-----END Y-----",
        "-----BEGIN X-----\nZm*v\n-----END X-----", "-----BEGIN X-----\nZm9vY\n-----END X-----",
        "-----BEGIN X-----\nZm9=v\n-----END X-----", "-----BEGIN X-----\nZm9v=\n-----END X-----",
        "-----BEGIN X-----\nZm8==\n-----END X-----"}) {
    const auto blocks = read_all(as_bytes(text));
    ASSERT_FALSE(blocks) << text;
    EXPECT_EQ(blocks.error().code, ErrorCode::bad_pem);
  }
  EXPECT_TRUE(read_all(as_bytes("no PEM at all"))->empty());
}

}  // namespace
}  // namespace handfast::x509
