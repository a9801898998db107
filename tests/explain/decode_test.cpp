// Reading along: a third party with a key log sees what the client saw.
#include <algorithm>

#include <handfast/capture.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "explain/explained.hpp"
#include "support/stores.hpp"

namespace handfast {
namespace {

using inspect::CapturedOctets;
using inspect::Decoded;
using inspect::KeyLogLines;
using inspect::RecordedRecord;
using inspect::Recording;
using test::Scene;

constexpr std::size_t random_offset = 5 + 4 + 2;  // record header, message header, legacy_version

std::string hex(Bytes octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : octets) {
    text += digits[octet / 16];
    text += digits[octet % 16];
  }
  return text;
}

// The recorder's secrets with the labels of RFC 9850; the others are in no key log.
std::string key_log_text(const Recording& recording) {
  const std::string random = hex(Bytes(recording.records.front().octets).subspan(random_offset, 32));
  std::string text = "# a comment\n";
  for (const auto& secret : recording.secrets)
    if (secret.name[0] >= 'A' && secret.name[0] <= 'Z')
      text += secret.name + " " + random + " " + hex(secret.value) + "\n";
  return text;
}

// What was on the wire, in pieces of that many octets.
std::vector<CapturedOctets> captured(const Recording& recording, std::size_t piece = 1000) {
  std::vector<CapturedOctets> stream;
  for (const RecordedRecord& record : recording.records)
    for (std::size_t at = 0; at < record.octets.size(); at += piece)
      stream.push_back(
          {record.from,
           to_octets(Bytes(record.octets).subspan(at, std::min(piece, record.octets.size() - at))),
           record.at});
  return stream;
}

Decoded decode(const Recording& recording, std::size_t piece = 1000) {
  return inspect::decode(captured(recording, piece), KeyLogLines::parse(key_log_text(recording)));
}

void expect_equal(const Recording& read, const Recording& told, const std::string& name) {
  ASSERT_EQ(read.records.size(), told.records.size()) << name;
  for (std::size_t i = 0; i < told.records.size(); ++i) {
    SCOPED_TRACE(name + ", record " + std::to_string(i));
    EXPECT_EQ(read.records[i].from, told.records[i].from);
    EXPECT_EQ(read.records[i].type, told.records[i].type);
    EXPECT_EQ(read.records[i].is_protected, told.records[i].is_protected);
    EXPECT_TRUE(read.records[i].opened);
    EXPECT_EQ(read.records[i].octets, told.records[i].octets);
    EXPECT_EQ(read.records[i].content, told.records[i].content);
  }
}

/// Two connections between the same two, the second watched.
struct Again {
  std::shared_ptr<test::TestClientStore> store = std::make_shared<test::TestClientStore>();
  Scene scene;

  explicit Again(Scene first) : scene(std::move(first)) {
    scene.client.session_store = store;
    scene.client.early_data = true;
    scene.server.ticket_keys = *TicketKeys::make(test::now);
    scene.server.max_early_data_size = 1000;
    scene.server.replay_guard = *StrikeRegister::make();
    [[maybe_unused]] const Recording before = scene.recorded();
    EXPECT_FALSE(store->sessions.empty());
  }
  [[nodiscard]] Recording with_early_data() const {
    inspect::Recorder recorder(true);
    auto client =
        Connection::client(test::make(scene.client), *ServerName::parse("localhost"), test::now, &recorder);
    auto server = Connection::server(test::make(scene.server), test::now);
    test::Pair pair(std::move(*client), std::move(*server));
    pair.server.deliver(pair.client.send_early(as_bytes("early question")));
    pair.run();
    EXPECT_TRUE(pair.done());
    pair.client.deliver(pair.server.send(as_bytes("answer")));
    pair.client.connection.close();
    pair.run();
    return std::move(recorder.recording());
  }
};

TEST(Decode, SeesWhatTheClientSaw) {
  for (const auto& [name, scene] : test::all_scenes()) {
    const Recording told = scene.recorded();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
      const Decoded read = decode(told, piece);
      expect_equal(read.recording, told, name);
      EXPECT_TRUE(read.remarks.empty()) << name << ": " << read.remarks.front();
    }
  }
}

TEST(Decode, OpensEverySuite) {
  for (const CipherSuite suite : policies::classic.cipher_suites) {
    const std::string name = to_string(suite);
    const bool rsa_certificate = name.contains("_RSA_");
    Scene scene = rsa_certificate ? test::classic() : test::tls13();
    scene.client.policy = policies::classic;
    scene.client.policy.cipher_suites = {suite};
    scene.server.policy = policies::classic;
    if (name.contains("_WITH_")) test::only(scene.client, ProtocolVersion::tls12);
    const Recording told = scene.recorded();
    ASSERT_FALSE(told.error) << name;
    const Decoded read = decode(told);
    expect_equal(read.recording, told, name);
    EXPECT_TRUE(read.remarks.empty()) << name;
  }
}

