// External PSKs (RFC 8446 §4.2.11): who holds the key is proven by it, and nobody else gets through.
#include <gtest/gtest.h>

#include "support/message_pair.hpp"
#include "support/stores.hpp"

namespace handfast::test {
namespace {

ExternalPsk psk(std::string_view identity = "device 7", PskHash hash = PskHash::sha256) {
  ExternalPsk made;
  made.identity = to_octets(as_bytes(identity));
  made.key.assign(32, 0x42);
  made.hash = hash;
  return made;
}

ClientSettings client_with(ExternalPsk key) {
  ClientSettings settings = client_settings();
  settings.external_psks = {std::make_shared<const ExternalPsk>(std::move(key))};
  return settings;
}

struct PskServer {
  explicit PskServer(const ExternalPsk& key)
      : store(std::make_shared<TestPskStore>()), settings(server_settings()) {
    store->add(key);
    settings.external_psks = store;
  }
  std::shared_ptr<TestPskStore> store;
  ServerSettings settings;
};

void expect_psk(Pair& ends, const std::string& identity, bool key_exchange = true) {
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  for (End* end : {&ends.client, &ends.server}) {
    const auto summary = end->connection.take_summary();
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->external_psk_identity, to_octets(as_bytes(identity)));
    EXPECT_FALSE(summary->resumed);
    EXPECT_EQ(summary->group.has_value(), key_exchange);
    EXPECT_FALSE(summary->server_signature);
    EXPECT_TRUE(summary->peer_chain.empty());
    EXPECT_FALSE(summary->peer_verified);
  }
  ends.server.deliver(ends.client.send(as_bytes("hello")));
  EXPECT_EQ(ends.server.received, to_octets(as_bytes("hello")));
}

// [8446:4.2.11#1]
TEST(ExternalPsk, ProvesBothSidesWithoutCertificates) {
  PskServer server(psk());
  server.settings.credentials.clear();
  Pair ends = pair(client_with(psk()), server.settings);
  ends.run();
  expect_psk(ends, "device 7");
}

TEST(ExternalPsk, WorksInPiecesOfOneOctet) {
  PskServer server(psk());
  Pair ends = pair(client_with(psk()), server.settings);
  ends.run(1);
  expect_psk(ends, "device 7");
}

// [8446:2.2#1] [8446:4.2.11#2,3]
TEST(ExternalPsk, ChoosesASuiteOfItsHash) {
  PskServer server(psk("long", PskHash::sha384));
  Pair ends = pair(client_with(psk("long", PskHash::sha384)), server.settings);
  ends.run();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_EQ(ends.server.connection.take_summary()->cipher_suite, CipherSuite::TLS_AES_256_GCM_SHA384);
}

TEST(ExternalPsk, WithoutASuiteOfItsHashIsPassedOver) {
  PskServer server(psk("long", PskHash::sha384));
  server.settings.policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
  Pair ends = pair(client_with(psk("long", PskHash::sha384)), server.settings);
  ends.run();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_TRUE(ends.client.connection.take_summary()->external_psk_identity.empty());
}

TEST(ExternalPsk, GoesThroughHelloRetryRequest) {
  PskServer server(psk());
  server.settings.policy.groups = {NamedGroup::secp384r1};
  Pair ends = pair(client_with(psk()), server.settings);
  ends.run();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_EQ(server.store->finds, 1);  // the same identity is not looked up twice
  const auto summary = ends.server.connection.take_summary();
  EXPECT_TRUE(summary->hello_retry);
  EXPECT_EQ(summary->group, NamedGroup::secp384r1);
  EXPECT_FALSE(summary->external_psk_identity.empty());
}

TEST(ExternalPsk, GoesThroughAStatelessRetry) {
  PskServer server(psk());
  server.settings.policy.groups = {NamedGroup::secp384r1};
  server.settings.stateless_retry = true;
  Pair ends = pair(client_with(psk()), server.settings);
  const auto config = make(server.settings);
  ends.server.connection = *Connection::server(config, now);
  ends.server.deliver(ends.client.transmit());
  ends.client.deliver(ends.server.transmit());
  ends.server = End(*Connection::server(config, now));
  ends.run();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_FALSE(ends.server.connection.take_summary()->external_psk_identity.empty());
}

// [8446:4.2.9#4,6,7] [8446:4.1.1#2]
TEST(ExternalPsk, KeepsAFreshKeyExchangeWhereItCan) {  // RFC 8446 §4.2.9: psk_dhe_ke goes before psk_ke
  PskServer server(psk());
  server.settings.allow_psk_without_key_exchange = true;
  ClientSettings client = client_with(psk());
  client.allow_psk_without_key_exchange = true;
  Pair ends = pair(client, server.settings);
  ends.run();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_TRUE(ends.server.connection.take_summary()->group);
}

// RFC 8446 §4.2.9: the PSK is the only secret where no group is common, and only if both sides said so.
TEST(ExternalPsk, GoesWithoutKeyExchangeWhereBothSidesAllowIt) {  // [8446:4.2.9#4,6]
  for (const bool server_allows : {true, false}) {
    for (const bool client_allows : {true, false}) {
      PskServer server(psk());
      server.settings.allow_psk_without_key_exchange = server_allows;
      server.settings.policy.groups = {NamedGroup::secp384r1};
      ClientSettings client = client_with(psk());
      client.allow_psk_without_key_exchange = client_allows;
      client.policy.groups = {NamedGroup::x25519};
      client.policy.key_shares = {NamedGroup::x25519};
      Pair ends = pair(client, server.settings);
      ends.run();
      ASSERT_EQ(ends.done(), server_allows && client_allows) << failure(ends.client) << failure(ends.server);
      if (!ends.done()) {
        EXPECT_EQ(ends.server.error->code, ErrorCode::no_common_group);
        continue;
      }
      expect_psk(ends, "device 7", false);
    }
  }
}

// A server that leaves its share out, though it was not asked to.
TEST(ExternalPsk, WithoutKeyExchangeIsRefusedByAClientThatDidNotAllowIt) {  // [8446:4.2.8#10]
  PskServer server(psk());
  MessagePair ends(client_with(psk()), server.settings);
  ends.to_client =
      edit_message<message::ServerHello>([](auto& hello) { hello.extensions.key_share.reset(); });
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::missing_extension);
}

