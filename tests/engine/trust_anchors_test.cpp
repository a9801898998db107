// Chains chosen by the trust anchors that a peer asks for (draft-ietf-tls-trust-anchor-ids-04): on both
// sides, and each way in which a peer may not speak of them.
#include <handfast/certificate_compression.hpp>
#include <handfast/client_session_store.hpp>
#include <handfast/inspect.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "support/message_pair.hpp"
#include "x509/certificate.hpp"

namespace handfast::test {
namespace {

using x509::KeyKind;
using Ids = std::vector<Octets>;

Octets id(std::string_view text) { return *parse_trust_anchor_id(text); }

// Two roots beside that of most tests, with their IDs.
const Authority& first_root() {
  static const Authority made(KeyKind::ec_p256, "First Root");
  return made;
}
const Authority& second_root() {
  static const Authority made(KeyKind::ec_p256, "Second Root");
  return made;
}
const Octets first_id = id("32473.1");
const Octets second_id = id("32473.2.7");
const Octets other_id = id("32473.9");

Credential with(const Credential& credential, CertificateProperties properties) {
  auto made = credential.with_certificate_properties(std::move(properties));
  EXPECT_TRUE(made) << (made ? "" : describe(made.error()));
  return *made;
}
Credential with_id(const Credential& credential, const Octets& anchor, bool only_asked_for = false) {
  return with(credential, {anchor, {}, only_asked_for});
}
const Credential& of_first() {
  static const Credential made = with_id(first_root().credential(), first_id);
  return made;
}
const Credential& of_second() {
  static const Credential made = with_id(second_root().credential(), second_id);
  return made;
}

std::shared_ptr<const TrustStore> all_roots() {
  TrustStore::Builder builder;
  for (const Authority* root : {&authority(), &first_root(), &second_root()})
    EXPECT_TRUE(builder.add_certificate(root->certificate()));
  return builder.build();
}
ClientSettings client(std::optional<Ids> requested) {
  ClientSettings settings;
  settings.trust = all_roots();
  settings.requested_trust_anchors = std::move(requested);
  return settings;
}
// The first has no ID, and is for everybody.
ServerSettings server(std::vector<Credential> credentials = {localhost(), of_first(), of_second()}) {
  ServerSettings settings;
  settings.credentials = std::move(credentials);
  return settings;
}
ServerSettings asking_server(std::optional<Ids> requested) {
  ServerSettings settings = server_settings();
  settings.client_authentication = ClientAuthentication::require;
  settings.trust = all_roots();
  settings.send_certificate_authorities = false;
  settings.requested_trust_anchors = std::move(requested);
  return settings;
}

struct Outcome {
  Summary of_client;
  Summary of_server;
};
Outcome meet(const ClientSettings& asking, const ServerSettings& shown, std::string_view name = "localhost") {
  Pair pair = test::pair(asking, shown, name);
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  if (!pair.done()) return {};
  return {*pair.client.connection.take_summary(), *pair.server.connection.take_summary()};
}

// ---- servers

TEST(TrustAnchors, LeadToTheChainThatTheClientAsksFor) {
  const Outcome outcome = meet(client(Ids{other_id, second_id}), server());
  EXPECT_EQ(outcome.of_server.credential, 2U);
  EXPECT_TRUE(outcome.of_server.own_trust_anchor_matched);
  EXPECT_TRUE(outcome.of_client.peer_trust_anchor_matched);
  EXPECT_TRUE(outcome.of_client.peer_verified);
  EXPECT_EQ(outcome.of_client.available_trust_anchors, (Ids{first_id, second_id}));
  EXPECT_FALSE(outcome.of_client.own_trust_anchor_matched);
  EXPECT_FALSE(outcome.of_server.peer_trust_anchor_matched);
}

TEST(TrustAnchors, OfTheServersOrderCount) {
  EXPECT_EQ(meet(client(Ids{second_id, first_id}), server()).of_server.credential, 1U);
  EXPECT_EQ(meet(client(Ids{second_id, first_id}), server({of_second(), of_first()})).of_server.credential,
            0U);
}

TEST(TrustAnchors, ThatAreNotAskedForChangeNothing) {
  const Outcome silent = meet(client(std::nullopt), server());
  EXPECT_EQ(silent.of_server.credential, 0U);
  EXPECT_TRUE(silent.of_client.available_trust_anchors.empty());
  EXPECT_FALSE(silent.of_client.peer_trust_anchor_matched);
  const Outcome without = meet(client(Ids{first_id}), server_settings());
  EXPECT_TRUE(without.of_client.available_trust_anchors.empty());
  EXPECT_FALSE(without.of_server.own_trust_anchor_matched);
}

TEST(TrustAnchors, OfAnEmptyListAskOnlyWhatThereIs) {
  const Outcome outcome = meet(client(Ids{}), server());
  EXPECT_EQ(outcome.of_server.credential, 0U);
  EXPECT_FALSE(outcome.of_client.peer_trust_anchor_matched);
  EXPECT_EQ(outcome.of_client.available_trust_anchors, (Ids{first_id, second_id}));
}

TEST(TrustAnchors, OfAGroupLeadToItsMembers) {  // §3.2, §4.2
  const Credential grouped =
      with(second_root().credential(), {second_id, {{id("32473.5"), 0, 3}, {id("32473.6"), 2, 4}}, false});
  for (const auto& [group, chosen] :
       {std::pair{"32473.6.2", 1U}, {"32473.6.4", 1U}, {"32473.6.5", 0U}, {"32473.6", 0U}}) {
    const Outcome outcome = meet(client(Ids{id(group)}), server({localhost(), grouped}));
    EXPECT_EQ(outcome.of_server.credential, chosen) << group;
    EXPECT_EQ(outcome.of_client.available_trust_anchors, Ids{second_id}) << "groups are not told";
  }
}

TEST(TrustAnchors, LeadToAnyChainAfterARetry) {
  ServerSettings shown = server();
  shown.policy.groups = {NamedGroup::secp384r1};
  shown.stateless_retry = true;
  const Outcome outcome = meet(client(Ids{second_id}), shown);
  EXPECT_TRUE(outcome.of_server.hello_retry);
  EXPECT_EQ(outcome.of_server.credential, 2U);
  EXPECT_TRUE(outcome.of_client.peer_trust_anchor_matched);
}

// §4.3: how a client comes from a chain that it does not trust to one that it does.
TEST(TrustAnchors, OfAFailedHandshakeTellWhatToAskForNext) {
  ClientSettings asking = client(Ids{});
  asking.trust = second_root().trust();
  Pair pair = test::pair(asking, server());
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->code, ErrorCode::unknown_ca);
  const Summary summary = *pair.client.connection.take_summary();
  ASSERT_EQ(summary.available_trust_anchors, (Ids{first_id, second_id}));
  asking.requested_trust_anchors = Ids{summary.available_trust_anchors[1]};
  EXPECT_TRUE(meet(asking, server()).of_client.peer_verified);
}

// ---- chains that are for those alone who ask

TEST(TrustAnchors, OfAChainThatHasToBeAskedForAreNoFallback) {
  const Credential shy = with_id(first_root().credential(), first_id, true);
  EXPECT_EQ(meet(client(Ids{first_id}), server({shy, localhost()})).of_server.credential, 0U);
  for (const auto& requested : {std::optional<Ids>(), std::optional(Ids{}), std::optional(Ids{other_id})})
    EXPECT_EQ(meet(client(requested), server({shy, localhost()})).of_server.credential, 1U);
  // In TLS 1.2 nothing is known of trust anchors.
  ClientSettings older = client(Ids{first_id});
  older.policy.min_version = ProtocolVersion::tls12;
  ServerSettings tls12 = server({shy, localhost()});
  tls12.policy.max_version = ProtocolVersion::tls12;
  const Outcome outcome = meet(older, tls12);
  EXPECT_EQ(outcome.of_server.credential, 1U);
  EXPECT_FALSE(outcome.of_server.own_trust_anchor_matched);

  Pair pair = test::pair(client(Ids{other_id}), server({shy}));
  pair.run();
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->code, ErrorCode::no_fitting_credential);
  EXPECT_EQ(pair.server.error->alert, AlertDescription::handshake_failure);
}

