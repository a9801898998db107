// A server before clients that do not follow RFC 8446: each breach with its error and alert.
#include <gtest/gtest.h>

#include "handshake/breach.hpp"
#include "support/stores.hpp"

namespace handfast::test {
namespace {

using message::Certificate;
using message::CertificateVerify;
using message::ClientHello;

// The second ClientHello alone.
Edit set_second(std::function<void(ClientHello&)> change) {
  const auto count = std::make_shared<int>(0);
  const Edit edit = edit_message<ClientHello>(std::move(change));
  return [count, edit](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::client_hello && ++*count < 2) return true;
    return edit(message);
  };
}
// A ClientHello without one extension: written anew from the raw entries that stay.
void remove(ClientHello& hello, ExtensionType type) {
  static thread_local Octets kept;
  kept.clear();
  for (const auto& entry : hello.extensions.received()) {
    if (entry.extension_type == type) continue;
    const auto number = static_cast<std::uint16_t>(entry.extension_type);
    const std::size_t size = entry.extension_data.size();
    kept.insert(kept.end(), {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number),
                             static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)});
    kept.insert(kept.end(), entry.extension_data.begin(), entry.extension_data.end());
  }
  Octets body(2);
  body[0] = static_cast<std::uint8_t>(kept.size() >> 8);
  body[1] = static_cast<std::uint8_t>(kept.size());
  // Decode the block through a hello of its own.
  static thread_local Octets whole;
  message::ClientHello other = hello;
  other.extensions = {};
  whole.clear();
  EXPECT_TRUE(wire::append_message(other, whole));
  whole.insert(whole.end(), body.begin(), body.end());
  whole.insert(whole.end(), kept.begin(), kept.end());
  // An absent block is optional, so that nothing stood there before.
  const auto decoded = wire::decode<ClientHello>(Bytes(whole).subspan(4));
  ASSERT_TRUE(decoded) << describe(decoded.error());
  hello = *decoded;
}

