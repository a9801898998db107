// What an observer is told of a connection.
#include <algorithm>
#include <map>

#include <handfast/inspect.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "support/pair.hpp"

namespace handfast {
namespace {

using test::client_settings;
using test::Pair;
using test::server_settings;

// Keeps what it is told.
class Notes : public inspect::Observer {
 public:
  explicit Notes(bool with_secrets = false) : with_secrets_(with_secrets) {}

  void record(const inspect::Record& record) noexcept override {
    Octets& all = wire[record.from];
    all.insert(all.end(), record.octets.begin(), record.octets.end());
    if (record.type == ContentType::handshake) {
      Octets& carried = handshake[record.from];
      carried.insert(carried.end(), record.content.begin(), record.content.end());
    }
    if (record.type == ContentType::application_data) data[record.from].append(as_text(record.content));
    if (record.type == ContentType::alert) alerts.push_back(record.content[1]);
    protected_records += record.is_protected ? 1 : 0;
    largest = std::max(largest, record.octets.size());
    ++records;
  }
  void message(const inspect::Message& message) noexcept override {
    types.push_back(message.type);
    Octets& own = messages[message.from];
    own.insert(own.end(), message.octets.begin(), message.octets.end());
    transcript.insert(transcript.end(), message.octets.begin(), message.octets.end());
    if (message.transcript_hash.empty()) return;
    const auto algorithm =
        message.transcript_hash.size() == 48 ? crypto::HashAlgorithm::sha384 : crypto::HashAlgorithm::sha256;
    hashes_right = hashes_right && equal(message.transcript_hash, crypto::hash(algorithm, transcript).view());
    ++hashes;
  }
  void choice(const inspect::Choice& choice) noexcept override {
    choices.emplace(std::string(choice.what), choice);
  }
  void judged(const x509::Verification& verification) noexcept override {
    verdicts.push_back(verification.ok());
  }
  void failed(const Error& error) noexcept override { errors.push_back(error.code); }
  [[nodiscard]] bool wants_secrets() const noexcept override { return with_secrets_; }
  void secret(const inspect::DerivedSecret& secret) noexcept override {
    secrets[std::string(secret.name)] = to_octets(secret.value);
  }

  std::map<Role, Octets> wire;
  std::map<Role, Octets> handshake;
  std::map<Role, Octets> messages;
  std::map<Role, std::string> data;
  std::vector<HandshakeType> types;
  std::map<std::string, inspect::Choice> choices;
  std::map<std::string, Octets> secrets;
  std::vector<bool> verdicts;
  std::vector<ErrorCode> errors;
  std::vector<int> alerts;
  Octets transcript;
  bool hashes_right = true;
  int hashes = 0;
  int records = 0;
  int protected_records = 0;
  std::size_t largest = 0;

