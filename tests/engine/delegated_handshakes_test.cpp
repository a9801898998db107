// Delegated credentials beside everything else that a handshake may bring: other kinds of keys, a retry,
// questions, caches, sessions, raw public keys.
#include <handfast/signature_cache.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "crypto/test_keys.hpp"
#include "support/delegation.hpp"
#include "support/stores.hpp"
#include "x509/public_key_info.hpp"

namespace handfast::test {
namespace {

// ---- keys for PSS alone, the only ones of RSA that may be delegated to (RFC 9345 §4)

constexpr auto pss_sha256 = SignatureScheme::rsa_pss_pss_sha256;

Octets pss_info(std::string_view pem) {
  return x509::write_public_key(crypto::PrivateKey::from_pem(as_bytes(pem))->public_key());
}
Credential delegated_to_pss(std::string_view pem) {
  const Octets info = pss_info(pem);
  const auto made = Credential::delegated(as_bytes(holder().leaf.chain_pem),
                                          forge({.scheme = pss_sha256, .key = info}), as_bytes(pem));
  EXPECT_TRUE(made) << (made ? "" : describe(made.error()));
  return *made;
}
ClientSettings pss_client(std::uint16_t bits) {
  ClientSettings settings = delegation_client();
  settings.delegated_credentials = {pss_sha256};
  settings.policy.min_rsa_bits = bits;
  return settings;
}
ServerSettings pss_server(std::string_view pem) {
  ServerSettings settings = delegation_server({delegated_to_pss(pem)});
  settings.policy.min_rsa_bits = 1024;
  return settings;
}

TEST(DelegatedHandshake, IsProvenByAKeyForPssAlone) {
  for (const std::string_view pem : {crypto::test::rsa_pss, crypto::test::rsa_pss_sha256}) {
    Pair pair = test::pair(pss_client(1024), pss_server(pem));
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.client.connection.take_summary();
    EXPECT_EQ(summary.server_signature, pss_sha256);
    EXPECT_TRUE(summary.peer_delegated_until);
  }
}

TEST(DelegatedHandshake, OfAShortKeyIsRefused) {
  Pair pair = test::pair(pss_client(2048), pss_server(crypto::test::rsa_pss));
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::bad_delegated_credential);
  EXPECT_STREQ(pair.client.error->detail, "its key is shorter than the policy allows");
  // Our own policy holds for our own key.
  ServerSettings own = pss_server(crypto::test::rsa_pss);
  own.policy.min_rsa_bits = 2048;
  EXPECT_FALSE(ServerConfig::make(own));
}

// A restriction that no scheme of TLS 1.3 keeps to: a salt of 64 octets with SHA-256 (RFC 8446 §4.2.3).
TEST(DelegatedHandshake, IsNotIssuedByAKeyThatSignsNothing) {
  SecretOctets der = crypto::PrivateKey::from_pem(as_bytes(crypto::test::rsa_pss_sha256))->to_der();
  static constexpr std::array<std::uint8_t, 5> salt = {0xa2, 0x03, 0x02, 0x01, 0x20};
  const auto at = std::ranges::search(der, salt);
  ASSERT_FALSE(at.empty());
  at.back() = 64;
  const auto key = crypto::PrivateKey::from_der(der);
  ASSERT_TRUE(key) << describe(key.error());
  const auto certificate =
      x509::issue_certificate(delegating(), x509::write_public_key(key->public_key()),
                              {authority().certificate(), authority().key()}, system_random());
  ASSERT_TRUE(certificate);
  const auto issuer = Credential::from_pem(*certificate, der);
  ASSERT_TRUE(issuer) << describe(issuer.error());
  const Octets info = delegated_key().subject_public_key_info();
  DelegationTemplate content;
  content.public_key = info;
  content.scheme = p384;
  content.not_after = delegation_end;
  const auto issued = issue_delegated_credential(*issuer, content, now, system_random());
  ASSERT_FALSE(issued);
  EXPECT_EQ(issued.error().code, ErrorCode::invalid_argument);
}

// ---- the rest of a handshake

TEST(DelegatedHandshake, GoesThroughHelloRetryRequest) {
  for (const bool stateless : {false, true}) {
    ServerSettings shown = delegation_server();
    shown.policy.groups = {NamedGroup::secp384r1};
    shown.stateless_retry = stateless;
    Pair pair = test::pair(delegation_client(), shown);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.client.connection.take_summary();
    EXPECT_TRUE(summary.hello_retry);
    EXPECT_EQ(summary.peer_delegated_until, delegation_end);
  }
}

// The application is asked about the chain once the delegated credential was found valid, and its key has
// signed; what it answers is final.
TEST(DelegatedHandshake, AsksAboutItsChain) {
  for (const bool trusted : {true, false}) {
    ClientSettings asking = delegation_client();
    asking.verification = PeerVerification::ask;
    Pair pair = test::pair(asking, delegation_server());
    pair.run();
    const auto* question = std::get_if<VerificationQuestion>(&pair.client.connection.pending());
    ASSERT_NE(question, nullptr);
    EXPECT_TRUE(equal(question->chain.front(), holder().leaf.certificate));
    EXPECT_EQ(static_cast<bool>(pair.client.connection.answer_verification(trusted, now)), trusted);
    pair.run();
    EXPECT_EQ(pair.done(), trusted);
    if (!trusted) continue;
    EXPECT_TRUE(pair.client.connection.take_summary()->peer_delegated_until);
  }
}

TEST(DelegatedHandshake, RefusedBeforeAnybodyIsAsked) {
  ClientSettings asking = delegation_client();
  asking.verification = PeerVerification::ask;
  MessagePair pair(asking, delegation_server({holder().credential}));
  const Octets made = forge({.valid_time = 1});
  pair.to_client = show(made);
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_delegated_credential);
}

