// Sessions of TLS 1.2: by ticket (RFC 5077) and by session id (RFC 5246 §7.3), under RFC 7627 §5.3.
#include <gtest/gtest.h>

#include "support/forger.hpp"
#include "support/message_pair.hpp"
#include "support/stores.hpp"

namespace handfast::test {
namespace {

enum class By : std::uint8_t { ticket, id };

/// One client and one server that meet again and again.
struct Acquaintances {
  explicit Acquaintances(By by) : client(client_settings()), server(server_settings()) {
    client.policy = policies::standard;
    client.policy.max_version = ProtocolVersion::tls12;
    client.session_store = clients;
    if (by == By::ticket) {
      server.ticket_keys = *TicketKeys::make(now);
    } else {
      server.session_store = servers;
    }
  }
  /// One connection, to the end of its handshake.
  Pair meet(Time when = now) {
    auto client_end = Connection::client(make(client), *ServerName::parse("localhost"), when);
    auto server_end = Connection::server(make(server), when);
    EXPECT_TRUE(client_end && server_end);
    Pair ends(std::move(*client_end), std::move(*server_end));
    if (when == now) {
      ends.run();
      return ends;
    }
    for (int rounds = 0; rounds < 4; ++rounds) {
      ends.server.deliver(ends.client.transmit(), when);
      ends.client.deliver(ends.server.transmit(), when);
    }
    return ends;
  }
  std::shared_ptr<TestClientStore> clients = std::make_shared<TestClientStore>();
  std::shared_ptr<TestServerStore> servers = std::make_shared<TestServerStore>();
  ClientSettings client;
  ServerSettings server;
};

// Both ends agree on whether the session was resumed, and carry data.
void expect_resumed(Pair& ends, bool resumed) {
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  for (End* end : {&ends.client, &ends.server}) {
    const auto summary = end->connection.take_summary();
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->version, ProtocolVersion::tls12);
    EXPECT_EQ(summary->resumed, resumed);
    EXPECT_EQ(summary->server_signature.has_value(), !resumed);
  }
  ends.server.deliver(ends.client.send(as_bytes("up")));
  ends.client.deliver(ends.server.send(as_bytes("down")));
  EXPECT_EQ(as_text(ends.server.received), "up");
  EXPECT_EQ(as_text(ends.client.received), "down");
}

class Resumption12 : public testing::TestWithParam<By> {
 protected:
  Acquaintances both{GetParam()};
};

// [5077:3.4#1,2] [6066:3#7] [7627:5.3#1,4]
TEST_P(Resumption12, IsShortAndCostsNoCertificates) {
  Pair first = both.meet();
  expect_resumed(first, false);
  ASSERT_EQ(both.clients->sessions.size(), 1U);
  EXPECT_EQ(both.clients->sessions.front().ticket_is_session_id, GetParam() == By::id);
  Pair second = both.meet();
  ASSERT_TRUE(second.done()) << failure(second.client) << failure(second.server);
  const auto summary = second.client.connection.take_summary();
  using enum HandshakeType;
  ASSERT_EQ(summary->flights.size(), 3U);
  EXPECT_EQ(summary->flights[0].messages, (std::vector{client_hello}));
  EXPECT_EQ(summary->flights[1].messages, (std::vector{server_hello, finished}));
  EXPECT_EQ(summary->flights[2].messages, (std::vector{finished}));
  EXPECT_TRUE(summary->peer_verified) << "the chain of the session was judged anew";
  EXPECT_EQ(summary->peer_chain.size(), 1U);
  EXPECT_FALSE(summary->group);
  Pair third = both.meet();
  expect_resumed(third, true);
}

TEST_P(Resumption12, WorksInPiecesOfOneOctet) {
  both.meet();
  Pair ends = pair(both.client, both.server);
  ends.run(1);
  expect_resumed(ends, true);
}

TEST_P(Resumption12, ExportersBindTheConnectionNotTheSession) {
  Pair first = both.meet();
  Pair second = both.meet();
  ASSERT_TRUE(first.done() && second.done());
  EXPECT_EQ(*second.client.connection.channel_binding(), *second.server.connection.channel_binding());
  EXPECT_NE(*first.client.connection.channel_binding(), *second.client.connection.channel_binding());
  // RFC 5929 §3.1: the first Finished, which is the server's here.
  EXPECT_EQ(*second.client.connection.tls_unique(), *second.server.connection.tls_unique());
  EXPECT_NE(*first.client.connection.tls_unique(), *second.client.connection.tls_unique());
}

TEST_P(Resumption12, WorksWithEverySuite) {
  for (const CipherSuite suite : {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                                  CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                  CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
                                  CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}) {
    Acquaintances others(GetParam());
    others.client.policy.cipher_suites = {suite};
    others.server.policy = policies::classic;
    others.meet();
    Pair ends = others.meet();
    expect_resumed(ends, true);
  }
}

TEST_P(Resumption12, SurvivesAClientThatWouldRatherSpeakTls13) {
  both.client.policy = policies::standard;
  both.server.policy.max_version = ProtocolVersion::tls12;
  both.meet();
  Pair ends = both.meet();
  expect_resumed(ends, true);
}

TEST_P(Resumption12, IsLeftBehindByAServerThatLearnedTls13) {
  both.client.policy = policies::standard;
  both.server.policy.max_version = ProtocolVersion::tls12;
  both.meet();
  both.server.policy = policies::standard;
  Pair ends = both.meet();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  const auto summary = ends.client.connection.take_summary();
  EXPECT_EQ(summary->version, ProtocolVersion::tls13);
  EXPECT_FALSE(summary->resumed);
}

// ---- what sends a client through a full handshake

TEST_P(Resumption12, IsRefusedWhenItsSuiteIsNoLongerWanted) {
  both.meet();
  both.server.policy.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384};
  Pair ends = both.meet();
  expect_resumed(ends, false);
}