std::vector<Breach> breaches_before_server13() {
  using enum ErrorCode;
  using A = AlertDescription;
  static const Octets junk(33, 0x5a);
  static const Octets zeros(32, 0);
  static const std::array<std::uint8_t, 2> two_methods = {1, 0};
  static const std::array<std::uint8_t, 1> deflate = {1};
  static const std::array<message::KeyShareEntry, 2> twice = {
      message::KeyShareEntry{NamedGroup::x25519, zeros}, message::KeyShareEntry{NamedGroup::x25519, zeros}};
  static const std::array<message::KeyShareEntry, 1> zero_share = {
      message::KeyShareEntry{NamedGroup::x25519, zeros}};
  static const std::array<message::KeyShareEntry, 1> short_share = {
      message::KeyShareEntry{NamedGroup::x25519, junk}};
  static const std::array<message::KeyShareEntry, 1> foreign_share = {
      message::KeyShareEntry{NamedGroup::secp521r1, junk}};
  static const std::array<message::PskIdentity, 1> identities = {message::PskIdentity{as_bytes("who"), 0}};
  static const std::array<message::PskBinderEntry, 1> binders = {Bytes(zeros)};
  static const std::array<ProtocolVersion, 1> tls11 = {ProtocolVersion::tls11};
  static const std::array<message::ServerName, 2> two_names = {
      message::ServerName{NameType::host_name, as_bytes("a")},
      message::ServerName{NameType::host_name, as_bytes("b")}};
  static const Octets zero_inside = {'a', 0, 'b'};
  static const std::array<message::ServerName, 1> name_with_zero = {
      message::ServerName{NameType::host_name, zero_inside}};
  return {
      {"Compression", set<ClientHello>([](auto& m) { m.legacy_compression_methods = deflate; }),
       illegal_value, A::illegal_parameter},  // [8446:4.1.2#11]
      {"TwoCompressionMethods", set<ClientHello>([](auto& m) { m.legacy_compression_methods = two_methods; }),
       illegal_value, A::illegal_parameter},
      {"NoKeyShare", set<ClientHello>([](auto& m) { remove(m, ExtensionType::key_share); }),
       missing_extension, A::missing_extension},  // [8446:9.2#11,12]
      {"NoSupportedGroups", set<ClientHello>([](auto& m) { remove(m, ExtensionType::supported_groups); }),
       missing_extension, A::missing_extension},  // [8446:9.2#10]
      // [8446:4.2.3#3] [8446:9.2#12]
      {"NoSignatureAlgorithms",
       set<ClientHello>([](auto& m) { remove(m, ExtensionType::signature_algorithms); }), missing_extension,
       A::missing_extension},
      {"ShareTwice", set<ClientHello>([](auto& m) { m.extensions.key_share->client_shares = twice; }),
       illegal_value, A::illegal_parameter},  // [8446:4.2.8#3]
      {"ShareOfAGroupThatIsNotOffered",
       set<ClientHello>([](auto& m) { m.extensions.key_share->client_shares = foreign_share; }),
       illegal_value, A::illegal_parameter},  // [8446:4.2.8#4]
      {"ShareIsAllZero",
       set<ClientHello>([](auto& m) { m.extensions.key_share->client_shares = zero_share; }), bad_key_share,
       A::illegal_parameter},
      {"ShareHasAWrongLength",
       set<ClientHello>([](auto& m) { m.extensions.key_share->client_shares = short_share; }), bad_key_share,
       A::illegal_parameter},
      {"LegacyVersionOfSsl30", set<ClientHello>([](auto& m) { m.legacy_version = ProtocolVersion::ssl30; }),
       unsupported_version, A::protocol_version},  // [8446:D.5#8]
      {"OnlyTls11", set<ClientHello>([](auto& m) { m.extensions.supported_versions->versions = tls11; }),
       unsupported_version, A::protocol_version},
      // [6066:3#2]
      {"TwoHostNames",
       set<ClientHello>([](auto& m) { m.extensions.server_name->server_name_list = two_names; }),
       illegal_value, A::illegal_parameter},
      {"HostNameWithAZeroOctet",
       set<ClientHello>([](auto& m) { m.extensions.server_name->server_name_list = name_with_zero; }),
       illegal_value, A::illegal_parameter},
      // RFC 8446 §4.2.9 [8446:4.2.9#3]
      {"PskWithoutModes",
       set<ClientHello>([](auto& m) { m.extensions.pre_shared_key = {identities, binders}; }),
       missing_extension, A::missing_extension},
      {"CookieThatNobodyGave", set<ClientHello>([](auto& m) { m.extensions.cookie = {Bytes(junk)}; }),
       bad_cookie, A::illegal_parameter},
      {"Truncated",
       replace(HandshakeType::client_hello,
               [](Octets& m) {
                 m.pop_back();
                 m[3]--;
               }),
       truncated, A::decode_error},
      {"NotAClientHello", replace(HandshakeType::client_hello, [](Octets& m) { m[0] = 2; }),
       unexpected_message, A::unexpected_message},
      // The second hello (§4.1.2)
      {"SecondHelloWithAnotherRandom", set_second([](auto& m) { m.random = zeros; }), hello_changed,
       A::illegal_parameter, true},  // [8446:4.1.2#2]
      {"SecondHelloWithAnotherLegacyVersion",
       set_second([](auto& m) { m.legacy_version = ProtocolVersion::tls13; }), hello_changed,
       A::illegal_parameter, true},
      {"OctetsBehindTheFirstHello", replace(HandshakeType::client_hello, [](Octets& m) { m.push_back(1); }),
       excess_handshake_data, A::unexpected_message, true},  // [8446:5.1#5]
      {"SecondHelloWithoutAlpn",
       set_second([](auto& m) { remove(m, ExtensionType::application_layer_protocol_negotiation); }),
       hello_changed, A::illegal_parameter, true},
      {"SecondHelloWithTheWrongShare",
       set_second([](auto& m) { m.extensions.key_share->client_shares = zero_share; }), hello_changed,
       A::illegal_parameter, true},
      {"SecondHelloWithACookie", set_second([](auto& m) { m.extensions.cookie = {Bytes(junk)}; }), bad_cookie,
       A::illegal_parameter, true},
      // [8446:4.2.10#5]
      {"SecondHelloWithEarlyData", set_second([](auto& m) { m.extensions.early_data.emplace(); }),
       hello_changed, A::illegal_parameter, true},
      // The client's second flight
      {"FinishedIsWrong", replace(HandshakeType::finished, [](Octets& m) { m.back() ^= 0x80; }), bad_finished,
       A::decrypt_error},
      {"CertificateUnasked",
       replace(HandshakeType::finished, [](Octets& m) { m = {11, 0, 0, 4, 0, 0, 0, 0}; }), unexpected_message,
       A::unexpected_message},
      {"CertificateMissing", drop(HandshakeType::certificate), unexpected_message, A::unexpected_message,
       false, true},
      {"CertificateVerifyMissing", drop(HandshakeType::certificate_verify), unexpected_message,
       A::unexpected_message, false, true},
      {"CertificateWithContext",
       edit_message<Certificate>([](auto& m) { m.certificate_request_context = Bytes(junk); }), illegal_value,
       A::illegal_parameter, false, true},
      {"CertificateEmptyThoughRequired", edit_message<Certificate>([](auto& m) { m.certificate_list = {}; }),
       certificate_required, A::certificate_required, false, true},
      {"SignatureIsWrong", edit_message<CertificateVerify>([](auto& m) { m.signature = Bytes(junk); }),
       bad_signature, A::decrypt_error, false, true},
      {"SchemeIsPkcs1",
       edit_message<CertificateVerify>([](auto& m) { m.algorithm = SignatureScheme::rsa_pkcs1_sha256; }),
       illegal_value, A::illegal_parameter, false, true},
      {"KeyUpdateBeforeFinished", replace(HandshakeType::finished, [](Octets& m) { m = {24, 0, 0, 1, 0}; }),
       unexpected_message, A::unexpected_message},  // [8446:4.6.3#1]
  };
}