// Chains alone are remembered: neither the signature of a delegated credential nor that of a handshake.
TEST(DelegatedHandshake, LeavesNothingBehindThatSavesACheck) {
  ClientSettings asking = delegation_client();
  asking.signature_cache = std::make_shared<x509::SignatureCache>(64);
  const auto meet = [&](std::vector<Credential> shown) {
    Pair pair = test::pair(asking, delegation_server(std::move(shown)));
    pair.run();
    EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  };
  meet({delegated()});
  meet({holder().credential});
  static const Octets wrong(70, 0x30);
  for (const bool with_delegation : {true, false}) {
    MessagePair pair(asking,
                     with_delegation ? delegation_server() : delegation_server({holder().credential}));
    pair.to_client = edit_message<message::CertificateVerify>([](auto& verify) { verify.signature = wrong; });
    pair.run();
    EXPECT_EQ(pair.client.error().code, ErrorCode::bad_signature);
  }
  Octets changed = issue();
  changed.back() ^= 1;
  MessagePair pair(asking, delegation_server({holder().credential}));
  pair.to_client = show(changed);
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_delegated_credential);
}

// RFC 8446 §6.2: what is wrong with the leaf is called by its own name, whatever stands beside it.
TEST(DelegatedHandshake, WithALeafThatIsNoneIsRefusedForTheLeaf) {
  static const Octets made = issue();
  static Octets leaf;
  for (const bool is_der : {true, false}) {
    leaf = is_der ? Octets{0x30, 0x00} : Octets{0x01};
    MessagePair pair(delegation_client(), delegation_server());
    pair.to_client = edit_message<message::Certificate>([](message::Certificate& certificate) {
      static std::array<message::CertificateEntry, 1> entries;
      entries[0] = certificate.certificate_list.front();
      entries[0].cert_data = leaf;
      certificate.certificate_list = entries;
    });
    pair.run();
    EXPECT_EQ(pair.client.error().alert,
              is_der ? AlertDescription::bad_certificate : AlertDescription::decode_error);
  }
}

// ---- keys that are held elsewhere

TEST(DelegatedHandshake, IsProvenByAKeyThatIsHeldElsewhere) {
  const auto credential = Credential::external_delegated(as_bytes(holder().leaf.chain_pem), issue());
  ASSERT_TRUE(credential) << describe(credential.error());
  EXPECT_FALSE(credential->can_sign());
  EXPECT_TRUE(std::ranges::equal(credential->schemes(), std::array{p384}));
  const auto key = *crypto::PrivateKey::from_pem(delegated_key().to_pem());
  Pair pair = test::pair(delegation_client(), delegation_server({*credential}));
  pair.run();
  const auto* const question = std::get_if<SignatureQuestion>(&pair.server.connection.pending());
  ASSERT_NE(question, nullptr) << failure(pair.server);
  EXPECT_EQ(question->scheme, p384);
  EXPECT_TRUE(equal(question->certificate, holder().leaf.certificate));
  EXPECT_EQ(to_octets(question->public_key), delegated_key().subject_public_key_info());
  const auto signature = key.sign(question->scheme, question->content, system_random());
  ASSERT_TRUE(signature && pair.server.connection.answer_signature(*signature, now));
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_TRUE(pair.client.connection.take_summary()->peer_delegated_until);
}

TEST(DelegatedHandshake, OfAClientIsProvenByAKeyThatIsHeldElsewhere) {
  const auto made =
      Credential::external_delegated(as_bytes(holder().leaf.chain_pem), issue({.role = Role::client}));
  ASSERT_TRUE(made);
  ClientSettings client = client_settings();
  // A variation of a credential asks for the same key.
  client.credentials = {made->with_chain_check(false)};
  Pair pair = test::pair(client, delegation_asking_server());
  pair.run();
  const auto* const question = std::get_if<SignatureQuestion>(&pair.client.connection.pending());
  ASSERT_NE(question, nullptr) << failure(pair.client);
  EXPECT_EQ(to_octets(question->public_key), delegated_key().subject_public_key_info());
  EXPECT_TRUE(equal(question->certificate, holder().leaf.certificate));
  const auto signature = crypto::PrivateKey::from_pem(delegated_key().to_pem())
                             ->sign(question->scheme, question->content, system_random());
  ASSERT_TRUE(signature && pair.client.connection.answer_signature(*signature, now));
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
}

