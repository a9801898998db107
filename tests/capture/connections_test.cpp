// Connections: found, told apart, judged by their first octets, merged.
#include <algorithm>

#include <gtest/gtest.h>

#include "capture/frames.hpp"
#include "capture/packets.hpp"

namespace handfast::capture {
namespace {

using test::Talk;

const Octets hello = {22, 3, 1, 0, 1, 1};         // as much of a ClientHello as is looked at
const Octets answer = {22, 3, 3, 0, 2, 2, 0xaa};  // of a ServerHello
const Octets data = {23, 3, 3, 0, 3, 1, 2, 3};

// A client that says hello, a server that answers, data, an end.
Talk talk(std::uint16_t port = 50000) {
  Talk made(port);
  made.open();
  made.say(Role::client, hello);
  made.say(Role::server, answer, 4);
  made.say(Role::client, data);
  made.close();
  return made;
}

// One packet a millisecond.
std::vector<Conversation> read(const std::vector<Octets>& frames, Counts* counts = nullptr,
                               PassedOver* passed_over = nullptr, Limits limits = {}) {
  Packets packets(LinkType::ethernet, limits);
  Microseconds at{5'000'000};
  for (const Octets& frame : frames) packets.add(frame, at += Microseconds{1000});
  auto found = packets.finish();
  if (counts != nullptr) *counts = packets.counts();
  if (passed_over != nullptr) *passed_over = packets.passed_over();
  return found;
}

Octets said(const Conversation& conversation, Role from) {
  Octets all;
  for (const auto& part : conversation.stream)
    if (part.from == from) test::put(all, part.octets);
  return all;
}

Octets both(Bytes first, Bytes second) {
  Octets all = to_octets(first);
  test::put(all, second);
  return all;
}

void expect_whole(const Conversation& conversation) {
  EXPECT_EQ(said(conversation, Role::client), both(hello, data));
  EXPECT_EQ(said(conversation, Role::server), answer);
  EXPECT_TRUE(conversation.remarks.empty()) << conversation.remarks.front();
}

TEST(Connections, TellWhoSaidWhatAndWhen) {
  const auto found = read(talk().frames);
  ASSERT_EQ(found.size(), 1U);
  expect_whole(found[0]);
  EXPECT_EQ(to_string(found[0].client), "192.0.2.1:50000");
  EXPECT_EQ(to_string(found[0].server), "192.0.2.2:443");
  EXPECT_EQ(found[0].at, Microseconds{0});
  ASSERT_EQ(found[0].stream.size(), 4U);
  EXPECT_EQ(found[0].stream[0].at, Microseconds{3000});
  EXPECT_EQ(found[0].stream[1].from, Role::server);
  EXPECT_EQ(found[0].stream[3].from, Role::client);
}

TEST(Connections, SurviveAnyNeighboursThatChangePlaces) {
  const Talk made = talk();
  for (std::size_t i = 0; i + 1 < made.frames.size(); ++i) {
    std::vector<Octets> frames = made.frames;
    std::swap(frames[i], frames[i + 1]);
    const auto found = read(frames);
    ASSERT_EQ(found.size(), 1U) << i;
    expect_whole(found[0]);
    // Whatever was captured first: the answer comes behind the question.
    EXPECT_EQ(found[0].stream.front().octets, hello) << i;
    EXPECT_EQ(found[0].stream.back().octets, data) << i;
  }
}

TEST(Connections, SurviveRepeatedPackets) {
  std::vector<Octets> frames;
  for (const Octets& frame : talk().frames) frames.insert(frames.end(), 2, frame);
  const auto found = read(frames);
  ASSERT_EQ(found.size(), 1U);
  expect_whole(found[0]);
}

TEST(Connections, SayWhatALostPacketTook) {
  const Talk made = talk();
  std::vector<Octets> frames = made.frames;
  frames.erase(frames.begin() + 4);  // the first of two of the server
  auto found = read(frames);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(said(found[0], Role::client), both(hello, data));
  EXPECT_TRUE(said(found[0], Role::server).empty());
  ASSERT_EQ(found[0].remarks.size(), 1U);
  EXPECT_EQ(
      found[0].remarks[0],
      "From the server: 4 octets are not in the capture, and the 3 behind them cannot be read without them.");

  frames = made.frames;
  frames.erase(frames.begin() + 5);  // the second one: acknowledged, so it was there
  found = read(frames);
  EXPECT_EQ(said(found[0], Role::server).size(), 4U);
  ASSERT_EQ(found[0].remarks.size(), 1U);
  EXPECT_EQ(found[0].remarks[0], "From the server: 3 octets are not in the capture.");
}

TEST(Connections, SayThatPacketsWereCutShort) {
  std::vector<Octets> frames = talk().frames;
  for (Octets& frame : frames) frame.resize(std::min<std::size_t>(frame.size(), 14 + 24 + 24 + 6));
  const auto found = read(frames);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(said(found[0], Role::client), both(hello, Bytes(data).first(6)));
  ASSERT_EQ(found[0].remarks.size(), 1U);
  EXPECT_TRUE(found[0].remarks[0].contains("captured only in part")) << found[0].remarks[0];
}

TEST(Connections, AreToldApartByTheirEnds) {
  const Talk one = talk(50001);
  const Talk two = talk(50002);
  std::vector<Octets> frames;
  for (std::size_t i = 0; i < one.frames.size(); ++i) {
    frames.push_back(one.frames[i]);
    frames.push_back(two.frames[i]);
  }
  const auto found = read(frames);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].client.port, 50001);
  EXPECT_EQ(found[1].client.port, 50002);
  expect_whole(found[0]);
  expect_whole(found[1]);
  EXPECT_EQ(found[1].at, Microseconds{1000});
}

