// Whole TLS 1.3 handshakes between two connections.
#include <set>

#include <gtest/gtest.h>

#include "crypto/key_exchange.hpp"
#include "engine/handshake_run.hpp"
#include "support/pair.hpp"

namespace handfast::test {
namespace {

Policy only_tls13() {
  Policy policy = policies::modern;
  policy.groups = {NamedGroup::X25519MLKEM768, NamedGroup::SecP256r1MLKEM768, NamedGroup::SecP384r1MLKEM1024,
                   NamedGroup::x25519,         NamedGroup::secp256r1,         NamedGroup::secp384r1,
                   NamedGroup::secp521r1,      NamedGroup::MLKEM768,          NamedGroup::MLKEM1024};
  return policy;
}

void expect_data_flows(Pair& pair) {
  pair.server.deliver(pair.client.send(as_bytes("ping")));
  pair.client.deliver(pair.server.send(as_bytes("pong")));
  EXPECT_EQ(as_text(pair.server.received), "ping");
  EXPECT_EQ(as_text(pair.client.received), "pong");
}

class EverySuite : public testing::TestWithParam<CipherSuite> {};
// [8446:9.1#1] [8446:9.3#3]
TEST_P(EverySuite, CarriesData) {
  ClientSettings client = client_settings();
  client.policy = only_tls13();
  client.policy.cipher_suites = {GetParam()};
  Pair pair = test::pair(client, server_settings());
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.client.connection.take_summary()->cipher_suite, GetParam());
  EXPECT_EQ(pair.server.connection.take_summary()->cipher_suite, GetParam());
  expect_data_flows(pair);
}
INSTANTIATE_TEST_SUITE_P(Handshake13, EverySuite,
                         testing::Values(CipherSuite::TLS_AES_128_GCM_SHA256,
                                         CipherSuite::TLS_AES_256_GCM_SHA384,
                                         CipherSuite::TLS_CHACHA20_POLY1305_SHA256),
                         [](const auto& test) { return to_string(test.param); });

class EveryGroup : public testing::TestWithParam<NamedGroup> {};
// [8446:4.2.8#8,9] [8446:7.4.2#1] [8422:5.10#1]
TEST_P(EveryGroup, AgreesOnASecret) {
  ClientSettings client = client_settings();
  client.policy = only_tls13();
  client.policy.groups = {GetParam()};
  client.policy.key_shares = {GetParam()};
  ServerSettings server = server_settings();
  server.policy = only_tls13();
  Pair pair = test::pair(client, server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  const Summary summary = *pair.client.connection.take_summary();
  EXPECT_EQ(summary.group, GetParam());
  EXPECT_FALSE(summary.hello_retry);
  expect_data_flows(pair);
}
// [8446:4.1.1#3] [8446:4.1.4#1,6,8] [8446:4.2.8#7]
TEST_P(EveryGroup, IsReachedByHelloRetryRequest) {
  ClientSettings client = client_settings();
  client.policy = only_tls13();
  client.policy.key_shares = {GetParam() == NamedGroup::x25519 ? NamedGroup::secp256r1 : NamedGroup::x25519};
  ServerSettings server = server_settings();
  server.policy = only_tls13();
  server.policy.groups = {GetParam()};
  Pair pair = test::pair(client, server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  const Summary summary = *pair.server.connection.take_summary();
  EXPECT_EQ(summary.group, GetParam());
  EXPECT_TRUE(summary.hello_retry);
  EXPECT_TRUE(pair.client.connection.take_summary()->hello_retry);
  expect_data_flows(pair);
}
INSTANTIATE_TEST_SUITE_P(Handshake13, EveryGroup,
                         testing::Values(NamedGroup::X25519MLKEM768, NamedGroup::SecP256r1MLKEM768,
                                         NamedGroup::SecP384r1MLKEM1024, NamedGroup::MLKEM768,
                                         NamedGroup::MLKEM1024, NamedGroup::x25519, NamedGroup::secp256r1,
                                         NamedGroup::secp384r1, NamedGroup::secp521r1),
                         [](const auto& test) { return to_string(test.param); });

struct KeyCase {
  x509::KeyKind kind;
  SignatureScheme scheme;
};
class EveryKey : public testing::TestWithParam<KeyCase> {};
// [8446:4.4.2#8,9] [8446:4.4.3#2,4,5] [8446:4.2.3#1,4,6,16] [8446:9.1#2]
TEST_P(EveryKey, ProvesServerAndClient) {
  const Credential credential = authority().credential(GetParam().kind);
  ClientSettings client = client_settings();
  client.credentials = {credential};
  ServerSettings server = server_settings();
  server.credentials = {credential};
  server.trust = authority().trust();
  server.client_authentication = ClientAuthentication::require;
  Pair pair = test::pair(client, server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  const Summary summary = *pair.server.connection.take_summary();
  EXPECT_EQ(summary.server_signature, GetParam().scheme);
  EXPECT_EQ(summary.client_signature, GetParam().scheme);
  EXPECT_TRUE(summary.peer_verified);
  EXPECT_EQ(summary.peer_chain.size(), 1U);
  EXPECT_TRUE(pair.client.connection.take_summary()->peer_verified);
}
INSTANTIATE_TEST_SUITE_P(
    Handshake13, EveryKey,
    testing::Values(KeyCase{x509::KeyKind::ec_p256, SignatureScheme::ecdsa_secp256r1_sha256},
                    KeyCase{x509::KeyKind::ec_p384, SignatureScheme::ecdsa_secp384r1_sha384},
                    KeyCase{x509::KeyKind::ec_p521, SignatureScheme::ecdsa_secp521r1_sha512},
                    KeyCase{x509::KeyKind::ed25519, SignatureScheme::ed25519},
                    KeyCase{x509::KeyKind::rsa_2048, SignatureScheme::rsa_pss_rsae_sha256}),
    [](const auto& test) { return to_string(test.param.scheme); });

TEST(Handshake13, WorksInPiecesOfEverySize) {
  for (const std::size_t step : {1U, 2U, 3U, 5U, 7U, 64U, 1000U}) {
    Pair pair = test::pair(client_settings(), server_settings());
    pair.run(step);
    ASSERT_TRUE(pair.done()) << step << failure(pair.client) << failure(pair.server);
    expect_data_flows(pair);
  }
}

// [8446:9.2#1,2]
TEST(Handshake13, SummariesAgree) {
  ClientSettings client = client_settings();
  client.application_protocols = {"h2", "http/1.1"};
  ServerSettings server = server_settings();
  server.application_protocols = {"http/1.1"};
  Pair pair = test::pair(client, server);
  pair.run();
  ASSERT_TRUE(pair.done());
  const Summary ours = *pair.client.connection.take_summary();
  const Summary theirs = *pair.server.connection.take_summary();
  EXPECT_EQ(ours.version, ProtocolVersion::tls13);
  EXPECT_EQ(ours.group, NamedGroup::X25519MLKEM768);
  EXPECT_EQ(theirs.group, NamedGroup::X25519MLKEM768);
  EXPECT_EQ(ours.application_protocol, "http/1.1");
  EXPECT_EQ(theirs.application_protocol, "http/1.1");
  EXPECT_EQ(theirs.server_name, "localhost");
  EXPECT_TRUE(ours.server_name_acknowledged);
  EXPECT_EQ(ours.client_random, theirs.client_random);
  EXPECT_TRUE(ours.peer_verified);
  ASSERT_EQ(ours.flights.size(), 3U);
  EXPECT_EQ(ours.flights[0].messages, std::vector{HandshakeType::client_hello});
  EXPECT_EQ(
      ours.flights[1].messages,
      (std::vector{HandshakeType::server_hello, HandshakeType::encrypted_extensions,
                   HandshakeType::certificate, HandshakeType::certificate_verify, HandshakeType::finished}));
  EXPECT_EQ(ours.flights[2].messages, std::vector{HandshakeType::finished});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(ours.flights[i].message_octets, theirs.flights[i].message_octets);
    EXPECT_GT(ours.flights[i].record_octets, ours.flights[i].message_octets);
  }
  EXPECT_FALSE(pair.client.connection.take_summary()) << "a summary is taken once";
}

// [8446:7.5#1]
TEST(Handshake13, ExportersAndBindingsAgree) {
  Pair pair = test::pair(client_settings(), server_settings());
  pair.run();
  ASSERT_TRUE(pair.done());
  Octets ours(50);
  Octets theirs(50);
  ASSERT_TRUE(pair.client.connection.export_keying_material("EXPORTER-test", as_bytes("x"), ours));
  ASSERT_TRUE(pair.server.connection.export_keying_material("EXPORTER-test", as_bytes("x"), theirs));
  EXPECT_EQ(ours, theirs);
  ASSERT_TRUE(pair.server.connection.export_keying_material("EXPORTER-test", as_bytes("y"), theirs));
  EXPECT_NE(ours, theirs);
  EXPECT_EQ(*pair.client.connection.channel_binding(), *pair.server.connection.channel_binding());
  EXPECT_FALSE(pair.client.connection.tls_unique());
}

TEST(Handshake13, ExportersCanBeOff) {
  ClientSettings client = client_settings();
  client.exporters = false;
  Pair pair = test::pair(client, server_settings());
  pair.run();
  Octets out(16);
  EXPECT_EQ(pair.client.connection.export_keying_material("EXPORTER-test", {}, out).error().code,
            ErrorCode::unsupported_option);
}

class MemoryKeyLog final : public KeyLog {
 public:
  void write(std::string_view label, Bytes client_random, Bytes secret) noexcept override {
    lines.insert(std::string(label) + " " + std::string(as_text(client_random)) + " " +
                 std::string(as_text(secret)));
    labels.insert(std::string(label));
  }
  std::set<std::string> lines;
  std::set<std::string> labels;
};

TEST(Handshake13, LogsTheSameSecretsOnBothSides) {
  const auto ours = std::make_shared<MemoryKeyLog>();
  const auto theirs = std::make_shared<MemoryKeyLog>();
  ClientSettings client = client_settings();
  client.key_log = ours;
  ServerSettings server = server_settings();
  server.key_log = theirs;
  Pair pair = test::pair(client, server);
  pair.run();
  EXPECT_EQ(ours->lines, theirs->lines);
  EXPECT_EQ(ours->labels,
            (std::set<std::string>{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                                   "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET"}));
}

// ---- client certificates

// [8446:4.4.2#2,3,4] [8446:4.3.2#1]
TEST(ClientCertificate, IsOptionalWhenRequested) {
  ServerSettings server = server_settings();
  server.trust = authority().trust();
  server.client_authentication = ClientAuthentication::request;
  Pair pair = test::pair(client_settings(), server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.server);
  const Summary summary = *pair.server.connection.take_summary();
  EXPECT_TRUE(summary.client_certificate_requested);
  EXPECT_TRUE(summary.peer_chain.empty());
  EXPECT_FALSE(summary.peer_verified);
}

TEST(ClientCertificate, IsDemandedWithItsAlert) {
  ServerSettings server = server_settings();
  server.trust = authority().trust();
  server.client_authentication = ClientAuthentication::require;
  Pair pair = test::pair(client_settings(), server);
  pair.run();
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->code, ErrorCode::certificate_required);
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::peer_refused_certificate);
  EXPECT_EQ(pair.client.error->alert, AlertDescription::certificate_required);
}

TEST(ClientCertificate, OfAnUnknownAuthorityIsNotShownButRefusedWhenForced) {
  const Authority other(x509::KeyKind::ec_p256, "Other Root");
  ClientSettings client = client_settings();
  client.credentials = {other.credential()};
  ServerSettings server = server_settings();
  server.trust = authority().trust();
  server.client_authentication = ClientAuthentication::request;
  Pair silent = test::pair(client, server);
  silent.run();
  ASSERT_TRUE(silent.done());
  EXPECT_TRUE(silent.server.connection.take_summary()->peer_chain.empty());

  server.send_certificate_authorities = false;
  Pair forced = test::pair(client, server);
  forced.run();
  ASSERT_TRUE(forced.server.error);
  EXPECT_EQ(forced.server.error->code, ErrorCode::unknown_ca);
  EXPECT_EQ(forced.client.error->code, ErrorCode::peer_refused_certificate);
}

// ---- verification of the server

struct Refusal {
  const char* name;
  std::function<void(x509::CertificateTemplate&)> change;
  const char* server_name;
  ErrorCode code;
  AlertDescription alert;
};
class ServerCertificate : public testing::TestWithParam<Refusal> {};
TEST_P(ServerCertificate, IsRefusedWithItsAlert) {
  x509::CertificateTemplate content = Authority::leaf_template();
  GetParam().change(content);
  ServerSettings server = server_settings();
  server.credentials = {authority().credential(x509::KeyKind::ec_p256, content)};
  Pair pair = test::pair(client_settings(), server, GetParam().server_name);
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, GetParam().code) << failure(pair.client);
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->alert, GetParam().alert);
}
INSTANTIATE_TEST_SUITE_P(
    Handshake13, ServerCertificate,
    testing::Values(Refusal{"WrongName", [](auto&) {}, "example.com", ErrorCode::certificate_name_mismatch,
                            AlertDescription::bad_certificate},
                    Refusal{"Expired", [](auto& leaf) { leaf.not_after = now - std::chrono::minutes{1}; },
                            "localhost", ErrorCode::certificate_expired,
                            AlertDescription::certificate_expired},
                    Refusal{"NotYetValid",
                            [](auto& leaf) { leaf.not_before = now + std::chrono::minutes{1}; }, "localhost",
                            ErrorCode::certificate_expired, AlertDescription::certificate_expired},
                    Refusal{"ForClientsOnly", [](auto& leaf) { leaf.server_auth = false; }, "localhost",
                            ErrorCode::certificate_unsupported, AlertDescription::unsupported_certificate}),
    [](const auto& test) { return std::string(test.param.name); });

