// Delegated credentials (RFC 9345): on both sides, and each way in which one is not valid.
#include "config/delegated_credential.hpp"

#include <handfast/certificate_compression.hpp>
#include <handfast/delegated_credential.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "crypto/private_key.hpp"
#include "support/message_pair.hpp"
#include "support/stores.hpp"

namespace handfast::test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using x509::KeyKind;

constexpr Time end = now + hours{24};

x509::CertificateTemplate delegating() {
  x509::CertificateTemplate leaf = Authority::leaf_template();
  leaf.not_after = now + days{20};
  leaf.delegation_usage = true;
  return leaf;
}

// A certificate that may delegate; its key; and one that may not. Made once.
struct Holder {
  explicit Holder(const x509::CertificateTemplate& content, KeyKind kind = KeyKind::ec_p256)
      : leaf(authority().issue(kind, content)),
        key(*crypto::PrivateKey::from_pem(leaf.key_pem)),
        credential(*Credential::from_pem(as_bytes(leaf.chain_pem), leaf.key_pem)) {}
  Authority::Leaf leaf;
  crypto::PrivateKey key;
  Credential credential;
};
const Holder& holder() {
  static const Holder made(delegating());
  return made;
}
const x509::IssuerKey& delegated_key(KeyKind kind = KeyKind::ec_p384) {
  static const auto key384 = *x509::IssuerKey::generate(KeyKind::ec_p384, system_random());
  static const auto key256 = *x509::IssuerKey::generate(KeyKind::ec_p256, system_random());
  static const auto ed25519 = *x509::IssuerKey::generate(KeyKind::ed25519, system_random());
  return kind == KeyKind::ec_p384 ? key384 : kind == KeyKind::ec_p256 ? key256 : ed25519;
}

constexpr auto p384 = SignatureScheme::ecdsa_secp384r1_sha384;

struct Issue {
  Role role = Role::server;
  KeyKind kind = KeyKind::ec_p384;
  SignatureScheme scheme = p384;
  Time not_after = end;
};
Octets issue(const Issue& how = {}, const Holder& by = holder()) {
  const Octets key = delegated_key(how.kind).subject_public_key_info();
  DelegationTemplate content;
  content.role = how.role;
  content.public_key = key;
  content.scheme = how.scheme;
  content.not_after = how.not_after;
  auto issued = issue_delegated_credential(by.credential, content, now, system_random());
  EXPECT_TRUE(issued) << (issued ? "" : describe(issued.error()));
  return issued ? *issued : Octets();
}
Result<Credential> read(Bytes delegated, KeyKind kind = KeyKind::ec_p384, const Holder& by = holder()) {
  return Credential::delegated(as_bytes(by.leaf.chain_pem), delegated, delegated_key(kind).to_pem());
}
Credential delegated(const Issue& how = {}, const Holder& by = holder()) {
  auto made = read(issue(how, by), how.kind, by);
  EXPECT_TRUE(made) << (made ? "" : describe(made.error()));
  return *made;
}

ClientSettings client() {
  ClientSettings settings = client_settings();
  settings.delegated_credentials = {p384, SignatureScheme::ed25519, SignatureScheme::ecdsa_secp256r1_sha256};
  return settings;
}
// Its own key stands by for those who do not take the other.
ServerSettings server(std::vector<Credential> credentials = {delegated(), holder().credential}) {
  ServerSettings settings;
  settings.credentials = std::move(credentials);
  return settings;
}
ServerSettings asking_server() {
  ServerSettings settings = server_settings();
  settings.client_authentication = ClientAuthentication::require;
  settings.trust = authority().trust();
  settings.delegated_credentials = {p384};
  return settings;
}

