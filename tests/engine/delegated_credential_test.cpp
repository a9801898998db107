// Delegated credentials (RFC 9345): on both sides, and each way in which one is not valid.
#include <handfast/certificate_compression.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "support/delegation.hpp"
#include "support/stores.hpp"

namespace handfast::test {
namespace {

TEST(DelegatedCredential, ProvesAServer) {
  const std::vector<Issue> kinds = {
      {},
      {.kind = KeyKind::ec_p256, .scheme = SignatureScheme::ecdsa_secp256r1_sha256},
      {.kind = KeyKind::ed25519, .scheme = SignatureScheme::ed25519}};
  for (const Issue& kind : kinds) {
    Pair pair = test::pair(delegation_client(), delegation_server({delegated(kind)}));
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.client.connection.take_summary();
    EXPECT_EQ(summary.server_signature, kind.scheme);
    EXPECT_EQ(summary.peer_delegated_until, delegation_end);
    EXPECT_TRUE(summary.peer_verified);
    EXPECT_EQ(summary.peer_chain.front(), holder().leaf.certificate);
    EXPECT_FALSE(pair.server.connection.take_summary()->peer_delegated_until);
  }
}

TEST(DelegatedCredential, OfAnRsaCertificateProvesAServer) {
  static const Holder rsa(delegating(), KeyKind::rsa_2048);
  Pair pair = test::pair(delegation_client(), delegation_server({delegated({}, rsa)}));
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.client.connection.take_summary()->server_signature, p384);
}

TEST(DelegatedCredential, ProvesAClient) {
  ClientSettings shown = client_settings();
  shown.credentials = {delegated({.role = Role::client})};
  Pair pair = test::pair(shown, delegation_asking_server());
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  const Summary summary = *pair.server.connection.take_summary();
  EXPECT_EQ(summary.client_signature, p384);
  EXPECT_EQ(summary.peer_delegated_until, delegation_end);
  EXPECT_TRUE(summary.peer_verified);
}

TEST(DelegatedCredential, IsCompressedWithItsCertificate) {
  for (const auto& each : certificate_compression::all()) {
    ClientSettings asking = delegation_client();
    asking.certificate_compression = {each};
    ServerSettings shown = delegation_server();
    shown.certificate_compression = {each};
    Pair pair = test::pair(asking, shown);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    EXPECT_TRUE(pair.client.connection.take_summary()->peer_delegated_until);
  }
}

// ---- who gets one

// RFC 9345 §4.1.1: only who asks, and takes both signatures; everybody else sees the certificate's own key.
TEST(DelegatedCredential, IsShownOnlyToThoseWhoTakeIt) {
  ClientSettings unasked = client_settings();
  ClientSettings other_scheme = delegation_client();
  other_scheme.delegated_credentials = {SignatureScheme::ed25519};
  ClientSettings tls12 = delegation_client();
  tls12.policy.max_version = ProtocolVersion::tls12;
  for (const ClientSettings& asking : {unasked, other_scheme, tls12}) {
    Pair pair = test::pair(asking, delegation_server());
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    EXPECT_EQ(pair.server.connection.take_summary()->credential, 1U);
    EXPECT_FALSE(pair.client.connection.take_summary()->peer_delegated_until);
  }
}

TEST(DelegatedCredential, IsShownOnlyToThoseWhoTakeTheCertificatesSignature) {
  static const Holder rsa(delegating(), KeyKind::rsa_2048);
  ClientSettings asking = delegation_client();
  asking.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  Pair pair = test::pair(asking, delegation_server({delegated({}, rsa), holder().credential}));
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.server.connection.take_summary()->credential, 1U);
}

TEST(DelegatedCredential, IsNoLongerShownWhenItHasEnded) {
  for (const bool ended : {true, false}) {
    Pair pair = test::pair(delegation_client(), delegation_server());
    const Time later = ended ? delegation_end + seconds{1} : delegation_end;
    for (int rounds = 0; rounds < 5; ++rounds) {
      pair.server.deliver(pair.client.transmit(), later);
      pair.client.deliver(pair.server.transmit(), later);
    }
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    EXPECT_EQ(pair.server.connection.take_summary()->credential, ended ? 1U : 0U);
  }
}

