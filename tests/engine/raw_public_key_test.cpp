// Raw public keys in place of certificates (RFC 7250), in both versions and on both sides.
#include <map>

#include <handfast/client_session_store.hpp>
#include <handfast/session_store.hpp>

#include <gtest/gtest.h>

#include "crypto/test_keys.hpp"
#include "support/message_pair.hpp"
#include "x509/public_key_info.hpp"

namespace handfast::test {
namespace {

const x509::IssuerKey& key_of(x509::KeyKind kind) {
  static const std::map<x509::KeyKind, x509::IssuerKey> keys = [] {
    std::map<x509::KeyKind, x509::IssuerKey> made;
    for (const x509::KeyKind each : {x509::KeyKind::ec_p256, x509::KeyKind::ed25519, x509::KeyKind::rsa_2048})
      made.emplace(each, *x509::IssuerKey::generate(each, system_random()));
    return made;
  }();
  return keys.at(kind);
}
Credential raw(x509::KeyKind kind = x509::KeyKind::ec_p256) {
  return *Credential::raw_public_key(key_of(kind).to_pem());
}
Octets info(x509::KeyKind kind = x509::KeyKind::ec_p256) { return key_of(kind).subject_public_key_info(); }

class RawPublicKey : public testing::TestWithParam<ProtocolVersion> {
 protected:
  ClientSettings client() const {
    ClientSettings settings = client_settings();
    settings.policy.min_version = settings.policy.max_version = GetParam();
    settings.peer_certificate_types = {CertificateType::RawPublicKey, CertificateType::X509};
    settings.trusted_public_keys = {info()};
    return settings;
  }
  static ServerSettings server(std::vector<Credential> credentials = {raw()}) {
    ServerSettings settings;
    settings.credentials = std::move(credentials);
    return settings;
  }
  // The other way round: the client shows a key, the server a certificate.
  ClientSettings showing_client() const {
    ClientSettings settings = client();
    settings.peer_certificate_types = {CertificateType::X509};
    settings.credentials = {raw()};
    return settings;
  }
  static ServerSettings asking_server() {
    ServerSettings settings = server({localhost()});
    settings.client_authentication = ClientAuthentication::require;
    settings.peer_certificate_types = {CertificateType::RawPublicKey};
    settings.trusted_public_keys = {info()};
    return settings;
  }
  // What the server shows becomes these octets, which outlive the pair.
  static void show_instead(MessagePair& pair, Bytes key) {
    if (GetParam() == ProtocolVersion::tls12) {
      pair.to_client = edit_message<message::RawPublicKey12>(
          [key](message::RawPublicKey12& shown) { shown.asn1_subject_public_key_info = key; });
    } else {
      static std::array<message::CertificateEntry, 1> entries;
      entries[0].cert_data = key;
      pair.to_client = edit_message<message::Certificate>(
          [](message::Certificate& shown) { shown.certificate_list = entries; });
    }
  }
};
INSTANTIATE_TEST_SUITE_P(EachVersion, RawPublicKey,
                         testing::Values(ProtocolVersion::tls12, ProtocolVersion::tls13),
                         [](const auto& test) {
                           return test.param == ProtocolVersion::tls12 ? "Tls12" : "Tls13";
                         });

TEST_P(RawPublicKey, ProvesAServer) {
  for (const x509::KeyKind kind : {x509::KeyKind::ec_p256, x509::KeyKind::ed25519, x509::KeyKind::rsa_2048}) {
    ClientSettings settings = client();
    settings.trusted_public_keys = {info(kind)};
    Pair pair = test::pair(settings, server({raw(kind)}));
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.client.connection.take_summary();
    EXPECT_EQ(summary.peer_certificate_type, CertificateType::RawPublicKey);
    EXPECT_EQ(summary.peer_public_key, info(kind));
    EXPECT_TRUE(summary.peer_chain.empty());
    EXPECT_TRUE(summary.peer_verified);
  }
}

TEST_P(RawPublicKey, ThatIsHeldElsewhereProvesAServer) {
  for (const x509::KeyKind kind : {x509::KeyKind::ec_p256, x509::KeyKind::ed25519, x509::KeyKind::rsa_2048}) {
    const auto credential = Credential::external_raw_public_key(info(kind));
    ASSERT_TRUE(credential);
    EXPECT_FALSE(credential->can_sign());
    EXPECT_TRUE(equal(credential->public_key_info(), info(kind)));
    ClientSettings settings = client();
    settings.trusted_public_keys = {info(kind)};
    Pair pair = test::pair(settings, server({*credential}));
    pair.run();
    const auto* const question = std::get_if<SignatureQuestion>(&pair.server.connection.pending());
    ASSERT_NE(question, nullptr) << failure(pair.server);
    EXPECT_TRUE(question->certificate.empty());
    EXPECT_TRUE(equal(question->public_key, info(kind)));
    const auto signature = crypto::PrivateKey::from_pem(key_of(kind).to_pem())
                               ->sign(question->scheme, question->content, system_random(), GetParam());
    ASSERT_TRUE(signature && pair.server.connection.answer_signature(*signature, now));
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    EXPECT_EQ(pair.client.connection.take_summary()->peer_public_key, info(kind));
  }
}

// RFC 4055 §2.1: parameters of a hash are NULL or absent. Peers that were told the key compare octets.
TEST_P(RawPublicKey, ThatIsHeldElsewhereIsShownAsItIs) {
  const auto key = *crypto::PrivateKey::from_pem(as_bytes(crypto::test::rsa_pss_sha256));
  Octets written = x509::write_public_key(key.public_key());
  // SEQUENCE { id-sha256, NULL } stands there twice. Without the first NULL all lengths around it are less
  // by 2.
  const Octets with_null{0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                         0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0};
  const auto found = std::ranges::search(written, with_null);
  ASSERT_EQ(found.begin() - written.begin(), 20);
  written.erase(written.begin() + 33, written.begin() + 35);
  for (const std::size_t length : std::initializer_list<std::size_t>{2, 4, 17, 19, 21}) written[length] -= 2;
  const auto credential = Credential::external_raw_public_key(written);
  ASSERT_TRUE(credential) << describe(credential.error());
  ClientSettings settings = client();
  settings.policy.min_rsa_bits = 1024;
  settings.trusted_public_keys = {written};
  ServerSettings serving = server({*credential});
  serving.policy.min_rsa_bits = 1024;
  Pair pair = test::pair(settings, serving);
  pair.run();
  const auto* const question = std::get_if<SignatureQuestion>(&pair.server.connection.pending());
  ASSERT_NE(question, nullptr) << failure(pair.server);
  EXPECT_EQ(to_octets(question->public_key), written);
  const auto signature = key.sign(question->scheme, question->content, system_random(), GetParam());
  ASSERT_TRUE(signature && pair.server.connection.answer_signature(*signature, now));
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
}

TEST_P(RawPublicKey, ThatIsHeldElsewhereProvesAClient) {
  ClientSettings settings = showing_client();
  settings.credentials = {*Credential::external_raw_public_key(info())};
  Pair pair = test::pair(settings, asking_server());
  pair.run();
  const auto* const question = std::get_if<SignatureQuestion>(&pair.client.connection.pending());
  ASSERT_NE(question, nullptr) << failure(pair.client);
  EXPECT_TRUE(equal(question->public_key, info()));
  const auto signature = crypto::PrivateKey::from_pem(key_of(x509::KeyKind::ec_p256).to_pem())
                             ->sign(question->scheme, question->content, system_random(), GetParam());
  ASSERT_TRUE(signature && pair.client.connection.answer_signature(*signature, now));
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
}

// RFC 4055 §1.2: one that signs by PSS alone is shown as such; in TLS 1.2 both schemes are the same.
TEST_P(RawPublicKey, ForPssAloneProvesAServer) {
  for (const std::string_view pem : {crypto::test::rsa_pss, crypto::test::rsa_pss_sha256}) {
    const Credential shown = *Credential::raw_public_key(as_bytes(pem));
    ClientSettings settings = client();
    settings.policy.min_rsa_bits = 1024;
    settings.trusted_public_keys = {to_octets(shown.public_key_info())};
    ServerSettings serving = server({shown});
    serving.policy.min_rsa_bits = 1024;
    Pair pair = test::pair(settings, serving);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    EXPECT_EQ(pair.client.connection.take_summary()->server_signature, SignatureScheme::rsa_pss_pss_sha256);
  }
}

TEST_P(RawPublicKey, ProvesAClient) {
  ClientSettings settings = showing_client();
  ServerSettings asking = asking_server();
  Pair pair = test::pair(settings, asking);
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  const Summary summary = *pair.server.connection.take_summary();
  EXPECT_EQ(summary.peer_public_key, info());
  EXPECT_TRUE(summary.peer_verified);
  EXPECT_EQ(pair.client.connection.take_summary()->peer_certificate_type, CertificateType::X509);
}

TEST_P(RawPublicKey, IsRefusedWhenItIsNotTrusted) {
  ClientSettings settings = client();
  settings.trusted_public_keys = {info(x509::KeyKind::ed25519)};
  Pair pair = test::pair(settings, server());
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::certificate_refused);
}

TEST_P(RawPublicKey, IsAskedAboutWhereTheApplicationDecides) {
  ClientSettings settings = client();
  settings.verification = PeerVerification::ask;
  Pair pair = test::pair(settings, server());
  pair.run();
  const auto* question = std::get_if<VerificationQuestion>(&pair.client.connection.pending());
  ASSERT_NE(question, nullptr);
  EXPECT_TRUE(question->chain.empty());
  EXPECT_TRUE(equal(question->public_key, info()));
  ASSERT_TRUE(pair.client.connection.answer_verification(true, now));
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
}

// RFC 7250 §4.1: X.509 alone goes without saying; who does not ask for a raw public key gets none.
TEST_P(RawPublicKey, GivesWayToACertificateForThoseWhoDoNotAsk) {
  ClientSettings settings = client();
  settings.peer_certificate_types = {CertificateType::X509};
  Pair pair = test::pair(settings, server({raw(), localhost()}));
  pair.run();
  ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.server.connection.take_summary()->credential, 1U);
}

