// Whole TLS 1.2 handshakes between two connections.
#include <map>

#include <handfast/deprecation.hpp>

#include <gtest/gtest.h>

#include "support/pair.hpp"

namespace handfast::test {
namespace {

Policy only_tls12() {
  Policy policy = policies::classic;
  policy.max_version = ProtocolVersion::tls12;
  return policy;
}

struct SuiteCase {
  CipherSuite suite;
  x509::KeyKind key;
};
std::vector<SuiteCase> suite_cases() {
  std::vector<SuiteCase> cases;
  for (const CipherSuite suite : policies::classic.cipher_suites) {
    const std::string name = to_string(suite);
    if (name.find("ECDSA") != std::string::npos) {
      for (const auto key :
           {x509::KeyKind::ec_p256, x509::KeyKind::ec_p384, x509::KeyKind::ec_p521, x509::KeyKind::ed25519})
        cases.push_back({suite, key});
    } else if (name.find("TLS_AES") == std::string::npos && name.find("TLS_CHACHA20") == std::string::npos) {
      cases.push_back({suite, x509::KeyKind::rsa_2048});
    }
  }
  return cases;
}

const Credential& credential_of(x509::KeyKind kind) {
  static std::map<x509::KeyKind, Credential> made;
  const auto found = made.find(kind);
  if (found != made.end()) return found->second;
  x509::CertificateTemplate content = Authority::leaf_template();
  if (kind == x509::KeyKind::rsa_2048)
    content.key_usage = x509::KeyUsage::digital_signature | x509::KeyUsage::key_encipherment;
  return made.emplace(kind, authority().credential(kind, content)).first->second;
}

class EverySuite12 : public testing::TestWithParam<SuiteCase> {};
TEST_P(EverySuite12, CarriesDataWithAndWithoutClientCertificate) {
  for (const auto authentication :
       {ClientAuthentication::none, ClientAuthentication::request, ClientAuthentication::require}) {
    ClientSettings client = client_settings();
    client.policy = only_tls12();
    client.policy.cipher_suites = {GetParam().suite};
    if (authentication == ClientAuthentication::require) client.credentials = {credential_of(GetParam().key)};
    ServerSettings server = server_settings();
    server.policy = policies::classic;
    server.credentials = {credential_of(GetParam().key)};
    server.client_authentication = authentication;
    server.trust = authority().trust();
    Pair pair = test::pair(client, server);
    pair.run(authentication == ClientAuthentication::none ? 1 : 0);
    ASSERT_TRUE(pair.done()) << failure(pair.client) << " / " << failure(pair.server);
    const Summary summary = *pair.server.connection.take_summary();
    EXPECT_EQ(summary.version, ProtocolVersion::tls12);
    EXPECT_EQ(summary.cipher_suite, GetParam().suite);
    EXPECT_EQ(summary.peer_verified, authentication == ClientAuthentication::require);
    for (const std::size_t size : {1U, 100U, 16384U, 40000U}) {
      const Octets data(size, 0x61);
      pair.server.received.clear();
      pair.client.received.clear();
      pair.server.deliver(pair.client.send(data));
      pair.client.deliver(pair.server.send(data));
      EXPECT_EQ(pair.server.received, data) << failure(pair.server);
      EXPECT_EQ(pair.client.received, data) << failure(pair.client);
    }
    pair.client.connection.close();
    pair.run();
    EXPECT_TRUE(pair.server.closed);
  }
}
INSTANTIATE_TEST_SUITE_P(Handshake12, EverySuite12, testing::ValuesIn(suite_cases()), [](const auto& test) {
  return to_string(test.param.suite) + "_" + std::to_string(static_cast<int>(test.param.key));
});

// [5246:7.1#1,2] [5246:7.3#4] [5246:7.4#1] [5246:7.4.2#1,3] [5246:7.4.7#1,2] [5246:7.4.8#1] [5246:9#1]
TEST(Handshake12, HasTheNineStepsOfTheTextbook) {
  ClientSettings client = client_settings();
  client.policy = only_tls12();
  client.policy.cipher_suites = {CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA};
  client.credentials = {credential_of(x509::KeyKind::rsa_2048)};
  ServerSettings server = server_settings();
  server.policy = policies::classic;
  server.credentials = {credential_of(x509::KeyKind::rsa_2048)};
  server.client_authentication = ClientAuthentication::require;
  server.trust = authority().trust();
  Pair pair = test::pair(client, server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  const Summary summary = *pair.client.connection.take_summary();
  using enum HandshakeType;
  ASSERT_EQ(summary.flights.size(), 4U);
  EXPECT_EQ(summary.flights[0].messages, (std::vector{client_hello}));
  EXPECT_EQ(summary.flights[1].messages,
            (std::vector{server_hello, certificate, certificate_request, server_hello_done}));
  EXPECT_EQ(summary.flights[2].messages,
            (std::vector{certificate, client_key_exchange, certificate_verify, finished}));
  EXPECT_EQ(summary.flights[3].messages, (std::vector{finished}));
  EXPECT_FALSE(summary.group);
}

// ---- steps 7 and 8: the change_cipher_spec record in every wrong form

using Records = std::vector<Octets>;
Records records_of(const Octets& octets) {
  Records records;
  for (std::size_t at = 0; at < octets.size();) {
    const std::size_t size = 5U + (static_cast<std::size_t>(octets[at + 3]) << 8 | octets[at + 4]);
    records.emplace_back(octets.begin() + static_cast<std::ptrdiff_t>(at),
                         octets.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
  }
  return records;
}

struct ChangeCipherSpecForm {
  const char* name;
  std::function<void(Records&, std::size_t)> change;  // of the records, and of the one at this place
};
std::ostream& operator<<(std::ostream& out, const ChangeCipherSpecForm& form) { return out << form.name; }

class ChangeCipherSpecRecord : public testing::TestWithParam<ChangeCipherSpecForm> {};
TEST_P(ChangeCipherSpecRecord, InAWrongFormEndsTheHandshake) {
  for (const bool from_client : {true, false}) {
    ClientSettings client = client_settings();
    client.policy.max_version = ProtocolVersion::tls12;
    Pair pair = test::pair(client, server_settings());
    (from_client ? pair.to_server : pair.to_client) = [](Octets& flight) {
      Records records = records_of(flight);
      for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i][0] != 20) continue;
        GetParam().change(records, i);
        break;
      }
      flight.clear();
      for (const Octets& record : records) flight.insert(flight.end(), record.begin(), record.end());
    };
    pair.run();
    End& victim = from_client ? pair.server : pair.client;
    EXPECT_FALSE(victim.connection.handshake_done());
    const std::string_view name = GetParam().name;
    if (name == "Missing" || name == "Late")
      continue;  // what is protected is read as if it were not: random octets
    ASSERT_TRUE(victim.error) << from_client;
    // The second of two stands where protected records are due.
    EXPECT_EQ(victim.error->alert,
              name == "Twice" ? AlertDescription::bad_record_mac : AlertDescription::unexpected_message)
        << failure(victim);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Steps7And8, ChangeCipherSpecRecord,
    testing::Values(
        ChangeCipherSpecForm{
            "Missing",
            [](Records& all, std::size_t i) { all.erase(all.begin() + static_cast<std::ptrdiff_t>(i)); }},
        ChangeCipherSpecForm{"Twice",
                             [](Records& all, std::size_t i) {
                               const Octets copy = all[i];
                               all.insert(all.begin() + static_cast<std::ptrdiff_t>(i), copy);
                             }},
        ChangeCipherSpecForm{"Late", [](Records& all, std::size_t i) { std::swap(all[i], all[i + 1]); }},
        ChangeCipherSpecForm{"Truncated", [](Records& all, std::size_t i) { all[i] = {20, 3, 3, 0, 0}; }},
        ChangeCipherSpecForm{"Trailing",
                             [](Records& all, std::size_t i) { all[i] = {20, 3, 3, 0, 2, 1, 1}; }},
        ChangeCipherSpecForm{"OfAnotherValue", [](Records& all, std::size_t i) { all[i].back() = 2; }},
        ChangeCipherSpecForm{"Oversized",
                             [](Records& all, std::size_t i) {
                               all[i] = {20, 3, 3, 1, 0};
                               all[i].resize(5 + 256, 1);
                             }}),
    [](const auto& test) { return test.param.name; });

// Step 9 too early: data that no Finished protects.
TEST(ApplicationData12, BeforeTheFinishedIsRefused) {
  ClientSettings client = client_settings();
  client.policy.max_version = ProtocolVersion::tls12;
  for (const int flights : {0, 1}) {
    Pair pair = test::pair(client, server_settings());
    if (flights == 1) pair.server.deliver(pair.client.transmit());
    pair.server.deliver(Octets{23, 3, 3, 0, 1, 'x'});
    ASSERT_TRUE(pair.server.error);
    EXPECT_EQ(pair.server.error->alert, AlertDescription::unexpected_message);
  }
}

TEST(Handshake12, ExportersAndTlsUniqueAgreeWithExtendedMasterSecret) {
  ClientSettings client = client_settings();
  client.policy.max_version = ProtocolVersion::tls12;
  Pair pair = test::pair(client, server_settings());
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(*pair.client.connection.channel_binding(), *pair.server.connection.channel_binding());
  EXPECT_EQ(*pair.client.connection.tls_unique(), *pair.server.connection.tls_unique());
  Octets none(20);
  Octets empty(20);
  ASSERT_TRUE(pair.client.connection.export_keying_material("EXPORTER-x", std::nullopt, none));
  ASSERT_TRUE(pair.server.connection.export_keying_material("EXPORTER-x", Bytes(), empty));
  EXPECT_NE(none, empty) << "in TLS 1.2 no context and an empty one differ";
  EXPECT_EQ(pair.client.connection.update_keys(KeyUpdateRequest::update_requested).error().code,
            ErrorCode::unsupported_option);
}

// [5246:7.4.1.3#2] [8446:4.1.3#10,11] [8446:4.2.1#1]
TEST(Handshake12, IsReachedFromBothSidesOfTheVersions) {
  for (const bool old_client : {true, false}) {
    ClientSettings client = client_settings();
    ServerSettings server = server_settings();
    (old_client ? client.policy : server.policy).max_version = ProtocolVersion::tls12;
    Pair pair = test::pair(client, server);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    EXPECT_EQ(pair.client.connection.take_summary()->version, ProtocolVersion::tls12);
  }
}

// What deprecations() says of a connection with this suite, by `what`.
std::vector<std::string_view> deprecated(CipherSuite suite, bool best_peer) {
  ClientSettings client = client_settings();
  client.policy = policies::classic;
  client.policy.cipher_suites = {suite};
  ServerSettings server = server_settings();
  server.policy = policies::classic;
  server.credentials = {credential_of(x509::KeyKind::rsa_2048), credential_of(x509::KeyKind::ec_p256)};
  Pair pair = test::pair(client, server);
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  Summary ours = *pair.client.connection.take_summary();
  const Summary theirs = *pair.server.connection.take_summary();
  EXPECT_EQ(ours.encrypt_then_mac, theirs.encrypt_then_mac);
  EXPECT_TRUE(ours.extended_master_secret && theirs.extended_master_secret);
  EXPECT_TRUE(ours.secure_renegotiation && theirs.secure_renegotiation);
  if (!best_peer) ours.encrypt_then_mac = ours.extended_master_secret = ours.secure_renegotiation = false;
  std::vector<std::string_view> names;
  for (const Deprecation& one : deprecations(ours)) {
    names.push_back(one.what);
    EXPECT_FALSE(one.why.empty() || one.better.empty() || one.section.empty());
  }
  return names;
}

TEST(Deprecations, NameWhatIsUsedThoughBetterIsKnown) {
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(deprecated(CipherSuite::TLS_AES_128_GCM_SHA256, true), Names{});
  EXPECT_EQ(deprecated(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true), Names{"TLS 1.2"});
  EXPECT_EQ(deprecated(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, true), (Names{"CBC", "TLS 1.2"}));
  EXPECT_EQ(deprecated(CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384, true),
            (Names{"RSA key transport", "TLS 1.2"}));
  EXPECT_EQ(deprecated(CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA, false),
            (Names{"RSA key transport", "CBC with the MAC inside", "SHA-1 in the MAC",
                   "no extended_master_secret", "no renegotiation_info", "TLS 1.2"}));
}

TEST(Handshake12, NewerSidesDoNotMeetOlderOnes) {
  ClientSettings client = client_settings();
  client.policy.max_version = ProtocolVersion::tls12;
  ServerSettings server = server_settings();
  server.policy = policies::modern;
  Pair pair = test::pair(client, server);
  pair.run();
  EXPECT_EQ(pair.server.error->code, ErrorCode::unsupported_version);
  EXPECT_EQ(pair.client.error->alert, AlertDescription::protocol_version);
}

TEST(Fallback, IsInappropriateWhenTheServerCouldDoBetter) {  // RFC 7507 §3
  ClientSettings client = client_settings();
  client.policy.max_version = ProtocolVersion::tls12;
  client.fallback = true;
  Pair pair = test::pair(client, server_settings());
  pair.run();
  EXPECT_EQ(pair.server.error->code, ErrorCode::inappropriate_fallback);
  EXPECT_EQ(pair.client.error->alert, AlertDescription::inappropriate_fallback);
  ServerSettings old = server_settings();
  old.policy.max_version = ProtocolVersion::tls12;
  Pair fine = test::pair(client, old);
  fine.run();
  EXPECT_TRUE(fine.done());
}

TEST(Renegotiation, IsRefusedWithAWarningOnBothSides) {
  ClientSettings client = client_settings();
  client.policy.max_version = ProtocolVersion::tls12;
  Pair pair = test::pair(client, server_settings());
  pair.run();
  ASSERT_TRUE(pair.done());
  // Neither side can be made to ask, so that the wish is checked through records of the other version's kind
  // in the interop tests; here, the connection lives on after an alert that refuses.
  pair.server.deliver(pair.client.send(as_bytes("still here")));
  EXPECT_EQ(as_text(pair.server.received), "still here");
}

// [6066:4#2,5]
TEST(MaxFragmentLength, BindsBothDirections) {
  ClientSettings client = client_settings();
  client.policy.max_version = ProtocolVersion::tls12;
  client.max_fragment_length = MaxFragmentLength::octets_512;
  client.record_size_limit = 0;  // not offered: the older extension decides
  Pair pair = test::pair(client, server_settings());
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  for (End* end : {&pair.client, &pair.server}) {
    const Octets records = end->send(Octets(2000, 1));
    EXPECT_EQ(static_cast<std::size_t>(records[3]) << 8 | records[4], 512U + 24U);
  }
}

// [6066:1.1#1] [6066:8#3] [8446:4.4.2.1#1]
TEST(OcspStaple, TravelsInBothVersions) {
  for (const auto version : {ProtocolVersion::tls12, ProtocolVersion::tls13}) {
    ClientSettings client = client_settings();
    client.policy.max_version = version;
    client.verification = PeerVerification::ask;
    ServerSettings server = server_settings();
    server.credentials = {localhost().with_ocsp_response(as_bytes("a response"))};
    Pair pair = test::pair(client, server);
    pair.run();
    const auto* question = std::get_if<VerificationQuestion>(&pair.client.connection.pending());
    ASSERT_NE(question, nullptr) << failure(pair.client);
    EXPECT_EQ(as_text(question->ocsp_response), "a response");
    ASSERT_TRUE(pair.client.connection.answer_verification(true, now));
    pair.run();
    ASSERT_TRUE(pair.done());
    EXPECT_EQ(as_text(pair.client.connection.take_summary()->ocsp_response), "a response");
  }
}

TEST(CertificateTimestamps, TravelInBothVersions) {
  static constexpr std::array<std::uint8_t, 7> list = {0, 5, 0, 3, 'S', 'C', 'T'};
  for (const auto version : {ProtocolVersion::tls12, ProtocolVersion::tls13}) {
    ClientSettings client = client_settings();
    client.policy.max_version = version;
    client.request_signed_certificate_timestamps = true;
    ServerSettings server = server_settings();
    server.credentials = {localhost().with_signed_certificate_timestamps(list)};
    Pair pair = test::pair(client, server);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client);
    EXPECT_TRUE(
        equal(pair.client.connection.take_summary()->signed_certificate_timestamps, Bytes(list).subspan(2)));
  }
}

TEST(OldVersions, AreRefusedInPlainWords) {
  End server(*Connection::server(make(server_settings()), now));
  // A ClientHello of TLS 1.0 without extensions.
  Octets hello = {22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1};
  hello.insert(hello.end(), 32, 7);
  hello.insert(hello.end(), {0, 0, 2, 0, 0x2f, 1, 0});
  server.deliver(hello);
  ASSERT_TRUE(server.error);
  EXPECT_EQ(server.error->code, ErrorCode::unsupported_version);
  EXPECT_STREQ(server.error->detail, "the client speaks TLS 1.1 at most");
  const Octets alert = server.transmit();
  EXPECT_EQ(alert, (Octets{21, 3, 3, 0, 2, 2, 70}));
}

// [8446:D.5#5,6]
TEST(OldVersions, Sslv2AndPlainHttpAreRecognised) {
  for (const std::string_view first :
       {std::string_view("GET / HTTP/1.1\r\n\r\n"),
        std::string_view("\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10", 11)}) {
    End server(*Connection::server(make(server_settings()), now));
    server.deliver(as_bytes(first));
    ASSERT_TRUE(server.error);
    EXPECT_EQ(server.error->alert, AlertDescription::protocol_version) << failure(server);
  }
}

}  // namespace
}  // namespace handfast::test