// §4.2: that one of the two extensions leads to a chain is enough.
TEST(TrustAnchors, AndAuthoritiesAreAskedForInEitherWay) {
  const Credential shy = with_id(first_root().credential(), first_id, true);
  for (const bool named : {true, false}) {
    MessagePair pair(client(Ids{other_id}), server({shy, localhost()}));
    const Octets& root = named ? first_root().certificate() : second_root().certificate();
    const std::array<message::DistinguishedName, 1> authorities = {x509::Certificate::parse(root)->subject};
    pair.to_server = edit_message<message::ClientHello>(
        [&](message::ClientHello& hello) { hello.extensions.certificate_authorities = {authorities}; });
    pair.run();
    EXPECT_EQ(pair.server_state.choice.proof.credential,
              &pair.server_state.settings().credentials[named ? 0 : 1]);
  }
}

// ---- what is not shown is not told

TEST(TrustAnchors, OfOtherNamesAreNeitherShownNorTold) {  // §9.2
  const Credential elsewhere = with_id(
      second_root().credential(KeyKind::ec_p256, Authority::leaf_template("elsewhere.test")), second_id);
  const Outcome outcome = meet(client(Ids{second_id}), server({localhost(), of_first(), elsewhere}));
  EXPECT_EQ(outcome.of_server.credential, 0U);
  EXPECT_EQ(outcome.of_client.available_trust_anchors, Ids{first_id});
  const Outcome other =
      meet(client(Ids{first_id}), server({localhost(), of_first(), elsewhere}), "elsewhere.test");
  EXPECT_EQ(other.of_server.credential, 2U);
  EXPECT_EQ(other.of_client.available_trust_anchors, Ids{second_id});
}

