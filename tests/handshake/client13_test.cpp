// A client before servers that do not follow RFC 8446: each breach with its error and alert.
#include <map>

#include <gtest/gtest.h>

#include "handshake/breach.hpp"

namespace handfast::test {
namespace {

using message::Certificate;
using message::CertificateVerify;
using message::EncryptedExtensions;
using message::Finished;
using message::HelloRetryRequest;
using message::ServerHello;

const Octets& junk() {
  static const Octets octets(33, 0x5a);
  return octets;
}

// An extension block with one more, empty entry at its end; `at`: where the block's length stands.
void append_extension(Octets& message, std::size_t at, ExtensionType type) {
  const auto grow = [&message](std::size_t place, std::size_t width) {
    std::size_t value = 4;
    for (std::size_t i = 0; i < width; ++i)
      value += static_cast<std::size_t>(message[place + i]) << (8 * (width - 1 - i));
    for (std::size_t i = 0; i < width; ++i)
      message[place + i] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)));
  };
  grow(1, 3);
  grow(at, 2);
  const auto number = static_cast<std::uint16_t>(type);
  message.insert(message.end(),
                 {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number), 0, 0});
}

std::vector<Breach> breaches_before_client13() {
  using enum ErrorCode;
  using A = AlertDescription;
  static const std::array<message::ProtocolName, 1> other_protocol = {as_bytes("other")};
  static const std::array<message::ProtocolName, 2> two_protocols = {as_bytes("h2"), as_bytes("h3")};
  return {
      // ServerHello (RFC 8446 §4.1.3, §4.2.1 [8446:4.1.3#6,8] [8446:4.2.1#7,8,9,10,11])
      {"LegacyVersionIsNotTls12",
       set<ServerHello>([](auto& m) { m.legacy_version = ProtocolVersion::tls11; }), illegal_value,
       A::illegal_parameter},
      {"LegacyVersionIsSsl30", set<ServerHello>([](auto& m) { m.legacy_version = ProtocolVersion::ssl30; }),
       unsupported_version, A::protocol_version},  // [8446:D.5#8]
      {"SessionIdDiffers",
       set<ServerHello>([](auto& m) { m.legacy_session_id_echo = Bytes(junk()).first(32); }), illegal_value,
       A::illegal_parameter},  // [8446:4.1.3#4]
      {"SuiteWasNotOffered",
       set<ServerHello>([](auto& m) { m.cipher_suite = static_cast<CipherSuite>(0x1304); }), illegal_value,
       A::illegal_parameter},  // [8446:4.1.3#5]
      {"SuiteOfTls12In13",
       set<ServerHello>([](auto& m) { m.cipher_suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; }),
       illegal_value, A::illegal_parameter},
      {"Compression", set<ServerHello>([](auto& m) { m.legacy_compression_method = 1; }), illegal_value,
       A::illegal_parameter},
      {"SelectedVersionIsNot13", set<ServerHello>([](auto& m) {
         m.extensions.supported_versions->selected_version = ProtocolVersion::tls12;
       }),
       illegal_value, A::illegal_parameter},
      {"KeyShareIsMissing", set<ServerHello>([](auto& m) { m.extensions.key_share.reset(); }),
       missing_extension, A::missing_extension},
      {"KeyShareOfAnotherGroup", set<ServerHello>([](auto& m) {
         m.extensions.key_share->server_share = {NamedGroup::secp521r1, junk()};
       }),
       bad_key_share, A::illegal_parameter},  // [8446:4.2.8#10]
      {"KeyShareOfAWrongLength",
       set<ServerHello>([](auto& m) { m.extensions.key_share->server_share.key_exchange = junk(); }),
       bad_key_share, A::illegal_parameter},
      {"ExtensionThatBelongsInEncryptedExtensions", set<ServerHello>([](auto& m) {
         m.extensions.application_layer_protocol_negotiation = {two_protocols};
       }),
       extension_not_allowed, A::illegal_parameter},  // [8446:4.1.3#7]
      {"ExtensionThatNobodyOffered",
       replace(HandshakeType::server_hello,
               [](Octets& m) {
                 append_extension(m, 4 + 2 + 32 + 1 + 32 + 3, static_cast<ExtensionType>(0x7777));
               }),
       extension_not_offered, A::unsupported_extension},  // [8446:4.2#2]
      {"ExtensionTwice",
       replace(HandshakeType::server_hello,
               [](Octets& m) {
                 append_extension(m, 4 + 2 + 32 + 1 + 32 + 3, static_cast<ExtensionType>(0x7777));
                 append_extension(m, 4 + 2 + 32 + 1 + 32 + 3, static_cast<ExtensionType>(0x7777));
               }),
       duplicate_extension, A::decode_error},  // [8446:4.2#5]
      {"ServerHelloTruncated",
       replace(HandshakeType::server_hello,
               [](Octets& m) {
                 m.pop_back();
                 m[3]--;
               }),
       truncated, A::decode_error},
      // EncryptedExtensions (§4.3.1)
      {"EncryptedExtensionsMissing", drop(HandshakeType::encrypted_extensions), unexpected_message,
       A::unexpected_message},
      {"EncryptedExtensionsUnasked",
       replace(HandshakeType::encrypted_extensions,
               [](Octets& m) { append_extension(m, 4, static_cast<ExtensionType>(0x7777)); }),
       extension_not_offered, A::unsupported_extension},
      {"EncryptedExtensionsWithKeyShare",
       replace(HandshakeType::encrypted_extensions,
               [](Octets& m) { append_extension(m, 4, ExtensionType::key_share); }),
       extension_not_allowed, A::illegal_parameter},  // [8446:4.3.1#2]
      {"AlpnWasNotOffered", set<EncryptedExtensions>([](auto& m) {
         m.extensions.application_layer_protocol_negotiation = {other_protocol};
       }),
       illegal_value, A::illegal_parameter},
      {"AlpnChoosesTwo", set<EncryptedExtensions>([](auto& m) {
         m.extensions.application_layer_protocol_negotiation = {two_protocols};
       }),
       illegal_value, A::illegal_parameter},  // [7301:3.1#3]
      {"RecordSizeLimitBelow64",
       replace(HandshakeType::encrypted_extensions,
               [](Octets& m) {
                 for (std::size_t i = 6; i + 5 < m.size(); ++i)
                   if (m[i] == 0 && m[i + 1] == 28 && m[i + 2] == 0 && m[i + 3] == 2) {
                     m[i + 4] = 0;
                     m[i + 5] = 63;
                   }
               }),
       illegal_value, A::illegal_parameter},
      // Certificate (§4.4.2 [8446:4.4.2#5,12])
      {"CertificateMissing", drop(HandshakeType::certificate), unexpected_message, A::unexpected_message},
      {"CertificateEmpty", set<Certificate>([](auto& m) { m.certificate_list = {}; }), empty_certificate,
       A::decode_error},  // [8446:4.4.2.4#1]
      {"CertificateWithContext", set<Certificate>([](auto& m) { m.certificate_request_context = junk(); }),
       illegal_value, A::illegal_parameter},
      {"CertificateDamaged", replace(HandshakeType::certificate, [](Octets& m) { m[15] = 0x31; }),
       certificate_malformed, A::bad_certificate},
      {"CertificateIsNone", replace(HandshakeType::certificate, [](Octets& m) { m[12] = 0x31; }),
       certificate_malformed, A::decode_error},
      // CertificateVerify (§4.4.3 [8446:4.4.3#4,6,8,9,10])
      {"CertificateVerifyMissing", drop(HandshakeType::certificate_verify), unexpected_message,
       A::unexpected_message},
      {"SchemeWasNotOffered",
       set<CertificateVerify>([](auto& m) { m.algorithm = SignatureScheme::ecdsa_sha1; }), illegal_value,
       A::illegal_parameter},  // [8446:4.4.3#4]
      {"SchemeIsPkcs1",
       set<CertificateVerify>([](auto& m) { m.algorithm = SignatureScheme::rsa_pkcs1_sha256; }),
       illegal_value, A::illegal_parameter},  // [8446:4.4.3#7]
      {"SchemeOfAnotherKey",
       set<CertificateVerify>([](auto& m) { m.algorithm = SignatureScheme::rsa_pss_rsae_sha256; }),
       illegal_value, A::illegal_parameter},
      {"SignatureIsWrong", set<CertificateVerify>([](auto& m) { m.signature = junk(); }), bad_signature,
       A::decrypt_error},
      {"SignatureIsEmpty", set<CertificateVerify>([](auto& m) { m.signature = Bytes(); }), bad_signature,
       A::decrypt_error},
      // Finished (§4.4.4)
      {"FinishedIsWrong", replace(HandshakeType::finished, [](Octets& m) { m.back() ^= 1; }), bad_finished,
       A::decrypt_error},  // [8446:4.4.4#1]
      {"FinishedTooShort",
       replace(HandshakeType::finished,
               [](Octets& m) {
                 m.pop_back();
                 m[3]--;
               }),
       truncated, A::decode_error},
      {"FinishedTooLong",
       replace(HandshakeType::finished,
               [](Octets& m) {
                 m.push_back(0);
                 m[3]++;
               }),
       trailing_data, A::decode_error},
      // Order (§4 [8446:4#1])
      {"ClientHelloFromTheServer", replace(HandshakeType::encrypted_extensions, [](Octets& m) { m[0] = 1; }),
       unexpected_message, A::unexpected_message},
      {"HelloRequestBeforeTheServerHello",
       replace(HandshakeType::server_hello, [](Octets& m) { m.insert(m.begin(), 4, 0); }), unexpected_message,
       A::unexpected_message},
      {"HelloRequest",
       replace(HandshakeType::encrypted_extensions, [](Octets& m) { m.insert(m.begin(), 4, 0); }),
       unexpected_message, A::unexpected_message},
      {"UnknownMessage", replace(HandshakeType::encrypted_extensions, [](Octets& m) { m[0] = 99; }),
       unexpected_message, A::unexpected_message},
      {"MessageTooLarge", replace(HandshakeType::finished, [](Octets& m) { m[1] = 0xff; }), message_too_large,
       A::illegal_parameter},
      // HelloRetryRequest (§4.1.4 [8446:4.1.4#2,3,7,10])
      {"RetryForAGroupThatWasNotOffered",
       set<HelloRetryRequest>([](auto& m) { m.extensions.key_share->selected_group = NamedGroup::x448; }),
       illegal_value, A::illegal_parameter, true},  // [8446:4.2.8#5,6]
      {"RetryForAShareThatWasSent",
       set<HelloRetryRequest>([](auto& m) { m.extensions.key_share->selected_group = NamedGroup::x25519; }),
       illegal_value, A::illegal_parameter, true},
      {"RetryThatChangesNothing", set<HelloRetryRequest>([](auto& m) { m.extensions.key_share.reset(); }),
       illegal_value, A::illegal_parameter, true},  // [8446:4.1.4#4]
      {"RetryWithoutVersion",
       set<HelloRetryRequest>([](auto& m) { m.extensions.supported_versions.reset(); }), missing_extension,
       A::missing_extension, true},
      {"RetryWithAnotherVersion", set<HelloRetryRequest>([](auto& m) {
         m.extensions.supported_versions->selected_version = ProtocolVersion::tls12;
       }),
       illegal_value, A::illegal_parameter, true},
      {"RetryWithUnknownExtension",
       replace(HandshakeType::server_hello,
               [](Octets& m) {
                 if (message::is_hello_retry_request(m))
                   append_extension(m, 4 + 2 + 32 + 1 + 32 + 3, static_cast<ExtensionType>(0x7777));
               }),
       extension_not_offered, A::unsupported_extension, true},
      {"SuiteChangesAfterRetry",
       set<ServerHello>([](auto& m) { m.cipher_suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256; }),
       illegal_value, A::illegal_parameter, true},  // [8446:4.1.4#9]
      {"GroupChangesAfterRetry",
       set<ServerHello>([](auto& m) { m.extensions.key_share->server_share.group = NamedGroup::x25519; }),
       bad_key_share, A::illegal_parameter, true},  // [8446:4.2.8#10,11] [8446:2#1]
      {"OctetsBehindTheRetry",
       replace(HandshakeType::server_hello,
               [](Octets& m) {
                 if (message::is_hello_retry_request(m)) m.push_back(2);
               }),
       excess_handshake_data, A::unexpected_message, true},  // [8446:5.1#5]
      {"SecondRetry",
       replace(HandshakeType::server_hello,
               [](Octets& m) { copy(message::hello_retry_request_random, MutableBytes(m).subspan(6)); }),
       hello_retry_loop, A::unexpected_message, true},  // [8446:4.1.4#5]
      {"OlderVersionAfterRetry", set<ServerHello>([](auto& m) { m.extensions.supported_versions.reset(); }),
       illegal_value, A::illegal_parameter, true},
  };
}