// [8446:C.5#1]
TEST(ServerCertificateTrust, UnknownAuthorityIsRefused) {
  ClientSettings client = client_settings();
  client.trust = Authority(x509::KeyKind::ec_p256, "Other Root").trust();
  Pair pair = test::pair(client, server_settings());
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::unknown_ca);
  EXPECT_EQ(pair.server.error->alert, AlertDescription::unknown_ca);
}

TEST(ServerCertificateTrust, WildcardsBelowAPublicSuffixAreTooBroad) {
  ServerSettings server = server_settings();
  server.credentials = {
      authority().credential(x509::KeyKind::ec_p256, Authority::leaf_template("*.shops.test"))};
  ClientSettings client = client_settings();
  Pair trusting = test::pair(client, server, "mine.shops.test");
  trusting.run();
  EXPECT_TRUE(trusting.done()) << failure(trusting.client);
  client.public_suffixes = *x509::PublicSuffixList::parse("test\nshops.test\n");
  Pair wary = test::pair(client, server, "mine.shops.test");
  wary.run();
  ASSERT_TRUE(wary.client.error);
  EXPECT_EQ(wary.client.error->code, ErrorCode::certificate_name_mismatch);
}

TEST(ServerCertificateTrust, InsecureClientsTakeAnything) {
  ClientSettings settings;
  auto client =
      Connection::client(*dangerous::without_verification(settings), *ServerName::parse("example.com"), now);
  auto server = Connection::server(make(server_settings()), now);
  Pair pair(std::move(*client), std::move(*server));
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client);
  EXPECT_FALSE(pair.client.connection.take_summary()->peer_verified);
}