TEST_P(Resumption12, IsNotOfferedWhenItsSuiteIsNotOffered) {
  both.meet();
  both.client.policy.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384};
  Pair ends = both.meet();
  expect_resumed(ends, false);
}

TEST_P(Resumption12, IsNotOfferedWhenItIsTooOld) {
  both.meet();
  Pair ends = both.meet(now + std::chrono::hours(25));
  expect_resumed(ends, false);
}

TEST_P(Resumption12, IsRefusedUnderAnotherServerName) {  // [6066:3#6]
  both.server.credentials = {authority().credential(x509::KeyKind::ec_p256, [] {
    x509::CertificateTemplate leaf = Authority::leaf_template("localhost");
    leaf.dns_names.push_back("other.example");
    return leaf;
  }())};
  both.meet();
  auto client_end = Connection::client(make(both.client), *ServerName::parse("other.example"), now);
  Pair ends(std::move(*client_end), *Connection::server(make(both.server), now));
  ends.run();
  expect_resumed(ends, false);
}

TEST_P(Resumption12, IsRefusedWithoutTheClientCertificateThatIsRequiredNow) {
  both.meet();
  both.client.credentials = {localhost()};
  both.server.client_authentication = ClientAuthentication::require;
  both.server.trust = authority().trust();
  Pair ends = both.meet();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  const auto summary = ends.server.connection.take_summary();
  EXPECT_FALSE(summary->resumed);
  EXPECT_TRUE(summary->peer_verified);
  Pair again = both.meet();
  const auto resumed = again.server.connection.take_summary();
  ASSERT_TRUE(resumed) << failure(again.server);
  EXPECT_TRUE(resumed->resumed);
  EXPECT_TRUE(resumed->peer_verified) << "the client of the session is the client of this connection";
  EXPECT_EQ(resumed->peer_chain, summary->peer_chain);
}