// RFC 7250 §4.2: nothing in common is unsupported_certificate.
TEST_P(RawPublicKey, EndsTheHandshakeWhereNoKindIsInCommon) {
  ClientSettings settings = client();
  settings.peer_certificate_types = {CertificateType::RawPublicKey};
  Pair pair = test::pair(settings, server({localhost()}));
  pair.run();
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->alert, AlertDescription::unsupported_certificate);

  ServerSettings asking = asking_server();
  ClientSettings certified = client();
  certified.credentials = {localhost()};
  Pair other = test::pair(certified, asking);
  other.run();
  ASSERT_TRUE(other.server.error);
  EXPECT_EQ(other.server.error->alert, AlertDescription::unsupported_certificate);

  // A client that says nothing of kinds learns nothing of them.
  ClientSettings ordinary = client();
  ordinary.peer_certificate_types = {CertificateType::X509};
  Pair silent = test::pair(ordinary, server({raw()}));
  silent.run();
  ASSERT_TRUE(silent.server.error);
  EXPECT_EQ(silent.server.error->alert, AlertDescription::handshake_failure);
}

// RFC 7250 §4.1: the default alone goes without saying, so that nobody says it.
TEST_P(RawPublicKey, IsNoUseWhereTheDefaultStandsAlone) {
  static constexpr std::array<CertificateType, 1> alone = {CertificateType::X509};
  for (const bool of_client : {false, true}) {
    MessagePair pair(client(), server({localhost()}));
    pair.to_server = edit_message<message::ClientHello>([of_client](message::ClientHello& hello) {
      if (of_client) hello.extensions.client_certificate_type = {alone};
      if (!of_client) hello.extensions.server_certificate_type = {alone};
    });
    pair.run();
    ASSERT_TRUE(pair.server.failed());
    EXPECT_EQ(pair.server.error().code, ErrorCode::illegal_value);
  }
}