TEST(DelegatedCredential, OfAClientIsShownOnlyWhereTheServerTakesIt) {
  ClientSettings shown = client_settings();
  shown.credentials = {delegated({.role = Role::client}), holder().credential};
  ServerSettings asking = delegation_asking_server();
  asking.delegated_credentials.clear();
  Pair pair = test::pair(shown, asking);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.client.connection.take_summary()->credential, 1U);
}

// ---- what is not valid

// How a client ends that is shown this by the holder of a certificate.
Error refusal(Bytes delegated, const Holder& by = holder(),
              const ClientSettings& settings = delegation_client()) {
  MessagePair pair(settings, delegation_server({by.credential}));
  pair.to_client = show(delegated);
  pair.run();
  EXPECT_TRUE(pair.client.failed());
  return pair.client.error();
}
void expect_refused(Bytes delegated, std::string_view why, const Holder& by = holder()) {
  const Error error = refusal(delegated, by);
  EXPECT_EQ(error.code, ErrorCode::bad_delegated_credential) << describe(error);
  EXPECT_EQ(error.alert, AlertDescription::illegal_parameter);
  EXPECT_NE(std::string_view(error.detail).find(why), std::string_view::npos) << error.detail;
}

// RFC 9345 §4.1.1, §4.1.2
TEST(DelegatedCredential, IsUnexpectedWhereItWasNotAskedFor) {
  const Octets made = forge({});
  const Error error = refusal(made, holder(), client_settings());
  EXPECT_EQ(error.code, ErrorCode::extension_not_offered);
  EXPECT_EQ(error.alert, AlertDescription::unexpected_message);

  ClientSettings shown = client_settings();
  shown.credentials = {holder().credential};
  ServerSettings asking = delegation_asking_server();
  asking.delegated_credentials.clear();
  MessagePair pair(shown, asking);
  const Octets of_client = forge({.role = Role::client});
  pair.to_server = show(of_client);
  pair.run();
  EXPECT_EQ(pair.server.error().alert, AlertDescription::unexpected_message);
}

TEST(DelegatedCredential, ThatIsForgedWellIsFoundValid) {  // what follows fails for the reasons it names
  MessagePair pair(delegation_client(), delegation_server({holder().credential}));
  const Octets made = forge({});
  pair.to_client = show(made);
  pair.run();
  // The server signed with its certificate's key.
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_delegated_credential);
  EXPECT_NE(std::string_view(pair.client.error().detail).find("CertificateVerify"), std::string_view::npos);
}

TEST(DelegatedCredential, BesideAnotherCertificateIsIgnored) {  // RFC 9345 §4.1.1
  MessagePair pair(delegation_client(), delegation_server({holder().credential}));
  const Octets made = forge({.valid_time = 0});
  pair.to_client = show(made, 1);
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_signature);  // of the message that was not changed
}

TEST(DelegatedCredential, ThatHasEndedIsRefused) { expect_refused(forge({.valid_time = 3599}), "has ended"); }

TEST(DelegatedCredential, ThatEndsInMoreThanAWeekIsRefused) {
  constexpr std::uint32_t week = 604'800;
  expect_refused(forge({.valid_time = 3600 + week + 1}), "7 days");
  EXPECT_NE(std::string_view(refusal(forge({.valid_time = 3600 + week})).detail).find("CertificateVerify"),
            std::string_view::npos);
}

TEST(DelegatedCredential, OfACertificateThatMayNotDelegateIsRefused) {  // RFC 9345 §4.2
  static const Holder plain(Authority::leaf_template());
  expect_refused(forge({}, plain), "may delegate", plain);
}

TEST(DelegatedCredential, OfAnotherRoleIsRefused) {
  expect_refused(forge({.role = Role::client}), "did not sign");
}

TEST(DelegatedCredential, OfAnotherCertificateIsRefused) {
  static const Holder other(delegating());
  expect_refused(forge({}, other), "did not sign");
}