// ---- protocols

// [7301:3.2#1]
TEST(Alpn, WithoutOverlapIsFatal) {
  ClientSettings client = client_settings();
  client.application_protocols = {"h2"};
  ServerSettings server = server_settings();
  server.application_protocols = {"http/1.1"};
  Pair pair = test::pair(client, server);
  pair.run();
  EXPECT_EQ(pair.server.error->code, ErrorCode::no_application_protocol);
  EXPECT_EQ(pair.client.error->alert, AlertDescription::no_application_protocol);
}

TEST(Alpn, IsIgnoredByServersWithoutIt) {
  ClientSettings client = client_settings();
  client.application_protocols = {"h2"};
  Pair pair = test::pair(client, server_settings());
  pair.run();
  ASSERT_TRUE(pair.done());
  EXPECT_TRUE(pair.client.connection.take_summary()->application_protocol.empty());
}

// ---- negotiation failures

TEST(Negotiation, WithoutCommonSuiteFails) {
  ClientSettings client = client_settings();
  client.policy = only_tls13();
  client.policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
  ServerSettings server = server_settings();
  server.policy = only_tls13();
  server.policy.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384};
  Pair pair = test::pair(client, server);
  pair.run();
  EXPECT_EQ(pair.server.error->code, ErrorCode::no_common_cipher_suite);
  EXPECT_EQ(pair.client.error->alert, AlertDescription::handshake_failure);
}