TEST_P(RawPublicKey, OfAnotherKindThanAskedForIsRefused) {
  ClientSettings settings = client();
  settings.peer_certificate_types = {CertificateType::RawPublicKey};
  MessagePair pair(settings, server({localhost()}));
  // The server never learns that a raw public key was asked for, and shows its certificate.
  pair.to_server = edit_message<message::ClientHello>(
      [](message::ClientHello& hello) { hello.extensions.server_certificate_type.reset(); });
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(pair.client.error().code, ErrorCode::certificate_unsupported);
}

TEST_P(RawPublicKey, ThatDoesNotParseIsRefused) {
  static constexpr std::array<std::uint8_t, 5> garbage = {0x30, 3, 1, 2, 3};
  MessagePair pair(client(), server());
  show_instead(pair, garbage);
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(pair.client.error().code, ErrorCode::certificate_malformed);
  EXPECT_EQ(pair.client.error().alert, AlertDescription::decode_error);
}

// RFC 8446 §4.4.2: it stands alone [8446:4.4.2#10].
TEST(RawPublicKey13, WithAnotherEntryBehindItIsRefused) {
  ClientSettings settings = client_settings();
  settings.policy.min_version = ProtocolVersion::tls13;
  settings.peer_certificate_types = {CertificateType::RawPublicKey};
  settings.trusted_public_keys = {info()};
  ServerSettings showing;
  showing.credentials = {raw()};
  MessagePair pair(settings, showing);
  static std::array<message::CertificateEntry, 2> entries;
  static const Octets key = info();
  for (auto& entry : entries) entry.cert_data = key;
  pair.to_client = edit_message<message::Certificate>(
      [](message::Certificate& shown) { shown.certificate_list = entries; });
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(pair.client.error().code, ErrorCode::illegal_value);
}

