// A client of TLS 1.2: what it says, and what it makes of servers that do not follow RFC 5246.
#include <gtest/gtest.h>

#include "handshake/breach.hpp"
#include "handshake/tls12.hpp"

namespace handfast::test {
namespace {

Octets first_hello(const ClientSettings& settings) {
  MessagePair pair(settings, server_settings());
  Octets hello;
  pair.to_server = [&](MessageEnd::Message& message) {
    hello = message.octets;
    return false;
  };
  pair.run();
  return hello;
}

// ---- HelloRequest (RFC 5246 §7.4.1.1)

// Each of the server's messages has a HelloRequest in front, in the same record.
TEST(HelloRequest12, IsIgnoredDuringTheHandshakeAndNoPartOfIt) {  // [5246:7.4.1.1#1]
  MessagePair pair(client12(), server_settings());
  pair.to_client = [](MessageEnd::Message& message) {
    message.octets.insert(message.octets.begin(), 4, 0);
    return true;
  };
  pair.run();
  EXPECT_TRUE(pair.client.done()) << describe(pair.client.error());
  EXPECT_TRUE(pair.server.done()) << "the server's Finished knows nothing of it either";
}

TEST(HelloRequest12, IsIgnoredWhileChangeCipherSpecIsAwaited) {
  MessagePair pair(client12(), server_settings());
  pair.to_client = [](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::server_hello_done) message.octets.insert(message.octets.end(), 4, 0);
    return true;
  };
  pair.run();
  EXPECT_TRUE(pair.client.done()) << describe(pair.client.error());
}

TEST(HelloRequest12, WithoutEndIsRefused) {
  MessagePair pair(client12(), server_settings());
  pair.to_client = [](MessageEnd::Message& message) {
    message.octets.insert(message.octets.begin(), 4 * std::size_t{9}, 0);
    return true;
  };
  pair.run();
  EXPECT_EQ(pair.client.error().alert, AlertDescription::unexpected_message);
}

TEST(HelloRequest12, WithABodyIsNone) {
  MessagePair pair(client12(), server_settings());
  pair.to_client = [](MessageEnd::Message& message) {
    const Octets request = {0, 0, 0, 1, 0};
    message.octets.insert(message.octets.begin(), request.begin(), request.end());
    return true;
  };
  pair.run();
  EXPECT_EQ(pair.client.error().alert, AlertDescription::unexpected_message);
}

// RFC 5246 §7.4.5: behind ServerHelloDone the server waits: part of a message that would come later is
// refused at once.
TEST(ServerHelloDone12, EndsTheServersFlight) {
  for (const Octets& behind : {Octets{4}, Octets{4, 0, 0, 6, 0, 0, 0, 0, 0, 0}}) {
    MessagePair pair(client12(), server_settings());
    pair.to_client = [&](MessageEnd::Message& message) {
      if (message.type() == HandshakeType::server_hello_done)
        message.octets.insert(message.octets.end(), behind.begin(), behind.end());
      return true;
    };
    pair.run();
    EXPECT_EQ(pair.client.error().code, ErrorCode::excess_handshake_data);
    EXPECT_EQ(pair.client.error().alert, AlertDescription::unexpected_message);
    EXPECT_TRUE(pair.client.sent.empty()) << "nothing is answered";
  }
}

// ---- ClientHello

// RFC 8422 §4: without suites that use curves nothing is said of curves [8422:4#2].
// [5746:3.4#1]
TEST(ClientHello12, SpeaksOfCurvesWithSuitesThatUseThem) {
  ClientSettings settings = client12();
  settings.policy.cipher_suites = {CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256};
  Octets octets = first_hello(settings);
  auto hello = wire::decode<message::ClientHello>(Bytes(octets).subspan(4));
  ASSERT_TRUE(hello);
  EXPECT_FALSE(hello->extensions.supported_groups);
  EXPECT_FALSE(hello->extensions.ec_point_formats);
  settings.policy.cipher_suites.add(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
  octets = first_hello(settings);
  hello = wire::decode<message::ClientHello>(Bytes(octets).subspan(4));
  ASSERT_TRUE(hello);
  EXPECT_TRUE(hello->extensions.supported_groups);
  // [8422:5.1#1] [8422:5.1.2#3]
  ASSERT_TRUE(hello->extensions.ec_point_formats);
  EXPECT_TRUE(equal(hello->extensions.ec_point_formats->ec_point_format_list.octets(), Octets{0}));
}

TEST(ClientHello12, OffersNoEcdheWithoutACurve) {
  ClientSettings settings = client12();
  settings.policy = policies::classic;
  settings.policy.max_version = ProtocolVersion::tls12;
  settings.policy.groups = {NamedGroup::X25519MLKEM768};
  settings.policy.key_shares.clear();
  const Octets octets = first_hello(settings);
  const auto hello = wire::decode<message::ClientHello>(Bytes(octets).subspan(4));
  ASSERT_TRUE(hello);
  EXPECT_FALSE(hello->cipher_suites.contains(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256));
  EXPECT_TRUE(hello->cipher_suites.contains(CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256));
  EXPECT_FALSE(hello->extensions.supported_groups);
}

// RFC 7627 §5.4: without the extension nothing may bind the connection [7627:5.4#1,2,3,4].
TEST(Exporters12, NeedExtendedMasterSecret) {
  for (const bool extended : {true, false}) {
    MessagePair pair(client12(), server_settings());
    handshake::Tls12State state;
    state.extended_master_secret = extended;
    state.master_secret.assign(Octets(48, 7));
    handshake::keep_exporter12(pair.client_state, state, Octets(12, 1));
    EXPECT_EQ(pair.client_state.exporter_secret.empty(), !extended);
    EXPECT_EQ(pair.client_state.tls_unique[0], extended ? 1 : 0);
  }
}

// ---- servers that do not follow the RFCs

using message::Certificate12;
using message::CertificateRequest12;
using message::ServerHello;

std::vector<Breach> breaches_before_client12() {
  using enum ErrorCode;
  using A = AlertDescription;
  static const Octets twelve(12, 1);
  static constexpr std::array compressed = {static_cast<ECPointFormat>(1)};
  static const std::array<message::ProtocolName, 1> other = {as_bytes("other")};
  static const std::array<message::ProtocolName, 2> two = {as_bytes("h2"), as_bytes("h3")};
  return {
      // RFC 5246 §7.4.1.4 [5246:7.4.1.4#2] [8446:4.2#2]
      {"AnExtensionThatWasNotOffered",
       set<ServerHello>([](auto& m) { m.extensions.max_fragment_length = {MaxFragmentLength::octets_512}; }),
       extension_not_offered, A::unsupported_extension},
      {"EncryptThenMacThoughNoSuiteIsCbc",
       set<ServerHello>([](auto& m) { m.extensions.encrypt_then_mac.emplace(); }), extension_not_offered,
       A::unsupported_extension},
      // RFC 5746 §3.4, §4.1 [5746:3.4#2,3] [5746:4.1#1]
      {"RenegotiationInfoThatIsNotEmpty",
       set<ServerHello>([](auto& m) { m.extensions.renegotiation_info->renegotiated_connection = twelve; }),
       illegal_value, A::handshake_failure},
      {"NoRenegotiationInfo", set<ServerHello>([](auto& m) { m.extensions.renegotiation_info.reset(); }),
       missing_extension, A::handshake_failure},
      // RFC 8422 §5.2 [8422:5.2#1,2]
      {"NoUncompressedPoints",
       set<ServerHello>([](auto& m) { m.extensions.ec_point_formats = {compressed}; }), illegal_value,
       A::illegal_parameter},
      // RFC 7301 §3.1, §3.2 [7301:3.1#3] [7301:3.2#2]
      {"AnotherProtocol",
       set<ServerHello>([](auto& m) { m.extensions.application_layer_protocol_negotiation = {other}; }),
       illegal_value, A::illegal_parameter},
      {"TwoProtocols",
       set<ServerHello>([](auto& m) { m.extensions.application_layer_protocol_negotiation = {two}; }),
       illegal_value, A::illegal_parameter},
      // RFC 5246 §E.1 [5246:E.1#1] [8446:D.1#1] [8446:D.5#8]
      {"Tls11", set<ServerHello>([](auto& m) { m.legacy_version = ProtocolVersion::tls11; }),
       unsupported_version, A::protocol_version},
      {"Ssl30", set<ServerHello>([](auto& m) { m.legacy_version = ProtocolVersion::ssl30; }),
       unsupported_version, A::protocol_version},
      // RFC 5246 §A.5 [5246:A.5#1,2] [8446:D.5#1,2]
      {"TheNullSuite",
       set<ServerHello>([](auto& m) { m.cipher_suite = CipherSuite::TLS_NULL_WITH_NULL_NULL; }),
       illegal_value, A::illegal_parameter},
      {"Compression", set<ServerHello>([](auto& m) { m.legacy_compression_method = 1; }), illegal_value,
       A::illegal_parameter},
      {"NoCertificate", set<Certificate12>([](auto& m) { m.certificate_list = {}; }), empty_certificate,
       A::decode_error},
      // RFC 5246 §7.4.2: the key is one of ECDSA, the suite wants RSA [5246:7.4.2#2,6] [8422:2.1#1]
      // [8422:2.2#1]
      // [8422:5.3#2].
      {"AKeyOfAnotherKindThanTheSuites",
       set<ServerHello>([](auto& m) { m.cipher_suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; }),
       certificate_unsupported, A::unsupported_certificate},
  };
}

class Client12 : public testing::TestWithParam<Breach> {};
TEST_P(Client12, RefusesAServerWith) {
  ClientSettings client = client12();
  client.application_protocols = {"h2"};
  MessagePair pair(client, server_settings());
  pair.to_client = GetParam().edit;
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(name_of(pair.client.error().code), name_of(GetParam().code)) << describe(pair.client.error());
  EXPECT_EQ(pair.client.error().alert, GetParam().alert) << describe(pair.client.error());
}
INSTANTIATE_TEST_SUITE_P(Breaches, Client12, testing::ValuesIn(breaches_before_client12()),
                         [](const auto& test) { return test.param.name; });

// RFC 6066 §4: the server repeats the length, or says nothing [6066:4#4].
TEST(Client12Extensions, AnotherMaxFragmentLengthIsRefused) {
  ClientSettings client = client12();
  client.max_fragment_length = MaxFragmentLength::octets_1024;
  client.record_size_limit = 0;
  MessagePair pair(client, server_settings());
  pair.to_client =
      set<ServerHello>([](auto& m) { m.extensions.max_fragment_length = {MaxFragmentLength::octets_512}; });
  pair.run();
  EXPECT_EQ(pair.client.error().alert, AlertDescription::illegal_parameter) << describe(pair.client.error());
}

Credential credential_with(x509::KeyKind kind, std::uint16_t key_usage) {
  x509::CertificateTemplate content = Authority::leaf_template();
  content.key_usage = key_usage;
  return authority().credential(kind, content);
}

// RFC 5246 §7.4.2: what the certificate does not allow is not done with its key [5246:7.4.2#7,8,12].
TEST(Client12Certificate, MustAllowTheKeyExchange) {
  struct Case {
    CipherSuite suite;
    x509::KeyKind kind;
    std::uint16_t good;
    std::uint16_t bad;
  };
  using x509::KeyUsage;
  for (const Case& now_try :
       {Case{CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256, x509::KeyKind::rsa_2048,
             KeyUsage::key_encipherment, KeyUsage::digital_signature},
        Case{CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, x509::KeyKind::rsa_2048,
             KeyUsage::digital_signature, KeyUsage::key_encipherment},
        Case{CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, x509::KeyKind::ec_p256,
             KeyUsage::digital_signature, KeyUsage::key_agreement}}) {
    ClientSettings client = client12();
    client.policy = policies::classic;
    client.policy.cipher_suites = {now_try.suite};
    ServerSettings server = server_settings();
    server.policy = policies::classic;
    server.credentials = {credential_with(now_try.kind, now_try.good)};
    const Credential bad = credential_with(now_try.kind, now_try.bad);
    const std::vector<message::ASN1Cert> chain(bad.chain().begin(), bad.chain().end());
    for (const bool lies : {false, true}) {
      MessagePair pair(client, server);
      if (lies) pair.to_client = set<Certificate12>([&](auto& m) { m.certificate_list = chain; });
      pair.run();
      EXPECT_EQ(pair.client.done(), !lies) << to_string(now_try.suite);
      if (lies) { EXPECT_EQ(pair.client.error().code, ErrorCode::certificate_unsupported); }
    }
    // A server of ours does not choose a suite that its certificate is not for.
    server.credentials = {bad};
    MessagePair pair(client, server);
    pair.run();
    EXPECT_EQ(pair.server.error().code, ErrorCode::no_common_cipher_suite);
  }
}

// RFC 5246 §7.4.4, §7.4.6: no certificate rather than one that the server did not ask for
// [5246:7.3#2] [5246:7.4.4#1,2,3] [5246:7.4.6#1,2,4,9].
// [8422:3.1#1]
TEST(Client12Certificate, IsOneThatTheServerAskedFor) {
  static constexpr std::array rsa_only = {ClientCertificateType::rsa_sign};
  static constexpr std::array ed25519_only = {SignatureScheme::ed25519};
  const std::vector<std::pair<bool, Edit>> cases = {
      {true, [](MessageEnd::Message&) { return true; }},
      {false, set<CertificateRequest12>([](auto& m) { m.certificate_types = rsa_only; })},
      {false, set<CertificateRequest12>([](auto& m) { m.supported_signature_algorithms = ed25519_only; })},
  };
  for (const auto& [shown, edit] : cases) {
    ClientSettings client = client12();
    client.credentials = {localhost()};
    ServerSettings server = server_settings();
    server.client_authentication = ClientAuthentication::request;
    server.trust = authority().trust();
    MessagePair pair(client, server);
    pair.to_client = edit;
    std::size_t certificates = 99;
    pair.to_server = set<Certificate12>([&](auto& m) { certificates = m.certificate_list.count(); });
    pair.run();
    EXPECT_EQ(certificates, shown ? 1U : 0U);
  }
}

// RFC 8446 §4.2.8.2, RFC 8422 §5.11 are in server12_test.cpp: the client's share is the one that no signature
// covers.

// RFC 7366 §3: the extension is for CBC suites alone.
TEST(Client12, RefusesEncryptThenMacWithAnAead) {
  ClientSettings client = client12();
  client.policy = policies::classic;
  client.policy.max_version = ProtocolVersion::tls12;
  MessagePair pair(client, server_settings());
  pair.to_client =
      edit_message<message::ServerHello>([](auto& m) { m.extensions.encrypt_then_mac.emplace(); });
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(pair.client.error().code, ErrorCode::illegal_value);
  EXPECT_EQ(pair.client.error().alert, AlertDescription::illegal_parameter);
}

}  // namespace
}  // namespace handfast::test