// §9.2: who does not know the other names does not learn them by asking for trust anchors.
TEST(TrustAnchors, OfOtherNamesAreNoAnswerWhereNoNameDecides) {
  const Credential elsewhere =
      with_id(second_root().credential(KeyKind::ec_p256, Authority::leaf_template("elsewhere.test")),
              second_id, true);
  const auto ask = [&](bool sends_name, std::vector<Credential> credentials) {
    ClientSettings asking = client(Ids{second_id});
    asking.send_server_name = sends_name;
    MessagePair pair(asking, server(std::move(credentials)), "nowhere.test");
    pair.run();
    const auto* const chosen = pair.server_state.choice.proof.credential;
    return std::pair(chosen - pair.server_state.settings().credentials.data(),
                     pair.client_state.summary.available_trust_anchors);
  };
  for (const bool sends_name : {true, false}) {
    EXPECT_EQ(ask(sends_name, {localhost(), of_first(), elsewhere}),
              std::pair(std::ptrdiff_t{0}, Ids{first_id}));
    // Another chain of the default's name is no secret.
    EXPECT_EQ(ask(sends_name, {localhost(), of_first(), of_second()}),
              std::pair(std::ptrdiff_t{2}, Ids{first_id, second_id}));
  }
}

TEST(TrustAnchors, OfChainsThatDoNotFitAreNeitherShownNorTold) {
  const Credential edwards = with_id(second_root().credential(KeyKind::ed25519), second_id);
  ClientSettings asking = client(Ids{second_id});
  asking.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  const Outcome outcome = meet(asking, server({localhost(), of_first(), edwards}));
  EXPECT_EQ(outcome.of_server.credential, 0U);
  EXPECT_EQ(outcome.of_client.available_trust_anchors, Ids{first_id});
}

// RFC 8446 §4.4.2.2: a chain that the client can check goes before one that it asks for and cannot.
TEST(TrustAnchors, OfChainsThatCannotBeCheckedComeLast) {
  static const Authority rsa_root(KeyKind::rsa_2048, "RSA Root");
  const Credential by_rsa = with_id(rsa_root.credential(), second_id);
  const auto shown = [](std::vector<Credential> credentials) {
    ClientSettings asking = client(Ids{second_id});
    asking.policy.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
    MessagePair pair(asking, server(std::move(credentials)));
    pair.run();
    const auto* const chosen = pair.server_state.choice.proof.credential;
    return std::pair(chosen - pair.server_state.settings().credentials.data(),
                     pair.client_state.summary.available_trust_anchors);
  };
  EXPECT_EQ(shown({localhost(), of_first(), by_rsa}), std::pair(std::ptrdiff_t{0}, Ids{first_id}));
  EXPECT_EQ(shown({by_rsa}), std::pair(std::ptrdiff_t{0}, Ids{second_id}));
  // Nor is one told that would never be shown, for another that can be checked needs no ID.
  EXPECT_EQ(shown({localhost(), by_rsa}), std::pair(std::ptrdiff_t{0}, Ids()));
}