// ---- sessions that an external PSK began: they last as long as both sides have the key

struct Resumption {
  Resumption() {
    server.settings.ticket_keys = *TicketKeys::make(now);
    client.session_store = sessions;
  }
  Pair meet() {
    Pair ends = pair(client, server.settings);
    ends.run();
    EXPECT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
    return ends;
  }
  std::shared_ptr<TestClientStore> sessions = std::make_shared<TestClientStore>();
  PskServer server{psk()};
  ClientSettings client = client_with(psk());
};

TEST(ExternalPsk, BeginsSessions) {
  Resumption two;
  Pair first = two.meet();
  expect_psk(first, "device 7");
  ASSERT_EQ(two.sessions->sessions.size(), 2U);
  // Again and again: what a resumption gives is resumed, too.
  for (int rounds = 0; rounds < 3; ++rounds) {
    Pair again = two.meet();
    for (End* end : {&again.client, &again.server}) {
      const auto summary = end->connection.take_summary();
      EXPECT_TRUE(summary->resumed);
      EXPECT_EQ(summary->external_psk_identity, psk().identity);
      EXPECT_TRUE(summary->peer_chain.empty());
      EXPECT_FALSE(summary->peer_verified);
    }
  }
}

TEST(ExternalPsk, EndsItsSessionsWhenTheServerForgetsIt) {
  Resumption two;
  two.meet();
  two.server.store->psks.clear();
  Pair again = two.meet();
  const auto summary = again.server.connection.take_summary();
  EXPECT_FALSE(summary->resumed);
  EXPECT_TRUE(summary->external_psk_identity.empty());
}

