// Resumption in TLS 1.3 by tickets (RFC 8446 §2.2, §4.6.1): when a session serves, and when a full handshake
// is made instead.
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "support/forger.hpp"
#include "support/message_pair.hpp"
#include "support/stores.hpp"

namespace handfast::test {
namespace {

using namespace std::chrono_literals;

// One client and one server that meet again and again.
struct Acquaintance {
  Acquaintance() : client(client_settings()), server(server_settings()) {
    client.session_store = store;
    client.policy = policies::modern;
    server.ticket_keys = *TicketKeys::make(now);
  }
  Pair meet(std::string_view name = "localhost", Time when = now) {
    auto client_config = insecure ? dangerous::without_verification(client) : ClientConfig::make(client);
    EXPECT_TRUE(client_config) << (client_config ? "" : describe(client_config.error()));
    auto client_end = Connection::client(*client_config, *ServerName::parse(name), when);
    auto server_end = Connection::server(make(server), when);
    Pair ends(std::move(*client_end), std::move(*server_end));
    return ends;
  }
  // The client's view after a whole handshake.
  Summary summary(std::string_view name = "localhost", Time when = now) {
    Pair ends = meet(name, when);
    ends.client.deliver({}, when);
    travel(ends, when);
    EXPECT_TRUE(ends.done()) << failure(ends.client) << " / " << failure(ends.server);
    auto theirs = ends.server.connection.take_summary();
    EXPECT_TRUE(theirs);
    if (theirs) server_summary = std::move(*theirs);
    auto ours = ends.client.connection.take_summary();
    EXPECT_TRUE(ours);
    return ours ? std::move(*ours) : Summary();
  }
  static void travel(Pair& ends, Time when) {
    for (int rounds = 0; rounds < 20; ++rounds) {
      const Octets up = ends.client.transmit();
      if (!up.empty()) ends.server.deliver(up, when);
      const Octets down = ends.server.transmit();
      if (!down.empty()) ends.client.deliver(down, when);
      if (up.empty() && down.empty()) return;
    }
  }