TEST(DelegatedCredential, ProvesAServer) {
  const std::vector<Issue> kinds = {
      {},
      {.kind = KeyKind::ec_p256, .scheme = SignatureScheme::ecdsa_secp256r1_sha256},
      {.kind = KeyKind::ed25519, .scheme = SignatureScheme::ed25519}};
  for (const Issue& kind : kinds) {
    Pair pair = test::pair(client(), server({delegated(kind)}));
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.client.connection.take_summary();
    EXPECT_EQ(summary.server_signature, kind.scheme);
    EXPECT_EQ(summary.peer_delegated_until, end);
    EXPECT_TRUE(summary.peer_verified);
    EXPECT_EQ(summary.peer_chain.front(), holder().leaf.certificate);
    EXPECT_FALSE(pair.server.connection.take_summary()->peer_delegated_until);
  }
}

TEST(DelegatedCredential, OfAnRsaCertificateProvesAServer) {
  static const Holder rsa(delegating(), KeyKind::rsa_2048);
  Pair pair = test::pair(client(), server({delegated({}, rsa)}));
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.client.connection.take_summary()->server_signature, p384);
}

TEST(DelegatedCredential, ProvesAClient) {
  ClientSettings shown = client_settings();
  shown.credentials = {delegated({.role = Role::client})};
  Pair pair = test::pair(shown, asking_server());
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  const Summary summary = *pair.server.connection.take_summary();
  EXPECT_EQ(summary.client_signature, p384);
  EXPECT_EQ(summary.peer_delegated_until, end);
  EXPECT_TRUE(summary.peer_verified);
}

TEST(DelegatedCredential, IsCompressedWithItsCertificate) {
  for (const auto& each : certificate_compression::all()) {
    ClientSettings asking = client();
    asking.certificate_compression = {each};
    ServerSettings shown = server();
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
  ClientSettings other_scheme = client();
  other_scheme.delegated_credentials = {SignatureScheme::ed25519};
  ClientSettings tls12 = client();
  tls12.policy.max_version = ProtocolVersion::tls12;
  for (const ClientSettings& asking : {unasked, other_scheme, tls12}) {
    Pair pair = test::pair(asking, server());
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    EXPECT_EQ(pair.server.connection.take_summary()->credential, 1U);
    EXPECT_FALSE(pair.client.connection.take_summary()->peer_delegated_until);
  }
}

TEST(DelegatedCredential, IsShownOnlyToThoseWhoTakeTheCertificatesSignature) {
  static const Holder rsa(delegating(), KeyKind::rsa_2048);
  ClientSettings asking = client();
  asking.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  Pair pair = test::pair(asking, server({delegated({}, rsa), holder().credential}));
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.server.connection.take_summary()->credential, 1U);
}

TEST(DelegatedCredential, IsNoLongerShownWhenItHasEnded) {
  for (const bool ended : {true, false}) {
    Pair pair = test::pair(client(), server());
    const Time later = ended ? end + seconds{1} : end;
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
  ServerSettings asking = asking_server();
  asking.delegated_credentials.clear();
  Pair pair = test::pair(shown, asking);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.client.connection.take_summary()->credential, 1U);
}

// ---- what is not valid

// One that says what a test wants, with a true signature by the certificate's key; it lives in `octets`.
struct Forged {
  std::uint32_t valid_time = 25 * 3600;  // the certificate began an hour ago
  SignatureScheme scheme = p384;
  SignatureScheme algorithm = SignatureScheme::ecdsa_secp256r1_sha256;
  Role role = Role::server;
  Octets key = delegated_key().subject_public_key_info();
};
Octets forge(const Forged& what, const Holder& by = holder()) {
  message::DelegatedCredential made;
  made.cred.valid_time = what.valid_time;
  made.cred.dc_cert_verify_algorithm = what.scheme;
  made.cred.asn1_subject_public_key_info = what.key;
  made.algorithm = what.algorithm;
  const Octets content = delegation_content(what.role, made, by.leaf.certificate);
  const auto signature = by.key.sign(*crypto::algorithm_of(what.algorithm), content, system_random());
  EXPECT_TRUE(signature);
  made.signature = *signature;
  Octets octets(wire::encoded_size(made));
  EXPECT_TRUE(wire::encode(made, octets));
  return octets;
}