TEST(Decode, ExplainsAsTheConnectionWould) {
  for (const auto& [name, scene] : test::all_scenes()) {
    const Recording told = scene.recorded();
    const inspect::Story own = inspect::explain(told);
    const inspect::Story read = inspect::explain(decode(told).recording);
    ASSERT_EQ(read.steps.size(), own.steps.size()) << name;
    for (std::size_t i = 0; i < own.steps.size(); ++i) EXPECT_EQ(read.steps[i].title, own.steps[i].title);
    EXPECT_EQ(read.messages.size(), own.messages.size()) << name;
    EXPECT_EQ(read.cipher_suite, own.cipher_suite);
    const bool tls13 = read.version == ProtocolVersion::tls13;
    const auto secret = std::ranges::find(
        read.derivations, std::string(tls13 ? "client_application_traffic_secret_0" : "master_secret"),
        &inspect::Derivation::name);
    ASSERT_NE(secret, read.derivations.end()) << name;
    EXPECT_TRUE(secret->confirmed) << name;
    for (const auto& made : read.derivations)
      if (made.name.ends_with("verify_data")) { EXPECT_TRUE(made.confirmed) << name << ' ' << made.name; }
  }
}

TEST(Decode, FollowsResumedSessions) {
  for (const Scene& scene : {test::tls13(), test::ecdhe12()}) {
    const Again again(scene);
    const Recording told = again.scene.recorded();
    const Decoded read = decode(told);
    expect_equal(read.recording, told, "resumed");
    EXPECT_TRUE(inspect::explain(read.recording).resumed);
  }
}

TEST(Decode, OpensEarlyData) {
  for (const CipherSuite suite : {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                                  CipherSuite::TLS_CHACHA20_POLY1305_SHA256}) {
    Scene scene = test::tls13();
    scene.server.policy.cipher_suites = {suite};
    const Recording told = Again(scene).with_early_data();
    const Decoded read = decode(told);
    expect_equal(read.recording, told, to_string(suite));
    EXPECT_TRUE(std::ranges::any_of(read.recording.records, [](const RecordedRecord& record) {
      return as_text(record.content) == "early question";
    }));
  }
}

TEST(Decode, OpensWhatFollowsRefusedEarlyData) {
  Again again(test::tls13());
  again.scene.server.max_early_data_size = 0;
  const Recording told = again.with_early_data();
  expect_equal(decode(told).recording, told, "refused");

  Again retry(test::tls13());
  retry.scene.server.policy.groups = {NamedGroup::secp384r1};
  const Recording retried = retry.with_early_data();
  expect_equal(decode(retried).recording, retried, "refused by a retry");
}

TEST(Decode, PassesOverEarlyDataWithoutItsSecret) {
  const Recording told = Again(test::tls13()).with_early_data();
  std::string key_log = key_log_text(told);
  const std::size_t line = key_log.find("CLIENT_EARLY_TRAFFIC_SECRET");
  ASSERT_NE(line, std::string::npos);
  key_log[line] = '#';
  const Decoded read = inspect::decode(captured(told), KeyLogLines::parse(key_log));
  ASSERT_EQ(read.recording.records.size(), told.records.size());
  std::size_t sealed = 0;
  for (std::size_t i = 0; i < told.records.size(); ++i) {
    if (read.recording.records[i].opened) {
      EXPECT_EQ(read.recording.records[i].content, told.records[i].content);
    } else {
      ++sealed;
    }
  }
  EXPECT_EQ(sealed, 2U) << "the data and EndOfEarlyData";
  EXPECT_EQ(read.remarks.size(), 1U);
}

TEST(Decode, FollowsKeyUpdates) {
  inspect::Recorder recorder(true);
  auto client = Connection::client(test::make(test::client_settings()), *ServerName::parse("localhost"),
                                   test::now, &recorder);
  auto server = Connection::server(test::make(test::server_settings()), test::now);
  test::Pair pair(std::move(*client), std::move(*server));
  pair.run();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pair.client.connection.update_keys(KeyUpdateRequest::update_requested));
    pair.run();
    pair.server.deliver(pair.client.send(as_bytes("question")));
    pair.client.deliver(pair.server.send(as_bytes("answer")));
  }
  const Recording& told = recorder.recording();
  expect_equal(decode(told).recording, told, "key updates");
}

TEST(Decode, ExplainsWhatIsVisibleWithoutKeys) {
  for (const auto& [name, scene] : test::all_scenes()) {
    const Recording told = scene.recorded();
    const Decoded read = inspect::decode(captured(told), KeyLogLines());
    ASSERT_EQ(read.recording.records.size(), told.records.size()) << name;
    for (std::size_t i = 0; i < told.records.size(); ++i) {
      EXPECT_EQ(read.recording.records[i].opened, !told.records[i].is_protected) << name;
      EXPECT_EQ(read.recording.records[i].is_protected, told.records[i].is_protected) << name;
    }
    ASSERT_EQ(read.remarks.size(), 1U) << name;
    EXPECT_TRUE(read.remarks[0].contains("there is no key log")) << read.remarks[0];
    const inspect::Story story = inspect::explain(read.recording);
    EXPECT_EQ(story.version, inspect::explain(told).version);
    EXPECT_FALSE(story.choices.empty());
  }
}