TEST(TrustAnchors, AreToldOnceEach) {
  const Credential again = with_id(first_root().credential(KeyKind::ed25519), first_id);
  const Outcome outcome = meet(client(Ids{}), server({of_first(), again, of_second()}));
  EXPECT_EQ(outcome.of_client.available_trust_anchors, (Ids{first_id, second_id}));
}

TEST(TrustAnchors, ThatAServerIsSaidToHaveStandForThoseOfItsCredentials) {
  ServerSettings shown = server();
  shown.available_trust_anchors = {other_id, first_id};
  EXPECT_EQ(meet(client(Ids{}), shown).of_client.available_trust_anchors, (Ids{other_id, first_id}));
  EXPECT_TRUE(meet(client(std::nullopt), shown).of_client.available_trust_anchors.empty());
}

TEST(TrustAnchors, OfAResumedSessionChooseNothing) {
  ClientSettings asking = client(Ids{second_id});
  asking.session_store = std::make_shared<ClientSessionCache>();
  ServerSettings shown = server();
  shown.ticket_keys = *TicketKeys::make(now);
  for (const bool resumed : {false, true}) {
    const Outcome outcome = meet(asking, shown);
    EXPECT_EQ(outcome.of_client.resumed, resumed);
    EXPECT_EQ(outcome.of_client.peer_trust_anchor_matched, !resumed);
    EXPECT_EQ(outcome.of_client.available_trust_anchors, (Ids{first_id, second_id}));
  }
}

// What is kept of a compressed message says whether it was asked for, too.
TEST(TrustAnchors, AreSaidInCompressedCertificates) {
  const auto all = certificate_compression::all();
  if (all.empty()) GTEST_SKIP() << "nothing compresses here";
  ServerSettings shown = server({with_id(first_root().credential(), first_id)});
  shown.certificate_compression = {all.front()};
  for (const bool asks : {false, true, false}) {
    ClientSettings asking = client(asks ? std::optional(Ids{first_id}) : std::nullopt);
    asking.certificate_compression = {all.front()};
    const Outcome outcome = meet(asking, shown);
    EXPECT_TRUE(outcome.of_client.peer_certificate_compression);
    EXPECT_EQ(outcome.of_client.peer_trust_anchor_matched, asks);
  }
}

// ---- clients

TEST(TrustAnchors, LeadToTheClientsChain) {
  ClientSettings shown = client_settings();
  shown.credentials = {localhost(), of_first(), of_second()};
  const Outcome outcome = meet(shown, asking_server(Ids{second_id}));
  EXPECT_EQ(outcome.of_client.credential, 2U);
  constexpr std::string_view reason = "the server asks for the trust anchor of another certificate";
  EXPECT_EQ(outcome.of_client.withheld, (std::vector{reason, reason}));
  EXPECT_TRUE(outcome.of_client.own_trust_anchor_matched);
  EXPECT_TRUE(outcome.of_server.peer_trust_anchor_matched);
  EXPECT_TRUE(outcome.of_server.peer_verified);
  for (const auto& requested : {std::optional<Ids>(), std::optional(Ids{other_id})}) {
    const Outcome fallback = meet(shown, asking_server(requested));
    EXPECT_EQ(fallback.of_client.credential, 0U);
    EXPECT_FALSE(fallback.of_server.peer_trust_anchor_matched);
  }
}

TEST(TrustAnchors, OfAClientsChainThatHasToBeAskedFor) {
  ClientSettings shown = client_settings();
  shown.credentials = {with_id(first_root().credential(), first_id, true)};
  for (const ProtocolVersion version : {ProtocolVersion::tls12, ProtocolVersion::tls13}) {
    ServerSettings asking = asking_server(Ids{other_id});
    asking.client_authentication = ClientAuthentication::request;
    asking.policy.max_version = version;
    const Outcome outcome = meet(shown, asking);
    EXPECT_TRUE(outcome.of_client.client_certificate_requested);
    EXPECT_FALSE(outcome.of_client.credential);
    asking.send_certificate_authorities = true;
    EXPECT_EQ(meet(shown, asking).of_client.credential, 0U);
  }
}

// ---- peers that may not say what they say

void expect_failure(MessageEnd& end, ErrorCode code, AlertDescription alert) {
  ASSERT_TRUE(end.failed());
  EXPECT_EQ(end.error().code, code) << describe(end.error());
  EXPECT_EQ(end.error().alert, alert);
}

const std::array<message::TrustAnchorID, 1> some_list = {first_id};