// Who the peer is belongs to the session; whether its key is trusted is asked anew.
TEST_P(RawPublicKey, ResumesAsLongAsTheKeyIsTrusted) {
  ClientSettings settings = client();
  settings.session_store = std::make_shared<ClientSessionCache>();
  ServerSettings showing = server();
  showing.session_store = std::make_shared<SessionCache>();
  for (const bool resumed : {false, true}) {
    Pair pair = test::pair(settings, showing);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.client.connection.take_summary();
    EXPECT_EQ(summary.resumed, resumed);
    EXPECT_TRUE(summary.peer_verified);
    EXPECT_EQ(summary.peer_certificate_type, CertificateType::RawPublicKey);
    EXPECT_EQ(summary.peer_public_key, info());
  }
  settings.trusted_public_keys = {info(x509::KeyKind::ed25519)};
  Pair pair = test::pair(settings, showing);
  pair.run();
  ASSERT_TRUE(pair.client.error) << "the session was resumed under a key that is no longer trusted";
  EXPECT_EQ(pair.client.error->code, ErrorCode::certificate_refused);
}

TEST_P(RawPublicKey, OfAClientIsResumedAsLongAsItIsTrusted) {
  ClientSettings settings = showing_client();
  settings.session_store = std::make_shared<ClientSessionCache>();
  ServerSettings asking = asking_server();
  asking.session_store = std::make_shared<SessionCache>();
  for (const bool resumed : {false, true}) {
    Pair pair = test::pair(settings, asking);
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    const Summary summary = *pair.server.connection.take_summary();
    EXPECT_EQ(summary.resumed, resumed);
    EXPECT_TRUE(summary.peer_verified);
    EXPECT_EQ(summary.peer_public_key, info());
  }
  asking.trusted_public_keys = {info(x509::KeyKind::ed25519)};
  Pair pair = test::pair(settings, asking);
  pair.run();
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->code, ErrorCode::certificate_refused);
}

// RFC 7250 §4.1, §5: the answer is one of what was offered.
TEST_P(RawPublicKey, AClientRefusesToShowWhatItDidNotOffer) {
  ClientSettings settings = showing_client();
  ServerSettings asking = asking_server();
  MessagePair pair(settings, asking);
  const auto lie = [](auto& message) {
    message.extensions.client_certificate_type = {CertificateType::X509};
  };
  pair.to_client = GetParam() == ProtocolVersion::tls12 ? edit_message<message::ServerHello>(lie)
                                                        : edit_message<message::EncryptedExtensions>(lie);
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(pair.client.error().code, ErrorCode::illegal_value);
}

