// Which credential a side shows and what it signs with, and what the summary says of it.
#include <gtest/gtest.h>

#include "support/message_pair.hpp"
#include "x509/certificate.hpp"

namespace handfast::test {
namespace {

Credential of_kind(x509::KeyKind kind) { return authority().credential(kind); }

TEST(Credentials, SignWithTheirOwnSchemesInTheirOwnOrder) {
  ServerSettings server = server_settings();
  const std::array schemes = {SignatureScheme::ecdsa_secp256r1_sha256,  // not of this key: passed over
                              SignatureScheme::rsa_pss_rsae_sha512, SignatureScheme::rsa_pss_rsae_sha256};
  server.credentials = {of_kind(x509::KeyKind::rsa_2048).with_signature_schemes(schemes)};
  Pair pair = test::pair(client_settings(), server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.client.connection.take_summary()->server_signature, SignatureScheme::rsa_pss_rsae_sha512);
}

TEST(Credentials, FollowThePolicyAgainWithAnEmptyList) {
  ServerSettings server = server_settings();
  server.credentials = {of_kind(x509::KeyKind::rsa_2048)
                            .with_signature_schemes(std::array{SignatureScheme::rsa_pss_rsae_sha512})
                            .with_signature_schemes({})};
  Pair pair = test::pair(client_settings(), server);
  pair.run();
  EXPECT_EQ(pair.client.connection.take_summary()->server_signature, SignatureScheme::rsa_pss_rsae_sha256);
}

TEST(Credentials, AreRefusedWhenTheirSchemesAreNotTheirKeys) {
  ServerSettings server = server_settings();
  server.credentials = {localhost().with_signature_schemes(std::array{SignatureScheme::ed25519})};
  EXPECT_EQ(ServerConfig::make(server).error().code, ErrorCode::unsupported_option);
}

// RFC 5246 §7.4.1.4.1: in TLS 1.2 PKCS #1 v1.5 signs handshakes, in TLS 1.3 it does not (RFC 8446 §4.2.3).
TEST(Credentials, MaySignWithPkcs1InTls12Only) {
  ServerSettings server = server_settings();
  server.credentials = {of_kind(x509::KeyKind::rsa_2048)};
  server.policy.signature_schemes = {SignatureScheme::rsa_pkcs1_sha256};
  server.policy.max_version = ProtocolVersion::tls12;
  Pair pair = test::pair(client_settings(), server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  server.policy.min_version = server.policy.max_version = ProtocolVersion::tls13;
  EXPECT_EQ(ServerConfig::make(server).error().code, ErrorCode::unsupported_option);
}

class EachVersion : public testing::TestWithParam<ProtocolVersion> {};
TEST_P(EachVersion, TheSummaryTellsWhichCredentialWasShown) {
  ServerSettings server = server_settings();
  server.credentials = {of_kind(x509::KeyKind::rsa_2048), localhost()};
  server.client_authentication = ClientAuthentication::require;
  server.trust = authority().trust();
  ClientSettings client = client_settings();
  client.credentials = {localhost()};
  client.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  client.policy.min_version = client.policy.max_version = GetParam();
  Pair pair = test::pair(client, server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  const Summary ours = *pair.server.connection.take_summary();
  EXPECT_EQ(ours.credential, 1U);
  EXPECT_TRUE(ours.extended_master_secret);
  EXPECT_EQ(pair.client.connection.take_summary()->credential, 0U);
}
TEST_P(EachVersion, TheSummaryNamesNoCredentialWhereNoneWasShown) {
  ClientSettings client = client_settings();
  client.policy.min_version = client.policy.max_version = GetParam();
  Pair pair = test::pair(client, server_settings());
  pair.run();
  EXPECT_EQ(pair.client.connection.take_summary()->credential, std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(Credentials, EachVersion,
                         testing::Values(ProtocolVersion::tls12, ProtocolVersion::tls13),
                         [](const auto& test) {
                           return test.param == ProtocolVersion::tls12 ? "Tls12" : "Tls13";
                         });

// RFC 8446 §4.4.2.3, RFC 5246 §7.4.6: by default a client shows only what the server may know the issuer of.
TEST_P(EachVersion, AClientLooksAtIssuersUnlessItIsToldNotTo) {
  ServerSettings server = server_settings();
  server.client_authentication = ClientAuthentication::require;
  server.trust = Authority(x509::KeyKind::ec_p256, "Another Root").trust();
  ClientSettings client = client_settings();
  client.credentials = {localhost()};
  client.policy.min_version = client.policy.max_version = GetParam();
  Pair careful = test::pair(client, server);
  careful.run();
  ASSERT_TRUE(careful.server.error);
  EXPECT_EQ(careful.server.error->code, ErrorCode::certificate_required);
  client.credentials = {localhost().with_issuer_check(false)};
  Pair told = test::pair(client, server);
  told.run();
  ASSERT_TRUE(told.server.error);
  EXPECT_EQ(told.server.error->code, ErrorCode::unknown_ca);
}

// RFC 8446 §4.4.2.3, RFC 5246 §7.4.4: a chain is shown only where its signatures are listed [8446:4.4.2.3#2]
// [5246:7.4.4#1], unless the credential is for servers that trust it by other means.
TEST_P(EachVersion, AClientLooksAtTheSignaturesOfItsChainUnlessItIsToldNotTo) {
  ServerSettings server = server_settings();
  server.credentials = {of_kind(x509::KeyKind::rsa_2048)};
  server.policy.signature_schemes = {SignatureScheme::rsa_pss_rsae_sha256};  // the authority signs with ECDSA
  server.client_authentication = ClientAuthentication::request;
  server.verification = PeerVerification::ask;
  server.trust = authority().trust();
  for (const bool check : {true, false}) {
    ClientSettings client = client_settings();
    client.credentials = {of_kind(x509::KeyKind::rsa_2048).with_chain_check(check)};
    client.policy.min_version = client.policy.max_version = GetParam();
    Pair pair = test::pair(client, server);
    pair.run();
    const bool asked = std::holds_alternative<VerificationQuestion>(pair.server.connection.pending());
    EXPECT_EQ(asked, !check);
    if (!asked) continue;
    ASSERT_TRUE(pair.server.connection.answer_verification(true, now));
    pair.server.deliver({});  // what waited behind the question
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    EXPECT_EQ(pair.client.connection.take_summary()->credential, 0U);
  }
}

// Whatever keeps a credential back, the summary says of each which of the server's wishes it was.
TEST_P(EachVersion, TheSummarySaysWhyCredentialsWereWithheld) {
  const Authority other(x509::KeyKind::ec_p256, "Another Root");
  ServerSettings server = server_settings();
  server.client_authentication = ClientAuthentication::request;
  server.trust = authority().trust();
  server.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  ClientSettings client = client_settings();
  client.policy.min_version = client.policy.max_version = GetParam();
  client.credentials = {of_kind(x509::KeyKind::rsa_2048), other.credential(), localhost()};
  Pair pair = test::pair(client, server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  const Summary shown = *pair.client.connection.take_summary();
  EXPECT_EQ(shown.credential, 2U);
  EXPECT_EQ(shown.withheld, (std::vector<std::string_view>{
                                "the server takes no signature that its key can make and the policy allows",
                                "none of the authorities that the server names has issued it"}));

  server.credentials = {of_kind(x509::KeyKind::rsa_2048)};
  server.policy.signature_schemes = {SignatureScheme::rsa_pss_rsae_sha256};  // the authority signs with ECDSA
  client.credentials = {of_kind(x509::KeyKind::rsa_2048)};
  Pair none = test::pair(client, server);
  none.run();
  const Summary hidden = *none.client.connection.take_summary();
  EXPECT_TRUE(hidden.client_certificate_requested);
  EXPECT_EQ(hidden.credential, std::nullopt);
  EXPECT_EQ(hidden.withheld,
            std::vector<std::string_view>{"its chain is signed in a way that the server does not take"});
}

// RFC 8446 §4.4.2, RFC 5246 §7.4.6: showing none is the default; a client may rather end the handshake.
TEST_P(EachVersion, AClientMayInsistOnShowingACertificate) {
  ServerSettings server = server_settings();
  server.client_authentication = ClientAuthentication::request;
  server.trust = authority().trust();
  const Authority other(x509::KeyKind::ec_p256, "Another Root");
  for (const bool fits : {true, false}) {
    ClientSettings client = client_settings();
    client.credentials = {fits ? localhost() : other.credential()};
    client.require_credential = true;
    client.policy.min_version = client.policy.max_version = GetParam();
    Pair pair = test::pair(client, server);
    pair.run();
    EXPECT_EQ(pair.done(), fits);
    if (fits) continue;
    ASSERT_TRUE(pair.client.error);
    EXPECT_EQ(pair.client.error->code, ErrorCode::no_fitting_credential);
    ASSERT_TRUE(pair.server.error);
    EXPECT_EQ(pair.server.error->alert, AlertDescription::handshake_failure);
  }
}
TEST(Credentials, AreNeededByAClientThatInsistsOnShowingOne) {
  ClientSettings client = client_settings();
  client.require_credential = true;
  EXPECT_EQ(ClientConfig::make(client).error().code, ErrorCode::unsupported_option);
}

// RFC 8446 §4.2.4: the same for a server, if its credential says so.
TEST_P(EachVersion, AServerLooksAtIssuersIfItIsTold) {
  const Authority other(x509::KeyKind::ec_p256, "Another Root");
  for (const bool check : {false, true}) {
    ServerSettings server = server_settings();
    server.credentials = {localhost().with_issuer_check(check), other.credential().with_issuer_check(check)};
    ClientSettings client = client_settings();
    client.policy.min_version = client.policy.max_version = GetParam();
    MessagePair pair(client, server);
    const std::array<message::DistinguishedName, 1> named = {
        x509::Certificate::parse(other.certificate())->subject};
    pair.to_server = edit_message<message::ClientHello>(
        [&](message::ClientHello& hello) { hello.extensions.certificate_authorities = {named}; });
    pair.run();
    EXPECT_EQ(pair.server_state.choice.proof.credential,
              &pair.server_state.settings().credentials[check ? 1 : 0]);
  }
}

ClientSettings tls12_with_curves(std::initializer_list<NamedGroup> curves) {
  ClientSettings client = client_settings();
  client.policy.max_version = ProtocolVersion::tls12;
  client.policy.groups = curves;
  client.policy.key_shares.clear();
  return client;
}

// RFC 8422 §5.3: in TLS 1.2 the certificate's key is on a curve that the client knows [8422:5.3#3].
TEST(CertificateCurve12, IsOneThatTheClientKnows) {
  ServerSettings server = server_settings();
  server.credentials = {of_kind(x509::KeyKind::ec_p384), of_kind(x509::KeyKind::ec_p256)};
  Pair pair = test::pair(tls12_with_curves({NamedGroup::x25519, NamedGroup::secp256r1}), server);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.server.connection.take_summary()->credential, 1U);
  server.credentials = {of_kind(x509::KeyKind::ec_p384)};
  Pair without = test::pair(tls12_with_curves({NamedGroup::x25519, NamedGroup::secp256r1}), server);
  without.run();
  ASSERT_TRUE(without.server.error);
  EXPECT_EQ(without.server.error->code, ErrorCode::no_common_cipher_suite);
}
TEST(CertificateCurve12, IsRefusedByAClientThatDoesNotKnowIt) {
  ServerSettings server = server_settings();
  server.credentials = {of_kind(x509::KeyKind::ec_p384)};
  MessagePair pair(tls12_with_curves({NamedGroup::x25519}), server);
  static constexpr std::array groups = {NamedGroup::x25519, NamedGroup::secp384r1};
  pair.to_server = edit_message<message::ClientHello>(
      [](message::ClientHello& hello) { hello.extensions.supported_groups = {groups}; });
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(pair.client.error().code, ErrorCode::certificate_unsupported);
}

// RFC 7507 §3: also where the version that the client fell back to is not spoken at all.
TEST(Fallback, IsInappropriateToTls11Too) {
  ClientSettings client = client_settings();
  client.policy.max_version = ProtocolVersion::tls12;
  client.fallback = true;
  MessagePair pair(client, server_settings());
  pair.to_server = edit_message<message::ClientHello>(
      [](message::ClientHello& hello) { hello.legacy_version = ProtocolVersion::tls11; });
  pair.run();
  ASSERT_TRUE(pair.server.failed());
  EXPECT_EQ(pair.server.error().code, ErrorCode::inappropriate_fallback);
  EXPECT_EQ(pair.server.error().alert, AlertDescription::inappropriate_fallback);
}

// RFC 5246 §7.3: a client waits for the server's flight before it goes on.
TEST(ClientHello12, StandsAlone) {
  MessagePair pair(tls12_with_curves({NamedGroup::x25519}), server_settings());
  pair.to_server = [](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::client_hello)
      message.octets.insert(message.octets.end(), {16, 0, 0});
    return true;
  };
  pair.run();
  ASSERT_TRUE(pair.server.failed());
  EXPECT_EQ(pair.server.error().code, ErrorCode::excess_handshake_data);
  EXPECT_EQ(pair.server.error().alert, AlertDescription::unexpected_message);
}

// RFC 8446 §D.4: what stands between the two sides may wait for the change_cipher_spec.
TEST(Compatibility, AnAlertOfTheClientComesBehindItsChangeCipherSpec) {
  ClientSettings client = client_settings();
  client.trust = Authority(x509::KeyKind::ec_p256, "Another Root").trust();
  Pair pair = test::pair(client, server_settings());
  Octets last;
  pair.to_server = [&last](Octets& flight) { last = flight; };
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::unknown_ca);
  ASSERT_GT(last.size(), 6U);
  EXPECT_EQ(static_cast<ContentType>(last[0]), ContentType::change_cipher_spec);
  EXPECT_EQ(static_cast<ContentType>(last[6]), ContentType::application_data);
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->alert, AlertDescription::unknown_ca);
}

// RFC 6066 §3: a name that no certificate is for may serve for something else.
TEST(ServerNames, AreAcknowledgedWhereTheApplicationUsesThem) {
  for (const ProtocolVersion version : {ProtocolVersion::tls12, ProtocolVersion::tls13}) {
    for (const bool used : {true, false}) {
      ClientSettings client = client_settings();
      client.policy.max_version = version;
      client.verification = PeerVerification::ask;
      ServerSettings server = server_settings();
      server.acknowledge_server_name = used;
      Pair pair = test::pair(client, server, "site.example");
      pair.run();
      ASSERT_TRUE(pair.client.connection.answer_verification(true, now));
      pair.run();
      ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
      EXPECT_EQ(pair.client.connection.take_summary()->server_name_acknowledged, used);
    }
  }
}

}  // namespace
}  // namespace handfast::test