TEST_P(Resumption12, IsRefusedWhenTheClientsCertificateIsNoLongerTrusted) {
  both.client.credentials = {localhost()};
  both.server.client_authentication = ClientAuthentication::request;
  both.server.trust = authority().trust();
  both.meet();
  both.server.trust = Authority(x509::KeyKind::ec_p256, "Another Root").trust();
  Pair ends = both.meet();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  const auto summary = ends.server.connection.take_summary();
  EXPECT_FALSE(summary->resumed);
  EXPECT_TRUE(summary->peer_chain.empty()) << "no certificate of the client's fits the new roots";
}

TEST_P(Resumption12, IsNotOfferedWhenTheServersChainIsNoLongerTrusted) {
  both.meet();
  both.client.trust = Authority(x509::KeyKind::ec_p256, "Another Root").trust();
  Pair ends = both.meet();
  ASSERT_TRUE(ends.client.error);
  EXPECT_EQ(ends.client.error->code, ErrorCode::unknown_ca);
}

TEST_P(Resumption12, OfAnUnverifiedServerIsNotOfferedByAVerifyingClient) {
  ClientSettings blind = both.client;
  blind.trust = Authority(x509::KeyKind::ec_p256, "Another Root").trust();
  Pair first(
      *Connection::client(*dangerous::without_verification(blind), *ServerName::parse("localhost"), now),
      *Connection::server(make(both.server), now));
  first.run();
  ASSERT_TRUE(first.done()) << failure(first.client);
  ASSERT_EQ(both.clients->sessions.size(), 1U);
  Pair ends = both.meet();
  expect_resumed(ends, false);
}

TEST_P(Resumption12, ChangesOfTheApplicationProtocolDoNoHarm) {  // RFC 7301 §3.1
  both.client.application_protocols = {"h2", "http/1.1"};
  both.server.application_protocols = {"h2"};
  both.meet();
  both.server.application_protocols = {"http/1.1"};
  Pair ends = both.meet();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  const auto summary = ends.client.connection.take_summary();
  EXPECT_TRUE(summary->resumed);
  EXPECT_EQ(summary->application_protocol, "http/1.1");
}

TEST_P(Resumption12, WhoseNameFitsNoHelloIsNotOffered) {
  both.meet();
  both.clients->sessions.back().ticket.assign(GetParam() == By::id ? 33 : 40'000, 1);
  Pair ends = both.meet();
  expect_resumed(ends, false);
}

// ---- extended_master_secret (RFC 7627 §5.3)

TEST_P(Resumption12, WithoutTheExtensionThatTheSessionHadIsAborted) {  // [7627:5.3#3]
  both.meet();
  both.server.policy.require_extended_master_secret = false;
  MessagePair ends(both.client, both.server);
  ends.to_server = edit_message<message::ClientHello>(
      [](message::ClientHello& hello) { hello.extensions.extended_master_secret.reset(); });
  ends.run();
  EXPECT_EQ(ends.server.error().alert, AlertDescription::handshake_failure);
}

TEST_P(Resumption12, WithTheExtensionThatTheSessionHadNotIsFull) {  // [7627:5.3#2]
  both.server.policy.require_extended_master_secret = false;
  both.client.policy.require_extended_master_secret = false;
  both.meet();
  // The session is made to look as if it had come about without.
  both.clients->sessions.back().extended_master_secret = false;
  for (auto& [id, session] : both.servers->sessions) session.extended_master_secret = false;
  if (GetParam() == By::ticket) {
    Session without = both.clients->sessions.back().clone();
    both.clients->sessions.back().ticket = *both.server.ticket_keys->seal(without, now);
  }
  Pair ends = both.meet();
  expect_resumed(ends, false);
}

TEST_P(Resumption12, IsAbortedByTheClientWhenTheExtensionIsGone) {  // [7627:5.3#6]
  both.meet();
  both.client.policy.require_extended_master_secret = false;
  MessagePair ends(both.client, both.server);
  ends.to_client = edit_message<message::ServerHello>(
      [](message::ServerHello& hello) { hello.extensions.extended_master_secret.reset(); });
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::handshake_failure);
}