TEST(Connections, AreToldApartWhenAPortIsUsedAgain) {
  Talk first = talk();
  const Talk other = talk();
  std::vector<Octets> frames = first.frames;
  // The same ports; a SYN with another number.
  test::Tcp syn{.sequence = 7, .flags = test::syn};
  frames.push_back(test::ethernet(test::ipv4(Role::client, test::tcp(syn, {}))));
  test::Tcp segment{.sequence = 8};
  frames.push_back(test::ethernet(test::ipv4(Role::client, test::tcp(segment, hello))));
  const auto found = read(frames);
  ASSERT_EQ(found.size(), 2U);
  expect_whole(found[0]);
  EXPECT_EQ(said(found[1], Role::client), hello);
}

TEST(Connections, OfOtherProtocolsAreCounted) {
  Talk http(50001);
  http.open();
  http.say(Role::client, as_bytes("GET / HTTP/1.1\r\n\r\n"));
  http.say(Role::server, as_bytes("HTTP/1.1 200 OK\r\n\r\n"));
  Talk silent(50002);
  silent.open();
  std::vector<Octets> frames = http.frames;
  frames.insert(frames.end(), silent.frames.begin(), silent.frames.end());
  Counts counts;
  EXPECT_TRUE(read(frames, &counts).empty());
  EXPECT_EQ(counts.connections, 2U);
  EXPECT_EQ(counts.other, 1U);
  EXPECT_EQ(counts.silent, 1U);
  EXPECT_EQ(counts.begun, 0U);
}

TEST(Connections, ThatBeganBeforeTheCaptureAreReadFromARecordOn) {
  const Talk made = talk();
  std::vector<Octets> frames(made.frames.begin() + 6, made.frames.end());
  auto found = read(frames);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(said(found[0], Role::client), data);
  EXPECT_EQ(found[0].client.port, 50000) << "the higher port is a client's";

  frames = {made.frames[5]};  // in the middle of a record
  Counts counts;
  EXPECT_TRUE(read(frames, &counts).empty());
  EXPECT_EQ(counts.begun, 1U);
}

TEST(Connections, HaveTheClientThatSaysHello) {
  const Talk made = talk(80);  // a port that looks like a server's
  const std::vector<Octets> frames(made.frames.begin() + 3, made.frames.end());
  const auto found = read(frames);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].client.port, 80);
  expect_whole(found[0]);
}

TEST(Connections, CountFragmentsAndOtherPackets) {
  std::vector<Octets> frames = talk().frames;
  frames.push_back(test::ethernet(test::ipv4(Role::client, Octets(30), 6, 0x2000)));
  frames.push_back(test::ethernet(test::ipv4(Role::client, Octets(30), 17)));
  frames.emplace_back(60);
  PassedOver passed_over;
  EXPECT_EQ(read(frames, nullptr, &passed_over).size(), 1U);
  EXPECT_EQ(passed_over.fragments, 1U);
  EXPECT_EQ(passed_over.not_tcp, 1U);
  EXPECT_EQ(passed_over.not_ip, 1U);
}

TEST(Connections, KeepWithinTheirLimits) {
  std::vector<Octets> frames;
  for (std::uint16_t port = 50000; port < 50010; ++port) {
    Talk made(port);
    made.open();
    made.say(Role::client, hello);
    made.say(Role::client, Octets(20000, 1));
    frames.insert(frames.end(), made.frames.begin(), made.frames.end());
  }
  Counts counts;
  auto found = read(frames, &counts, nullptr, {.direction = 5000, .all = 1U << 20U, .connections = 3});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_GT(counts.too_many, 0U);
  EXPECT_LT(said(found[0], Role::client).size(), 5000U);
  EXPECT_TRUE(found[0].remarks.at(0).contains("were not kept"));

  found = read(frames, &counts, nullptr, {.direction = 1U << 20U, .all = 30000, .connections = 100});
  std::size_t kept = 0;
  for (const auto& conversation : found) kept += said(conversation, Role::client).size();
  EXPECT_LT(kept, 32000U);
  EXPECT_GT(counts.too_many, 0U);
}

}  // namespace
}  // namespace handfast::capture
