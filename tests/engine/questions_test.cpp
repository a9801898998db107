// Questions: asked, answered later, refused, answered wrongly.
#include <gtest/gtest.h>

#include "config/credential_contents.hpp"
#include "support/pair.hpp"
#include "x509/public_key_info.hpp"

namespace handfast::test {
namespace {

template <class Q>
const Q* open(const End& end) {
  return std::get_if<Q>(&end.connection.pending());
}

Pair asking_server(ClientSettings client = client_settings()) {
  return {*Connection::client(make(std::move(client)), *ServerName::parse("localhost"), now),
          *Connection::server_asking(now)};
}

TEST(ConfigurationQuestion, TellsNameProtocolsAndVersions) {
  ClientSettings client = client_settings();
  client.application_protocols = {"h2", "x"};
  Pair pair = asking_server(client);
  pair.run();
  const auto* question = open<ConfigurationQuestion>(pair.server);
  ASSERT_NE(question, nullptr);
  EXPECT_EQ(question->server_name, "localhost");
  EXPECT_EQ(question->application_protocols, (std::vector<std::string_view>{"h2", "x"}));
  EXPECT_TRUE(std::find(question->versions.begin(), question->versions.end(), ProtocolVersion::tls13) !=
              question->versions.end());
  EXPECT_EQ(question->client_hello[0], 1);
  ASSERT_TRUE(pair.server.connection.choose_configuration(make(server_settings()), now));
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  EXPECT_EQ(pair.server.connection.choose_configuration(make(server_settings()), now).error().code,
            ErrorCode::no_question);
}

// Without supported_versions there is one version to tell.
TEST(ConfigurationQuestion, TellsTheVersionOfAnOlderHello) {
  ClientSettings client = client_settings();
  client.policy.max_version = ProtocolVersion::tls12;
  Pair pair = asking_server(client);
  pair.to_server = [](Octets& records) {
    // Another number for supported_versions, of the same length.
    for (std::size_t at = 50; at + 1 < records.size(); ++at)
      if (records[at] == 0 && records[at + 1] == 43) records[at] = records[at + 1] = 0xfe;
  };
  pair.run();
  const auto* question = open<ConfigurationQuestion>(pair.server);
  ASSERT_NE(question, nullptr);
  EXPECT_EQ(question->versions, std::vector{ProtocolVersion::tls12});
}

TEST(ConfigurationQuestion, ConsumesNothingWhileOpen) {
  Pair pair = asking_server();
  Octets hello = pair.client.transmit();
  pair.server.deliver(hello);
  ASSERT_NE(open<ConfigurationQuestion>(pair.server), nullptr);
  Octets more = {22, 3, 3, 0, 1, 1};
  const auto received = pair.server.connection.receive(more, now);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->used, 0U);
}

TEST(ConfigurationQuestion, CanBeRefusedWithAnAlert) {
  Pair pair = asking_server();
  pair.run();
  ASSERT_TRUE(pair.server.connection.refuse(AlertDescription::unrecognized_name));
  pair.run();
  EXPECT_EQ(pair.client.error->alert, AlertDescription::unrecognized_name);
  EXPECT_EQ(pair.server.connection.error()->code, ErrorCode::refused_by_application);
}

TEST(ConfigurationQuestion, PassGivesTheRawOctetsBack) {
  Pair pair = asking_server();
  const Octets hello = pair.client.transmit();
  for (const std::uint8_t octet : hello) pair.server.deliver(Bytes(&octet, 1));
  const auto raw = pair.server.connection.pass();
  ASSERT_TRUE(raw);
  EXPECT_EQ(*raw, hello);
  EXPECT_FALSE(pair.server.connection.wants_to_transmit()) << "the connection lives elsewhere now";
  End elsewhere(*Connection::server(make(server_settings()), now));
  elsewhere.deliver(*raw);
  Pair rest(std::move(pair.client.connection), std::move(elsewhere.connection));
  rest.run();
  EXPECT_TRUE(rest.done());
}

// RFC 8446 §5: whether a change_cipher_spec in front was allowed is known when the configuration is
// [8446:5#3].
TEST(ConfigurationQuestion, LeavesRoomForTheSecondHelloOfAStatelessRetry) {
  ServerSettings server = server_settings();
  server.policy.groups = {NamedGroup::secp384r1};
  server.stateless_retry = true;
  const auto config = make(server);
  Pair pair = asking_server();
  pair.run();
  ASSERT_TRUE(pair.server.connection.choose_configuration(config, now));
  pair.client.deliver(pair.server.transmit());
  const Octets second = pair.client.transmit();
  ASSERT_EQ(second[0], 20) << "middlebox compatibility: change_cipher_spec goes first";
  End other(*Connection::server_asking(now));
  other.deliver(second);
  ASSERT_NE(open<ConfigurationQuestion>(other), nullptr) << failure(other);
  EXPECT_TRUE(other.connection.choose_configuration(config, now));
}

TEST(ConfigurationQuestion, DoesNotLoosenChangeCipherSpecInFrontOfAFirstHello) {
  for (const bool stateless : {true, false}) {
    ServerSettings server = server_settings();
    server.stateless_retry = stateless;
    Pair pair = asking_server();
    pair.server.deliver(Octets{20, 3, 3, 0, 1, 1});
    pair.server.deliver(pair.client.transmit());
    ASSERT_NE(open<ConfigurationQuestion>(pair.server), nullptr) << failure(pair.server);
    const auto chosen = pair.server.connection.choose_configuration(make(server), now);
    ASSERT_FALSE(chosen) << stateless;
    EXPECT_EQ(chosen.error().code, ErrorCode::unexpected_record);
  }
}

struct HeldKey {
  Authority::Leaf leaf = authority().issue(x509::KeyKind::ec_p256, Authority::leaf_template());
  Credential with_key = *Credential::from_pem(as_bytes(leaf.chain_pem), leaf.key_pem);
  Credential without_key = *Credential::external(as_bytes(leaf.chain_pem));
};

TEST(SignatureQuestion, IsAnsweredFromElsewhere) {
  const HeldKey key;
  ServerSettings server = server_settings();
  server.credentials = {key.without_key};
  Pair pair = test::pair(client_settings(), server);
  pair.run();
  const auto* question = open<SignatureQuestion>(pair.server);
  ASSERT_NE(question, nullptr);
  EXPECT_EQ(question->scheme, SignatureScheme::ecdsa_secp256r1_sha256);
  EXPECT_TRUE(equal(question->certificate, key.leaf.certificate));
  EXPECT_EQ(to_octets(question->public_key),
            x509::write_public_key(key.with_key.contents().private_key->public_key()));
  const auto signature =
      key.with_key.contents().private_key->sign(question->scheme, question->content, system_random());
  ASSERT_TRUE(pair.server.connection.answer_signature(*signature, now));
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client);
}