TEST_P(Resumption12, IsAbortedByTheClientWhenTheExtensionIsNew) {  // [7627:5.3#5]
  both.client.policy.require_extended_master_secret = false;
  both.meet();
  both.clients->sessions.back().extended_master_secret = false;
  MessagePair ends(both.client, both.server);
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::handshake_failure);
}

// [7627:5.4#5]
TEST_P(Resumption12, WithoutTheExtensionOnBothSidesNeedsALaxPolicy) {
  both.server.policy.require_extended_master_secret = false;
  both.client.policy.require_extended_master_secret = false;
  const auto drop = [](MessageEnd::Message& message) {
    static const Edit from_client = edit_message<message::ClientHello>(
        [](message::ClientHello& hello) { hello.extensions.extended_master_secret.reset(); });
    return from_client(message);
  };
  // Finished would tell the difference, so that the server alone is looked at: it resumes, and says so.
  both.meet();
  for (auto& [id, session] : both.servers->sessions) session.extended_master_secret = false;
  Session& known = both.clients->sessions.back();
  known.extended_master_secret = false;
  if (GetParam() == By::ticket) known.ticket = *both.server.ticket_keys->seal(known, now);
  MessagePair lax(both.client, both.server);
  lax.to_server = drop;
  lax.run();
  EXPECT_TRUE(lax.server_state.summary.resumed);
  both.server.policy.require_extended_master_secret = true;
  MessagePair strict(both.client, both.server);
  strict.to_server = drop;
  strict.run();
  EXPECT_EQ(strict.server.error().alert, AlertDescription::handshake_failure);
}

// ---- answers that fit no session

TEST_P(Resumption12, UnderAnotherSuiteIsRefused) {  // RFC 5246 §7.4.1.3
  both.meet();
  MessagePair ends(both.client, both.server);
  ends.to_client = edit_message<message::ServerHello>([](message::ServerHello& hello) {
    hello.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;
  });
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::illegal_parameter);
}

TEST_P(Resumption12, UnderAnotherSecretFailsAtFinished) {
  both.meet();
  both.clients->sessions.back().secret.data()[0] ^= 1;
  MessagePair ends(both.client, both.server);
  ends.run();
  EXPECT_EQ(ends.client.error().code, ErrorCode::bad_finished);
  EXPECT_FALSE(ends.server.done());
}

TEST_P(Resumption12, ThatWasNotOfferedIsRefused) {
  both.client.policy = policies::standard;  // with a session id that is made up
  both.server.policy.max_version = ProtocolVersion::tls12;
  MessagePair ends(both.client, both.server);
  Octets id;
  ends.to_server = [&](MessageEnd::Message& message) {
    if (message.type() != HandshakeType::client_hello) return true;
    id = to_octets(wire::decode<message::ClientHello>(Bytes(message.octets).subspan(4))->legacy_session_id);
    return true;
  };
  ends.to_client = edit_message<message::ServerHello>(
      [&](message::ServerHello& hello) { hello.legacy_session_id_echo = id; });
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::illegal_parameter);
}

// RFC 5246 §7.2.2 [5246:7.2.2#1]: nobody resumes a session whose connection failed.
// [5246:7.2#1] [5246:7.2.2#2]
TEST_P(Resumption12, DiesWithAConnectionThatFails) {
  Pair ends = both.meet();
  ASSERT_TRUE(ends.done());
  Octets record = ends.client.send(as_bytes("data"));
  record.back() ^= 1;
  ends.server.deliver(record);
  ASSERT_TRUE(ends.server.error);
  ends.client.deliver(ends.server.transmit());
  ASSERT_TRUE(ends.client.error);
  EXPECT_TRUE(both.clients->sessions.empty());
  EXPECT_TRUE(both.servers->sessions.empty());
}

