// Stories: steps, octets, messages and derivations of real handshakes.
#include <algorithm>
#include <set>

#include <handfast/certificate_compression.hpp>

#include <gtest/gtest.h>

#include "explain/explained.hpp"
#include "support/delegation.hpp"
#include "support/vectors.hpp"
#include "wire/big_endian.hpp"

namespace handfast {
namespace {

using inspect::Operation;
using inspect::Story;
using test::Scene;

std::vector<std::string> titles(const Story& story) {
  std::vector<std::string> texts;
  for (const auto& step : story.steps)
    texts.push_back(step.number.empty() ? step.title : step.number + " " + step.title);
  return texts;
}

const inspect::Derivation& derivation(const Story& story, const std::string& name) {
  const auto found = std::ranges::find(story.derivations, name, &inspect::Derivation::name);
  if (found == story.derivations.end()) throw std::runtime_error("no derivation " + name);
  return *found;
}

TEST(Story, TellsTheNineStepsOfRsaKeyTransport) {
  Scene scene = test::classic();
  test::make_mutual(scene);
  const Story story = scene.explained();
  EXPECT_TRUE(story.rsa_key_transport);
  EXPECT_TRUE(story.mutual);
  EXPECT_EQ(titles(story), (std::vector<std::string>{
                               "1 ClientHello", "2 ServerHello",
                               "3 Certificate, CertificateRequest, ServerHelloDone", "4 Client Certificate",
                               "5 ClientKeyExchange with the encrypted pre-master secret, CertificateVerify",
                               "6 Master secret and session keys, on both sides",
                               "7 Client ChangeCipherSpec, Finished", "8 Server ChangeCipherSpec, Finished",
                               "9 Application data", "Alert: close_notify", "Alert: close_notify"}));
  EXPECT_EQ(story.steps[6].messages.size(), 1U);
  EXPECT_EQ(story.steps[6].records.size(), 2U);
  EXPECT_FALSE(story.steps[5].derivations.empty());
}

TEST(Story, HasNineStepsWithoutAClientCertificateToo) {
  const Story story = test::classic().explained();
  const auto& fourth = story.steps.at(3);
  EXPECT_EQ(fourth.number, "4");
  EXPECT_EQ(fourth.title, "Client Certificate: not asked for");
  EXPECT_TRUE(fourth.messages.empty());
  EXPECT_EQ(story.steps.at(8).title, "Application data");
}

TEST(Story, TellsTls13) {
  const Story story = test::tls13().explained();
  EXPECT_EQ(titles(story),
            (std::vector<std::string>{"1 ClientHello", "2 ServerHello", "3 Handshake keys, on both sides",
                                      "4 EncryptedExtensions", "5 Certificate, CertificateVerify",
                                      "6 Server Finished", "7 Application keys, on both sides",
                                      "8 Client Finished", "9 Application data", "Alert: close_notify"}));
  EXPECT_EQ(story.group, NamedGroup::X25519MLKEM768);
  EXPECT_EQ(story.server_name, "localhost");
  EXPECT_FALSE(story.hello_retry || story.mutual || story.resumed || story.rsa_key_transport);
  for (const auto& step : story.steps) {
    EXPECT_FALSE(step.text.empty()) << step.title;
    EXPECT_FALSE(step.section.empty()) << step.title;
  }
  EXPECT_FALSE(story.steps[1].is_encrypted);
  EXPECT_TRUE(story.steps[3].is_encrypted);
}

TEST(Story, TellsARetry) {
  const Story story = test::retry().explained();
  EXPECT_TRUE(story.hello_retry);
  EXPECT_EQ(story.steps[1].title, "HelloRetryRequest");
  EXPECT_EQ(story.steps[2].title, "ClientHello, again");
  EXPECT_EQ(story.steps[3].title, "ServerHello");
  EXPECT_EQ(story.messages[1].name, "hello_retry_request");
}

// RFC 9345: what signs is another key than the certificate's.
TEST(Story, TellsOfADelegatedCredential) {
  const auto tells = [](const Story& story, const char* title) {
    for (const auto& step : story.steps)
      if (step.title == title)
        return std::ranges::any_of(step.text,
                                   [](const std::string& text) { return text.contains("RFC 9345"); });
    ADD_FAILURE() << "no step " << title;
    return false;
  };
  Scene scene{test::delegation_client(), test::delegation_server()};
  EXPECT_TRUE(tells(scene.explained(), "Certificate, CertificateVerify"));
  scene.server.credentials = {test::holder().credential};
  EXPECT_FALSE(tells(scene.explained(), "Certificate, CertificateVerify"));

  Scene mutual{test::client_settings(), test::delegation_asking_server()};
  mutual.client.credentials = {test::delegated({.role = Role::client})};
  EXPECT_TRUE(tells(mutual.explained(), "Client Certificate, CertificateVerify"));
  EXPECT_FALSE(tells(mutual.explained(), "Certificate, CertificateVerify"));
}

// RFC 8879: what the server sends is not what it means.
class CompressedCertificates : public testing::Test {
 protected:
  void SetUp() override {
    scene_.client.certificate_compression = certificate_compression::all();
    if (scene_.client.certificate_compression.empty()) GTEST_SKIP() << "built without any compression";
    scene_.server.certificate_compression = scene_.client.certificate_compression;
  }
  static const inspect::ExplainedMessage* message_of(const Story& story, HandshakeType type) {
    const auto found = std::ranges::find(story.messages, type, &inspect::ExplainedMessage::type);
    return found == story.messages.end() ? nullptr : &*found;
  }
  static const inspect::Dump* decompressed(const Story& story) {
    for (const auto& record : story.records)
      for (const auto& dump : record.dumps)
        if (dump.title.contains("decompresses")) return &dump;
    return nullptr;
  }