  std::shared_ptr<TestClientStore> store = std::make_shared<TestClientStore>();
  ClientSettings client;
  ServerSettings server;
  Summary server_summary;
  bool insecure = false;
};

// [8446:4.2.9#1,2] [8446:9.2#7,8]
TEST(Resumption13, NeedsNoCertificates) {
  Acquaintance two;
  EXPECT_FALSE(two.summary().resumed);
  ASSERT_EQ(two.store->sessions.size(), 2U);
  const Summary again = two.summary();
  EXPECT_TRUE(again.resumed);
  EXPECT_TRUE(two.server_summary.resumed);
  EXPECT_FALSE(again.server_signature);
  EXPECT_TRUE(again.group);
  EXPECT_TRUE(again.peer_verified);
  ASSERT_EQ(again.peer_chain.size(), 1U);
  EXPECT_EQ(again.peer_chain.front(), to_octets(localhost().chain().front()));
  for (const FlightSummary& flight : again.flights)
    for (const HandshakeType type : flight.messages) EXPECT_NE(type, HandshakeType::certificate);
}

// What an application said of a chain was for that connection: it is asked anew, before anything is sent.
class AskedAgain : public testing::TestWithParam<ProtocolVersion> {};
TEST_P(AskedAgain, WhetherItTrustsThePeerOfASession) {
  Acquaintance two;
  two.client.policy = policies::standard;
  two.client.policy.min_version = two.client.policy.max_version = GetParam();
  two.client.verification = PeerVerification::ask;
  const auto meet = [&two](bool known, bool trusted) {
    Pair ends = two.meet();
    const auto* about = std::get_if<VerificationQuestion>(&ends.client.connection.pending());
    EXPECT_EQ(about != nullptr, known);
    if (about != nullptr) {
      EXPECT_TRUE(about->of_session);
      EXPECT_EQ(about->server_name, "localhost");
      EXPECT_TRUE(equal(about->chain.front(), localhost().chain().front()));
      EXPECT_TRUE(ends.client.transmit().empty());
      EXPECT_TRUE(ends.client.connection.answer_verification(trusted, now));
    }
    Acquaintance::travel(ends, now);
    about = std::get_if<VerificationQuestion>(&ends.client.connection.pending());
    EXPECT_EQ(about != nullptr, !known || !trusted);
    if (about != nullptr) {
      EXPECT_FALSE(about->of_session);
      EXPECT_TRUE(ends.client.connection.answer_verification(true, now));
      Acquaintance::travel(ends, now);
    }
    EXPECT_TRUE(ends.done()) << failure(ends.client) << " / " << failure(ends.server);
    return std::move(*ends.client.connection.take_summary());
  };
  EXPECT_FALSE(meet(false, true).resumed);
  const Summary again = meet(true, true);
  EXPECT_TRUE(again.resumed);
  EXPECT_TRUE(again.peer_verified);
  EXPECT_FALSE(again.verification);
  EXPECT_FALSE(meet(true, false).resumed);
}
INSTANTIATE_TEST_SUITE_P(Resumption, AskedAgain,
                         testing::Values(ProtocolVersion::tls12, ProtocolVersion::tls13),
                         [](const auto& test) {
                           return test.param == ProtocolVersion::tls12 ? "Tls12" : "Tls13";
                         });

// What the application alone decided counts for nothing with a client that verifies by itself.
TEST(Resumption13, NeedsAVerifiedChainWhereTheLibraryVerifies) {
  Acquaintance two;
  two.client.verification = PeerVerification::ask;
  Pair ends = two.meet();
  Acquaintance::travel(ends, now);
  ASSERT_TRUE(ends.client.connection.answer_verification(true, now));
  Acquaintance::travel(ends, now);
  ASSERT_FALSE(two.store->sessions.empty());
  two.client.verification = PeerVerification::full;
  EXPECT_FALSE(two.summary().resumed);
  EXPECT_TRUE(two.summary().resumed);
}

TEST(Resumption13, GoesOnFromResumption) {
  Acquaintance two;
  two.summary();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(two.summary().resumed) << i;
}

TEST(Resumption13, UsesEachTicketOnce) {  // RFC 8446 §C.4
  Acquaintance two;
  two.server.tickets = 1;
  two.summary();
  ASSERT_EQ(two.store->sessions.size(), 1U);
  const Octets ticket = two.store->sessions.front().ticket;
  two.summary();
  ASSERT_EQ(two.store->sessions.size(), 1U);
  EXPECT_NE(two.store->sessions.front().ticket, ticket);
}

TEST(Resumption13, ServesAsManyTicketsAsAreWanted) {
  Acquaintance two;
  two.server.tickets = 5;
  two.summary();
  ASSERT_EQ(two.store->sessions.size(), 5U);
  EXPECT_NE(two.store->sessions[0].age_add, two.store->sessions[1].age_add);  // [8446:4.6.1#6]
  two.store->sessions.clear();
  two.client.ticket_request = TicketRequest{3, 2};  // RFC 9149 §3
  two.summary();
  EXPECT_EQ(two.store->sessions.size(), 3U);
  EXPECT_TRUE(two.summary().resumed);
  EXPECT_EQ(two.store->sessions.size(), 4U);  // one is used up
  two.client.ticket_request = TicketRequest{255, 255};
  two.store->sessions.clear();
  two.summary();
  EXPECT_EQ(two.store->sessions.size(), 16U);
  two.server.ticket_keys = nullptr;
  two.store->sessions.clear();
  two.summary();
  EXPECT_TRUE(two.store->sessions.empty());
}

TEST(Resumption13, TellsThoseWhoAskHowManyTicketsWillCome) {  // RFC 9149 §3
  Acquaintance two;
  for (const bool asks : {true, false}) {
    two.client.ticket_request.reset();
    if (asks) two.client.ticket_request = TicketRequest{3, 1};
    two.store->sessions.clear();
    MessagePair ends(two.client, two.server);
    std::optional<unsigned> told;
    unsigned came = 0;
    ends.to_client = [&](MessageEnd::Message& message) {
      if (message.type() == HandshakeType::new_session_ticket) ++came;
      if (message.type() != HandshakeType::encrypted_extensions) return true;
      const auto read = wire::decode<message::EncryptedExtensions>(Bytes(message.octets).subspan(4));
      if (read->extensions.ticket_request) told = read->extensions.ticket_request->expected_count;
      return true;
    };
    ends.run();
    EXPECT_TRUE(ends.client.done()) << describe(ends.client.error());
    EXPECT_EQ(told, asks ? std::optional<unsigned>(3) : std::nullopt);
    EXPECT_EQ(came, asks ? 3U : 2U);
  }
}

TEST(Resumption13, ClientsWithoutAStoreGetNoTickets) {
  Acquaintance two;
  two.client.session_store = nullptr;
  two.summary();
  EXPECT_EQ(two.server_summary.flights.back().messages.back(), HandshakeType::finished);
}

TEST(Resumption13, WorksWithSessionsThatTheServerKeeps) {
  Acquaintance two;
  const auto kept = std::make_shared<TestServerStore>();
  two.server.ticket_keys = nullptr;
  two.server.session_store = kept;
  two.summary();
  EXPECT_EQ(kept->sessions.size(), 2U);
  EXPECT_TRUE(two.summary().resumed);
  kept->sessions.clear();
  EXPECT_FALSE(two.summary().resumed);
}

TEST(Resumption13, GoesThroughHelloRetryRequest) {
  Acquaintance two;
  two.summary();
  two.server.policy.groups = {NamedGroup::secp384r1};
  for (const bool stateless : {false, true}) {
    two.server.stateless_retry = stateless;
    const Summary again = two.summary();
    EXPECT_TRUE(again.resumed);
    EXPECT_TRUE(again.hello_retry);
  }
}

// [8446:4.6.1#4,5] [8446:4.2.11.1#1]
TEST(Resumption13, EndsWithTheTicketsLifetime) {
  Acquaintance two;
  two.server.session_lifetime = 60s;
  two.summary();
  EXPECT_TRUE(two.summary("localhost", now + 59s).resumed);
  two.store->sessions.clear();
  two.summary();
  // A client that kept it for longer than it was told: the server looks itself.
  for (Session& session : two.store->sessions) session.lifetime = 600s;
  EXPECT_FALSE(two.summary("localhost", now + 61s).resumed);
}

// [8446:4.6.1#3]
TEST(Resumption13, OfAnotherNameIsNotDone) {
  Acquaintance two;
  auto leaf = Authority::leaf_template();
  leaf.dns_names = {"localhost", "other.example"};
  two.server.credentials = {authority().credential(x509::KeyKind::ec_p256, leaf)};
  two.summary();
  EXPECT_FALSE(two.summary("other.example").resumed);  // the store of this test gives it, the server refuses
  EXPECT_TRUE(two.summary("other.example").resumed);
}

// [8446:4.6.1#2]
TEST(Resumption13, JudgesTheChainByTodaysRoots) {
  Acquaintance two;
  two.summary();
  const Authority other(x509::KeyKind::ec_p256, "Another Root");
  two.client.trust = other.trust();
  two.server.credentials = {other.credential()};
  EXPECT_FALSE(two.summary().resumed);
}

TEST(Resumption13, JudgesTheChainByTodaysTime) {
  Acquaintance two;
  two.server.session_lifetime = Session::longest_lifetime;
  two.server.ticket_keys = *TicketKeys::make(now, {Session::longest_lifetime, 86'400s});
  auto leaf = Authority::leaf_template();
  leaf.not_after = now + 1h;
  two.server.credentials = {authority().credential(x509::KeyKind::ec_p256, leaf)};
  two.summary();
  Pair ends = two.meet("localhost", now + 2h);
  Acquaintance::travel(ends, now + 2h);
  ASSERT_TRUE(ends.client.error);  // a full handshake, which shows the certificate that has expired
  EXPECT_EQ(ends.client.error->alert, AlertDescription::certificate_expired);
}

TEST(Resumption13, OfAnInsecureSessionIsNotOfferedByAClientThatVerifies) {
  Acquaintance two;
  two.insecure = true;
  two.summary();
  EXPECT_TRUE(two.summary().resumed);
  two.insecure = false;
  EXPECT_FALSE(two.summary().resumed);
}

TEST(Resumption13, DoesNotReplaceAClientCertificateThatIsDemandedNow) {
  Acquaintance two;
  two.client.credentials = {localhost()};
  two.summary();
  two.server.client_authentication = ClientAuthentication::require;
  two.server.trust = authority().trust();
  EXPECT_FALSE(two.summary().resumed);
  ASSERT_FALSE(two.server_summary.peer_chain.empty());
  EXPECT_TRUE(two.summary().resumed);  // the ticket has the chain
  EXPECT_FALSE(two.server_summary.peer_chain.empty());
  EXPECT_TRUE(two.server_summary.peer_verified);
  // Other roots: the certificate of the session is no longer good enough, and a full handshake says so.
  two.server.trust = Authority(x509::KeyKind::ec_p256, "Another Root").trust();
  two.server.send_certificate_authorities = false;
  Pair ends = two.meet();
  ends.run();
  EXPECT_TRUE(ends.server.error);
}

TEST(Resumption13, NeedsASuiteOfTheSameHash) {
  Acquaintance two;
  two.client.policy.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384,
                                     CipherSuite::TLS_AES_128_GCM_SHA256};
  two.server.policy.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384};
  two.summary();
  two.server.policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
  EXPECT_FALSE(two.summary().resumed);
  EXPECT_TRUE(two.summary().resumed);
  // The other suite of the hash serves as well [8446:4.6.1#1] [8446:4.2.11#3].
  two.client.policy.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
  two.server.policy.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
  EXPECT_TRUE(two.summary().resumed);
}

TEST(Resumption13, ChangesOfTheApplicationProtocolDoNoHarm) {
  Acquaintance two;
  two.client.application_protocols = {"h2", "http/1.1"};
  two.server.application_protocols = {"h2"};
  two.summary();
  two.server.application_protocols = {"http/1.1"};
  const Summary again = two.summary();
  EXPECT_TRUE(again.resumed);
  EXPECT_EQ(again.application_protocol, "http/1.1");
}

TEST(Resumption13, TicketsOfOtherKeysAreFullHandshakes) {
  Acquaintance two;
  two.summary();
  two.server.ticket_keys = *TicketKeys::make(now);
  EXPECT_FALSE(two.summary().resumed);
}

TEST(Resumption13, DamagedTicketsAreFullHandshakes) {
  Acquaintance two;
  two.server.tickets = 1;
  two.summary();
  const Session good = two.store->sessions.front().clone();
  for (std::size_t at = 0; at < good.ticket.size(); ++at) {
    Session damaged = good.clone();
    damaged.ticket[at] = static_cast<std::uint8_t>(damaged.ticket[at] ^ 1U << at % 8);
    two.store->sessions.clear();
    two.store->sessions.push_back(std::move(damaged));
    EXPECT_FALSE(two.summary().resumed) << at;
  }
  Session cut = good.clone();
  cut.ticket.pop_back();
  two.store->sessions.push_back(std::move(cut));
  EXPECT_FALSE(two.summary().resumed);
}

TEST(Resumption13, AskedLaterIsAnsweredByTheApplication) {
  Acquaintance two;
  const auto kept = std::make_shared<TestServerStore>();
  two.server.ticket_keys = nullptr;
  two.server.session_store = kept;
  two.summary();
  Session session = std::move(two.store->sessions.back());
  two.store->later = true;
  kept->later = true;
  Pair ends = two.meet();
  EXPECT_TRUE(ends.client.transmit().empty());
  const auto* question = std::get_if<ClientSessionQuestion>(&ends.client.connection.pending());
  ASSERT_NE(question, nullptr);
  EXPECT_EQ(question->key->server_name, "localhost");
  EXPECT_EQ(question->key->port, 443);
  const Octets id = session.ticket;
  EXPECT_TRUE(ends.client.connection.answer_session(std::move(session), now));
  ends.run();
  const auto* asked = std::get_if<SessionQuestion>(&ends.server.connection.pending());
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(to_octets(asked->id), id);
  EXPECT_TRUE(ends.server.connection.answer_session(kept->sessions.at(id).clone(), now));
  ends.run();
  ASSERT_TRUE(ends.done());
  EXPECT_TRUE(ends.client.connection.take_summary()->resumed);
}

TEST(Resumption13, KeepsSessionsUnderNamePortProtocolsAndCertificates) {
  Acquaintance two;
  two.client.application_protocols = {"h2"};
  two.server.application_protocols = {"h2"};
  two.summary();
  const SessionKey first = two.store->kept;
  EXPECT_EQ(first.server_name, "localhost");
  EXPECT_EQ(first.application_protocols, std::vector<std::string>{"h2"});
  two.client.credentials = {localhost()};
  two.summary();
  EXPECT_NE(two.store->kept.configuration, first.configuration);
}

TEST(Resumption13, ABinderThatDoesNotFitIsFatal) {  // [8446:4.2.11#4,5]
  Acquaintance two;
  two.summary();
  for (Session& session : two.store->sessions) session.secret.data()[3] ^= 1;
  Pair ends = two.meet();
  ends.run();
  ASSERT_TRUE(ends.server.error);
  EXPECT_EQ(ends.server.error->code, ErrorCode::bad_binder);
  EXPECT_EQ(ends.server.error->alert, AlertDescription::decrypt_error);
}

// A NewSessionTicket of this lifetime, without a nonce and extensions.
Octets new_session_ticket(std::uint32_t lifetime) {
  const Octets ticket(20, 7);
  message::NewSessionTicket message;
  message.ticket_lifetime = lifetime;
  message.ticket = ticket;
  Octets octets;
  EXPECT_TRUE(wire::append_message(message, octets));
  return octets;
}

TEST(Resumption13, TicketsOfNoLifetimeAreNotKept) {  // [8446:4.6.1#5]
  Acquaintance two;
  two.server.tickets = 0;
  Forger server(ProtocolVersion::tls13, Role::client, two.client, two.server);
  server.say(ContentType::handshake, new_session_ticket(0));
  EXPECT_FALSE(server.victim().error) << failure(server.victim());
  EXPECT_TRUE(two.store->sessions.empty());
  server.say(ContentType::handshake, new_session_ticket(100));
  ASSERT_EQ(two.store->sessions.size(), 1U);
  EXPECT_EQ(two.store->sessions.back().lifetime, 100s);
}

TEST(Resumption13, TicketsForMoreThanAWeekAreKeptForAWeek) {  // [8446:4.6.1#5]
  Acquaintance two;
  two.server.tickets = 0;
  Forger server(ProtocolVersion::tls13, Role::client, two.client, two.server);
  server.say(ContentType::handshake, new_session_ticket(0xffffffff));
  ASSERT_EQ(two.store->sessions.size(), 1U);
  EXPECT_EQ(two.store->sessions.back().lifetime, Session::longest_lifetime);
}

// What a store gives may come from a file: it costs a full handshake, never the connection.
TEST(Resumption13, SessionsThatNoHelloCouldNameAreNotOffered) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{40'000}, std::size_t{65'535}}) {
    Acquaintance two;
    two.summary();
    for (Session& session : two.store->sessions) session.ticket.assign(size, 1);
    EXPECT_FALSE(two.summary().resumed) << size;
  }
}