TEST(ExternalPsk, EndsItsSessionsWhenTheClientForgetsIt) {
  Resumption two;
  two.meet();
  two.client.external_psks.clear();
  Pair again = two.meet();
  EXPECT_FALSE(again.client.connection.take_summary()->resumed);
  EXPECT_FALSE(again.server.connection.take_summary()->resumed);
}

// Who gives an identity another key means it: the old one, which may have leaked, ends with its sessions.
TEST(ExternalPsk, EndsItsSessionsWhenItsKeyIsReplaced) {
  ExternalPsk other = psk();
  other.key[0] ^= 1;
  Resumption two;
  two.meet();
  two.server.store->add(other);
  two.client.external_psks.clear();
  // As a client that keeps what it should not: its session says that it has the key still.
  two.client.external_psks = {std::make_shared<const ExternalPsk>(psk())};
  Pair old_client = pair(two.client, two.server.settings);
  old_client.run();
  ASSERT_TRUE(old_client.server.error);
  EXPECT_EQ(old_client.server.error->code, ErrorCode::bad_binder);

  Resumption again;
  again.meet();
  again.server.store->add(other);
  again.client.external_psks = {std::make_shared<const ExternalPsk>(other.clone())};
  Pair both = again.meet();
  const auto summary = both.client.connection.take_summary();
  EXPECT_FALSE(summary->resumed);
  EXPECT_EQ(summary->external_psk_identity, psk().identity);
}

// A client that verifies nobody has its PSK all the same, or has not.
TEST(ExternalPsk, EndsTheSessionsOfAClientWithoutVerification) {
  for (const bool there : {true, false}) {
    Resumption two;
    two.meet();
    if (!there) two.client.external_psks.clear();
    Pair again = pair(two.client, two.server.settings);
    const auto blind = *dangerous::without_verification(two.client);
    again.client.connection = *Connection::client(blind, *ServerName::parse("localhost"), now);
    again.run();
    ASSERT_TRUE(again.done()) << failure(again.client) << failure(again.server);
    EXPECT_EQ(again.client.connection.take_summary()->resumed, there);
  }
}

TEST(ExternalPsk, OfASessionIsLookedUpLaterToo) {
  for (const bool there : {true, false}) {
    Resumption two;
    two.meet();
    two.server.store->later = true;
    Pair again = pair(two.client, two.server.settings);
    again.run();
    const auto* question = std::get_if<PskQuestion>(&again.server.connection.pending());
    ASSERT_NE(question, nullptr);
    EXPECT_EQ(to_octets(question->identity), psk().identity);
    ASSERT_TRUE(again.server.connection.answer_psk(there ? std::optional(psk()) : std::nullopt, now));
    again.run();
    while (std::holds_alternative<PskQuestion>(again.server.connection.pending())) {
      ASSERT_TRUE(again.server.connection.answer_psk(std::nullopt, now));
      again.run();
    }
    ASSERT_TRUE(again.done()) << failure(again.client) << failure(again.server);
    EXPECT_EQ(again.server.connection.take_summary()->resumed, there);
  }
}

TEST(ExternalPsk, ItsSessionsAreNoProofForAServerThatRequiresCertificates) {
  Resumption two;
  two.client.credentials = {localhost()};
  two.meet();
  two.server.settings.client_authentication = ClientAuthentication::require;
  two.server.settings.trust = authority().trust();
  Pair again = two.meet();
  const auto summary = again.server.connection.take_summary();
  EXPECT_FALSE(summary->resumed);
  EXPECT_TRUE(summary->peer_verified);
}

TEST(ExternalPsk, UnknownIdentityFallsBackToCertificates) {
  PskServer server(psk("somebody else"));
  Pair ends = pair(client_with(psk()), server.settings);
  ends.run();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_TRUE(ends.client.connection.take_summary()->peer_verified);
}

