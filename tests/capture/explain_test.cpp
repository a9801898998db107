// The whole way: a connection in memory, its packets in a file, and what is told of them.
#include <algorithm>
#include <filesystem>
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "capture/capture_file.hpp"
#include "capture_index.hpp"
#include "explain/explained.hpp"
#include "explain_capture.hpp"
#include "report.hpp"

namespace handfast::tool {
namespace {

using test::CaptureFile;
using test::Scene;
using test::Talk;

/// A connection on its way through a network.
struct Captured {
  std::vector<Octets> frames;
  std::string key_log;
  inspect::Recording told;  // by the client
};

Captured capture(const Scene& scene, std::uint16_t port = 50000, std::size_t segment = 500) {
  Captured made;
  made.told = scene.recorded();
  Talk talk(port);
  talk.open();
  for (const auto& record : made.told.records) talk.say(record.from, record.octets, segment);
  talk.close();
  made.frames = std::move(talk.frames);
  // record header, message header, legacy_version
  const std::string random = hex(Bytes(made.told.records.front().octets).subspan(5 + 4 + 2, 32));
  for (const auto& secret : made.told.secrets)
    made.key_log += secret.name + " " + random + " " + hex(secret.value) + "\n";
  return made;
}

Outcome<ExplainedCapture> explain(const Octets& file, const std::string& key_log,
                                  std::size_t connection = 0) {
  const CaptureFile packets(file);
  const CaptureFile secrets(to_octets(as_bytes(key_log)));
  ExplainOptions options;
  options.pcap = packets.path();
  if (!key_log.empty()) options.key_log = secrets.path();
  options.connection = connection;
  return explain_capture(options);
}

std::vector<std::string> titles(const inspect::Story& story) {
  std::vector<std::string> all;
  for (const auto& step : story.steps) all.push_back(step.title);
  return all;
}

// The contents of all records, in their order.
std::vector<Octets> contents(const inspect::Story& story) {
  std::vector<Octets> all;
  for (const auto& record : story.records) all.push_back(record.dumps.front().octets);
  return all;
}

TEST(ExplainCapture, TellsWhatTheClientWouldTell) {
  for (const auto& [name, scene] : test::all_scenes()) {
    const Captured made = capture(scene);
    const inspect::Story own = inspect::explain(made.told);
    for (const Octets& file : {test::pcap(made.frames), test::pcapng(made.frames)}) {
      const auto told = explain(file, made.key_log);
      ASSERT_TRUE(told) << name << ": " << told.error().what;
      ASSERT_EQ(told->connections.size(), 1U) << name;
      const inspect::Story& story = told->connections[0].story;
      EXPECT_EQ(titles(story), titles(own)) << name;
      EXPECT_EQ(contents(story), contents(own)) << name;
      EXPECT_TRUE(story.remarks.empty()) << name << ": " << story.remarks.front();
      EXPECT_TRUE(told->remarks.empty()) << name;
      EXPECT_FALSE(told->failure);
    }
  }
}

TEST(ExplainCapture, SurvivesTheNetwork) {
  const Captured made = capture(test::tls13());
  const auto calm = explain(test::pcap(made.frames), made.key_log);
  ASSERT_TRUE(calm);
  std::minstd_rand random(7);
  for (int round = 0; round < 10; ++round) {
    std::vector<Octets> frames = made.frames;
    for (std::size_t i = 3; i + 3 < frames.size(); ++i)
      std::swap(frames[i], frames[i + random() % 3]);  // a little out of order
    frames.insert(frames.end() - 2, frames[5]);        // and again
    const auto told = explain(test::pcap(frames), made.key_log);
    ASSERT_TRUE(told);
    EXPECT_EQ(titles(told->connections.at(0).story), titles(calm->connections.at(0).story));
    EXPECT_EQ(contents(told->connections.at(0).story).size(), contents(calm->connections.at(0).story).size());
    EXPECT_TRUE(told->connections.at(0).story.remarks.empty());
  }
}

TEST(ExplainCapture, GoesAsFarAsTheFileDoes) {
  const Captured made = capture(test::ecdhe12());
  const Octets file = test::pcap(made.frames);
  const auto whole = explain(file, made.key_log);
  ASSERT_TRUE(whole);
  std::size_t explained = 0;
  for (std::size_t size = 0; size < file.size(); size += 97) {
    const auto told =
        explain(Octets(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)), made.key_log);
    if (!told) {
      EXPECT_EQ(told.error().exit, ExitCode::usage);
      continue;
    }
    ++explained;
    const inspect::Story& story = told->connections.at(0).story;
    ASSERT_LE(story.records.size(), whole->connections.at(0).story.records.size());
    for (std::size_t i = 0; i < story.records.size(); ++i)
      EXPECT_EQ(story.records[i].dumps.front().octets, contents(whole->connections.at(0).story)[i]);
    if (told->failure) {
      EXPECT_EQ(told->failure->exit, ExitCode::usage);
      EXPECT_TRUE(told->failure->what.contains("is damaged behind packet")) << told->failure->what;
    }
  }
  EXPECT_GT(explained, 10U);
}

// Whatever octet is hit, something is told, and what is told of untouched octets stays the same.
TEST(ExplainCapture, TellsWhatItCanOfADamagedCapture) {
  const Captured made = capture(test::tls13());
  const Octets file = test::pcap(made.frames);
  std::size_t explained = 0;
  for (std::size_t at = 24; at < file.size(); at += 41) {
    Octets damaged = file;
    damaged[at] ^= 0x5aU;
    const auto told = explain(damaged, made.key_log);
    if (!told) continue;
    ++explained;
    for (const auto& connection : told->connections)
      for (const auto& record : connection.story.records)
        for (const auto& dump : record.dumps) EXPECT_EQ(test::broken(dump), "");
  }
  EXPECT_GT(explained, 20U);
}

TEST(ExplainCapture, ListsSeveralConnections) {
  const Captured one = capture(test::tls13(), 50001);
  const Captured two = capture(test::classic(), 50002);
  std::vector<Octets> frames = one.frames;
  frames.insert(frames.end(), two.frames.begin(), two.frames.end());
  const Octets file = test::pcap(frames);
  const auto told = explain(file, one.key_log);  // of the first only
  ASSERT_TRUE(told);
  ASSERT_EQ(told->connections.size(), 2U);
  EXPECT_EQ(told->connections[1].number, 2U);
  EXPECT_EQ(told->connections[1].client, "192.0.2.1:50002");
  EXPECT_EQ(told->connections[1].server, "192.0.2.2:443");
  const std::string text = index_text(*told);
  EXPECT_TRUE(text.contains("2 TLS connections")) << text;
  EXPECT_TRUE(text.contains("192.0.2.1:50002 → 192.0.2.2:443")) << text;
  EXPECT_TRUE(text.contains("TLS 1.2 with RSA key transport")) << text;
  const nlohmann::json row = index_json(told->connections[1]);
  EXPECT_EQ(row["number"], 2);
  EXPECT_GT(row["sealed"], 2);
  EXPECT_EQ(index_json(told->connections[0])["sealed"], 0);
  const std::string page = index_page(*told, {"a b-1.html", "c-2.html"});
  EXPECT_TRUE(page.contains("href=\"a%20b-1.html\"")) << page;
  EXPECT_TRUE(page.contains("href=\"c-2.html\""));

  const auto second = explain(file, two.key_log, 2);
  ASSERT_TRUE(second);
  ASSERT_EQ(second->connections.size(), 1U);
  EXPECT_TRUE(second->connections[0].story.rsa_key_transport);
  EXPECT_TRUE(second->connections[0].story.remarks.empty());
  EXPECT_TRUE(title(*second, second->connections[0]).starts_with("Connection 2 of 2 in "));

  const auto third = explain(file, two.key_log, 3);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().exit, ExitCode::usage);
  EXPECT_TRUE(third.error().hint.contains("2 connections")) << third.error().hint;
}