// A ticket holds the client's chain; one that clients would not read is not given.
TEST(Resumption13, ClientsWithChainsTooLongForATicketGetNone) {
  Acquaintance two;
  auto leaf = Authority::leaf_template();
  for (int i = 0; i < 700; ++i) leaf.dns_names.push_back("host-" + std::to_string(i) + ".clients.example");
  two.client.credentials = {authority().credential(x509::KeyKind::ec_p256, leaf)};
  two.server.client_authentication = ClientAuthentication::require;
  two.server.trust = authority().trust();
  EXPECT_FALSE(two.summary().resumed);
  EXPECT_GT(two.server_summary.peer_chain.front().size(), 16'384U);
  EXPECT_TRUE(two.store->sessions.empty());
  EXPECT_FALSE(two.summary().resumed);
}

TEST(Resumption13, ServesTheVersionsOfToday) {
  for (const bool client_changes : {true, false}) {
    Acquaintance two;
    two.client.policy = policies::standard;
    two.summary();
    (client_changes ? two.client.policy : two.server.policy).max_version = ProtocolVersion::tls12;
    const Summary again = two.summary();
    EXPECT_FALSE(again.resumed);
    EXPECT_EQ(again.version, ProtocolVersion::tls12);
  }
}

// RFC 8446 §2.2: also where clients show certificates, whose chain is judged all the same.
TEST(Resumption13, OfAClientWithACertificateCostsTheServerNoSignatureCheck) {
  Acquaintance two;
  two.client.credentials = {localhost()};
  two.server.client_authentication = ClientAuthentication::require;
  two.server.trust = authority().trust();
  const auto server_config = make(two.server);
  const auto client_config = make(two.client);
  for (const bool resumed : {false, true}) {
    Pair ends(*Connection::client(client_config, *ServerName::parse("localhost"), now),
              *Connection::server(server_config, now));
    ends.run();
    ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
    const auto summary = ends.server.connection.take_summary();
    EXPECT_EQ(summary->resumed, resumed);
    EXPECT_TRUE(summary->peer_verified);
    ASSERT_TRUE(summary->verification);
    EXPECT_EQ(summary->verification->work.signature_checks, resumed ? 0U : 1U);
  }
}

// Nobody looks at the client's certificate today, so nobody may take it for verified.
TEST(Resumption13, ShowsAClientThatIsNotAskedForItsCertificateAsUnverified) {
  Acquaintance two;
  two.client.credentials = {localhost()};
  two.server.client_authentication = ClientAuthentication::require;
  two.server.trust = authority().trust();
  two.summary();
  two.server.client_authentication = ClientAuthentication::none;
  EXPECT_TRUE(two.summary().resumed);
  EXPECT_FALSE(two.server_summary.peer_chain.empty());
  EXPECT_FALSE(two.server_summary.peer_verified);
}

TEST(Resumption13, ManyIdentitiesCostTheServerABoundedNumberOfLookUps) {
  Acquaintance two;
  const auto psks = std::make_shared<TestPskStore>();
  two.server.external_psks = psks;
  MessagePair ends(two.client, two.server);
  static const Octets name(4, 9);
  static const Octets binder(32, 7);
  static const std::vector<message::PskIdentity> identities(500, message::PskIdentity{Bytes(name), 0});
  static const std::vector<message::PskBinderEntry> binders(500, message::PskBinderEntry(Bytes(binder)));
  ends.to_server = edit_message<message::ClientHello>(
      [](auto& hello) { hello.extensions.pre_shared_key = {std::span(identities), std::span(binders)}; });
  ends.run();
  EXPECT_EQ(psks->finds, 8);
}

}  // namespace
}  // namespace handfast::test