// A Certificate with this delegated credential beside its first entry, or its second.
Edit show(Bytes delegated, std::size_t beside = 0) {
  return edit_message<message::Certificate>([delegated, beside](message::Certificate& certificate) {
    static std::array<message::CertificateEntry, 2> entries;
    entries = {certificate.certificate_list.front(), certificate.certificate_list.front()};
    const auto decoded = wire::decode<message::DelegatedCredential>(delegated);
    EXPECT_TRUE(decoded);
    entries[beside].extensions.delegated_credential = *decoded;
    certificate.certificate_list = std::span(entries).first(beside + 1);
  });
}

// How a client ends that is shown this by the holder of a certificate.
Error refusal(Bytes delegated, const Holder& by = holder(), const ClientSettings& settings = client()) {
  MessagePair pair(settings, server({by.credential}));
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
  ServerSettings asking = asking_server();
  asking.delegated_credentials.clear();
  MessagePair pair(shown, asking);
  const Octets of_client = forge({.role = Role::client});
  pair.to_server = show(of_client);
  pair.run();
  EXPECT_EQ(pair.server.error().alert, AlertDescription::unexpected_message);
}

TEST(DelegatedCredential, ThatIsForgedWellIsFoundValid) {  // what follows fails for the reasons it names
  MessagePair pair(client(), server({holder().credential}));
  const Octets made = forge({});
  pair.to_client = show(made);
  pair.run();
  // The server signed with its certificate's key.
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_delegated_credential);
  EXPECT_NE(std::string_view(pair.client.error().detail).find("CertificateVerify"), std::string_view::npos);
}

TEST(DelegatedCredential, BesideAnotherCertificateIsIgnored) {  // RFC 9345 §4.1.1
  MessagePair pair(client(), server({holder().credential}));
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
  ClientSettings asking = client();
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
  ClientSettings asking = client();
  asking.policy.signature_schemes = {SignatureScheme::rsa_pss_rsae_sha256, SignatureScheme::rsa_pkcs1_sha256,
                                     SignatureScheme::ecdsa_secp256r1_sha256};
  const Error error = refusal(made, rsa, asking);
  EXPECT_EQ(error.code, ErrorCode::bad_delegated_credential);
  EXPECT_STREQ(error.detail, "it is signed with a scheme that was not offered");
  // PKCS #1 v1.5 is offered for certificates alone.
  expect_refused(forge({.algorithm = SignatureScheme::rsa_pkcs1_sha256}, rsa),
                 "not for the certificate's key", rsa);
}

TEST(DelegatedCredential, WithAKeyThatIsNoneIsRefused) {
  const Error error = refusal(forge({.key = {0x30, 0x00}}));
  EXPECT_EQ(error.code, ErrorCode::certificate_malformed);
}

TEST(DelegatedCredential, SignsWithItsOwnSchemeAlone) {  // RFC 9345 §4.1.3
  MessagePair pair(client(), server());
  pair.to_client = edit_message<message::CertificateVerify>(
      [](auto& verify) { verify.algorithm = SignatureScheme::ecdsa_secp256r1_sha256; });
  pair.run();
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_delegated_credential);
}

TEST(DelegatedCredential, SignatureIsOfItsOwnKey) {
  MessagePair pair(client(), server());
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
  Pair pair = test::pair(client(), server({*unchecked}));
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::bad_delegated_credential);
}

TEST(DelegatedCredential, DoesNotReplaceTheVerificationOfTheChain) {
  static const Authority stranger;
  ClientSettings asking = client();
  asking.trust = stranger.trust();
  Pair pair = test::pair(asking, server());
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::unknown_ca);
}

TEST(DelegatedCredential, OfAClientIsCheckedAlike) {
  ClientSettings shown = client_settings();
  shown.credentials = {holder().credential};
  MessagePair pair(shown, asking_server());
  const Octets made = forge({.role = Role::server});
  pair.to_server = show(made);
  pair.run();
  EXPECT_EQ(pair.server.error().code, ErrorCode::bad_delegated_credential);
}

// ---- sessions: RFC 9345 §7.4