class Client13 : public testing::TestWithParam<Breach> {};

TEST_P(Client13, RefusesAServerWith) {
  ClientSettings client = client_settings();
  client.application_protocols = {"h2"};
  ServerSettings server = server_settings();
  server.application_protocols = {"h2"};
  if (GetParam().retry) server.policy.groups = {NamedGroup::secp384r1};
  MessagePair pair(client, server);
  pair.to_client = GetParam().edit;
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(name_of(pair.client.error().code), name_of(GetParam().code)) << describe(pair.client.error());
  EXPECT_EQ(pair.client.error().alert, GetParam().alert) << describe(pair.client.error());
}
INSTANTIATE_TEST_SUITE_P(Breaches, Client13, testing::ValuesIn(breaches_before_client13()),
                         [](const auto& test) { return test.param.name; });

// RFC 8446 §4.1.3 [8446:4.1.3#13,14]: both marks, when a client that speaks TLS 1.3 is led to an older
// version.
TEST(Downgrade, IsDetectedByTheServersRandom) {
  for (const std::uint8_t mark : {std::uint8_t{0}, std::uint8_t{1}}) {
    MessagePair pair(client_settings(), server_settings());
    Octets random(32, 0x33);
    copy(
        Bytes(std::initializer_list<std::uint8_t>{0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, mark}.begin(), 8),
        MutableBytes(random).subspan(24));
    pair.to_client = set<ServerHello>([&random](auto& m) {
      m.random = random;
      m.extensions.supported_versions.reset();
      m.extensions.key_share.reset();
      m.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
    });
    pair.run();
    EXPECT_EQ(pair.client.error().code, ErrorCode::downgrade_detected);
    EXPECT_EQ(pair.client.error().alert, AlertDescription::illegal_parameter);
  }
}