class Server13 : public testing::TestWithParam<Breach> {};

TEST_P(Server13, RefusesAClientWith) {
  ClientSettings client = client_settings();
  client.application_protocols = {"h2"};
  ServerSettings server = server_settings();
  if (GetParam().retry) server.policy.groups = {NamedGroup::secp384r1};
  if (GetParam().mutual) {
    client.credentials = {localhost()};
    server.trust = authority().trust();
    server.client_authentication = ClientAuthentication::require;
  }
  MessagePair pair(client, server);
  pair.to_server = GetParam().edit;
  pair.run();
  ASSERT_TRUE(pair.server.failed());
  EXPECT_EQ(name_of(pair.server.error().code), name_of(GetParam().code)) << describe(pair.server.error());
  EXPECT_EQ(pair.server.error().alert, GetParam().alert) << describe(pair.server.error());
}
INSTANTIATE_TEST_SUITE_P(Breaches, Server13, testing::ValuesIn(breaches_before_server13()),
                         [](const auto& test) { return test.param.name; });

TEST(Server13Skipping, EarlyDataThatIsRefusedIsSkipped) {
  MessagePair pair(client_settings(), server_settings());
  pair.to_server = set<ClientHello>([](auto& m) { m.extensions.early_data.emplace(); });
  pair.run();
  EXPECT_TRUE(pair.server.skips_early_data);
}

// A client of an external PSK, and a server that knows another one.
struct PskCase {
  PskCase() {
    ExternalPsk key;
    key.identity = to_octets(as_bytes("device 7"));
    key.key.assign(32, 0x42);
    client.external_psks = {std::make_shared<const ExternalPsk>(key)};
    store->add(key);
    server.external_psks = store;
  }
  std::shared_ptr<TestPskStore> store = std::make_shared<TestPskStore>();
  ClientSettings client = client_settings();
  ServerSettings server = server_settings();
};

// RFC 8446 §9.2: shares come with the groups that they are of, PSK or not [8446:9.2#11].
TEST(Server13Psk, SharesNeedTheListOfGroups) {
  PskCase psk;
  MessagePair pair(psk.client, psk.server);
  pair.to_server = set<ClientHello>([](auto& m) { remove(m, ExtensionType::supported_groups); });
  pair.run();
  ASSERT_TRUE(pair.server.failed());
  EXPECT_EQ(pair.server.error().code, ErrorCode::missing_extension);
  EXPECT_EQ(pair.server.error().alert, AlertDescription::missing_extension);
}

// RFC 8446 §4.2.3: who offers a PSK need not name schemes, but then nothing else can prove the server.
TEST(Server13Psk, AnUnknownIdentityAndNoSchemesLeaveNoProof) {
  for (const bool known : {true, false}) {
    PskCase psk;
    if (!known) psk.server.external_psks = std::make_shared<TestPskStore>();
    MessagePair pair(psk.client, psk.server);
    pair.to_server = set<ClientHello>([](auto& m) { remove(m, ExtensionType::signature_algorithms); });
    pair.run();
    ASSERT_TRUE(pair.server.failed());
    // With the PSK the schemes are not missed: it is the binder that covers another hello.
    EXPECT_EQ(name_of(pair.server.error().code),
              name_of(known ? ErrorCode::bad_binder : ErrorCode::missing_extension));
  }
}

// RFC 8446 §4.1.2: the PSK that was chosen fits the suite, so the second hello has to offer it, too.
TEST(Server13Psk, ThatWasChosenHasToBeOfferedAgain) {  // [8446:4.1.2#2]
  PskCase psk;
  psk.server.policy.groups = {NamedGroup::secp384r1};
  MessagePair pair(psk.client, psk.server);
  static const std::array<message::PskIdentity, 1> others = {message::PskIdentity{as_bytes("device 8"), 0}};
  pair.to_server = set_second([](auto& m) { m.extensions.pre_shared_key->identities = others; });
  pair.run();
  EXPECT_EQ(pair.server.error().code, ErrorCode::hello_changed);
}

}  // namespace
}  // namespace handfast::test