// RFC 8446 §2.2: a resumption costs the key exchange and no other public-key operation, on neither side.
TEST(SignatureQuestion, IsNotAskedInAResumption) {
  const HeldKey key;
  for (const auto version : {ProtocolVersion::tls13, ProtocolVersion::tls12}) {
    ClientSettings client = client_settings();
    client.policy.max_version = version;
    client.session_store = std::make_shared<ClientSessionCache>();
    const auto client_config = make(client);
    ServerSettings server = server_settings();
    server.credentials = {key.with_key};
    server.ticket_keys = *TicketKeys::make(now);
    for (const bool resumed : {false, true}) {
      if (resumed) server.credentials = {key.without_key};  // who would sign has to ask
      Pair ends(*Connection::client(client_config, *ServerName::parse("localhost"), now),
                *Connection::server(make(server), now));
      ends.run();
      ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
      const auto summary = ends.client.connection.take_summary();
      EXPECT_EQ(summary->resumed, resumed);
      ASSERT_TRUE(summary->verification);
      EXPECT_EQ(summary->verification->work.signature_checks, resumed ? 0U : 1U)
          << "the chain is judged all the same";
      EXPECT_EQ(summary->group.has_value(), !resumed || version == ProtocolVersion::tls13);
    }
  }
}

TEST(SignatureQuestion, WrongAnswersAreNoticedByThePeer) {  // [8446:4.4.3#10]
  const HeldKey key;
  ServerSettings server = server_settings();
  server.credentials = {key.without_key};
  Pair pair = test::pair(client_settings(), server);
  pair.run();
  ASSERT_TRUE(pair.server.connection.answer_signature(Octets(70, 1), now));
  pair.run();
  EXPECT_EQ(pair.client.error->code, ErrorCode::bad_signature);
  EXPECT_EQ(pair.server.error->alert, AlertDescription::decrypt_error);
}