TEST(DelegatedCredential, ThatWasChangedIsRefused) {
  const Octets made = forge({});
  for (const std::size_t at : {std::size_t{3}, made.size() - 1}) {
    Octets changed = made;
    changed[at] ^= 1;
    expect_refused(changed, "did not sign");
  }
}

TEST(DelegatedCredential, OfASchemeThatWasNotOfferedIsRefused) {
  ClientSettings asking = delegation_client();
  asking.delegated_credentials = {SignatureScheme::ed25519};
  const Error error = refusal(forge({}), holder(), asking);
  EXPECT_EQ(error.code, ErrorCode::bad_delegated_credential);
  EXPECT_STREQ(error.detail, "its scheme was not offered");
}

TEST(DelegatedCredential, OfASchemeThatIsNotItsKeysIsRefused) {
  expect_refused(forge({.scheme = SignatureScheme::ed25519}), "not for its key");
}

TEST(DelegatedCredential, SignedWithASchemeThatWasNotOfferedIsRefused) {
  static const Holder rsa(delegating(), KeyKind::rsa_2048);
  const Octets made = forge({.algorithm = SignatureScheme::rsa_pss_rsae_sha512}, rsa);
  ClientSettings asking = delegation_client();
  asking.policy.signature_schemes = {SignatureScheme::rsa_pss_rsae_sha256, SignatureScheme::rsa_pkcs1_sha256,
                                     SignatureScheme::ecdsa_secp256r1_sha256};
  const Error error = refusal(made, rsa, asking);
  EXPECT_EQ(error.code, ErrorCode::bad_delegated_credential);
  EXPECT_STREQ(error.detail, "it is signed with a scheme that was not offered");
  // PKCS #1 v1.5 is offered for certificates alone.
  expect_refused(forge({.algorithm = SignatureScheme::rsa_pkcs1_sha256}, rsa),
                 "not for the certificate's key", rsa);
}

// RFC 9345 §4.1.3: an illegal_parameter, whatever is wrong with it; the certificate is a good one.
TEST(DelegatedCredential, WithAKeyThatIsNoneIsRefused) {
  expect_refused(forge({.key = {0x30, 0x00}}), "none that can be used");
  Octets beside_the_curve = delegated_key().subject_public_key_info();
  beside_the_curve.back() ^= 1;
  expect_refused(forge({.key = beside_the_curve}), "none that can be used");
  Octets longer = delegated_key().subject_public_key_info();
  longer.push_back(0);
  expect_refused(forge({.key = longer}), "none that can be used");
}

TEST(DelegatedCredential, SignsWithItsOwnSchemeAlone) {  // RFC 9345 §4.1.3
  MessagePair pair(delegation_client(), delegation_server());
  pair.to_client = edit_message<message::CertificateVerify>(
      [](auto& verify) { verify.algorithm = SignatureScheme::ecdsa_secp256r1_sha256; });
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_delegated_credential);
}

TEST(DelegatedCredential, SignatureIsOfItsOwnKey) {
  MessagePair pair(delegation_client(), delegation_server());
  static const Octets wrong(70, 0x30);
  pair.to_client = edit_message<message::CertificateVerify>([](auto& verify) { verify.signature = wrong; });
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_signature);
  EXPECT_EQ(pair.client.error().alert, AlertDescription::decrypt_error);
}

TEST(DelegatedCredential, ThatAServerShowsUncheckedIsRefused) {
  const Octets made = forge({.role = Role::client});
  const auto unchecked = dangerous::unchecked_delegated(as_bytes(holder().leaf.chain_pem), made,
                                                        delegated_key().to_pem(), Role::server);
  ASSERT_TRUE(unchecked) << describe(unchecked.error());
  Pair pair = test::pair(delegation_client(), delegation_server({*unchecked}));
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::bad_delegated_credential);
}

TEST(DelegatedCredential, DoesNotReplaceTheVerificationOfTheChain) {
  static const Authority stranger;
  ClientSettings asking = delegation_client();
  asking.trust = stranger.trust();
  Pair pair = test::pair(asking, delegation_server());
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::unknown_ca);
}