// Certificate says of the entry at this place that its chain was asked for; there are none behind it.
Edit claim_match(std::size_t place) {
  return edit_message<message::Certificate>([place](message::Certificate& certificate) {
    static std::array<message::CertificateEntry, 2> entries;
    entries = {certificate.certificate_list.front(), certificate.certificate_list.front()};
    entries[place].extensions.trust_anchors.emplace();
    certificate.certificate_list = std::span(entries).first(place + 1);
  });
}

TEST(TrustAnchors, OfAServerThatWasNotAskedAreRefused) {
  MessagePair told(client(std::nullopt), server());
  told.to_client = edit_message<message::EncryptedExtensions>(
      [](auto& message) { message.extensions.trust_anchors = {some_list}; });
  told.run();
  expect_failure(told.client, ErrorCode::extension_not_offered, AlertDescription::unsupported_extension);

  MessagePair matched(client(std::nullopt), server());
  matched.to_client = claim_match(0);
  matched.run();
  expect_failure(matched.client, ErrorCode::extension_not_offered, AlertDescription::unsupported_extension);

  // §4.1: beside the leaf alone.
  MessagePair second(client(Ids{first_id}), server());
  second.to_client = claim_match(1);
  second.run();
  expect_failure(second.client, ErrorCode::extension_not_offered, AlertDescription::unsupported_extension);

  // A list of none cannot be matched.
  MessagePair nothing(client(Ids{}), server());
  nothing.to_client = claim_match(0);
  nothing.run();
  expect_failure(nothing.client, ErrorCode::illegal_value, AlertDescription::illegal_parameter);
}

TEST(TrustAnchors, OfAClientThatWasNotAskedAreRefused) {
  ClientSettings shown = client_settings();
  shown.credentials = {of_first()};
  MessagePair pair(shown, asking_server(std::nullopt));
  pair.to_server = claim_match(0);
  pair.run();
  expect_failure(pair.server, ErrorCode::extension_not_offered, AlertDescription::unsupported_extension);
}

TEST(TrustAnchors, OfARawPublicKeyAreRefused) {  // §4.1
  ClientSettings asking = client(Ids{first_id});
  const auto key = *x509::IssuerKey::generate(KeyKind::ec_p256, system_random());
  const ServerSettings shown = server({*Credential::raw_public_key(key.to_pem())});
  asking.peer_certificate_types = {CertificateType::RawPublicKey};
  asking.trusted_public_keys = {key.subject_public_key_info()};
  MessagePair pair(asking, shown);
  pair.to_client = claim_match(0);
  pair.run();
  expect_failure(pair.client, ErrorCode::illegal_value, AlertDescription::illegal_parameter);
}

TEST(TrustAnchors, BehindTheFirstOfALongListAreNotLookedAt) {
  for (const std::size_t before : {255U, 256U}) {
    Ids requested;
    for (std::size_t i = 0; i < before; ++i)
      requested.push_back(
          {0x83, static_cast<std::uint8_t>(i >> 7 | 0x80), static_cast<std::uint8_t>(i & 0x7f)});
    requested.push_back(second_id);
    EXPECT_EQ(meet(client(requested), server()).of_server.credential, before == 255 ? 2U : 0U);
  }
}

TEST(TrustAnchors, OfALongListAreNotAllKept) {
  ServerSettings shown = server();
  for (std::size_t i = 0; i < 300; ++i)
    shown.available_trust_anchors.push_back(
        {static_cast<std::uint8_t>(i >> 7 | 0x80), static_cast<std::uint8_t>(i & 0x7f)});
  const Ids kept = meet(client(Ids{}), shown).of_client.available_trust_anchors;
  EXPECT_EQ(kept, Ids(shown.available_trust_anchors.begin(), shown.available_trust_anchors.begin() + 256));
}

TEST(TrustAnchors, ThatAreEmptyAreADecodeError) {
  // The list of a ClientHello, its one ID without octets.
  MessagePair pair(client(Ids{Octets{7}}), server());
  pair.to_server = [](MessageEnd::Message& message) {
    if (message.type() != HandshakeType::client_hello) return true;
    const Octets whole = {0xca, 0x34, 0, 4, 0, 2, 1, 7};
    const auto at = std::ranges::search(message.octets, whole);
    EXPECT_FALSE(at.empty());
    const Octets damaged = {0xca, 0x34, 0, 4, 0, 2, 0, 0};
    std::ranges::copy(damaged, at.begin());
    return true;
  };
  pair.run();
  expect_failure(pair.server, ErrorCode::vector_too_short, AlertDescription::decode_error);
}