TEST_P(Resumption12, SurvivesAConnectionThatIsCutOff) {
  Pair ends = both.meet();
  EXPECT_FALSE(ends.client.connection.end_of_stream());
  EXPECT_FALSE(ends.server.connection.end_of_stream());
  Pair again = both.meet();
  expect_resumed(again, true);
}

TEST_P(Resumption12, KeepsTheFragmentLengthOfItsFirstHandshake) {  // RFC 6066 §4 [6066:1.1#2]
  both.client.max_fragment_length = MaxFragmentLength::octets_512;
  both.client.record_size_limit = 0;
  both.meet();
  both.client.max_fragment_length.reset();
  Pair ends = both.meet();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  for (End* end : {&ends.client, &ends.server}) {
    const Octets records = end->send(Octets(2000, 1));
    EXPECT_EQ(static_cast<std::size_t>(records[3]) << 8 | records[4], 512U + 24U);
  }
}

INSTANTIATE_TEST_SUITE_P(Resumption, Resumption12, testing::Values(By::ticket, By::id), [](const auto& test) {
  return test.param == By::ticket ? "ByTicket" : "BySessionId";
});

// ---- tickets (RFC 5077)

// [5077:3.2#1,2,3] [5077:3.3#3]
TEST(Ticket12, TravelsBeforeTheServersFinished) {
  Acquaintances both(By::ticket);
  Pair ends = both.meet();
  ASSERT_TRUE(ends.done());
  const auto summary = ends.client.connection.take_summary();
  EXPECT_EQ(summary->flights.back().messages,
            (std::vector{HandshakeType::new_session_ticket, HandshakeType::finished}));
  EXPECT_EQ(both.clients->sessions.back().lifetime, std::chrono::hours(24));
}

// [5077:3.3#5]
TEST(Ticket12, IsRenewedWhenHalfOfItsTimeIsOver) {
  Acquaintances both(By::ticket);
  both.meet();
  const Octets old = both.clients->sessions.back().ticket;
  both.meet(now + std::chrono::hours(11));
  EXPECT_EQ(both.clients->sessions.back().ticket, old);
  Pair late = both.meet(now + std::chrono::hours(13));
  EXPECT_TRUE(late.client.connection.take_summary()->resumed);
  EXPECT_NE(both.clients->sessions.back().ticket, old);
  EXPECT_EQ(both.clients->sessions.back().authenticated, now) << "no row of sessions lasts for ever";
}