TEST(Negotiation, WithoutCommonGroupFails) {  // [8446:4.1.1#1,4] [8446:2.1#1]
  ClientSettings client = client_settings();
  client.policy = only_tls13();
  client.policy.groups = {NamedGroup::x25519};
  client.policy.key_shares = {NamedGroup::x25519};
  ServerSettings server = server_settings();
  server.policy = only_tls13();
  server.policy.groups = {NamedGroup::secp384r1};
  Pair pair = test::pair(client, server);
  pair.run();
  EXPECT_EQ(pair.server.error->code, ErrorCode::no_common_group);
}

// A round trip for the better key exchange, where the server wants that.
TEST(Negotiation, AsksForTheBestGroupOnlyWhereItIsToldTo) {
  for (const bool best : {true, false}) {
    ClientSettings client = client_settings();
    client.policy = only_tls13();
    client.policy.groups = {NamedGroup::x25519, NamedGroup::X25519MLKEM768};
    client.policy.key_shares = {NamedGroup::x25519};
    ServerSettings server = server_settings();
    server.policy = only_tls13();
    server.policy.groups = {NamedGroup::X25519MLKEM768, NamedGroup::x25519};
    server.retry_for_best_group = best;
    Pair pair = test::pair(client, server);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.server.connection.take_summary();
    EXPECT_EQ(summary.group, best ? NamedGroup::X25519MLKEM768 : NamedGroup::x25519);
    EXPECT_EQ(summary.hello_retry, best);
  }
}