TEST(Downgrade, ToTls11IsRefusedInPlainWords) {
  MessagePair pair(client_settings(), server_settings());
  pair.to_client = set<ServerHello>([](auto& m) {
    m.extensions.supported_versions.reset();
    m.legacy_version = ProtocolVersion::tls11;
  });
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::unsupported_version);
  EXPECT_EQ(pair.client.error().alert, AlertDescription::protocol_version);
  EXPECT_STREQ(pair.client.error().detail, "the server chose TLS 1.1 or older");
}

// How many of the 16-bit values from `from` on are GREASE.
std::size_t greased(Bytes octets, std::size_t from = 0) {
  std::size_t count = 0;
  for (std::size_t i = from; i + 1 < octets.size(); i += 2)
    if (is_grease(static_cast<std::uint16_t>(octets[i] << 8 | octets[i + 1]))) ++count;
  return count;
}

// RFC 8701 §3.1: a suite, a group, a scheme, a version, a share and two extensions; or nothing at all.
TEST(Grease, StandsInEveryListOfTheHelloOrNowhere) {
  for (const bool grease : {true, false}) {
    ClientSettings settings = client_settings();
    settings.grease = grease;
    MessagePair pair(settings, server_settings());
    Octets octets;
    pair.to_server = [&](MessageEnd::Message& message) {
      if (message.type() == HandshakeType::client_hello) octets = message.octets;
      return true;
    };
    pair.run();
    ASSERT_TRUE(pair.server.done()) << describe(pair.server.error());
    const auto hello = *wire::decode<message::ClientHello>(Bytes(octets).subspan(4));
    EXPECT_EQ(greased(hello.cipher_suites.octets()), grease);
    std::map<ExtensionType, Bytes> bodies;
    std::size_t extensions = 0;
    for (const auto& entry : hello.extensions.received()) {
      bodies[entry.extension_type] = entry.extension_data;
      extensions += is_grease(static_cast<std::uint16_t>(entry.extension_type));
    }
    EXPECT_EQ(extensions, grease ? 2U : 0U);
    EXPECT_EQ(greased(bodies.at(ExtensionType::supported_groups), 2), grease);
    EXPECT_EQ(greased(bodies.at(ExtensionType::signature_algorithms), 2), grease);
    EXPECT_EQ(greased(bodies.at(ExtensionType::supported_versions), 1), grease);
    EXPECT_EQ(greased(bodies.at(ExtensionType::key_share).subspan(2, 2)), grease) << "the first share";
  }
}