TEST(DelegatedCredential, OfAClientIsCheckedAlike) {
  ClientSettings shown = client_settings();
  shown.credentials = {holder().credential};
  MessagePair pair(shown, delegation_asking_server());
  const Octets made = forge({.role = Role::server});
  pair.to_server = show(made);
  pair.run();
  EXPECT_EQ(pair.server.error().code, ErrorCode::bad_delegated_credential);
}

// ---- sessions: RFC 9345 §7.4

TEST(DelegatedCredential, EndsTheSessionsOfItsHandshake) {
  ClientSettings asking = delegation_client();
  const auto store = std::make_shared<TestClientStore>();
  asking.session_store = store;
  ServerSettings shown = delegation_server();
  shown.ticket_keys = *TicketKeys::make(now);
  shown.session_lifetime = days{7};
  Pair pair = test::pair(asking, shown);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  ASSERT_FALSE(store->sessions.empty());
  for (Session& session : store->sessions) {
    session.lifetime = Session::longest_lifetime;  // whatever the server says
    EXPECT_TRUE(session.is_alive(delegation_end - seconds{1}));
    EXPECT_FALSE(session.is_alive(delegation_end));
  }
}

TEST(DelegatedCredential, OfAClientEndsItsTickets) {
  ClientSettings shown = client_settings();
  shown.credentials = {delegated({.role = Role::client, .not_after = now + hours{1}})};
  const auto store = std::make_shared<TestClientStore>();
  shown.session_store = store;
  ServerSettings asking = delegation_asking_server();
  asking.ticket_keys = *TicketKeys::make(now);
  Pair pair = test::pair(shown, asking);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  ASSERT_FALSE(store->sessions.empty());
  EXPECT_EQ(store->sessions.back().lifetime, hours{1});
}

// ---- our own: read, issued, configured

TEST(DelegatedCredential, IsReadAsPemToo) {
  const std::string pem = delegated_credential_to_pem(issue());
  EXPECT_TRUE(read_delegated(as_bytes(pem)));
  const std::string other = x509::to_pem("CERTIFICATE", issue());
  EXPECT_EQ(read_delegated(as_bytes(other)).error().code, ErrorCode::bad_pem);
}

TEST(DelegatedCredential, OfOursIsChecked) {
  const auto code = [](const Result<Credential>& made) {
    return made ? ErrorCode::internal_error : made.error().code;
  };
  static const Holder other(delegating());
  EXPECT_EQ(code(read_delegated(issue(), KeyKind::ec_p256)), ErrorCode::key_mismatch);
  EXPECT_EQ(code(read_delegated(issue(), KeyKind::ec_p384, other)),
            ErrorCode::own_delegated_credential_unusable);
  EXPECT_EQ(code(read_delegated(Octets{1, 2, 3})), ErrorCode::own_delegated_credential_unusable);
  static const Holder plain(Authority::leaf_template());  // RFC 9345 §4.2: nobody would take it
  EXPECT_EQ(code(read_delegated(forge({}, plain), KeyKind::ec_p384, plain)),
            ErrorCode::own_delegated_credential_unusable);
  EXPECT_EQ(code(Credential::delegated(Bytes(), issue(), delegated_key().to_pem())),
            ErrorCode::no_certificate_in_file);
  EXPECT_EQ(code(Credential::delegated(as_bytes(holder().leaf.chain_pem), issue(), Bytes())),
            ErrorCode::bad_pem);
}

// RFC 9345 §4: an RSA key has the identifier of PSS, so rsae is none of its schemes.
TEST(DelegatedCredential, HasNoSchemeOfOrdinaryRsaKeys) {
  const auto rsa = *x509::IssuerKey::generate(KeyKind::rsa_2048, system_random());
  const Octets made =
      forge({.scheme = SignatureScheme::rsa_pss_rsae_sha256, .key = rsa.subject_public_key_info()});
  const auto own = Credential::delegated(as_bytes(holder().leaf.chain_pem), made, rsa.to_pem());
  ASSERT_FALSE(own);
  EXPECT_EQ(own.error().code, ErrorCode::own_delegated_credential_unusable);
  ClientSettings asking = delegation_client();
  asking.delegated_credentials = {SignatureScheme::rsa_pss_rsae_sha256};
  EXPECT_EQ(ClientConfig::make(asking).error().code, ErrorCode::unsupported_option);
}