TEST(Negotiation, WithoutCommonSignatureSchemeFails) {
  ClientSettings client = client_settings();
  client.policy = only_tls13();
  client.policy.signature_schemes = {SignatureScheme::ed25519};
  Pair pair = test::pair(client, server_settings());
  pair.run();
  EXPECT_EQ(pair.server.error->code, ErrorCode::no_common_signature_scheme);
}

TEST(Negotiation, ServerOrderDecidesUnlessTheClientsIsPreferred) {
  ClientSettings client = client_settings();
  client.policy = only_tls13();
  client.policy.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
                                 CipherSuite::TLS_AES_128_GCM_SHA256};
  for (const bool clients : {false, true}) {
    ServerSettings server = server_settings();
    server.policy = only_tls13();
    server.prefer_client_order = clients;
    Pair pair = test::pair(client, server);
    pair.run();
    ASSERT_TRUE(pair.done());
    EXPECT_EQ(pair.client.connection.take_summary()->cipher_suite,
              clients ? CipherSuite::TLS_CHACHA20_POLY1305_SHA256 : CipherSuite::TLS_AES_128_GCM_SHA256);
  }
}

// ---- what is configurable on the wire

// [5246:7.4.1.2#2] [8446:4.1.2#9,13] [8446:9.3#4] [8446:4.2.1#4] [5746:3.6#6]
TEST(Grease, IsSentOrNotAndMakesNoDifference) {
  for (const bool grease : {false, true}) {
    ClientSettings client = client_settings();
    client.grease = grease;
    Pair pair = test::pair(client, server_settings());
    pair.run();
    EXPECT_TRUE(pair.done()) << grease;
  }
}

// [8446:4.1.2#7,8] [8446:D.4#1]
TEST(MiddleboxCompatibility, ShowsChangeCipherSpecOnlyWhenOn) {
  for (const bool on : {false, true}) {
    ClientSettings client = client_settings();
    client.middlebox_compatibility = on;
    Pair pair = test::pair(client, server_settings());
    int seen = 0;
    const auto count = [&seen](Octets& octets) {
      for (std::size_t at = 0; at + 5 <= octets.size(); at += 5U + octets[at + 3] * 256U + octets[at + 4])
        seen += octets[at] == 20 ? 1 : 0;
    };
    pair.to_server = count;
    pair.to_client = count;
    pair.run();
    EXPECT_TRUE(pair.done());
    EXPECT_EQ(seen, on ? 2 : 0);
  }
}

// What a hello needs is asked for before it is written: the room is what was expected, and not what it grew
// to.
TEST(Flight, HasRoomForALongHelloAtOnce) {
  ClientSettings settings = client_settings();
  settings.policy.groups = {NamedGroup::X25519MLKEM768, NamedGroup::secp256r1};
  settings.policy.key_shares = {NamedGroup::X25519MLKEM768};
  engine::Channel channel(Role::client);
  engine::HandshakeRun run(channel);
  ASSERT_TRUE(run.start_client(make(settings), *ServerName::parse("localhost"), now, 0));
  const Octets& flight = channel.sending.flight;
  EXPECT_EQ(flight.capacity(), 256 + crypto::client_share_size(NamedGroup::X25519MLKEM768));

  // The second hello stands behind a change_cipher_spec.
  ServerSettings other_group = server_settings();
  other_group.policy.groups = {NamedGroup::secp256r1};
  End server(*Connection::server(make(other_group), now));
  Octets output(8192);
  server.deliver(Bytes(output).first(channel.transmit(output)));
  Octets retry = server.transmit();
  ASSERT_TRUE(channel.receive(retry, &run, now));
  EXPECT_EQ(flight.capacity(), 6 + 256 + crypto::client_share_size(NamedGroup::secp256r1));
}