TEST(ExplainCapture, SaysWhyThereIsNothingToExplain) {
  Talk http;
  http.open();
  http.say(Role::client, as_bytes("GET / HTTP/1.1\r\n\r\n"));
  Talk begun(50001);
  begun.say(Role::server, as_bytes("the middle of something"));
  std::vector<Octets> frames = http.frames;
  frames.insert(frames.end(), begun.frames.begin(), begun.frames.end());
  frames.push_back(test::ethernet(test::ipv4(Role::client, Octets(30), 6, 0x2000)));
  const auto told = explain(test::pcap(frames), "");
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().exit, ExitCode::usage);
  EXPECT_TRUE(told.error().what.contains("no TLS connection"));
  EXPECT_EQ(
      told.error().hint,
      "It has 6 packets with 2 TCP connections; 1 began before the capture; 1 begin with something else "
      "than a TLS record; 1 fragment of IP packets were passed over.");
}

TEST(ExplainCapture, TellsOfAConnectionThatBeganBefore) {
  const Captured made = capture(test::tls13());
  // Three packets open the connection; the client's first record takes several.
  std::size_t hello = 3;
  for (std::size_t size = 0; size < made.told.records.front().octets.size(); size += 500) ++hello;
  const std::vector<Octets> frames(made.frames.begin() + static_cast<std::ptrdiff_t>(hello),
                                   made.frames.end());
  const auto told = explain(test::pcap(frames), made.key_log);
  ASSERT_TRUE(told);
  const inspect::Story& story = told->connections.at(0).story;
  EXPECT_EQ(story.version, ProtocolVersion::tls13);
  ASSERT_FALSE(story.remarks.empty());
  EXPECT_TRUE(story.remarks[0].starts_with("No ClientHello was seen")) << story.remarks[0];
}

TEST(ExplainCapture, RefusesAKeyLogThatIsNone) {
  const Captured made = capture(test::tls13());
  const auto told = explain(test::pcap(made.frames), "no line of a key log\n");
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().exit, ExitCode::usage);
  EXPECT_TRUE(told.error().what.contains("no line of a key log"));
}

}  // namespace
}  // namespace handfast::tool
