// Reassembly: late, twice, overlapping, never, around the end of the numbers.
#include "capture/stream.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace handfast::capture {
namespace {

constexpr std::size_t plenty = 1U << 20U;

std::string text(const Assembled& stream) {
  std::string all;
  for (const Piece& piece : stream.pieces) all += as_text(piece.octets);
  return all;
}

// A stream that a SYN with number 99 starts.
Stream started() {
  Stream stream(plenty);
  stream.start(99);
  return stream;
}

void add(Stream& stream, std::uint32_t sequence, std::string_view octets) {
  stream.add(sequence, as_bytes(octets), {}, {});
}

TEST(Stream, PutsSegmentsInOrder) {
  Stream stream = started();
  add(stream, 105, "fg");
  add(stream, 100, "abc");
  add(stream, 103, "de");
  const Assembled all = stream.assemble();
  EXPECT_EQ(text(all), "abcdefg");
  EXPECT_EQ(all.missing, 0U);
}

TEST(Stream, KeepsWhatCameFirst) {
  Stream stream = started();
  add(stream, 102, "cd");
  add(stream, 106, "gh");
  add(stream, 100, "ABCDEFGHIJ");  // around and between
  add(stream, 103, "xxxxx");
  EXPECT_EQ(text(stream.assemble()), "ABcdEFghIJ");
}

TEST(Stream, DropsRetransmissions) {
  Stream stream = started();
  for (int i = 0; i < 3; ++i) add(stream, 100, "abc");
  add(stream, 99, "?abcd");  // a probe that begins before the stream
  EXPECT_EQ(text(stream.assemble()), "abcd");
}

TEST(Stream, GoesRoundTheEndOfTheNumbers) {
  Stream stream(plenty);
  stream.start(0xfffffffd);
  add(stream, 1, "de");
  add(stream, 0xfffffffe, "abc");
  add(stream, 3, "f");
  EXPECT_EQ(text(stream.assemble()), "abcdef");
}

TEST(Stream, StopsAtAGapAndSaysHowLongItIs) {
  Stream stream = started();
  add(stream, 100, "ab");
  add(stream, 105, "fgh");
  add(stream, 110, "k");
  const Assembled all = stream.assemble();
  EXPECT_EQ(text(all), "ab");
  EXPECT_EQ(all.missing, 3U);
  EXPECT_EQ(all.behind, 4U);
}

TEST(Stream, MissesItsBeginning) {
  Stream stream = started();
  add(stream, 103, "d");
  const Assembled all = stream.assemble();
  EXPECT_TRUE(all.pieces.empty());
  EXPECT_EQ(all.missing, 3U);
}

TEST(Stream, MissesAnEndThatWasAcknowledged) {
  Stream stream = started();
  add(stream, 100, "ab");
  stream.acknowledge(108);
  EXPECT_EQ(stream.assemble().missing, 6U);

  Stream finished = started();
  add(finished, 100, "ab");
  finished.finish(102);
  finished.acknowledge(103);  // the FIN takes a number
  EXPECT_EQ(finished.assemble().missing, 0U);

  Stream unseen = started();
  add(unseen, 100, "ab");
  unseen.acknowledge(103);  // of a FIN that was not captured, most likely
  EXPECT_EQ(unseen.assemble().missing, 0U);
}

TEST(Stream, BeginsWithWhatItHasWithoutASyn) {
  Stream stream(plenty);
  add(stream, 500, "cd");
  add(stream, 498, "ab");
  EXPECT_EQ(as_text(stream.first_octets()), "ab");
  EXPECT_EQ(text(stream.assemble()), "abcd");
}

TEST(Stream, KnowsItsFirstOctetsWhenTheyAreThere) {
  Stream stream = started();
  EXPECT_TRUE(stream.first_octets().empty());
  add(stream, 101, "b");
  EXPECT_TRUE(stream.first_octets().empty());
  add(stream, 100, "a");
  EXPECT_EQ(as_text(stream.first_octets()), "a");
}

TEST(Stream, IsStartedByOneSyn) {
  Stream stream(plenty);
  EXPECT_TRUE(stream.may_start_with(7));
  stream.start(7);
  EXPECT_TRUE(stream.may_start_with(7));
  EXPECT_FALSE(stream.may_start_with(8));
}

TEST(Stream, KeepsWithinItsLimit) {
  Stream stream(2000);
  stream.start(0);
  std::uint32_t sequence = 1;
  for (int i = 0; i < 100; ++i, sequence += 100) add(stream, sequence, std::string(100, 'x'));
  EXPECT_LE(stream.cost(), 2000U);
  const Assembled all = stream.assemble();
  EXPECT_EQ(text(all).size() + all.left_out, 10000U);
  EXPECT_EQ(all.missing, 0U);

  Stream crumbs(2000);  // pieces of one octet cost more than that
  for (std::uint32_t i = 0; i < 1000; ++i) add(crumbs, 2 * i, "x");
  EXPECT_LE(crumbs.cost(), 2000U);
}

// Cut at random, shuffled, doubled: the same octets come out, and wherever they lie in the numbers.
TEST(Stream, PutsAnyCutsTogether) {
  std::minstd_rand random(1);
  std::string all;
  for (int i = 0; i < 1000; ++i) all += static_cast<char>('a' + i % 26);
  for (int round = 0; round < 50; ++round) {
    const auto start = static_cast<std::uint32_t>(random() * 4U);
    Stream stream(plenty);
    stream.start(start - 1);
    std::vector<std::pair<std::size_t, std::size_t>> cuts;
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t size = 1 + random() % 60;
      cuts.emplace_back(at, size);
      cuts.emplace_back(at > 10 ? at - random() % 10 : 0, size);
      at += size;
    }
    std::ranges::shuffle(cuts, random);
    for (const auto& [at, size] : cuts)
      add(stream, start + static_cast<std::uint32_t>(at), std::string_view(all).substr(at, size));
    EXPECT_EQ(text(stream.assemble()), all);
  }
}

}  // namespace
}  // namespace handfast::capture