// RFC 8446 §4.1.2 [8446:4.1.2#2]: the second hello repeats the first but for the share.
// [5246:7.4.1.4.1#2] [8446:4.2.3#2] [8446:9.2#3,4,5,6] [8446:4.1.2#10]
TEST(SecondClientHello, RepeatsTheFirst) {
  ServerSettings server = server_settings();
  server.policy.groups = {NamedGroup::secp384r1};
  MessagePair pair(client_settings(), server);
  std::vector<Octets> hellos;
  pair.to_server = [&](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::client_hello) hellos.push_back(message.octets);
    return true;
  };
  pair.run();
  ASSERT_TRUE(pair.server.done()) << describe(pair.server.error());
  ASSERT_EQ(hellos.size(), 2U);
  auto first = *wire::decode<message::ClientHello>(Bytes(hellos[0]).subspan(4));
  auto second = *wire::decode<message::ClientHello>(Bytes(hellos[1]).subspan(4));
  EXPECT_EQ(first.legacy_version, ProtocolVersion::tls12);  // [8446:4.1.2#6] [8446:D.5#7]
  EXPECT_TRUE(equal(first.legacy_compression_methods, Octets{0}));
  EXPECT_TRUE(equal(first.random, second.random));
  EXPECT_TRUE(equal(first.legacy_session_id, second.legacy_session_id));
  EXPECT_EQ(greased(first.cipher_suites.octets()), 1U);
  EXPECT_TRUE(equal(first.cipher_suites.octets(), second.cipher_suites.octets())) << "GREASE included";
  std::vector<std::pair<ExtensionType, Octets>> a;
  std::vector<std::pair<ExtensionType, Octets>> b;
  for (const auto& entry : first.extensions.received())
    if (entry.extension_type != ExtensionType::key_share)
      a.emplace_back(entry.extension_type, to_octets(entry.extension_data));
  for (const auto& entry : second.extensions.received())
    if (entry.extension_type != ExtensionType::key_share)
      b.emplace_back(entry.extension_type, to_octets(entry.extension_data));
  EXPECT_EQ(a, b);
}