  Scene scene_{test::delegation_client(), test::delegation_server()};
};

TEST_F(CompressedCertificates, AreShownAsWhatTheyStandFor) {
  const Story story = scene_.explained();
  EXPECT_TRUE(story.remarks.empty());
  ASSERT_NE(message_of(story, HandshakeType::compressed_certificate), nullptr);
  const inspect::Dump* const dump = decompressed(story);
  ASSERT_NE(dump, nullptr);
  EXPECT_EQ(test::broken(*dump), "");
  EXPECT_EQ(dump->fields.front().name, "certificate");
  EXPECT_NE(std::ranges::find(dump->fields, std::string("delegated_credential"), &inspect::Field::name),
            dump->fields.end());
  // The same server without compression sends just this.
  Scene plain = scene_;
  plain.server.certificate_compression.clear();
  const Story uncompressed = plain.explained();
  EXPECT_EQ(decompressed(uncompressed), nullptr);
  const auto* const sent = message_of(uncompressed, HandshakeType::certificate);
  ASSERT_NE(sent, nullptr);
  EXPECT_EQ(dump->octets, sent->octets);
  // And the story says so, and knows of the other key.
  const auto step =
      std::ranges::find(story.steps, std::string("Certificate, CertificateVerify"), &inspect::Step::title);
  ASSERT_NE(step, story.steps.end());
  const std::string size = " " + std::to_string(sent->octets.size()) + " octets";
  EXPECT_TRUE(std::ranges::any_of(
      step->text, [&](const auto& text) { return text.contains("RFC 8879") && text.contains(size); }));
  EXPECT_TRUE(std::ranges::any_of(step->text, [](const auto& text) { return text.contains("RFC 9345"); }));
}

TEST_F(CompressedCertificates, StandBehindAllTheirRecords) {
  scene_.client.record_size_limit = scene_.server.record_size_limit = 200;
  const Story story = scene_.explained();
  const auto* const message = message_of(story, HandshakeType::compressed_certificate);
  ASSERT_NE(message, nullptr);
  ASSERT_LT(message->first_record, message->last_record);
  const auto& dumps = story.records[message->last_record].dumps;
  ASSERT_EQ(dumps.size(), 4U);
  EXPECT_EQ(dumps[2].octets, message->octets);
  EXPECT_EQ(&dumps[3], decompressed(story));
}

/// One message in a recording is replaced by others.
class Forged {
 public:
  Forged(inspect::Recording recording, const inspect::ExplainedMessage& message)
      : recording_(std::move(recording)),
        content_(recording_.records[message.last_record].content),
        begin_(std::ranges::search(content_, message.octets).begin() - content_.begin()),
        size_(static_cast<std::ptrdiff_t>(message.octets.size())) {}

  Story explained(const Octets& instead) {
    const auto at = content_.erase(content_.begin() + begin_, content_.begin() + begin_ + size_);
    content_.insert(at, instead.begin(), instead.end());
    size_ = static_cast<std::ptrdiff_t>(instead.size());
    return inspect::explain(recording_);
  }