// As long as it is not signed with the certificate's key, it is nobody's.
TEST(DelegatedHandshake, HasToBeSignedAlsoForAKeyThatIsHeldElsewhere) {
  Octets changed = issue();
  changed.back() ^= 1;
  const auto chain = as_bytes(holder().leaf.chain_pem);
  EXPECT_EQ(Credential::external_delegated(chain, changed).error().code,
            ErrorCode::own_delegated_credential_unusable);
  EXPECT_EQ(Credential::external_delegated(chain, {}).error().code,
            ErrorCode::own_delegated_credential_unusable);
  EXPECT_EQ(Credential::external_delegated(as_bytes("nothing"), issue()).error().code,
            ErrorCode::no_certificate_in_file);
}

// ---- raw public keys (RFC 7250), which have nobody to vouch for others

TEST(DelegatedHandshake, IsNoneOfARawPublicKey) {
  ClientSettings asking = delegation_client();
  asking.peer_certificate_types = {CertificateType::RawPublicKey};
  const auto key = *x509::IssuerKey::generate(KeyKind::ec_p256, system_random());
  asking.trusted_public_keys = {key.subject_public_key_info()};
  MessagePair pair(asking, delegation_server({*Credential::raw_public_key(key.to_pem())}));
  const Octets made = issue();
  pair.to_client = show(made);
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_delegated_credential);
  EXPECT_EQ(pair.client.error().alert, AlertDescription::illegal_parameter);
}

TEST(DelegatedHandshake, StandsBesideARawPublicKey) {
  const auto key = *x509::IssuerKey::generate(KeyKind::ec_p256, system_random());
  const ServerSettings shown = delegation_server({delegated(), *Credential::raw_public_key(key.to_pem())});
  for (const bool raw : {false, true}) {
    ClientSettings asking = delegation_client();
    asking.peer_certificate_types = {raw ? CertificateType::RawPublicKey : CertificateType::X509};
    asking.trusted_public_keys = {key.subject_public_key_info()};
    Pair pair = test::pair(asking, shown);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.client.connection.take_summary();
    EXPECT_EQ(summary.peer_delegated_until.has_value(), !raw);
    EXPECT_EQ(summary.peer_public_key.empty(), !raw);
  }
}

// ---- sessions: nobody shows anything, and the end stays what it was (RFC 9345 §7.4)

TEST(DelegatedHandshake, ResumedEndsAsItWouldHave) {
  ClientSettings asking = delegation_client();
  const auto store = std::make_shared<TestClientStore>();
  asking.session_store = store;
  ServerSettings shown = delegation_server();
  shown.ticket_keys = *TicketKeys::make(now);
  for (const bool resumed : {false, true}) {
    Pair pair = test::pair(asking, shown);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.client.connection.take_summary();
    EXPECT_EQ(summary.resumed, resumed);
    EXPECT_EQ(summary.peer_delegated_until.has_value(), !resumed);
    ASSERT_FALSE(store->sessions.empty());
    EXPECT_EQ(store->sessions.back().authenticated, delegation_end - Session::longest_lifetime);
  }
}

// ---- clients

TEST(DelegatedHandshake, OfAClientIsUnexpectedOrRefusedAsAServers) {
  ClientSettings shown = client_settings();
  shown.credentials = {delegated({.role = Role::client})};
  for (const auto wrong : {SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ed25519}) {
    MessagePair pair(shown, delegation_asking_server());
    pair.to_server =
        edit_message<message::CertificateVerify>([wrong](auto& verify) { verify.algorithm = wrong; });
    pair.run();
    EXPECT_EQ(pair.server.error().code, ErrorCode::bad_delegated_credential);
  }
  static const Octets signature(70, 0x30);
  MessagePair pair(shown, delegation_asking_server());
  pair.to_server =
      edit_message<message::CertificateVerify>([](auto& verify) { verify.signature = signature; });
  pair.run();
  EXPECT_EQ(pair.server.error().alert, AlertDescription::decrypt_error);
}

// A server that takes a scheme for delegated credentials alone is shown none of them by the certificate's
// key.
TEST(DelegatedHandshake, OfferOfAClientIsNoOfferForOrdinarySignatures) {
  ClientSettings asking = delegation_client();
  asking.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  const Credential ed25519 = authority().credential(KeyKind::ed25519);
  Pair pair = test::pair(asking, delegation_server({ed25519}));
  pair.run();
  EXPECT_FALSE(pair.done());
  MessagePair forced(asking, delegation_server({holder().credential}));
  forced.to_client = edit_message<message::CertificateVerify>(
      [](auto& verify) { verify.algorithm = SignatureScheme::ed25519; });
  forced.run();
  EXPECT_EQ(forced.client.error().alert, AlertDescription::illegal_parameter);
}

}  // namespace
}  // namespace handfast::test