 private:
  bool with_secrets_;
};

Pair watched(ClientSettings client, ServerSettings server, Notes* client_notes, Notes* server_notes) {
  auto client_end = Connection::client(test::make(std::move(client)), *ServerName::parse("localhost"),
                                       test::now, client_notes);
  auto server_end = Connection::server(test::make(std::move(server)), test::now, server_notes);
  EXPECT_TRUE(client_end && server_end);
  return {std::move(*client_end), std::move(*server_end)};
}

// Runs the handshake, says something both ways, and compares with what travelled.
void expect_whole_truth(Pair& pair, const Notes& client, const Notes& server) {
  Octets up;
  Octets down;
  pair.to_server = [&](Octets& octets) { up.insert(up.end(), octets.begin(), octets.end()); };
  pair.to_client = [&](Octets& octets) { down.insert(down.end(), octets.begin(), octets.end()); };
  pair.run();
  ASSERT_TRUE(pair.done()) << test::failure(pair.client) << test::failure(pair.server);
  const Octets question = pair.client.send(as_bytes("question"));
  up.insert(up.end(), question.begin(), question.end());
  pair.server.deliver(question);
  const Octets answer = pair.server.send(as_bytes("answer"));
  down.insert(down.end(), answer.begin(), answer.end());
  pair.client.deliver(answer);
  pair.to_server = pair.to_client = nullptr;  // up and down end here

  for (const Notes* notes : {&client, &server}) {
    EXPECT_EQ(notes->wire.at(Role::client), up);
    EXPECT_EQ(notes->wire.at(Role::server), down);
    EXPECT_EQ(notes->data.at(Role::client), "question");
    EXPECT_EQ(notes->data.at(Role::server), "answer");
    // What the records carry are the messages.
    EXPECT_EQ(notes->handshake.at(Role::client), notes->messages.at(Role::client));
    EXPECT_EQ(notes->handshake.at(Role::server), notes->messages.at(Role::server));
    EXPECT_TRUE(notes->hashes_right);
    EXPECT_GT(notes->hashes, 0);
    EXPECT_TRUE(notes->errors.empty());
    EXPECT_TRUE(notes->alerts.empty());
    EXPECT_TRUE(notes->secrets.empty());
  }
  EXPECT_EQ(client.types, server.types);
  EXPECT_EQ(client.records, server.records);
  EXPECT_EQ(client.protected_records, server.protected_records);
}

TEST(Observer, IsToldEveryOctetOfTls13) {
  Notes client;
  Notes server;
  Pair pair = watched(client_settings(), server_settings(), &client, &server);
  expect_whole_truth(pair, client, server);
  using enum HandshakeType;
  EXPECT_EQ(client.types, (std::vector{client_hello, server_hello, encrypted_extensions, certificate,
                                       certificate_verify, finished, finished}));
  EXPECT_EQ(client.verdicts, std::vector{true});
  EXPECT_TRUE(server.verdicts.empty());
}

TEST(Observer, IsToldEveryOctetOfTls12) {
  Notes client;
  Notes server;
  ServerSettings settings = server_settings();
  settings.policy.max_version = ProtocolVersion::tls12;
  settings.policy.min_version = ProtocolVersion::tls12;
  Pair pair = watched(client_settings(), std::move(settings), &client, &server);
  expect_whole_truth(pair, client, server);
  EXPECT_EQ(client.types.size(), 8U);
  EXPECT_EQ(client.types.back(), HandshakeType::finished);
}

TEST(Observer, IsToldMessagesBehindTheHandshake) {
  Notes client;
  Notes server;
  ServerSettings settings = server_settings();
  settings.ticket_keys = *TicketKeys::make(test::now);
  ClientSettings taking = client_settings();
  taking.session_store = std::make_shared<ClientSessionCache>();
  Pair pair = watched(std::move(taking), std::move(settings), &client, &server);
  expect_whole_truth(pair, client, server);
  EXPECT_EQ(std::ranges::count(client.types, HandshakeType::new_session_ticket), 2);
  EXPECT_EQ(client.hashes, 5);  // of what follows the ServerHello, which names the hash, up to both Finished
  ASSERT_TRUE(pair.client.connection.update_keys(KeyUpdateRequest::update_requested));
  pair.run();
  EXPECT_EQ(std::ranges::count(client.types, HandshakeType::key_update), 2);
  EXPECT_EQ(client.types, server.types);
  EXPECT_EQ(client.messages, server.messages);
}

TEST(Observer, IsToldRecordsOneByOne) {
  Notes client;
  Notes server;
  ServerSettings small = server_settings();
  small.record_size_limit = 64;
  Pair pair = watched(client_settings(), std::move(small), &client, &server);
  pair.run();
  ASSERT_TRUE(pair.done()) << test::failure(pair.client);
  const int before = client.records;
  pair.server.deliver(pair.client.send(Octets(630, 'x')));
  EXPECT_EQ(client.records - before, 10);  // 63 octets and the content type in each
  EXPECT_EQ(client.records, server.records);
  EXPECT_EQ(server.data.at(Role::client).size(), 630U);
}

TEST(Observer, IsToldSecretsOnlyWhenItAsks) {
  Notes client(true);
  Notes server(true);
  Pair pair = watched(client_settings(), server_settings(), &client, &server);
  pair.run();
  ASSERT_TRUE(pair.done());
  EXPECT_EQ(client.secrets, server.secrets);
  for (const char* name :
       {"shared_secret", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET"})
    EXPECT_EQ(client.secrets.count(name), 1U) << name;
}

TEST(Observer, IsToldTheSecretsOfTls12) {
  Notes client(true);
  Notes server(true);
  ClientSettings settings = client_settings();
  settings.policy.max_version = ProtocolVersion::tls12;
  settings.policy.min_version = ProtocolVersion::tls12;
  Pair pair = watched(std::move(settings), server_settings(), &client, &server);
  pair.run();
  ASSERT_TRUE(pair.done());
  EXPECT_EQ(client.secrets, server.secrets);
  EXPECT_EQ(client.secrets.size(), 2U);
  EXPECT_EQ(client.secrets.at("CLIENT_RANDOM").size(), 48U);
}

TEST(Observer, IsToldWhatTheServerChoseAndFromWhat) {
  Notes server;
  ServerSettings settings = server_settings();
  settings.application_protocols = {"h2", "http/1.1"};
  ClientSettings client = client_settings();
  client.application_protocols = {"http/1.1", "h2"};
  Pair pair = watched(std::move(client), std::move(settings), nullptr, &server);
  pair.run();
  ASSERT_TRUE(pair.done());
  EXPECT_EQ(server.choices.size(), 5U);
  EXPECT_EQ(server.choices.at("version").chosen, "TLSv1.3");
  EXPECT_EQ(server.choices.at("cipher_suite").chosen, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(server.choices.at("group").chosen, "X25519MLKEM768");
  EXPECT_EQ(server.choices.at("group").offered.front(), "X25519MLKEM768");
  EXPECT_EQ(server.choices.at("signature_scheme").chosen, "ecdsa_secp256r1_sha256");
  EXPECT_EQ(server.choices.at("application_protocol").chosen, "h2");
  EXPECT_EQ(server.choices.at("application_protocol").offered, (std::vector<std::string>{"http/1.1", "h2"}));
}

TEST(Observer, IsToldWhatIsChosenInAResumption) {
  for (const auto version : {ProtocolVersion::tls13, ProtocolVersion::tls12}) {
    ClientSettings client = client_settings();
    client.policy.max_version = version;
    client.session_store = std::make_shared<ClientSessionCache>();
    ServerSettings settings = server_settings();
    settings.ticket_keys = *TicketKeys::make(test::now);
    Notes first;
    Notes resumed;
    for (Notes* notes : {&first, &resumed}) {
      Pair pair = watched(client, settings, nullptr, notes);
      pair.run();
      ASSERT_TRUE(pair.done());
      EXPECT_EQ(pair.server.connection.take_summary()->resumed, notes == &resumed);
      EXPECT_EQ(notes->choices.size(), 5U);
    }
    EXPECT_EQ(resumed.choices.at("cipher_suite").chosen, first.choices.at("cipher_suite").chosen);
    EXPECT_NE(resumed.choices.at("cipher_suite").why, first.choices.at("cipher_suite").why);
    EXPECT_EQ(resumed.choices.at("group").chosen.empty(), version == ProtocolVersion::tls12);
    EXPECT_EQ(resumed.choices.at("signature_scheme").chosen, "");
    EXPECT_TRUE(resumed.choices.at("signature_scheme").why.starts_with("None: who knows the "));
  }
}

TEST(Observer, IsToldOfAFailureAndItsAlert) {
  Notes client;
  Notes server;
  const test::Authority stranger;
  ClientSettings settings = client_settings();
  settings.trust = stranger.trust();
  Pair pair = watched(std::move(settings), server_settings(), &client, &server);
  pair.run();
  EXPECT_EQ(client.verdicts, std::vector{false});
  ASSERT_EQ(client.errors.size(), 1U);
  ASSERT_EQ(server.errors.size(), 1U);
  EXPECT_EQ(server.errors.front(), ErrorCode::peer_refused_certificate);
  EXPECT_EQ(client.alerts, std::vector{static_cast<int>(AlertDescription::unknown_ca)});
  EXPECT_EQ(server.alerts, client.alerts);
}

// Where there is no choice, or not a whole one, the reason is told.
TEST(Observer, IsToldWhyThereIsNoGroupOrNoShare) {
  struct Case {
    std::string_view group;
    std::string_view why;
    std::function<void(ClientSettings&, ServerSettings&)> change;
  };
  const auto retry = [](ClientSettings& /*client*/, ServerSettings& server) {
    server.policy.groups = {NamedGroup::secp384r1};
  };
  const auto key_transport = [](ClientSettings& client, ServerSettings& server) {
    x509::CertificateTemplate content = test::Authority::leaf_template();
    content.key_usage = x509::KeyUsage::digital_signature | x509::KeyUsage::key_encipherment;
    server.credentials = {test::authority().credential(x509::KeyKind::rsa_2048, content)};
    client.policy = server.policy = policies::classic;
    client.policy.max_version = ProtocolVersion::tls12;
    client.policy.cipher_suites = {CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256};
  };
  for (const Case& each :
       {Case{"secp384r1", "A group that both sides know, but the client sent no share for it", retry},
        Case{"", "None: with RSA key transport the client alone", key_transport}}) {
    ClientSettings client = client_settings();
    ServerSettings server = server_settings();
    each.change(client, server);
    Notes notes;
    Pair pair = watched(std::move(client), std::move(server), nullptr, &notes);
    pair.run();
    ASSERT_TRUE(pair.done()) << test::failure(pair.client) << test::failure(pair.server);
    EXPECT_EQ(notes.choices.at("group").chosen, each.group);
    EXPECT_TRUE(notes.choices.at("group").why.starts_with(each.why)) << notes.choices.at("group").why;
    EXPECT_EQ(notes.choices.at("signature_scheme").chosen.empty(), each.group.empty());
  }
}

}  // namespace
}  // namespace handfast