// RFC 8446 §4.1.2: a HelloRetryRequest with a cookie alone changes nothing else [8446:4.1.2#2].
// [8446:4.2.2#1]
TEST(Client13, KeepsItsSharesWhenARetryAsksForNone) {
  ServerSettings server = server_settings();
  server.policy.groups = {NamedGroup::secp384r1};
  MessagePair pair(client_settings(), server);
  std::vector<Octets> shares;
  pair.to_server = [&shares](MessageEnd::Message& message) {
    const auto hello = wire::decode<message::ClientHello>(Bytes(message.octets).subspan(4));
    EXPECT_TRUE(hello);
    shares.push_back(to_octets(hello->extensions.key_share->client_shares.octets()));
    return true;
  };
  pair.to_client = edit_message<HelloRetryRequest>([](HelloRetryRequest& retry) {
    retry.extensions.key_share.reset();
    retry.extensions.cookie = {junk()};
  });
  pair.run();
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_EQ(shares[0], shares[1]);
}

// RFC 6066 §4: in TLS 1.3 the answer stands in EncryptedExtensions, and binds as well.
TEST(Client13, KeepsToMaxFragmentLengthThatIsAnswered) {
  struct Case {
    MaxFragmentLength answer;
    bool beside_limit;
    bool good;
  };
  for (const Case& now_try :
       {Case{MaxFragmentLength::octets_1024, false, true}, Case{MaxFragmentLength::octets_512, false, false},
        Case{MaxFragmentLength::octets_1024, true, false}}) {  // [8449:5#2]
    ClientSettings client = client_settings();
    client.max_fragment_length = MaxFragmentLength::octets_1024;
    MessagePair pair(client, server_settings());
    pair.to_client = edit_message<EncryptedExtensions>([&now_try](EncryptedExtensions& message) {
      message.extensions.max_fragment_length = {now_try.answer};
      if (!now_try.beside_limit) message.extensions.record_size_limit.reset();
    });
    pair.run();
    if (now_try.good) {
      EXPECT_EQ(pair.client.fragments, MaxFragmentLength::octets_1024);
    } else {
      ASSERT_TRUE(pair.client.failed());
      EXPECT_EQ(pair.client.error().alert, AlertDescription::illegal_parameter);
    }
  }
}

// RFC 8446 §4.3.2 [8446:4.3.2#3,4].
TEST(Client13, RefusesACertificateRequestWith) {
  const std::vector<std::pair<std::function<void(message::CertificateRequest&)>, AlertDescription>> cases = {
      {[](auto& m) { m.certificate_request_context = junk(); }, AlertDescription::illegal_parameter},
      {[](auto& m) { m.extensions.signature_algorithms.reset(); }, AlertDescription::missing_extension},
  };
  for (const auto& [change, alert] : cases) {
    ServerSettings server = server_settings();
    server.client_authentication = ClientAuthentication::request;
    server.trust = authority().trust();
    MessagePair pair(client_settings(), server);
    pair.to_client = set<message::CertificateRequest>(change);
    pair.run();
    EXPECT_EQ(pair.client.error().alert, alert) << describe(pair.client.error());
  }
}