TEST_P(RawPublicKey, IsNotTakenOfAServerThatWasNotAskedForOne) {
  ClientSettings settings = client();
  settings.peer_certificate_types = {CertificateType::X509};
  MessagePair pair(settings, server({localhost()}));
  const auto lie = [](auto& message) {
    message.extensions.server_certificate_type = {CertificateType::RawPublicKey};
  };
  pair.to_client = GetParam() == ProtocolVersion::tls12 ? edit_message<message::ServerHello>(lie)
                                                        : edit_message<message::EncryptedExtensions>(lie);
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(pair.client.error().code, ErrorCode::extension_not_offered);
}

// The signature has to be made by the key that is shown.
TEST_P(RawPublicKey, OfSomebodyElseProvesNothing) {
  static const Octets other =
      x509::IssuerKey::generate(x509::KeyKind::ec_p256, system_random())->subject_public_key_info();
  ClientSettings settings = client();
  settings.trusted_public_keys.push_back(other);
  MessagePair pair(settings, server());
  show_instead(pair, other);
  pair.run();
  ASSERT_TRUE(pair.client.failed());
  EXPECT_EQ(pair.client.error().code, ErrorCode::bad_signature);
}

TEST(RawPublicKeySettings, AreChecked) {
  ClientSettings settings = client_settings();
  settings.peer_certificate_types = {CertificateType::RawPublicKey};
  EXPECT_EQ(ClientConfig::make(settings).error().code, ErrorCode::no_trust_anchor);
  settings.trusted_public_keys = {info()};
  settings.trust = nullptr;  // no anchors are needed where no certificates are taken
  EXPECT_TRUE(ClientConfig::make(settings));
  settings.peer_certificate_types = {static_cast<CertificateType>(1)};
  EXPECT_EQ(ClientConfig::make(settings).error().code, ErrorCode::unsupported_option);
  settings.peer_certificate_types.clear();
  EXPECT_EQ(ClientConfig::make(settings).error().code, ErrorCode::unsupported_option);
}

TEST(RawPublicKeySettings, ACredentialWithoutCertificateIsForEveryNameAndNeverExpires) {
  const Credential credential = raw();
  EXPECT_EQ(credential.type(), CertificateType::RawPublicKey);
  EXPECT_TRUE(credential.chain().empty());
  EXPECT_TRUE(equal(credential.public_key_info(), info()));
  EXPECT_TRUE(credential.matches("anything.example"));
  EXPECT_TRUE(credential.check_validity(now + std::chrono::years{100}));
  EXPECT_TRUE(credential.can_sign());
  EXPECT_EQ(localhost().type(), CertificateType::X509);
  EXPECT_TRUE(localhost().public_key_info().empty());
  EXPECT_EQ(Credential::raw_public_key(as_bytes("no key")).error().code, ErrorCode::bad_pem);
  EXPECT_EQ(Credential::external_raw_public_key(as_bytes("no key")).error().code, ErrorCode::bad_pem);
  Octets longer = info();
  longer.push_back(0);
  EXPECT_EQ(Credential::external_raw_public_key(longer).error().code, ErrorCode::own_certificate_malformed);
  Octets unknown = info();
  unknown[10] ^= 1;  // another algorithm
  EXPECT_EQ(Credential::external_raw_public_key(unknown).error().code, ErrorCode::unsupported_private_key);
}

TEST_P(RawPublicKey, IsNotShorterThanThePolicyAllows) {
  for (const std::uint16_t bits : {std::uint16_t{2048}, std::uint16_t{3072}}) {
    ClientSettings settings = client();
    settings.trusted_public_keys = {info(x509::KeyKind::rsa_2048)};
    settings.policy.min_rsa_bits = bits;
    Pair pair = test::pair(settings, server({raw(x509::KeyKind::rsa_2048)}));
    pair.run();
    EXPECT_EQ(pair.done(), bits == 2048);
    if (bits == 2048) continue;
    ASSERT_TRUE(pair.client.error);
    EXPECT_EQ(pair.client.error->code, ErrorCode::certificate_unsupported);
    EXPECT_EQ(pair.client.error->alert, AlertDescription::unsupported_certificate);
  }
}

}  // namespace
}  // namespace handfast::test
