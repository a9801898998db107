// A server of TLS 1.2: what it makes of a ClientHello, and of clients that do not follow RFC 5246.
#include <gtest/gtest.h>

#include "handshake/breach.hpp"

namespace handfast::test {
namespace {

using message::CertificateVerify;
using message::ClientECDiffieHellmanPublic;
using message::ClientHello;
using message::ServerHello;

ServerSettings classic_server() {
  ServerSettings settings = server_settings();
  settings.policy = policies::classic;
  settings.credentials = {localhost(), rsa_credential()};
  return settings;
}
// A ClientHello without extensions, not even their length.
bool strip_extensions(MessageEnd::Message& message) {
  if (message.type() != HandshakeType::client_hello) return true;
  auto hello = *wire::decode<ClientHello>(Bytes(message.octets).subspan(4));
  hello.extensions = {};
  Octets out;
  EXPECT_TRUE(wire::append_message(hello, out));
  message.octets = out;
  return true;
}
// What the server answered; no value: it refused.
std::optional<ServerHello> answer(MessagePair& pair, Octets& octets) {
  pair.to_client = [&](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::server_hello) octets = message.octets;
    return true;
  };
  pair.run();
  if (octets.empty()) return std::nullopt;
  return *wire::decode<ServerHello>(Bytes(octets).subspan(4));
}

// RFC 5246 §7.4.1.2, §7.4.1.4: nothing is answered that was not asked
// [5246:7.4.1.2#6] [5246:7.4.1.4#1] [8446:4.2#1] [6066:8#4] [8446:4.1.2#14].
TEST(Server12, TakesAHelloWithoutExtensionsAndAnswersWithoutAny) {
  ServerSettings server = classic_server();
  server.credentials = {rsa_credential().with_ocsp_response(as_bytes("x"))};
  server.application_protocols = {"h2"};
  MessagePair pair(client12(policies::classic), server);
  pair.to_server = strip_extensions;
  Octets octets;
  const auto hello = answer(pair, octets);
  ASSERT_TRUE(hello) << describe(pair.server.error());
  EXPECT_EQ(hello->extensions.received().count(), 0U);
  EXPECT_FALSE(pair.server_state.summary.extended_master_secret);
  EXPECT_FALSE(pair.server_state.summary.secure_renegotiation);
}

// RFC 5246 §7.4.1.4.1: what is left without signature_algorithms is SHA-1, which is not spoken
// [5246:7.4.1.4.1#3,6] [5246:7.4.3#3].
TEST(Server12, SignsNothingForAClientThatTakesSha1Alone) {
  ServerSettings server = classic_server();
  server.policy.cipher_suites = {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
  MessagePair pair(client12(policies::classic), server);
  pair.to_server = strip_extensions;
  pair.run();
  EXPECT_EQ(pair.server.error().code, ErrorCode::no_common_cipher_suite);
  EXPECT_EQ(pair.server.error().alert, AlertDescription::handshake_failure);
}

// RFC 5246 §E.1, RFC 8446 §4.2.1 [5246:E.1#2] [8446:4.2.1#2] [8446:D.2#1] [5746:3.6#5].
TEST(Server12, TakesHigherVersionsForItsOwn) {
  for (const std::uint16_t version : std::initializer_list<std::uint16_t>{0x0303, 0x0304, 0x0305, 0x03ff}) {
    MessagePair pair(client12(), server_settings());
    pair.to_server =
        set<ClientHello>([version](auto& m) { m.legacy_version = static_cast<ProtocolVersion>(version); });
    Octets octets;
    const auto hello = answer(pair, octets);
    ASSERT_TRUE(hello) << version << describe(pair.server.error());
    EXPECT_EQ(hello->legacy_version, ProtocolVersion::tls12);
    EXPECT_FALSE(hello->extensions.supported_versions) << "[8446:4.2.1#6]";
  }
}

// [5246:E.1#3] [8446:D.2#2] [8446:D.5#8]
TEST(Server12, RefusesLowerVersions) {
  for (const auto version : {ProtocolVersion::tls11, ProtocolVersion::tls10, ProtocolVersion::ssl30}) {
    MessagePair pair(client12(), server_settings());
    pair.to_server = set<ClientHello>([version](auto& m) { m.legacy_version = version; });
    pair.run();
    EXPECT_EQ(pair.server.error().alert, AlertDescription::protocol_version) << to_string(version);
  }
}

// RFC 8446 §4.2.1: a list without TLS 1.3, and with versions nobody knows [8446:4.2.1#3,4,5].
TEST(Server12, FollowsSupportedVersionsAlone) {
  static constexpr std::array versions = {static_cast<ProtocolVersion>(0x7a7a), ProtocolVersion::tls12};
  MessagePair pair(client_settings(), server_settings());
  pair.to_server = set<ClientHello>([](auto& m) {
    m.legacy_version = ProtocolVersion::tls11;
    m.extensions.supported_versions->versions = versions;
  });
  Octets octets;
  const auto hello = answer(pair, octets);
  ASSERT_TRUE(hello) << describe(pair.server.error());
  EXPECT_EQ(hello->legacy_version, ProtocolVersion::tls12);
  EXPECT_FALSE(hello->extensions.supported_versions);
}

// RFC 5246 §7.4.1.2 [5246:7.4.1.2#5] [8446:4.1.2#12].
TEST(Server12, WantsTheNullCompressionAmongOthers) {
  static constexpr std::array<std::uint8_t, 1> deflate = {1};
  static constexpr std::array<std::uint8_t, 3> several = {1, 64, 0};
  for (const Bytes methods : {Bytes(deflate), Bytes(several)}) {
    MessagePair pair(client12(), server_settings());
    pair.to_server = set<ClientHello>([methods](auto& m) { m.legacy_compression_methods = methods; });
    Octets octets;
    const auto hello = answer(pair, octets);
    EXPECT_EQ(hello.has_value(), methods.size() == 3);
    if (hello) {
      EXPECT_EQ(hello->legacy_compression_method, 0);
    } else {
      EXPECT_EQ(pair.server.error().alert, AlertDescription::illegal_parameter);
    }
  }
}

// RFC 8422 §5.1.2 [8422:5.1.2#2].
TEST(Server12, WantsUncompressedPoints) {
  static constexpr std::array compressed = {static_cast<ECPointFormat>(1), static_cast<ECPointFormat>(2)};
  MessagePair pair(client12(), server_settings());
  pair.to_server =
      set<ClientHello>([](auto& m) { m.extensions.ec_point_formats->ec_point_format_list = compressed; });
  pair.run();
  EXPECT_EQ(pair.server.error().alert, AlertDescription::illegal_parameter);
}

// RFC 5746 §3.6 [5746:3.6#1,2,4] [5746:4.3#1]: the signalling suite stands for the extension.
TEST(Server12, SignalsSecureRenegotiation) {
  for (const bool by_suite : {true, false}) {
    ClientSettings client = client12();
    MessagePair pair(client, server_settings());
    static constexpr std::array suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                          CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV};
    pair.to_server = set<ClientHello>([&](auto& m) {
      if (!by_suite) return;
      m.cipher_suites = suites;
      m.extensions.renegotiation_info.reset();
    });
    Octets octets;
    const auto hello = answer(pair, octets);
    ASSERT_TRUE(hello) << describe(pair.server.error());
    ASSERT_TRUE(hello->extensions.renegotiation_info);
    EXPECT_TRUE(hello->extensions.renegotiation_info->renegotiated_connection.empty());
  }
}
TEST(Server12, RefusesRenegotiationInfoThatIsNotEmpty) {  // [5746:3.6#3]
  static const Octets twelve(12, 1);
  MessagePair pair(client12(), server_settings());
  pair.to_server =
      set<ClientHello>([](auto& m) { m.extensions.renegotiation_info->renegotiated_connection = twelve; });
  pair.run();
  EXPECT_EQ(pair.server.error().alert, AlertDescription::handshake_failure);
}

// RFC 8422 §4, §5.1, §5.3: a client that names curves names those of certificates, too
// [8422:4#1] [8422:5.1#2,3] [8422:5.3#3,4] [5246:7.4.2#13].
TEST(Server12, RespectsTheClientsCurves) {
  struct Case {
    Preferences<NamedGroup, 12> groups;
    std::optional<CipherSuite> suite;
  };
  ServerSettings server = classic_server();
  server.credentials = {authority().credential(x509::KeyKind::ec_p384), rsa_credential()};
  server.policy.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                 CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                                 CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256};
  server.policy.groups = {NamedGroup::secp256r1, NamedGroup::secp384r1};
  for (const Case& now_try :
       {Case{{NamedGroup::secp256r1, NamedGroup::secp384r1},
             CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
        Case{{NamedGroup::secp256r1}, CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
        Case{{NamedGroup::x25519}, CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256}}) {
    ClientSettings client = client12(policies::classic);
    client.policy.groups = now_try.groups;
    client.policy.key_shares.clear();
    MessagePair pair(client, server);
    Octets octets;
    const auto hello = answer(pair, octets);
    ASSERT_TRUE(hello) << describe(pair.server.error());
    EXPECT_EQ(hello->cipher_suite, now_try.suite);
    EXPECT_TRUE(pair.client.done()) << describe(pair.client.error());
  }
}

// RFC 5246 §7.4.2, RFC 8446 §4.4.2.2: of two certificates the one whose issuer's signature the client knows
// [5246:7.4.2#14] [8446:4.4.2.2#4].
TEST(ServerCertificates, OfAChainThatTheClientCanCheckGoFirst) {
  const Authority rsa_authority(x509::KeyKind::rsa_2048, "RSA Root");
  const Credential by_rsa = rsa_authority.credential();
  for (const auto version : {ProtocolVersion::tls12, ProtocolVersion::tls13}) {
    ServerSettings server = server_settings();
    server.credentials = {by_rsa, localhost()};
    ClientSettings client = client_settings();
    client.policy.max_version = version;
    client.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
    MessagePair pair(client, server);
    pair.run();
    EXPECT_TRUE(pair.client.done()) << describe(pair.client.error());
    // Without another one, the one that there is is shown.
    server.credentials = {by_rsa};
    MessagePair other(client, server);
    other.run();
    EXPECT_FALSE(other.server.failed()) << describe(other.server.error());
    EXPECT_TRUE(other.client.failed());
  }
}

// [5246:7.4.1.3#1] [8446:4.1.3#2,3]
TEST(ServerRandom, HasNothingToDoWithTheClients) {
  std::vector<Octets> seen;
  for (const auto version : {ProtocolVersion::tls12, ProtocolVersion::tls12, ProtocolVersion::tls13}) {
    ClientSettings client = client_settings();
    client.policy.max_version = version;
    MessagePair pair(client, server_settings());
    Octets octets;
    const auto hello = answer(pair, octets);
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->legacy_version, ProtocolVersion::tls12);  // [8446:4.1.3#1] [8446:D.5#7]
    EXPECT_FALSE(equal(hello->random, pair.client_state.summary.client_random));
    for (const Octets& earlier : seen) EXPECT_FALSE(equal(hello->random.first(24), Bytes(earlier).first(24)));
    seen.push_back(to_octets(hello->random));
  }
}

// RFC 8422 §5.10, §5.11 [8422:5.1.2#1] [8422:5.10#2] [8422:5.11#1,2,3] [8446:4.2.8.2#1] [8446:7.4.2#2].
TEST(Server12, RefusesSharesThatAreNone) {
  static const Octets zeros(32, 0);
  static const Octets no_point = [] {
    Octets octets(65, 1);
    octets[0] = 4;
    return octets;
  }();
  static const Octets compressed = [] {
    Octets octets(33, 1);
    octets[0] = 2;
    return octets;
  }();
  for (const auto& [group, share] :
       std::initializer_list<std::pair<NamedGroup, Bytes>>{{NamedGroup::x25519, zeros},
                                                           {NamedGroup::secp256r1, no_point},
                                                           {NamedGroup::secp256r1, compressed},
                                                           {NamedGroup::secp256r1, Bytes(zeros).first(1)}}) {
    ClientSettings client = client12();
    client.policy.groups = {group, NamedGroup::secp256r1};
    client.policy.key_shares.clear();
    ServerSettings server = server_settings();
    server.policy.groups = {group};
    MessagePair pair(client, server);
    pair.to_server = edit_message<ClientECDiffieHellmanPublic>([&](auto& m) { m.ecdh_Yc = share; });
    pair.run();
    EXPECT_EQ(pair.server.error().code, ErrorCode::bad_key_share) << to_string(group);
    EXPECT_EQ(pair.server.error().alert, AlertDescription::illegal_parameter);
  }
}

// RFC 5246 §7.4.8 [5246:7.4.8#2,3].
TEST(Server12, RefusesCertificateVerify) {
  static const Octets junk(64, 0x5a);
  const std::vector<std::pair<std::function<void(CertificateVerify&)>, AlertDescription>> cases = {
      {[](auto& m) { m.algorithm = SignatureScheme::ecdsa_sha1; }, AlertDescription::illegal_parameter},
      {[](auto& m) { m.algorithm = SignatureScheme::rsa_pkcs1_sha256; }, AlertDescription::illegal_parameter},
      {[](auto& m) { m.signature = junk; }, AlertDescription::decrypt_error},
  };
  for (const auto& [change, alert] : cases) {
    ClientSettings client = client12();
    client.credentials = {localhost()};
    ServerSettings server = server_settings();
    server.client_authentication = ClientAuthentication::require;
    server.trust = authority().trust();
    MessagePair pair(client, server);
    pair.to_server = edit_message<CertificateVerify>(change);
    pair.run();
    EXPECT_EQ(pair.server.error().alert, alert) << describe(pair.server.error());
  }
}

// RFC 5746 §3.6: a policy may go without such clients [5746:4.3#1].
TEST(Server12, NeedsSecureRenegotiationWhereThePolicySaysSo) {
  for (const bool required : {true, false}) {
    ServerSettings server = server_settings();
    server.policy.require_secure_renegotiation = required;
    MessagePair pair(client12(), server);
    pair.to_server = set<ClientHello>([](auto& m) { m.extensions.renegotiation_info.reset(); });
    Octets octets;
    const auto hello = answer(pair, octets);
    EXPECT_EQ(hello.has_value(), !required);
    if (!required) continue;
    EXPECT_EQ(pair.server.error().code, ErrorCode::missing_extension);
    EXPECT_EQ(pair.server.error().alert, AlertDescription::handshake_failure);
  }
}

TEST(Server12, ChoosesInTheOrderThatCounts) {
  for (const bool clients : {true, false}) {
    ServerSettings server = server_settings();
    server.prefer_client_order = clients;
    server.policy.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                   CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384};
    ClientSettings client = client12();
    client.policy.cipher_suites = {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                                   CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                   CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    MessagePair pair(client, server);
    Octets octets;
    const auto hello = answer(pair, octets);
    ASSERT_TRUE(hello) << describe(pair.server.error());
    EXPECT_EQ(hello->cipher_suite, clients ? CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
                                           : CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
    EXPECT_TRUE(pair.client.done()) << describe(pair.client.error());
  }
}

// RFC 6066 §3: go on with another certificate, or say that there is none for the name.
TEST(Server12, MayRefuseNamesThatItHasNoCertificateFor) {
  for (const bool refuses : {true, false}) {
    ServerSettings server = server_settings();
    server.refuse_unknown_names = refuses;
    MessagePair pair(client12(), server, "elsewhere.example");
    Octets octets;
    const auto hello = answer(pair, octets);
    EXPECT_EQ(hello.has_value(), !refuses);
    if (refuses) {
      EXPECT_EQ(pair.server.error().code, ErrorCode::no_certificate_for_name);
      EXPECT_EQ(pair.server.error().alert, AlertDescription::unrecognized_name);
    } else {
      EXPECT_EQ(pair.client.error().code, ErrorCode::certificate_name_mismatch);
    }
  }
}

}  // namespace
}  // namespace handfast::test