TEST(SignatureQuestion, OfAClientIsAnsweredToo) {
  const HeldKey key;
  ClientSettings client = client_settings();
  client.credentials = {key.without_key};
  ServerSettings server = server_settings();
  server.trust = authority().trust();
  server.client_authentication = ClientAuthentication::require;
  Pair pair = test::pair(client, server);
  pair.run();
  const auto* question = open<SignatureQuestion>(pair.client);
  ASSERT_NE(question, nullptr);
  const auto signature =
      key.with_key.contents().private_key->sign(question->scheme, question->content, system_random());
  ASSERT_TRUE(pair.client.connection.answer_signature(*signature, now));
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.server);
}

TEST(SignatureQuestion, CanBeRefused) {
  const HeldKey key;
  ServerSettings server = server_settings();
  server.credentials = {key.without_key};
  Pair pair = test::pair(client_settings(), server);
  pair.run();
  ASSERT_TRUE(pair.server.connection.refuse(AlertDescription::internal_error));
  pair.run();
  EXPECT_EQ(pair.client.error->alert, AlertDescription::internal_error);
}

TEST(VerificationQuestion, ShowsTheChainAndTakesBothAnswers) {
  for (const bool trusted : {true, false}) {
    ClientSettings client = client_settings();
    client.verification = PeerVerification::ask;
    Pair pair = test::pair(client, server_settings());
    pair.run();
    const auto* question = open<VerificationQuestion>(pair.client);
    ASSERT_NE(question, nullptr);
    EXPECT_EQ(question->peer, Role::server);
    EXPECT_EQ(question->server_name, "localhost");
    ASSERT_EQ(question->chain.size(), 1U);
    EXPECT_TRUE(equal(question->chain[0], localhost().chain()[0]));
    EXPECT_EQ(static_cast<bool>(pair.client.connection.answer_verification(trusted, now)), trusted);
    pair.run();
    EXPECT_EQ(pair.done(), trusted);
    if (!trusted) { EXPECT_EQ(pair.server.error->alert, AlertDescription::bad_certificate); }
  }
}

// What was asked about the peer of a pair on the way to the end of its handshakes: true for the chain of a
// session. All that is asked gets this answer, but for a session's chain.
std::vector<bool> verdicts(Pair& pair, End& end, bool session_trusted) {
  std::vector<bool> asked;
  for (pair.run(); const auto* question = open<VerificationQuestion>(end); pair.run()) {
    asked.push_back(question->of_session);
    EXPECT_EQ(question->chain.size(), 1U);
    EXPECT_TRUE(end.connection.answer_verification(!question->of_session || session_trusted, now));
    end.deliver({});  // what waited behind the question
  }
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  return asked;
}