constexpr std::array<std::uint8_t, 7> timestamps = {0, 5, 0, 3, 'S', 'C', 'T'};

// RFC 8446 §4.4.2: beside a certificate stands only what was asked for, on both sides [8446:4.4.2#6,7].
TEST(CertificateEntries, HoldNothingThatWasNotAskedFor) {
  for (const bool lies_to_client : {true, false}) {
    ClientSettings client = client_settings();
    client.credentials = {localhost()};
    ServerSettings server = server_settings();
    server.client_authentication = ClientAuthentication::require;
    server.trust = authority().trust();
    MessagePair pair(client, server);
    std::vector<message::CertificateEntry> entries;
    (lies_to_client ? pair.to_client : pair.to_server) = set<Certificate>([&](auto& m) {
      entries = {m.certificate_list.front()};
      entries[0].extensions.signed_certificate_timestamp =
          *wire::decode<message::SignedCertificateTimestampList>(timestamps);
      m.certificate_list = entries;
    });
    pair.run();
    const Error error = lies_to_client ? pair.client.error() : pair.server.error();
    EXPECT_EQ(error.code, ErrorCode::extension_not_offered) << describe(error);
    EXPECT_EQ(error.alert, AlertDescription::unsupported_extension);
  }
}

// RFC 8446 §4.4.2.1: a client that is asked for it staples, too [8446:4.4.2.1#4].
TEST(CertificateEntries, CarryTheOcspResponseOfAClient) {
  MessagePair pair(client_settings(), server_settings());
  const Credential credential = localhost().with_ocsp_response(as_bytes("a response"));
  handshake::CertificateExtras asked;
  asked.ocsp = true;
  ASSERT_TRUE(handshake::send_certificate(pair.client_state, &credential, Bytes(), asked, nullptr));
  const auto certificate = wire::decode<Certificate>(Bytes(pair.client.outgoing()).subspan(4));
  ASSERT_TRUE(certificate);
  const auto& extensions = certificate->certificate_list.front().extensions;
  ASSERT_TRUE(extensions.status_request);
  EXPECT_EQ(as_text(extensions.status_request->response), "a response");
}

// RFC 8446 §4.4.2.3: rather no certificate than one whose issuer's signature the server does not take
// [8446:4.4.2.3#2].
TEST(ClientCertificate13, IsSignedAsTheServerAsked) {
  const Authority rsa_authority(x509::KeyKind::rsa_2048, "RSA Root");
  const Credential by_rsa = rsa_authority.credential();
  for (const bool good : {true, false}) {
    ClientSettings client = client_settings();
    client.credentials = {good ? localhost() : by_rsa};
    ServerSettings server = server_settings();
    server.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
    server.client_authentication = ClientAuthentication::request;
    server.trust = authority().trust();
    server.send_certificate_authorities = false;
    MessagePair pair(client, server);
    std::size_t certificates = 99;
    pair.to_server = set<Certificate>([&](auto& m) { certificates = m.certificate_list.count(); });
    pair.run();
    EXPECT_EQ(certificates, good ? 1U : 0U);
    EXPECT_TRUE(pair.server.done()) << describe(pair.server.error());
  }
}

// RFC 8446 §4.4.2.2: a key that may not sign proves nothing, and is not shown [8446:4.4.2.2#3].
TEST(ServerCertificate13, MustAllowSignatures) {
  x509::CertificateTemplate content = Authority::leaf_template();
  content.key_usage = x509::KeyUsage::key_agreement;
  const Credential bad = authority().credential(x509::KeyKind::ec_p256, content);
  ServerSettings server = server_settings();
  server.credentials = {bad};
  MessagePair refused(client_settings(), server);
  refused.run();
  EXPECT_EQ(refused.server.error().code, ErrorCode::no_common_signature_scheme);
  MessagePair pair(client_settings(), server_settings());
  std::vector<message::CertificateEntry> entries(1);
  entries[0].cert_data = bad.chain().front();
  pair.to_client = set<Certificate>([&](auto& m) { m.certificate_list = entries; });
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::certificate_unsupported);
}

}  // namespace
}  // namespace handfast::test