// [8446:4.2.2#1,3]
TEST(StatelessRetry, IsFinishedByAnotherConnectionObject) {
  ServerSettings server = server_settings();
  server.policy = only_tls13();
  server.policy.groups = {NamedGroup::secp384r1};
  server.stateless_retry = true;
  const auto config = make(server);
  ClientSettings settings = client_settings();
  settings.policy = only_tls13();
  End client(*Connection::client(make(settings), *ServerName::parse("localhost"), now));
  End first(*Connection::server(config, now));
  first.deliver(client.transmit());
  client.deliver(first.transmit());
  Pair pair(std::move(client.connection), *Connection::server(config, now));
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_TRUE(pair.server.connection.take_summary()->hello_retry);
  expect_data_flows(pair);
}

TEST(StatelessRetry, CookieExpires) {
  ServerSettings server = server_settings();
  server.policy = only_tls13();
  server.policy.groups = {NamedGroup::secp384r1};
  server.stateless_retry = true;
  const auto config = make(server);
  ClientSettings settings = client_settings();
  settings.policy = only_tls13();
  End client(*Connection::client(make(settings), *ServerName::parse("localhost"), now));
  End first(*Connection::server(config, now));
  first.deliver(client.transmit());
  client.deliver(first.transmit());
  const Time later = now + std::chrono::minutes{2};
  End second(*Connection::server(config, later));
  second.deliver(client.transmit(), later);
  ASSERT_TRUE(second.error);
  EXPECT_EQ(second.error->code, ErrorCode::bad_cookie);
}

// The cookie holds what the other server had chosen; this one would choose something else (RFC 8446 §4.1.4).
TEST(StatelessRetry, IsNotFinishedByAServerOfAnotherPolicy) {
  ServerSettings server = server_settings();
  server.policy = only_tls13();
  server.policy.groups = {NamedGroup::secp384r1};
  server.stateless_retry = true;
  server.cookie_key.fill(7);
  ServerSettings other = server;
  other.policy.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
  ClientSettings settings = client_settings();
  settings.policy = only_tls13();
  End client(*Connection::client(make(settings), *ServerName::parse("localhost"), now));
  End first(*Connection::server(make(server), now));
  first.deliver(client.transmit());
  client.deliver(first.transmit());
  End second(*Connection::server(make(other), now));
  second.deliver(client.transmit());
  ASSERT_TRUE(second.error);
  EXPECT_EQ(second.error->code, ErrorCode::hello_changed);
  EXPECT_EQ(second.error->alert, AlertDescription::illegal_parameter);
}

// ---- damage

TEST(Damage, OfAnyOctetIsNoticedAndNeverCrashes) {
  std::size_t up_size = 0;
  std::size_t down_size = 0;
  {
    Pair pair = test::pair(client_settings(), server_settings());
    pair.to_server = [&](Octets& octets) { up_size += octets.size(); };
    pair.to_client = [&](Octets& octets) { down_size += octets.size(); };
    pair.run();
    ASSERT_TRUE(pair.done());
  }
  // Every 7th octet, each with its own bit, so that the test stays short; the fuzzer does the rest.
  for (std::size_t at = 0; at < up_size + down_size; at += 7) {
    Pair pair = test::pair(client_settings(), server_settings());
    const bool upwards = at < up_size;
    std::size_t position = upwards ? at : at - up_size;
    const auto damage = [&position, at](Octets& octets) {
      if (position < octets.size())
        octets[position] = static_cast<std::uint8_t>(octets[position] ^ (1U << (at % 8)));
      position = position < octets.size() ? SIZE_MAX : position - octets.size();
    };
    if (upwards)
      pair.to_server = damage;
    else
      pair.to_client = damage;
    pair.run();
    // Some octets do not matter (record versions, session ids of nobody); never do both ends finish with
    // different views of the handshake.
    if (pair.done()) {
      EXPECT_EQ(*pair.client.connection.channel_binding(), *pair.server.connection.channel_binding()) << at;
    }
  }
}

}  // namespace
}  // namespace handfast::test