TEST(Decode, SaysThatTheKeyLogIsOfOtherConnections) {
  const Recording told = test::tls13().recorded();
  const Recording other = test::tls13().recorded();
  const Decoded read = inspect::decode(captured(told), KeyLogLines::parse(key_log_text(other)));
  ASSERT_EQ(read.remarks.size(), 1U);
  EXPECT_TRUE(read.remarks[0].contains("no line with this connection's client random")) << read.remarks[0];
}

// What is damaged is lost, and what is behind it is not.
TEST(Decode, GoesOnBehindADamagedRecord) {
  for (const Scene& scene : {test::tls13(), test::ecdhe12(), test::classic()}) {
    const Recording told = scene.recorded();
    for (std::size_t damaged = 0; damaged < told.records.size(); ++damaged) {
      if (!told.records[damaged].is_protected) continue;
      Recording sent = told;
      sent.records[damaged].octets.back() ^= 1U;
      const Decoded read = inspect::decode(captured(sent), KeyLogLines::parse(key_log_text(told)));
      ASSERT_EQ(read.recording.records.size(), told.records.size());
      for (std::size_t i = 0; i < told.records.size(); ++i)
        EXPECT_EQ(read.recording.records[i].opened, i != damaged) << damaged << ' ' << i;
      EXPECT_EQ(read.remarks.size(), 1U);
    }
  }
}

TEST(Decode, TellsWhatWasChosenFromWhatWasOffered) {
  Scene scene = test::retry();
  scene.client.application_protocols = {"h2", "http/1.1"};
  scene.server.application_protocols = {"http/1.1"};
  const Recording told = scene.recorded();
  const Recording read = decode(told).recording;
  const auto choice = [&](std::string_view what) {
    const auto found = std::ranges::find(read.choices, what, &inspect::Choice::what);
    return found == read.choices.end() ? inspect::Choice() : *found;
  };
  EXPECT_EQ(choice("version").chosen, "TLSv1.3");
  EXPECT_EQ(choice("group").chosen, "secp384r1");
  EXPECT_GT(choice("group").offered.size(), 2U);
  EXPECT_TRUE(choice("group").why.contains("HelloRetryRequest"));
  EXPECT_EQ(choice("application_protocol").chosen, "http/1.1");
  EXPECT_EQ(choice("application_protocol").offered, (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_EQ(choice("signature_scheme").chosen, "ecdsa_secp256r1_sha256");
}

TEST(Decode, TakesAnyOctets) {
  const Octets noise = to_octets(as_bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  const Decoded read = inspect::decode({{Role::client, noise, {}}, {Role::server, {}, {}}}, KeyLogLines());
  EXPECT_TRUE(read.recording.records.empty());
  ASSERT_EQ(read.remarks.size(), 2U);
  EXPECT_EQ(read.remarks[0], "From the client: what follows is no TLS record.");
  EXPECT_TRUE(read.remarks[1].starts_with("No ClientHello was seen"));
}

TEST(Decode, SaysWhenTheLastRecordIsCutOff) {
  const Recording told = test::tls13().recorded();
  std::vector<CapturedOctets> stream = captured(told, 100000);
  stream.resize(2);
  stream.back().octets.pop_back();
  const Decoded read = inspect::decode(stream, KeyLogLines());
  EXPECT_FALSE(read.remarks.empty());
  EXPECT_TRUE(read.remarks.front().contains("the last record is not complete"));
}

TEST(Decode, KeepsWithinItsLimits) {
  const Recording told = test::tls13().recorded();
  const Decoded read = inspect::decode(captured(told), KeyLogLines::parse(key_log_text(told)),
                                       {.records = 3, .octets = 1U << 20U});
  EXPECT_EQ(read.recording.records.size(), 3U);
  EXPECT_EQ(read.recording.left_out, told.records.size() - 3);
}

TEST(KeyLogLines, TakesWhatIsALineAndNothingElse) {
  const std::string random(64, 'A');
  const std::string other = "00" + std::string(62, 'a');
  const KeyLogLines log = KeyLogLines::parse(
      "# comment\n\nCLIENT_RANDOM " + random + " 0102\r\n" + "EXPORTER_SECRET " + random + " ff\n" +  //
      "CLIENT_RANDOM " + random + " 010\n" +           // half an octet
      "CLIENT_RANDOM " + random + " 01 02\n" +         // one word too many
      "CLIENT_RANDOM " + random.substr(2) + " 01\n" +  // too short
      "CLIENT_RANDOM " + random + "\n" +               // no secret
      "CLIENT_RANDOM " + other + " xy\n" + "CLIENT_RANDOM " + other + " 07");
  EXPECT_EQ(log.size(), 3U);
  const auto found = log.find(Octets(32, 0xaa));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "CLIENT_RANDOM");
  EXPECT_EQ(found[0].value, (SecretOctets{1, 2}));
  EXPECT_EQ(found[1].name, "EXPORTER_SECRET");
  EXPECT_TRUE(log.find(Octets(32)).empty());
}

}  // namespace
}  // namespace handfast