 private:
  inspect::Recording recording_;
  Octets& content_;
  std::ptrdiff_t begin_;
  std::ptrdiff_t size_;
};

bool remarks(const Story& story, const char* what) {
  return std::ranges::any_of(story.remarks, [what](const auto& remark) { return remark.contains(what); });
}

// zlib has a checksum: what is changed is noticed.
TEST_F(CompressedCertificates, ThatDoNotDecompressAreRemarkedUpon) {
  const auto zlib = certificate_compression::zlib();
  if (zlib == nullptr) GTEST_SKIP() << "built without zlib";
  scene_.client.certificate_compression = {zlib};
  const inspect::Recording recording = scene_.recorded();
  const Story story = inspect::explain(recording);
  const auto* const message = message_of(story, HandshakeType::compressed_certificate);
  ASSERT_NE(message, nullptr);
  Forged forged(recording, *message);
  EXPECT_TRUE(forged.explained(message->octets).remarks.empty());
  // The algorithm; the length, to more than any connection takes and to one octet more or less; the stream.
  for (const std::size_t at :
       {std::size_t{4}, std::size_t{6}, std::size_t{8}, std::size_t{12}, message->octets.size() - 1}) {
    Octets changed = message->octets;
    changed[at] ^= at == 8 ? 1 : 0xff;
    const Story broken = forged.explained(changed);
    EXPECT_EQ(decompressed(broken), nullptr) << at;
    EXPECT_TRUE(remarks(broken, "does not decompress")) << at;
  }
}

TEST_F(CompressedCertificates, ThatAreNoneOrTooManyAreRemarkedUpon) {
  const auto zlib = certificate_compression::zlib();
  if (zlib == nullptr) GTEST_SKIP() << "built without zlib";
  const auto message_with = [&](const Octets& body) {
    const Octets compressed = *zlib->compress(body);
    Octets octets{25, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    octets.insert(octets.end(), compressed.begin(), compressed.end());
    wire::store<3>(octets.data() + 1, static_cast<std::uint32_t>(8 + compressed.size()));
    wire::store<3>(octets.data() + 6, static_cast<std::uint32_t>(body.size()));
    wire::store<3>(octets.data() + 9, static_cast<std::uint32_t>(compressed.size()));
    return octets;
  };
  const inspect::Recording recording = scene_.recorded();
  const Story story = inspect::explain(recording);
  const auto* const message = message_of(story, HandshakeType::compressed_certificate);
  ASSERT_NE(message, nullptr);
  Forged forged(recording, *message);
  Octets noise(100);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<std::uint8_t>(i * i + 1);
  const Story none = forged.explained(message_with(noise));
  EXPECT_TRUE(remarks(none, "no certificate"));
  ASSERT_NE(decompressed(none), nullptr);
  EXPECT_EQ(test::broken(*decompressed(none)), "");
  // 64 KiB out of a hundred octets.
  const Story bomb = forged.explained(message_with(Octets(65536, 0)));
  EXPECT_TRUE(remarks(bomb, "does not decompress"));
  EXPECT_EQ(decompressed(bomb), nullptr);
}

// A capture may hold any number of them, each of which becomes 64 KiB.
TEST_F(CompressedCertificates, AreDecompressedOnceASide) {
  const inspect::Recording recording = scene_.recorded();
  const Story story = inspect::explain(recording);
  const auto* const message = message_of(story, HandshakeType::compressed_certificate);
  ASSERT_NE(message, nullptr);
  Octets many;
  for (int i = 0; i < 4; ++i) many.insert(many.end(), message->octets.begin(), message->octets.end());
  const Story longer = Forged(recording, *message).explained(many);
  int shown = 0;
  for (const auto& record : longer.records)
    shown += static_cast<int>(std::ranges::count_if(
        record.dumps, [](const auto& dump) { return dump.title.contains("decompresses"); }));
  EXPECT_EQ(shown, 1);
  EXPECT_EQ(std::ranges::count(longer.messages, HandshakeType::compressed_certificate,
                               &inspect::ExplainedMessage::type),
            4);
  EXPECT_EQ(std::ranges::count_if(longer.remarks,
                                  [](const auto& remark) { return remark.contains("Only the first"); }),
            1);
}

TEST(Story, TellsMutualTls13) {
  Scene scene = test::tls13();
  test::make_mutual(scene);
  const Story story = scene.explained();
  EXPECT_TRUE(story.mutual);
  const auto found = titles(story);
  EXPECT_NE(std::ranges::find(found, "9 Client Certificate, CertificateVerify"), found.end());
}

TEST(Story, TellsAResumption) {
  const Scene scene = test::resumed(test::tls13());
  const inspect::Recording recording = scene.recorded();
  const Story story = inspect::explain(recording);
  EXPECT_TRUE(story.resumed);
  EXPECT_TRUE(story.remarks.empty());
  EXPECT_EQ(derivation(story, "psk").value.size(), 32U);
  EXPECT_TRUE(derivation(story, "client_handshake_traffic_secret").confirmed);
  EXPECT_TRUE(derivation(story, "server_verify_data").confirmed);
  const auto& hello = story.steps.at(1).text;
  EXPECT_TRUE(std::ranges::any_of(hello, [](const auto& text) { return text.contains("pre-shared key"); }));
}

TEST(Story, TellsAResumptionInTls12) {
  const Story story = test::resumed(test::ecdhe12()).explained();
  EXPECT_TRUE(story.resumed);
  EXPECT_EQ(titles(story), (std::vector<std::string>{
                               "1 ClientHello", "2 ServerHello", "3 Session keys, on both sides",
                               "4 Server ChangeCipherSpec, Finished", "5 Client ChangeCipherSpec, Finished",
                               "6 Application data", "Alert: close_notify", "Alert: close_notify"}));
  EXPECT_EQ(derivation(story, "master_secret").operation, Operation::given);
  EXPECT_TRUE(derivation(story, "client_verify_data").confirmed);
  EXPECT_TRUE(derivation(story, "server_verify_data").confirmed);
}

TEST(Story, TellsEarlyData) {
  const Story story = test::early_data(test::tls13()).explained();
  EXPECT_TRUE(story.early_data_offered && story.early_data_accepted);
  const auto found = titles(story);
  EXPECT_EQ(std::vector<std::string>(found.begin(), found.begin() + 3),
            (std::vector<std::string>{"1 ClientHello", "2 Early data", "3 ServerHello"}));
  EXPECT_NE(std::ranges::find(found, "8 EndOfEarlyData"), found.end());
  EXPECT_TRUE(derivation(story, "client_early_traffic_secret").confirmed);
  EXPECT_TRUE(derivation(story, "binder").confirmed);
  EXPECT_TRUE(story.steps.at(1).is_encrypted);
  EXPECT_FALSE(story.steps.at(1).derivations.empty());
}

// The server forgets the first hello's PSK with everything else of it, but the data had gone out under it.
TEST(Story, TellsEarlyDataThatIsRefused) {
  const Story story = test::early_data(test::retry()).explained();
  EXPECT_TRUE(story.early_data_offered && story.resumed);
  EXPECT_FALSE(story.early_data_accepted);
  EXPECT_TRUE(derivation(story, "client_early_traffic_secret").confirmed);
  EXPECT_TRUE(derivation(story, "offered_binder").confirmed);
  EXPECT_TRUE(derivation(story, "binder").confirmed);
  EXPECT_NE(derivation(story, "offered_binder").value, derivation(story, "binder").value);
}

TEST(Story, KnowsAnExternalPskByItsBinder) {
  const Story story = test::external_psk().explained();
  EXPECT_EQ(derivation(story, "binder_key").inputs.at(1).text, "ext binder");
  EXPECT_TRUE(derivation(story, "binder").confirmed);
  EXPECT_FALSE(story.steps.at(0).derivations.empty());  // a key before the first word
}

TEST(Story, SaysNothingOfAPskThatIsNoneOfTheRecorded) {
  inspect::Recording recording = test::resumed(test::tls13()).recorded();
  for (auto& secret : recording.secrets)
    if (secret.name == "psk") secret.value.front() ^= 1U;
  const Story story = inspect::explain(recording);
  EXPECT_TRUE(derivation(story, "psk").value.empty());
  EXPECT_TRUE(derivation(story, "binder").value.empty());
  // The key log's secrets stand where nothing leads to them.
  EXPECT_TRUE(derivation(story, "client_handshake_traffic_secret").confirmed);
}

TEST(Story, ShowsWhatTicketsStandFor) {
  Scene scene = test::tls13();
  scene.server.tickets = 1;
  scene = test::resumed(scene);
  const Story first = scene.explained();
  const Story second = scene.explained();
  EXPECT_EQ(derivation(first, "psk_of_ticket_1").value, derivation(second, "psk").value);
}

// RFC 8446 §7.2: each leads to the next generation of its sender; the peer's follows because it was asked.
TEST(Story, TellsKeyUpdates) {
  inspect::Recorder recorder(true);
  auto client = Connection::client(test::make(test::client_settings()), *ServerName::parse("localhost"),
                                   test::now, &recorder);
  auto server = Connection::server(test::make(test::server_settings()), test::now);
  ASSERT_TRUE(client && server);
  test::Pair pair(std::move(*client), std::move(*server));
  pair.run();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(pair.client.connection.update_keys(KeyUpdateRequest::update_requested));
    pair.run();
  }
  const Story story = inspect::explain(recorder.recording());
  const auto found = titles(story);
  EXPECT_EQ(std::ranges::count_if(found, [](const auto& title) { return title.ends_with("KeyUpdate"); }), 1);
  for (const char* side : {"client", "server"})
    for (const char* generation : {"1", "2"}) {
      const std::string name = std::string(side) + "_application_";
      EXPECT_EQ(derivation(story, name + "traffic_secret_" + generation).value.size(), 32U);
      EXPECT_EQ(derivation(story, name + generation + "_write_key").value.size(), 16U);
    }
  const auto& second = derivation(story, "client_application_traffic_secret_2");
  EXPECT_EQ(story.derivations[*second.inputs.front().derivation].name, "client_application_traffic_secret_1");
  EXPECT_TRUE(story.remarks.empty());
}

TEST(Story, CoversEveryOctetExactlyOnce) {
  for (const auto& [name, scene] : test::all_scenes()) {
    const Story story = scene.explained();
    ASSERT_GT(story.records.size(), 4U) << name;
    for (const auto& record : story.records)
      for (const auto& dump : record.dumps) EXPECT_EQ(test::broken(dump), "") << name;
  }
}

TEST(Story, ShowsTheRecordsThatWereSent) {
  for (const auto& [name, scene] : test::all_scenes()) {
    const inspect::Recording recording = scene.recorded();
    const Story story = inspect::explain(recording);
    ASSERT_EQ(story.records.size(), recording.records.size());
    for (std::size_t i = 0; i < story.records.size(); ++i)
      EXPECT_EQ(story.records[i].dumps.front().octets, recording.records[i].octets) << name;
    std::size_t octets = 0;
    for (const auto& flight : story.flights) octets += flight.octets;
    std::size_t expected = 0;
    for (const auto& record : recording.records) expected += record.octets.size();
    EXPECT_EQ(octets, expected);
  }
}

TEST(Story, PutsEveryMessageAndRecordIntoAStep) {
  for (const auto& [name, scene] : test::all_scenes()) {
    const Story story = scene.explained();
    std::multiset<std::size_t> messages;
    std::set<std::size_t> records;
    std::set<std::size_t> derivations;
    for (const auto& step : story.steps) {
      messages.insert(step.messages.begin(), step.messages.end());
      records.insert(step.records.begin(), step.records.end());
      derivations.insert(step.derivations.begin(), step.derivations.end());
    }
    EXPECT_EQ(messages.size(), story.messages.size()) << name;
    EXPECT_EQ(records.size(), story.records.size()) << name;
    EXPECT_EQ(derivations.size(), story.derivations.size()) << name;
  }
}

// What the connection told by itself: every value is computed from its inputs and is the connection's own.
TEST(Story, DerivesWhatTheConnectionUsed) {
  for (const auto& [name, scene] : test::all_scenes()) {
    const Story story = scene.explained();
    EXPECT_TRUE(story.remarks.empty()) << name << ": " << story.remarks.front();
    for (const auto& derivation : story.derivations) {
      EXPECT_EQ(derivation.value.size(), derivation.length) << name << ' ' << derivation.name;
      EXPECT_FALSE(derivation.value.empty()) << name << ' ' << derivation.name;
    }
    const bool tls13 = story.version == ProtocolVersion::tls13;
    for (const char* shown : {"client_verify_data", "server_verify_data"})
      EXPECT_TRUE(derivation(story, shown).confirmed) << name << ' ' << shown;
    EXPECT_TRUE(derivation(story, tls13 ? "server_application_traffic_secret_0" : "master_secret").confirmed)
        << name;
  }
}

TEST(Story, SaysWhenAValueIsNotTheConnections) {
  inspect::Recording recording = test::tls13().recorded();
  for (auto& secret : recording.secrets)
    if (secret.name == "shared_secret") secret.value.front() ^= 1U;
  const Story story = inspect::explain(recording);
  EXPECT_FALSE(derivation(story, "client_handshake_traffic_secret").confirmed);
  EXPECT_FALSE(derivation(story, "client_verify_data").confirmed);
  EXPECT_FALSE(story.remarks.empty());
}

TEST(Story, HasTheTreeWithoutItsSecrets) {
  const Story story = inspect::explain(test::record(test::client_settings(), test::server_settings(), false));
  EXPECT_TRUE(derivation(story, "handshake_secret").value.empty());
  EXPECT_TRUE(derivation(story, "server_handshake_write_key").value.empty());
  EXPECT_FALSE(derivation(story, "transcript_hellos").value.empty());
  for (const auto& made : story.derivations)
    EXPECT_TRUE(!made.is_secret || made.value.empty() || made.name == "early_secret" ||
                made.name == "derived_early")  // constants of a connection without a PSK
        << made.name;
}

TEST(Story, InputsComeBeforeWhatIsMadeOfThem) {
  for (const auto& [name, scene] : test::all_scenes()) {
    const Story story = scene.explained();
    for (std::size_t i = 0; i < story.derivations.size(); ++i)
      for (const auto& input : story.derivations[i].inputs)
        EXPECT_TRUE(!input.derivation || *input.derivation < i) << name;
  }
}

// The transcript hashes are those that the connection told its observer.
TEST(Story, HasTheTranscriptOfTheConnection) {
  class Hashes final : public inspect::Observer {
   public:
    void record(const inspect::Record& record) noexcept override { recorder.record(record); }
    void message(const inspect::Message& message) noexcept override {
      hashes.push_back(to_octets(message.transcript_hash));
    }
    inspect::Recorder recorder{false};
    std::vector<Octets> hashes;
  };
  for (const auto& [name, scene] : test::all_scenes()) {
    Hashes hashes;
    auto client =
        Connection::client(test::make(scene.client), *ServerName::parse("localhost"), test::now, &hashes);
    auto server = Connection::server(test::make(scene.server), test::now);
    ASSERT_TRUE(client && server);
    test::Pair pair(std::move(*client), std::move(*server));
    pair.run();
    ASSERT_TRUE(pair.done()) << name;
    const Story story = inspect::explain(hashes.recorder.recording());
    ASSERT_EQ(story.messages.size(), hashes.hashes.size()) << name;
    int known = 0;
    for (std::size_t i = 0; i < hashes.hashes.size(); ++i) {
      if (hashes.hashes[i].empty()) continue;  // the connection did not know the hash yet
      EXPECT_EQ(story.messages[i].transcript_hash, hashes.hashes[i]) << name << ' ' << i;
      ++known;
    }
    EXPECT_GT(known, 1) << name;
  }
}

TEST(Story, PutsMessagesTogetherFromTheirRecords) {
  Scene scene = test::tls13();
  scene.client.record_size_limit = 64;
  const Story story = scene.explained();
  const auto certificate =
      std::ranges::find(story.messages, HandshakeType::certificate, &inspect::ExplainedMessage::type);
  ASSERT_NE(certificate, story.messages.end());
  EXPECT_GT(certificate->last_record, certificate->first_record + 2);
  const auto& dumps = story.records[certificate->last_record].dumps;
  ASSERT_GE(dumps.size(), 3U);
  EXPECT_EQ(dumps[2].octets, certificate->octets);
  const auto names = [](const inspect::Field& field) { return field.name == "tbsCertificate"; };
  EXPECT_TRUE(std::ranges::any_of(dumps[2].fields, names));
}

TEST(Story, TellsOfAFailure) {
  const test::Authority stranger;
  Scene scene = test::tls13();
  scene.client.trust = stranger.trust();
  const Story story = scene.explained();
  EXPECT_EQ(story.steps.back().title, "Alert: unknown_ca");
  ASSERT_TRUE(story.error);
  ASSERT_TRUE(story.verification);
  EXPECT_FALSE(story.verification->ok());
}

TEST(Story, OfNothingIsEmpty) {
  const Story story = inspect::explain({});
  EXPECT_FALSE(story.version);
  EXPECT_TRUE(story.steps.empty());
  EXPECT_TRUE(story.derivations.empty());
}

TEST(Recorder, KeepsWithinItsLimits) {
  inspect::Recorder recorder(false, {}, {.records = 3, .octets = 100});
  const Octets octets(40);
  inspect::Record record;
  record.octets = octets;
  for (int i = 0; i < 5; ++i) recorder.record(record);
  EXPECT_EQ(recorder.recording().records.size(), 2U);
  EXPECT_EQ(recorder.recording().left_out, 3U);
}

}  // namespace
}  // namespace handfast