// ---- what configurations take

TEST(TrustAnchors, OfAConfigurationFitTheirField) {
  for (const Ids& wrong : {Ids{Octets()}, Ids{Octets(256, 1)}, Ids(33, Octets(255, 1))}) {
    EXPECT_EQ(ClientConfig::make(client(wrong)).error().code, ErrorCode::invalid_argument);
    ServerSettings shown = server();
    shown.available_trust_anchors = wrong;
    EXPECT_EQ(ServerConfig::make(shown).error().code, ErrorCode::invalid_argument);
  }
  // The longest list passes in each of the three messages.
  const Ids longest(32, Octets(255, 1));
  ClientSettings asking = client(longest);
  asking.credentials = {localhost()};
  ServerSettings shown = asking_server(longest);
  shown.available_trust_anchors = longest;
  EXPECT_EQ(meet(asking, shown).of_client.available_trust_anchors, longest);
}

std::string_view refusal(const Credential& credential, CertificateProperties properties) {
  const auto made = credential.with_certificate_properties(std::move(properties));
  EXPECT_FALSE(made);
  if (made) return {};
  EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
  return made.error().detail;
}

TEST(TrustAnchors, BelongToAPathOfCertificatesBelowThem) {  // §4.2
  const Authority::Leaf leaf = first_root().issue(KeyKind::ec_p256, Authority::leaf_template());
  const auto chain = [&](std::span<const Octets> certificates) {
    std::string pem;
    for (const Octets& certificate : certificates) pem += x509::to_pem("CERTIFICATE", certificate);
    return *Credential::from_pem(as_bytes(pem), leaf.key_pem);
  };
  EXPECT_EQ(refusal(chain(std::array{leaf.certificate, first_root().certificate()}), {first_id, {}, false}),
            "the chain holds its trust anchor");
  EXPECT_EQ(refusal(chain(std::array{leaf.certificate, second_root().certificate()}), {first_id, {}, false}),
            "a certificate of the chain is not issued by the next one");
  EXPECT_TRUE(chain(std::array{leaf.certificate}).with_certificate_properties({first_id, {}, false}));
  EXPECT_TRUE(
      chain(std::array{leaf.certificate, first_root().certificate()}).with_certificate_properties({}));
}

TEST(TrustAnchors, HaveAnIdOfTheirOwn) {
  const auto key = *x509::IssuerKey::generate(KeyKind::ec_p256, system_random());
  EXPECT_EQ(refusal(*Credential::raw_public_key(key.to_pem()), {first_id, {}, false}),
            "a raw public key has no trust anchor");
  EXPECT_EQ(refusal(localhost(), {Octets(256, 1), {}, false}), "a trust anchor ID has 255 octets at most");
  EXPECT_EQ(refusal(localhost(), {{}, {{first_id, 0, 1}}, false}),
            "trust_anchor_group_inclusions need a trust_anchor_id");
}

// ---- observers

struct Notes final : inspect::Observer {
  void choice(const inspect::Choice& choice) noexcept override {
    if (choice.what == "trust_anchor") told = choice;
  }
  std::optional<inspect::Choice> told;
};

TEST(TrustAnchors, AreAChoiceThatObserversAreToldOf) {
  for (const auto& [requested, chosen] :
       {std::pair{std::optional(Ids{other_id, first_id}), "32473.1"}, {std::optional(Ids{other_id}), ""}}) {
    Notes notes;
    auto end = Connection::client(make(client(requested)), *ServerName::parse("localhost"), now);
    auto other = Connection::server(make(server()), now, &notes);
    Pair pair(std::move(*end), std::move(*other));
    pair.run();
    ASSERT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
    ASSERT_TRUE(notes.told);
    EXPECT_EQ(notes.told->chosen, chosen);
    EXPECT_EQ(notes.told->offered.front(), "32473.9");
    EXPECT_EQ(notes.told->accepted, (std::vector<std::string>{"32473.1", "32473.2.7"}));
  }
  Notes silent;
  auto end = Connection::client(make(client(std::nullopt)), *ServerName::parse("localhost"), now);
  Pair pair(std::move(*end), std::move(*Connection::server(make(server()), now, &silent)));
  pair.run();
  EXPECT_FALSE(silent.told);
}

}  // namespace
}  // namespace handfast::test