TEST(DelegatedCredential, EndsTheSessionsOfItsHandshake) {
  ClientSettings asking = client();
  const auto store = std::make_shared<TestClientStore>();
  asking.session_store = store;
  ServerSettings shown = server();
  shown.ticket_keys = *TicketKeys::make(now);
  shown.session_lifetime = days{7};
  Pair pair = test::pair(asking, shown);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  ASSERT_FALSE(store->sessions.empty());
  for (Session& session : store->sessions) {
    session.lifetime = Session::longest_lifetime;  // whatever the server says
    EXPECT_TRUE(session.is_alive(end - seconds{1}));
    EXPECT_FALSE(session.is_alive(end));
  }
}

TEST(DelegatedCredential, OfAClientEndsItsTickets) {
  ClientSettings shown = client_settings();
  shown.credentials = {delegated({.role = Role::client, .not_after = now + hours{1}})};
  const auto store = std::make_shared<TestClientStore>();
  shown.session_store = store;
  ServerSettings asking = asking_server();
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
  EXPECT_TRUE(read(as_bytes(pem)));
  const std::string other = x509::to_pem("CERTIFICATE", issue());
  EXPECT_EQ(read(as_bytes(other)).error().code, ErrorCode::bad_pem);
}

TEST(DelegatedCredential, OfOursIsChecked) {
  const auto code = [](const Result<Credential>& made) {
    return made ? ErrorCode::internal_error : made.error().code;
  };
  static const Holder other(delegating());
  EXPECT_EQ(code(read(issue(), KeyKind::ec_p256)), ErrorCode::key_mismatch);
  EXPECT_EQ(code(read(issue(), KeyKind::ec_p384, other)), ErrorCode::own_delegated_credential_unusable);
  EXPECT_EQ(code(read(Octets{1, 2, 3})), ErrorCode::own_delegated_credential_unusable);
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
  ClientSettings asking = client();
  asking.delegated_credentials = {SignatureScheme::rsa_pss_rsae_sha256};
  EXPECT_EQ(ClientConfig::make(asking).error().code, ErrorCode::unsupported_option);
}

TEST(DelegatedCredential, IsConfiguredForItsRoleAndVersionAlone) {
  EXPECT_EQ(ServerConfig::make(server({delegated({.role = Role::client})})).error().code,
            ErrorCode::unsupported_option);
  ClientSettings shown = client_settings();
  shown.credentials = {delegated()};
  EXPECT_EQ(ClientConfig::make(shown).error().code, ErrorCode::unsupported_option);
  ServerSettings old = server({delegated()});
  old.policy.max_version = ProtocolVersion::tls12;
  EXPECT_EQ(ServerConfig::make(old).error().code, ErrorCode::unsupported_option);
}

TEST(DelegatedCredential, OfOursIsValidForItsTime) {
  const Credential made = delegated();
  EXPECT_TRUE(made.check_validity(end));
  EXPECT_EQ(made.check_validity(end + seconds{1}).error().code, ErrorCode::own_certificate_expired);
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
  EXPECT_TRUE(issued(mine, end, SignatureScheme::ed25519).starts_with("scheme"));
  EXPECT_TRUE(issued(mine, end, SignatureScheme::rsa_pss_rsae_sha256).starts_with("scheme"));
  EXPECT_TRUE(issued(localhost(), end).starts_with("issuer"));
  EXPECT_TRUE(issued(delegated(), end).starts_with("issuer"));
  EXPECT_TRUE(issued(*Credential::external(as_bytes(holder().leaf.chain_pem)), end).starts_with("issuer"));
  EXPECT_TRUE(issued(*Credential::raw_public_key(holder().leaf.key_pem), end).starts_with("issuer"));
  x509::CertificateTemplate brief = delegating();
  brief.not_after = now + hours{2};
  EXPECT_TRUE(issued(Holder(brief).credential, end).starts_with("not_after"));
  x509::CertificateTemplate mute = delegating();
  mute.key_usage = x509::KeyUsage::key_agreement;
  EXPECT_TRUE(issued(Holder(mute).credential, end).starts_with("issuer"));
}

}  // namespace
}  // namespace handfast::test