TEST(ExternalPsk, UnknownIdentityWithoutCertificatesFails) {
  PskServer server(psk("somebody else"));
  server.settings.credentials.clear();
  Pair ends = pair(client_with(psk()), server.settings);
  ends.run();
  ASSERT_TRUE(ends.server.error);
  EXPECT_EQ(ends.server.error->code, ErrorCode::unknown_psk_identity);
  // RFC 8446 §E.6: as a wrong binder, so that nobody learns which identities there are.
  EXPECT_EQ(ends.server.error->alert, AlertDescription::decrypt_error);
  Pair without = pair(client_settings(), server.settings);
  without.run();
  ASSERT_TRUE(without.server.error);
  EXPECT_EQ(without.server.error->alert, AlertDescription::unknown_psk_identity);
}

// RFC 8446 §4.2.9: nobody is looked up, so the refusal tells nothing of identities and may say what is wrong.
TEST(ExternalPsk, WithoutACommonModeOrCertificatesFails) {  // [8446:4.2.9#4] [8446:4.1.1#2]
  PskServer server(psk());
  server.settings.credentials.clear();
  MessagePair ends(client_with(psk()), server.settings);
  static constexpr std::array only_psk = {PskKeyExchangeMode::psk_ke};
  ends.to_server = edit_message<message::ClientHello>(
      [](auto& hello) { hello.extensions.psk_key_exchange_modes = {only_psk}; });
  ends.run();
  EXPECT_EQ(ends.server.error().code, ErrorCode::no_common_psk_mode);
  EXPECT_EQ(ends.server.error().alert, AlertDescription::handshake_failure);
  EXPECT_EQ(server.store->finds, 0);
}

TEST(ExternalPsk, OfAnotherKeyIsRefusedByItsBinder) {  // [8446:4.2.11#4,5]
  ExternalPsk other = psk();
  other.key[0] ^= 1;
  PskServer server(other);
  Pair ends = pair(client_with(psk()), server.settings);
  ends.run();
  ASSERT_TRUE(ends.server.error);
  EXPECT_EQ(ends.server.error->code, ErrorCode::bad_binder);
  EXPECT_EQ(ends.server.error->alert, AlertDescription::decrypt_error);
}

TEST(ExternalPsk, ImportedOrNotAreDifferentKeys) {  // RFC 9258 §5.2
  ExternalPsk other = psk();
  other.imported = true;
  PskServer server(other);
  Pair ends = pair(client_with(psk()), server.settings);
  ends.run();
  ASSERT_TRUE(ends.server.error);
  EXPECT_EQ(ends.server.error->code, ErrorCode::bad_binder);
}

// [8446:E.1#1] [8446:4.3.2#6]
TEST(ExternalPsk, IsNoProofForAServerThatRequiresCertificates) {
  PskServer server(psk());
  server.settings.client_authentication = ClientAuthentication::require;
  server.settings.trust = authority().trust();
  ClientSettings client = client_with(psk());
  client.credentials = {localhost()};
  Pair ends = pair(client, server.settings);
  ends.run();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_FALSE(ends.server.connection.take_summary()->peer_chain.empty());
}

TEST(ExternalPsk, CanBeAnsweredLater) {
  PskServer server(psk());
  server.store->later = true;
  Pair ends = pair(client_with(psk()), server.settings);
  ends.run();
  const auto* question = std::get_if<PskQuestion>(&ends.server.connection.pending());
  ASSERT_NE(question, nullptr);
  EXPECT_EQ(to_octets(question->identity), to_octets(as_bytes("device 7")));
  EXPECT_TRUE(ends.server.connection.answer_psk(psk(), now));
  ends.run();
  expect_psk(ends, "device 7");
}

TEST(ExternalPsk, AnsweredLaterWithNoneFallsBack) {
  PskServer server(psk());
  server.store->later = true;
  Pair ends = pair(client_with(psk()), server.settings);
  ends.run();
  EXPECT_FALSE(ends.server.connection.answer_session(std::nullopt, now));  // another question
  EXPECT_TRUE(ends.server.connection.answer_psk(std::nullopt, now));
  ends.run();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_FALSE(ends.server.connection.answer_psk(std::nullopt, now));  // answered already
}

