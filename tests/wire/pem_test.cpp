#include "wire/pem.hpp"

#include <gtest/gtest.h>

namespace handfast::wire {
namespace {

bool any_label(std::string_view /*label*/) noexcept { return true; }

TEST(Pem, RoundTripsEveryLength) {
  for (std::size_t size = 0; size < 200; ++size) {
    Octets octets(size);
    for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 7 + size);
    const std::string text = "before\n" + write_pem("THING", octets) + "after\n";
    const auto blocks = read_pem(as_bytes(text), any_label);
    ASSERT_TRUE(blocks) << size;
    ASSERT_EQ(blocks->size(), 1U);
    EXPECT_EQ(blocks->front().label, "THING");
    EXPECT_TRUE(equal(blocks->front().octets, octets)) << size;
  }
}

TEST(Pem, KnowsAnAnswerOfRfc4648) {
  const auto blocks = read_pem(as_bytes("-----BEGIN X-----\nZm9v\r\nYmE=\n-----END X-----"), any_label);
  ASSERT_TRUE(blocks);
  EXPECT_EQ(as_text(blocks->front().octets), "fooba");
}

TEST(Pem, PassesOverUnwantedBlocksAndTextBetween) {
  const std::string text = write_pem("PRIVATE KEY", as_bytes("k")) + "subject=x\n" +
                           write_pem("CERTIFICATE", as_bytes("a")) +
                           write_pem("X509 CERTIFICATE", as_bytes("b"));
  const auto blocks = read_pem(as_bytes(text), is_certificate_label);
  ASSERT_TRUE(blocks);
  ASSERT_EQ(blocks->size(), 2U);
  EXPECT_EQ(as_text((*blocks)[1].octets), "b");
}

TEST(Pem, SkipsHeaders) {
  const auto blocks =
      read_pem(as_bytes("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: a,b\n\nZm9v\n-----END X-----"),
               any_label);
  ASSERT_TRUE(blocks);
  EXPECT_EQ(as_text(blocks->front().octets), "foo");
}

TEST(Pem, RefusesDamage) {
  for (const std::string_view text :
       {"-----BEGIN X-----\nZm9v\n", "-----BEGIN X", "-----BEGIN X-----\nZm9v\n-----END Y-----",
        "-----BEGIN X-----\nZm*v\n-----END X-----", "-----BEGIN X-----\nZm9vY\n-----END X-----",
        "-----BEGIN X-----\nZm9=v\n-----END X-----", "-----BEGIN X-----\nZm9v=\n-----END X-----",
        "-----BEGIN X-----\nZm8==\n-----END X-----"}) {
    const auto blocks = read_pem(as_bytes(text), any_label);
    ASSERT_FALSE(blocks) << text;
    EXPECT_EQ(blocks.error().code, ErrorCode::bad_pem);
  }
  EXPECT_TRUE(read_pem(as_bytes("no PEM at all"), any_label)->empty());
}

}  // namespace
}  // namespace handfast::wire