TEST(Ticket12, OfOtherKeysOrDamagedLeadsToAFullHandshake) {
  Acquaintances both(By::ticket);
  both.meet();
  const Octets good = both.clients->sessions.back().ticket;
  const Session session = both.clients->sessions.back().clone();
  const auto expect_refused = [&](Octets ticket) {
    both.clients->sessions.clear();
    both.clients->sessions.push_back(session.clone());
    both.clients->sessions.back().ticket = std::move(ticket);
    Pair ends = both.meet();
    expect_resumed(ends, false);
  };
  for (std::size_t at = 0; at < good.size(); ++at) {
    Octets damaged = good;
    damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ 1U << at % 8);
    expect_refused(damaged);
  }
  for (const std::size_t size : {std::size_t{1}, std::size_t{16}, std::size_t{48}, good.size() - 1})
    expect_refused(Octets(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
  both.server.ticket_keys = *TicketKeys::make(now);
  expect_refused(good);
}

TEST(Ticket12, IsRefusedByTheServerWhenItIsTooOld) {
  Acquaintances both(By::ticket);
  both.server.session_lifetime = std::chrono::minutes(1);
  both.meet();
  both.clients->sessions.back().lifetime = std::chrono::hours(1);  // a client that keeps it longer than told
  Pair fresh = both.meet(now + std::chrono::seconds(29));          // and no new ticket yet
  expect_resumed(fresh, true);
  Pair late = both.meet(now + std::chrono::seconds(61));
  expect_resumed(late, false);
}

TEST(Ticket12, BesideAnIdCountsAlone) {  // [5077:3.4#3]
  Acquaintances both(By::id);
  both.meet();
  // The id is good; the ticket beside it is not, and there are no ticket keys at all.
  MessagePair ends(both.client, both.server);
  static const Octets ticket(80, 1);
  ends.to_server = edit_message<message::ClientHello>(
      [](message::ClientHello& hello) { hello.extensions.session_ticket = {Bytes(ticket)}; });
  ends.run();
  EXPECT_FALSE(ends.server_state.summary.resumed);
}

// [5077:4#1]
TEST(Ticket12, ThatIsEmptyAfterAllIsNotKept) {
  Acquaintances both(By::ticket);
  MessagePair ends(both.client, both.server);
  ends.to_client = edit_message<message::NewSessionTicket12>(
      [](message::NewSessionTicket12& ticket) { ticket.ticket = Bytes(); });
  ends.run();  // the server's Finished then differs
  EXPECT_EQ(ends.client.error().code, ErrorCode::bad_finished);
  EXPECT_TRUE(both.clients->sessions.empty()) << "[5077:3.3#4]";
}

TEST(Ticket12, ThatWasPromisedMustCome) {  // [5077:3.3#1]
  Acquaintances both(By::ticket);
  MessagePair ends(both.client, both.server);
  ends.to_client = [](MessageEnd::Message& message) {
    return message.type() != HandshakeType::new_session_ticket;
  };
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::unexpected_message);
}

TEST(Ticket12, ThatWasNotPromisedMayNotCome) {  // [5077:3.3#2]
  Acquaintances both(By::id);
  MessagePair ends(both.client, both.server);
  ends.to_client = [](MessageEnd::Message& message) {
    if (message.type() != HandshakeType::finished) return true;
    const Octets ticket = {4, 0, 0, 8, 0, 0, 1, 0, 0, 2, 1, 2};
    message.octets.insert(message.octets.begin(), ticket.begin(), ticket.end());
    return true;
  };
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::unexpected_message);
  EXPECT_FALSE(ends.client.done());
}

TEST(Ticket12, IsNotGivenToThoseWhoDoNotAsk) {  // [5077:3.2#4]
  Acquaintances both(By::ticket);
  both.client.session_store.reset();
  Pair ends = both.meet();
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_EQ(ends.client.connection.take_summary()->flights.back().messages,
            (std::vector{HandshakeType::finished}));
}

// ---- questions

TEST(Session12, MayBeLookedUpLaterOnBothSides) {
  Acquaintances both(By::id);
  both.meet();
  both.servers->later = both.clients->later = true;
  Pair ends = pair(both.client, both.server);
  const auto* wanted = std::get_if<ClientSessionQuestion>(&ends.client.connection.pending());
  ASSERT_NE(wanted, nullptr);
  EXPECT_EQ(wanted->key->server_name, "localhost");
  ASSERT_TRUE(ends.client.connection.answer_session(both.clients->sessions.back().clone(), now));
  ends.run();
  const auto* asked = std::get_if<SessionQuestion>(&ends.server.connection.pending());
  ASSERT_NE(asked, nullptr) << failure(ends.server);
  const auto found = both.servers->sessions.find(to_octets(asked->id));
  ASSERT_NE(found, both.servers->sessions.end());
  ASSERT_TRUE(ends.server.connection.answer_session(found->second.clone(), now));
  ends.run();
  expect_resumed(ends, true);
}

TEST(Session12, ThatIsNotThereAfterAllIsNoLoss) {
  Acquaintances both(By::id);
  both.meet();
  both.servers->later = true;
  Pair ends = pair(both.client, both.server);
  ends.run();
  ASSERT_TRUE(ends.server.connection.answer_session(std::nullopt, now));
  ends.run();
  expect_resumed(ends, false);
}

}  // namespace
}  // namespace handfast::test