// ---- clients before servers that answer what was not offered, at message level

using message::ClientHello;
using message::ServerHello;

TEST(ExternalPsk, SelectedBeyondTheOfferIsRefused) {  // [8446:4.2.11#6,7]
  PskServer server(psk());
  MessagePair ends(client_with(psk()), server.settings);
  ends.to_client = edit_message<ServerHello>([](auto& hello) { hello.extensions.pre_shared_key = {1}; });
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::illegal_parameter);
}

TEST(ExternalPsk, SelectedWithoutAnOfferIsRefused) {
  MessagePair ends(client_settings(), server_settings());
  ends.to_client = edit_message<ServerHello>([](auto& hello) { hello.extensions.pre_shared_key = {0}; });
  ends.run();
  EXPECT_EQ(ends.client.error().code, ErrorCode::extension_not_offered);
}

TEST(ExternalPsk, OfAnotherHashThanTheSuiteIsRefused) {
  PskServer server(psk());
  MessagePair ends(client_with(psk()), server.settings);
  ends.to_client = edit_message<ServerHello>(
      [](auto& hello) { hello.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384; });
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::illegal_parameter);
}

TEST(ExternalPsk, NeedsAsManyBindersAsIdentities) {  // [8446:4.2.11#5]
  PskServer server(psk());
  MessagePair ends(client_with(psk()), server.settings);
  static const Octets binder(32, 7);
  static const std::array<message::PskBinderEntry, 2> two = {Bytes(binder), Bytes(binder)};
  ends.to_server =
      edit_message<ClientHello>([](auto& hello) { hello.extensions.pre_shared_key->binders = two; });
  ends.run();
  EXPECT_EQ(ends.server.error().alert, AlertDescription::illegal_parameter);
}

// The second hello of a client that leaves out what fitted the suite (RFC 8446 §4.1.2).
TEST(ExternalPsk, ThatWasChosenHasToBeInTheSecondHello) {  // [8446:4.1.2#2]
  static const Octets other = to_octets(as_bytes("another one"));
  static const Octets binder(32, 7);
  static const std::array<message::PskIdentity, 1> identities = {message::PskIdentity{Bytes(other), 0}};
  static const std::array<message::PskBinderEntry, 1> binders = {Bytes(binder)};
  for (const bool replaced : {true, false}) {
    PskServer server(psk());
    server.settings.policy.groups = {NamedGroup::secp384r1};
    MessagePair ends(client_with(psk()), server.settings);
    int hellos = 0;
    ends.to_server = edit_message<ClientHello>([&](auto& hello) {
      if (++hellos != 2) return;
      if (replaced) {
        hello.extensions.pre_shared_key = {identities, binders};
      } else {
        hello.extensions.pre_shared_key.reset();
      }
    });
    ends.run();
    EXPECT_EQ(hellos, 2);
    EXPECT_EQ(ends.server.error().alert,
              replaced ? AlertDescription::illegal_parameter : AlertDescription::missing_extension);
  }
}

TEST(ExternalPsk, ConfigurationsRefuseWhatNoHelloCouldCarry) {
  ClientSettings empty_key = client_with(psk());
  ExternalPsk without = psk();
  without.key.clear();
  empty_key.external_psks = {std::make_shared<const ExternalPsk>(std::move(without))};
  EXPECT_EQ(ClientConfig::make(empty_key).error().code, ErrorCode::invalid_argument);
  ClientSettings none = client_settings();
  none.external_psks = {nullptr};
  EXPECT_EQ(ClientConfig::make(none).error().code, ErrorCode::invalid_argument);
  ClientSettings old = client_with(psk());
  old.policy.max_version = ProtocolVersion::tls12;
  EXPECT_EQ(ClientConfig::make(old).error().code, ErrorCode::unsupported_option);
}

}  // namespace
}  // namespace handfast::test