TEST(DelegatedCredential, IsConfiguredForItsRoleAndVersionAlone) {
  EXPECT_EQ(ServerConfig::make(delegation_server({delegated({.role = Role::client})})).error().code,
            ErrorCode::unsupported_option);
  ClientSettings shown = client_settings();
  shown.credentials = {delegated()};
  EXPECT_EQ(ClientConfig::make(shown).error().code, ErrorCode::unsupported_option);
  ServerSettings old = delegation_server({delegated()});
  old.policy.max_version = ProtocolVersion::tls12;
  EXPECT_EQ(ServerConfig::make(old).error().code, ErrorCode::unsupported_option);
}

TEST(DelegatedCredential, OfOursIsValidForItsTime) {
  const Credential made = delegated();
  EXPECT_TRUE(made.check_validity(delegation_end));
  EXPECT_EQ(made.check_validity(delegation_end + seconds{1}).error().code,
            ErrorCode::own_certificate_expired);
}

TEST(DelegatedCredential, IsIssuedOnlyWithinItsBounds) {
  const Octets key = delegated_key().subject_public_key_info();
  const auto issued = [&](const Credential& issuer, Time not_after, SignatureScheme scheme = p384) {
    DelegationTemplate content;
    content.public_key = key;
    content.scheme = scheme;
    content.not_after = not_after;
    const auto made = issue_delegated_credential(issuer, content, now, system_random());
    return made ? std::string_view() : std::string_view(made.error().detail);
  };
  const Credential& mine = holder().credential;
  EXPECT_EQ(issued(mine, now + days{7}), "");
  EXPECT_TRUE(issued(mine, now + days{7} + seconds{1}).starts_with("not_after"));
  EXPECT_TRUE(issued(mine, now).starts_with("not_after"));
  EXPECT_TRUE(issued(mine, delegation_end, SignatureScheme::ed25519).starts_with("scheme"));
  EXPECT_TRUE(issued(mine, delegation_end, SignatureScheme::rsa_pss_rsae_sha256).starts_with("scheme"));
  EXPECT_TRUE(issued(localhost(), delegation_end).starts_with("issuer"));
  EXPECT_TRUE(issued(delegated(), delegation_end).starts_with("issuer"));
  EXPECT_TRUE(
      issued(*Credential::external(as_bytes(holder().leaf.chain_pem)), delegation_end).starts_with("issuer"));
  EXPECT_TRUE(
      issued(*Credential::raw_public_key(holder().leaf.key_pem), delegation_end).starts_with("issuer"));
  x509::CertificateTemplate brief = delegating();
  brief.not_after = now + hours{2};
  EXPECT_TRUE(issued(Holder(brief).credential, delegation_end).starts_with("not_after"));
  // valid_time has no sign: what ends before the certificate begins would last for 136 years.
  x509::CertificateTemplate early = delegating();
  early.not_before = delegation_end + seconds{1};
  EXPECT_TRUE(issued(Holder(early).credential, delegation_end).starts_with("not_after"));
  x509::CertificateTemplate ancient = delegating();
  ancient.not_before = delegation_end - seconds{0x1'0000'0000};
  EXPECT_TRUE(issued(Holder(ancient).credential, delegation_end).starts_with("not_after"));
  ancient.not_before += seconds{1};
  EXPECT_EQ(issued(Holder(ancient).credential, delegation_end), "");
  x509::CertificateTemplate mute = delegating();
  mute.key_usage = x509::KeyUsage::key_agreement;
  EXPECT_TRUE(issued(Holder(mute).credential, delegation_end).starts_with("issuer"));
}

}  // namespace
}  // namespace handfast::test
