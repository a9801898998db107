// The alerts of RFC 8446 §6, each by name: what provokes it, that the other side can read it under the keys
// it has, and that nothing follows it; then each as it is received.
#include <array>

#include <gtest/gtest.h>

#include "support/forger.hpp"
#include "support/vectors.hpp"
#include "x509/certificate.hpp"
#include "x509/forge.hpp"

namespace handfast::test {
namespace {

using enum AlertDescription;

// ---- sent

struct Provocation {
  AlertDescription alert;
  Role teller;  // who sends the alert
  std::function<Pair()> play;
};
std::ostream& operator<<(std::ostream& out, const Provocation& provocation) {
  return out << to_string(provocation.alert);
}

Pair played(Pair pair) {
  pair.run();
  return pair;
}
Pair play(ClientSettings client, ServerSettings server, std::string_view name = "localhost") {
  return played(pair(std::move(client), std::move(server), name));
}

// Hellos whose extension of one type has another number that nobody knows.
std::function<void(Octets&)> without(ExtensionType type) {
  return [number = static_cast<std::uint8_t>(type)](Octets& records) {
    for (std::size_t at = 50; at + 1 < records.size(); ++at) {
      if (records[at] != 0 || records[at + 1] != number) continue;
      records[at] = records[at + 1] = 0xfe;
      return;
    }
    FAIL() << "there is no such extension";
  };
}
Pair play_tampered(std::function<void(Octets&)> to_server, std::function<void(Octets&)> to_client) {
  ClientSettings client = client_settings();
  client.grease = false;
  Pair pair = test::pair(client, server_settings());
  pair.to_server = std::move(to_server);
  pair.to_client = std::move(to_client);
  return played(std::move(pair));
}

// A client that lists what follows as revoked.
Pair play_revoked() {
  const auto leaf = authority().issue(x509::KeyKind::ec_p256, Authority::leaf_template());
  const auto root = x509::Certificate::parse(authority().certificate());
  const auto parsed = x509::Certificate::parse(leaf.certificate);
  ListForge list;
  list.issuer = to_octets(root->subject);
  list.this_update = now - std::chrono::hours{1};
  list.next_update = now + std::chrono::hours{1};
  list.entries = {revoked_entry(der::integer(parsed->serial), now - std::chrono::hours{1})};
  ClientSettings client = client_settings();
  client.crls = {list.sign({*crypto::PrivateKey::from_pem(authority().key().to_pem()), {}})};
  ServerSettings server = server_settings();
  server.credentials = {*Credential::from_pem(as_bytes(leaf.chain_pem), leaf.key_pem)};
  return play(client, server);
}

// A server with a leaf of its own kind.
Pair play_leaf(const std::function<void(x509::CertificateTemplate&)>& change) {
  x509::CertificateTemplate content = Authority::leaf_template();
  change(content);
  ServerSettings server = server_settings();
  server.credentials = {authority().credential(x509::KeyKind::ec_p256, content)};
  return play(client_settings(), server);
}

Pair play_wrong_signature() {
  const auto leaf = authority().issue(x509::KeyKind::ec_p256, Authority::leaf_template());
  ServerSettings server = server_settings();
  server.credentials = {*Credential::external(as_bytes(leaf.chain_pem))};
  Pair pair = play(client_settings(), server);
  EXPECT_TRUE(pair.server.connection.answer_signature(Octets(70, 1), now));
  return played(std::move(pair));
}

// A server whose application does not want this client, and says why.
Pair play_refused(AlertDescription alert) {
  Pair pair(*Connection::client(make(client_settings()), *ServerName::parse("localhost"), now),
            *Connection::server_asking(now));
  pair.run();
  EXPECT_TRUE(pair.server.connection.refuse(alert));
  return played(std::move(pair));
}

Pair play_canceled() {
  Pair pair = test::pair(client_settings(), server_settings());
  pair.server.deliver(pair.client.transmit());
  pair.client.deliver(pair.server.transmit());
  pair.client.connection.abort(user_canceled);
  return played(std::move(pair));
}

class NoRandom final : public RandomSource {
 public:
  Result<> fill(MutableBytes /*output*/) noexcept override { return fail(ErrorCode::random_failed); }
};

std::vector<Provocation> of_the_handshake() {
  const auto client = Role::client;
  const auto server = Role::server;
  return {
      {handshake_failure, server,
       [] {
         ClientSettings other = client_settings();
         other.policy.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
         ServerSettings settings = server_settings();
         settings.policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
         return play(other, settings);
       }},
      {protocol_version, server,
       [] {
         ClientSettings old = client_settings();
         old.policy.max_version = ProtocolVersion::tls12;
         ServerSettings settings = server_settings();
         settings.policy = policies::modern;
         return play(old, settings);
       }},
      {inappropriate_fallback, server,
       [] {
         ClientSettings fallen = client_settings();
         fallen.policy.max_version = ProtocolVersion::tls12;
         fallen.fallback = true;
         return play(fallen, server_settings());
       }},
      {missing_extension, server,
       [] { return play_tampered(without(ExtensionType::signature_algorithms), {}); }},
      {unsupported_extension, client, [] { return play_tampered({}, without(ExtensionType::key_share)); }},
      {unrecognized_name, server,
       [] {
         ServerSettings settings = server_settings();
         settings.refuse_unknown_names = true;
         return play(client_settings(), settings, "other.example");
       }},
      {no_application_protocol, server,
       [] {
         ClientSettings web = client_settings();
         web.application_protocols = {"h2"};
         ServerSettings mail = server_settings();
         mail.application_protocols = {"imap"};
         return play(web, mail);
       }},
      {internal_error, server,
       [] {
         static NoRandom none;
         ServerSettings settings = server_settings();
         settings.random = &none;
         settings.cookie_key.fill(1);  // so that none is drawn before
         return play(client_settings(), settings);
       }},
      {decrypt_error, client, play_wrong_signature},
      {user_canceled, client, play_canceled},
  };
}

std::vector<Provocation> of_certificates() {
  const auto client = Role::client;
  return {
      {bad_certificate, client, [] { return play(client_settings(), server_settings(), "other.example"); }},
      {unsupported_certificate, client,
       [] { return play_leaf([](auto& leaf) { leaf.server_auth = false; }); }},
      {certificate_expired, client,
       [] { return play_leaf([](auto& leaf) { leaf.not_after = now - std::chrono::minutes{1}; }); }},
      {certificate_revoked, client, play_revoked},
      {unknown_ca, client,
       [] {
         ClientSettings settings = client_settings();
         settings.trust = Authority(x509::KeyKind::ec_p256, "Other Root").trust();
         return play(settings, server_settings());
       }},
      {bad_certificate_status_response, client,
       [] {
         ClientSettings settings = client_settings();
         settings.revocation = x509::Revocation::hard_fail;
         return play(settings, server_settings());
       }},
      // After the client's Finished: the server speaks under its application keys already.
      {certificate_required, Role::server,
       [] {
         ServerSettings settings = server_settings();
         settings.trust = authority().trust();
         settings.client_authentication = ClientAuthentication::require;
         return play(client_settings(), settings);
       }},
  };
}

std::vector<Provocation> of_traffic() {
  const auto client = Role::client;
  const auto forged = [](ContentType type, std::initializer_list<std::uint8_t> content) {
    return [type, octets = std::vector<std::uint8_t>(content)] {
      Forger forger(ProtocolVersion::tls13, Role::client);
      forger.say(type, Octets(octets.begin(), octets.end()));
      return played(std::move(forger.pair));
    };
  };
  const auto key_update = static_cast<std::uint8_t>(HandshakeType::key_update);
  return {
      {unexpected_message, client,
       forged(ContentType::handshake, {static_cast<std::uint8_t>(HandshakeType::finished), 0, 0, 0})},
      {decode_error, client, forged(ContentType::handshake, {key_update, 0, 0, 0})},          // [8446:6#5]
      {illegal_parameter, client, forged(ContentType::handshake, {key_update, 0, 0, 1, 2})},  // [8446:6#6]
      {bad_record_mac, client,
       [] {
         Forger forger(ProtocolVersion::tls13, Role::client);
         Octets record = forger.seal(ContentType::application_data, as_bytes("data"));
         record.back() ^= 1;
         forger.victim().deliver(record);
         return played(std::move(forger.pair));
       }},
      {record_overflow, client,
       [] {
         Forger forger(ProtocolVersion::tls13, Role::client);
         forger.victim().deliver(Octets{23, 3, 3, 0x41, 0x01});  // one more than 2^14 + 256
         return played(std::move(forger.pair));
       }},
  };
}

// Those that only an application can have a reason for.
std::vector<Provocation> of_the_application() {
  std::vector<Provocation> provocations;
  for (const AlertDescription alert :
       {access_denied, insufficient_security, certificate_unknown, unknown_psk_identity})
    provocations.push_back({alert, Role::server, [alert] { return play_refused(alert); }});
  return provocations;
}

std::vector<Provocation> provocations() {
  std::vector<Provocation> all;
  for (const auto& some : {of_the_handshake(), of_certificates(), of_traffic(), of_the_application()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

class AlertSent : public testing::TestWithParam<Provocation> {};

TEST_P(AlertSent, IsReadByThePeerAndEndsTheConnection) {
  Pair pair = GetParam().play();
  const bool by_client = GetParam().teller == Role::client;
  End& teller = by_client ? pair.client : pair.server;
  End& told = by_client ? pair.server : pair.client;
  ASSERT_TRUE(teller.connection.error());
  ASSERT_TRUE(told.error);
  EXPECT_TRUE(told.error->code == ErrorCode::peer_alert ||
              told.error->code == ErrorCode::peer_refused_certificate)
      << failure(told);
  EXPECT_EQ(to_string(told.error->alert), to_string(GetParam().alert)) << failure(teller);
  // RFC 8446 §6.2: it ends both sides, and neither sends more [8446:6.2#1,2].
  for (End* end : {&teller, &told}) {
    EXPECT_TRUE(end->transmit().empty());
    Octets output(1000);
    EXPECT_FALSE(end->connection.send(as_bytes("more"), output));
    Octets input(1000, 1);
    EXPECT_FALSE(end->connection.receive(input, now));
  }
}
INSTANTIATE_TEST_SUITE_P(Rfc8446, AlertSent, testing::ValuesIn(provocations()),
                         [](const auto& test) { return to_string(test.param.alert); });

// RFC 8446 §D.4: an alert, too, is behind the client's change_cipher_spec if it is protected.
TEST(AlertsSent, StandBehindTheChangeCipherSpec) {
  Pair pair = test::pair(client_settings(), server_settings(), "other.example");
  pair.server.deliver(pair.client.transmit());
  pair.client.deliver(pair.server.transmit());
  ASSERT_TRUE(pair.client.error);
  const Octets records = pair.client.transmit();
  EXPECT_EQ(to_hex(Bytes(records).first(9)), "140303000101170303");
  pair.server.deliver(records);
  EXPECT_EQ(pair.server.error->alert, bad_certificate);
}

// RFC 8446 §6: the enumeration without what it reserves, and without close_notify.
constexpr std::array error_alerts = {unexpected_message,
                                     bad_record_mac,
                                     record_overflow,
                                     handshake_failure,
                                     bad_certificate,
                                     unsupported_certificate,
                                     certificate_revoked,
                                     certificate_expired,
                                     certificate_unknown,
                                     illegal_parameter,
                                     unknown_ca,
                                     access_denied,
                                     decode_error,
                                     decrypt_error,
                                     protocol_version,
                                     insufficient_security,
                                     internal_error,
                                     inappropriate_fallback,
                                     user_canceled,
                                     missing_extension,
                                     unsupported_extension,
                                     unrecognized_name,
                                     bad_certificate_status_response,
                                     unknown_psk_identity,
                                     certificate_required,
                                     no_application_protocol};

TEST(AlertsSent, AreAllOfRfc8446) {
  std::vector<AlertDescription> provoked;
  for (const Provocation& provocation : provocations()) provoked.push_back(provocation.alert);
  std::sort(provoked.begin(), provoked.end());
  EXPECT_TRUE(std::equal(provoked.begin(), provoked.end(), error_alerts.begin(), error_alerts.end()));
}

// ---- received

Octets alert_of(AlertLevel level, AlertDescription description) {
  return {static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(description)};
}

class AlertReceived : public testing::TestWithParam<AlertDescription> {};

// RFC 8446 §6: whatever its level says, known or not, it is the end, and is not answered [8446:6#1,3,4].
TEST_P(AlertReceived, IsTheEndWhateverItsLevel) {
  for (const AlertLevel level : {AlertLevel::fatal, AlertLevel::warning, AlertLevel{7}}) {
    if (GetParam() == user_canceled && level == AlertLevel::warning) continue;
    Forger forger(ProtocolVersion::tls13, Role::server);
    End& victim = forger.victim();
    forger.say(ContentType::alert, alert_of(level, GetParam()));
    ASSERT_TRUE(victim.error);
    EXPECT_EQ(to_string(victim.error->alert), to_string(GetParam()));
    EXPECT_TRUE(victim.transmit().empty());
    forger.say(ContentType::application_data, as_bytes("more"));
    EXPECT_TRUE(victim.received.empty());
    Octets output(1000);
    EXPECT_EQ(victim.connection.send(as_bytes("more"), output).error().code, ErrorCode::closed);
  }
}
INSTANTIATE_TEST_SUITE_P(Rfc8446, AlertReceived, testing::ValuesIn(error_alerts),
                         [](const auto& test) { return to_string(test.param); });
INSTANTIATE_TEST_SUITE_P(OlderAndUnknown, AlertReceived,
                         testing::Values(no_certificate, export_restriction, no_renegotiation,
                                         AlertDescription{1}, AlertDescription{255}),
                         [](const auto& test) {
                           return "Number" + std::to_string(static_cast<unsigned>(test.param));
                         });

// RFC 8446 §6.1: user_canceled announces a close_notify.
TEST(UserCanceled, IsAWarningBeforeTheClose) {
  Forger forger(ProtocolVersion::tls13, Role::server);
  End& victim = forger.victim();
  forger.say(ContentType::alert, alert_of(AlertLevel::warning, user_canceled));
  EXPECT_FALSE(victim.error) << failure(victim);
  forger.say(ContentType::alert, alert_of(AlertLevel::warning, close_notify));
  EXPECT_FALSE(victim.error) << failure(victim);
  EXPECT_TRUE(victim.closed);
  EXPECT_TRUE(victim.connection.end_of_stream());
}

TEST(UserCanceled, WithoutEndIsRefused) {
  Forger forger(ProtocolVersion::tls13, Role::server);
  End& victim = forger.victim();
  for (int i = 0; i < 20 && !victim.error; ++i)
    forger.say(ContentType::alert, alert_of(AlertLevel::warning, user_canceled));
  ASSERT_TRUE(victim.error);
  EXPECT_EQ(victim.error->code, ErrorCode::too_many_warnings);
}

}  // namespace
}  // namespace handfast::test