TEST(VerificationQuestion, IsAskedAgainBeforeASessionIsOffered) {
  for (const auto version : {ProtocolVersion::tls13, ProtocolVersion::tls12}) {
    ClientSettings client = client_settings();
    client.policy.max_version = version;
    client.verification = PeerVerification::ask;
    client.session_store = std::make_shared<ClientSessionCache>();
    ServerSettings server = server_settings();
    server.ticket_keys = *TicketKeys::make(now);
    Pair first = test::pair(client, server);
    EXPECT_EQ(verdicts(first, first.client, true), std::vector{false});
    Pair second = test::pair(client, server);
    const auto* question = open<VerificationQuestion>(second.client);
    ASSERT_NE(question, nullptr) << "before anything is sent";
    EXPECT_EQ(question->server_name, "localhost");
    EXPECT_TRUE(equal(question->chain[0], localhost().chain()[0]));
    EXPECT_EQ(verdicts(second, second.client, true), std::vector{true});
    const auto summary = second.client.connection.take_summary();
    EXPECT_TRUE(summary->resumed && summary->peer_verified);
    Pair third = test::pair(client, server);
    EXPECT_EQ(verdicts(third, third.client, false), (std::vector{true, false})) << "no: a full handshake";
    EXPECT_FALSE(third.client.connection.take_summary()->resumed);
  }
}

TEST(VerificationQuestion, IsAskedAgainBeforeASessionIsResumed) {
  for (const auto version : {ProtocolVersion::tls13, ProtocolVersion::tls12}) {
    ClientSettings client = client_settings();
    client.policy.max_version = version;
    client.session_store = std::make_shared<ClientSessionCache>();
    client.credentials = {localhost()};
    ServerSettings server = server_settings();
    server.ticket_keys = *TicketKeys::make(now);
    server.verification = PeerVerification::ask;
    server.client_authentication = ClientAuthentication::require;
    Pair first = test::pair(client, server);
    EXPECT_EQ(verdicts(first, first.server, true), std::vector{false});
    Pair second = test::pair(client, server);
    EXPECT_EQ(verdicts(second, second.server, true), std::vector{true});
    const auto summary = second.server.connection.take_summary();
    EXPECT_TRUE(summary->resumed && summary->peer_verified);
    Pair third = test::pair(client, server);
    EXPECT_EQ(verdicts(third, third.server, false), (std::vector{true, false}));
    EXPECT_FALSE(third.server.connection.take_summary()->resumed);
  }
}

TEST(VerificationQuestion, AboutASessionCanBeRefused) {
  ClientSettings client = client_settings();
  client.verification = PeerVerification::ask;
  client.session_store = std::make_shared<ClientSessionCache>();
  ServerSettings server = server_settings();
  server.ticket_keys = *TicketKeys::make(now);
  Pair first = test::pair(client, server);
  verdicts(first, first.client, true);
  Pair second = test::pair(client, server);
  ASSERT_TRUE(second.client.connection.refuse(AlertDescription::internal_error));
  EXPECT_EQ(second.client.connection.error()->code, ErrorCode::refused_by_application);
}

TEST(Questions, OfAnotherKindAreErrorsNotAccidents) {
  Pair pair = test::pair(client_settings(), server_settings());
  EXPECT_EQ(pair.client.connection.answer_signature(Octets(3), now).error().code, ErrorCode::no_question);
  EXPECT_EQ(pair.client.connection.answer_verification(true, now).error().code, ErrorCode::no_question);
  EXPECT_EQ(pair.client.connection.refuse(AlertDescription::internal_error).error().code,
            ErrorCode::no_question);
  EXPECT_EQ(pair.server.connection.pass().error().code, ErrorCode::no_question);
  pair.run();
  EXPECT_TRUE(pair.done());
  EXPECT_EQ(pair.client.connection.answer_verification(true, now).error().code, ErrorCode::no_question);
}

TEST(WaitsFor, NamesTheNextThing) {
  Pair pair = test::pair(client_settings(), server_settings());
  EXPECT_STREQ(pair.server.connection.waits_for(), "a handshake message");
  pair.server.deliver(pair.client.transmit());
  EXPECT_STREQ(pair.server.connection.waits_for(), "finished");
  pair.run();
  EXPECT_STREQ(pair.server.connection.waits_for(), "nothing");
}

}  // namespace
}  // namespace handfast::test
