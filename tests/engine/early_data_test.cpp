// Early data in TLS 1.3 (RFC 8446 §2.3, §4.2.10, §8): when it is taken, and what happens when it is not.
#include "engine/early_birds.hpp"
#include "support/forger.hpp"
#include "support/message_pair.hpp"

namespace handfast::test {
namespace {

using namespace std::chrono_literals;

// [8446:4.2.10#1,2,4]
TEST(EarlyData, TravelsWithTheFirstFlight) {
  EarlyBirds two;
  two.get_acquainted();
  Pair ends = two.meet();
  EXPECT_EQ(ends.client.connection.early_data_room(), 1000U);
  ends.server.deliver(ends.client.send_early(as_bytes(question)));
  EXPECT_EQ(as_text(ends.server.early_data), question) << "before anything came back";
  ends.run();
  expect_accepted(ends);
}

// [8446:4.2.11.3#1]
TEST(EarlyData, IsAnsweredBeforeTheClientsFinished) {  // half a round trip
  EarlyBirds two;
  two.get_acquainted();
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(as_bytes(question)));
  Octets buffer(40000);
  const auto sent = ends.server.connection.send_half_rtt(as_bytes("answer"), buffer);
  ASSERT_TRUE(sent) << describe(sent.error());
  buffer.resize(sent->written);
  ends.client.deliver(buffer);
  EXPECT_TRUE(ends.client.connection.handshake_done()) << failure(ends.client);
  EXPECT_EQ(as_text(ends.client.received), "answer");
  ends.run();
  EXPECT_TRUE(ends.done());
}

TEST(EarlyData, WorksInPiecesOfOneOctet) {
  EarlyBirds two;
  two.get_acquainted();
  Pair ends = two.meet();
  for (const std::uint8_t octet : ends.client.send_early(as_bytes(question)))
    ends.server.deliver(Bytes(&octet, 1));
  ends.run(1);
  expect_accepted(ends);
}

TEST(EarlyData, MayGoOnUntilTheServerAnswers) {
  EarlyBirds two;
  two.get_acquainted();
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(as_bytes("one ")));
  const Octets flight = ends.server.transmit();
  ends.server.deliver(ends.client.send_early(as_bytes("two")));
  ends.client.deliver(flight);
  EXPECT_EQ(ends.client.connection.early_data_room(), 0U);
  Octets buffer(40000);
  EXPECT_EQ(ends.client.connection.send_early_data(as_bytes("three"), buffer).error().code,
            ErrorCode::not_ready);
  ends.run();
  expect_accepted(ends, "one two");
}

TEST(EarlyData, ThatNobodySendsIsNoProblem) {
  EarlyBirds two;
  two.get_acquainted();
  Pair ends = two.meet();
  ends.run();
  expect_accepted(ends, "");
}

TEST(EarlyData, WorksWithEverySuiteAndWithoutCompatibilityMode) {
  for (const CipherSuite suite : policies::modern.cipher_suites) {
    EarlyBirds two;
    two.client.policy.cipher_suites = {suite};
    two.client.middlebox_compatibility = false;
    two.get_acquainted();
    Pair ends = two.meet();
    ends.server.deliver(ends.client.send_early(as_bytes(question)));
    ends.run();
    expect_accepted(ends);
  }
}

TEST(EarlyData, TellsTheKeyLog) {
  EarlyBirds two;
  two.get_acquainted();
  const auto ours = std::make_shared<SecretLog>();
  const auto theirs = std::make_shared<SecretLog>();
  two.client.key_log = ours;
  two.server.key_log = theirs;
  Pair ends = two.meet();
  ends.run();
  ASSERT_TRUE(ends.done());
  EXPECT_EQ(ours->secrets["CLIENT_EARLY_TRAFFIC_SECRET"].size(), 32U);
  EXPECT_EQ(ours->secrets["CLIENT_EARLY_TRAFFIC_SECRET"], theirs->secrets["CLIENT_EARLY_TRAFFIC_SECRET"]);
}

// ---- limits

TEST(EarlyData, IsNotSentBeyondWhatTheTicketAllows) {
  EarlyBirds two(100);
  two.get_acquainted();
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(Octets(150, 'x')));
  EXPECT_EQ(ends.client.connection.early_data_room(), 0U);
  ends.run();
  expect_accepted(ends, std::string(100, 'x'));
}

// [8446:4.2.10#10]
TEST(EarlyData, BeyondWhatTheTicketAllowsIsFatal) {
  EarlyBirds two(100);
  two.get_acquainted();
  two.store->sessions.back().max_early_data_size = 200;
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(Octets(101, 'x')));
  ASSERT_TRUE(ends.server.error);
  EXPECT_EQ(ends.server.error->alert, AlertDescription::unexpected_message);
  EXPECT_TRUE(ends.server.early_data.empty());
}

TEST(EarlyData, ThatIsRejectedIsSkippedWithinALimit) {
  EarlyBirds two(1000);
  two.get_acquainted();
  two.server.replay_guard = *StrikeRegister::make();
  two.store->sessions.back().max_early_data_size = 200'000;
  Pair fits = two.meet();
  fits.server.deliver(fits.client.send_early(Octets(60'000, 'x')));
  fits.run();
  expect_rejected(fits, "the ticket is of another register");
  two.store->sessions.back().max_early_data_size = 200'000;
  Pair floods = two.meet();
  floods.server.deliver(floods.client.send_early(Octets(70'000, 'x')));
  ASSERT_TRUE(floods.server.error);
  EXPECT_EQ(floods.server.error->alert, AlertDescription::unexpected_message);
}

TEST(EarlyData, ThatIsRejectedIsSkippedAsFarAsTheServerSays) {
  for (const std::size_t sent : {900U, 1100U}) {
    EarlyBirds two(0);
    two.server.max_skipped_early_data = 1000;
    two.get_acquainted();
    two.store->sessions.back().max_early_data_size = 2000;
    Pair ends = two.meet();
    ends.server.deliver(ends.client.send_early(Octets(sent, 'x')));
    EXPECT_EQ(ends.server.error.has_value(), sent > 1000);
  }
}

// The client sends what its ticket promised; the server of today takes less, and no more than it says.
TEST(EarlyData, OfATicketThatPromisedMoreIsSkippedWhole) {
  for (const std::uint32_t today : {0U, 1000U}) {
    EarlyBirds two(200'000);
    two.get_acquainted();
    two.server.max_early_data_size = today;
    Pair ends = two.meet();
    ends.server.deliver(ends.client.send_early(Octets(200'000, 'x')));
    ends.run();
    expect_rejected(ends,
                    today == 0 ? "this server takes none" : "the ticket allows more than this server takes");
  }
}

// RFC 8449 §4: the client learns of the limit when its early data is under way.
TEST(EarlyData, ComesInLongerRecordsThanTheServerTakesLater) {
  EarlyBirds two(20'000);
  two.server.record_size_limit = 100;
  two.get_acquainted();
  Pair ends = two.meet();
  const std::string question(20'000, 'x');
  const Octets flight = ends.client.send_early(as_bytes(question));
  ends.server.deliver(Bytes(flight).first(5000));  // EncryptedExtensions is out before the records are here
  ends.server.deliver(Bytes(flight).subspan(5000));
  ends.run();
  expect_accepted(ends, question);
  const Octets late = ends.client.send(Octets(200, 'y'));
  EXPECT_EQ(static_cast<std::size_t>(late[3]) << 8 | late[4], 100U + 16U) << "the client keeps to it now";
}

TEST(EarlyData, ThatDoesNotDecryptIsFatalOnceItIsAccepted) {  // [8446:4.2.10#11]
  EarlyBirds two;
  two.get_acquainted();
  Pair ends = two.meet();
  Octets flight = ends.client.send_early(as_bytes(question));
  flight.back() ^= 1;
  ends.server.deliver(flight);
  ASSERT_TRUE(ends.server.error);
  EXPECT_EQ(ends.server.error->alert, AlertDescription::bad_record_mac);
}

// ---- rejected

TEST(EarlyData, IsRejectedByAServerThatTakesNoneAnyMore) {
  EarlyBirds two;
  two.get_acquainted();
  two.server.max_early_data_size = 0;
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(as_bytes(question)));
  ends.run();
  expect_rejected(ends, "this server takes none");
}

// [8446:4.2.10#12] [8446:E.5#3]
TEST(EarlyData, IsLostInAHelloRetryRequest) {
  EarlyBirds two;
  two.get_acquainted();
  two.server.policy.groups = {NamedGroup::secp384r1};
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(as_bytes(question)));
  const Octets still = ends.client.send_early(as_bytes(" and more"));
  ends.client.deliver(ends.server.transmit());
  ends.server.deliver(still);
  EXPECT_EQ(ends.client.connection.early_data_room(), 0U);
  ends.run();
  expect_rejected(ends, "HelloRetryRequest was needed");
}

TEST(EarlyData, IsBoundToItsCipherSuite) {  // [8446:4.2.10#7]
  EarlyBirds two;
  two.get_acquainted();
  two.server.policy.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(as_bytes(question)));
  ends.run();
  expect_rejected(ends, "the cipher suite is not the ticket's");
}

TEST(EarlyData, IsBoundToItsApplicationProtocol) {  // [8446:4.2.10#7]
  EarlyBirds two;
  two.client.application_protocols = {"a", "b"};
  two.server.application_protocols = {"a"};
  two.get_acquainted();
  two.server.application_protocols = {"b"};
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(as_bytes(question)));
  ends.run();
  expect_rejected(ends, "the application protocol is not the ticket's");
}

// [8446:4.2.10#4,9]
TEST(EarlyData, OfAnUnknownTicketIsRejectedInAFullHandshake) {
  EarlyBirds two;
  two.get_acquainted();
  two.server.ticket_keys = *TicketKeys::make(now);
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(as_bytes(question)));
  ends.run();
  expect_rejected(ends, "no PSK of the client's is taken", false);
}

// ---- not offered

TEST(EarlyData, IsNotOfferedWithoutATicketThatAllowsIt) {
  EarlyBirds two(0);
  two.server.replay_guard.reset();
  Pair first = two.meet();
  first.run();
  EXPECT_EQ(first.client.connection.take_summary()->early_data_reason,
            "there is no session and no key to send it under");
  Pair ends = two.meet();
  EXPECT_EQ(ends.client.connection.early_data_room(), 0U);
  ends.run();
  const auto summary = ends.client.connection.take_summary();
  EXPECT_EQ(summary->early_data, EarlyData::none);
  EXPECT_EQ(summary->early_data_reason, "the session allows none");
  EXPECT_EQ(ends.server.connection.take_summary()->early_data, EarlyData::none);
}

TEST(EarlyData, IsNotOfferedForAProtocolOrSuiteThatIsNotOffered) {
  EarlyBirds two;
  two.client.application_protocols = {"a"};
  two.server.application_protocols = {"a"};
  two.get_acquainted();
  two.client.application_protocols = {"b"};
  EXPECT_EQ(two.meet().client.connection.early_data_room(), 0U);
  two.client.application_protocols = {"a"};
  two.client.policy.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
  EXPECT_EQ(two.meet().client.connection.early_data_room(), 0U);
}

// [8446:E.5#3]
TEST(EarlyData, IsNotOfferedByThoseWhoDoNotAskForIt) {
  EarlyBirds two;
  two.get_acquainted();
  two.client.early_data = false;
  Pair ends = two.meet();
  EXPECT_EQ(ends.client.connection.early_data_room(), 0U);
  ends.run();
  EXPECT_EQ(ends.client.connection.take_summary()->early_data_reason, "");
}

TEST(EarlyData, IsNotForAnOlderVersion) {  // [8446:D.3#1]
  EarlyBirds two;
  two.client.policy = policies::standard;
  two.get_acquainted();
  two.server.policy.max_version = ProtocolVersion::tls12;
  Pair ends = two.meet();
  ends.run();
  ASSERT_TRUE(ends.client.error);
  EXPECT_EQ(ends.client.error->code, ErrorCode::unsupported_version);
  // The next connection does not end so.
  Pair again = two.meet();
  again.run();
  EXPECT_TRUE(again.done()) << failure(again.client);
}

TEST(EarlyData, NeedsAGuard) {
  ServerSettings settings = server_settings();
  settings.max_early_data_size = 1;
  const auto config = ServerConfig::make(settings);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::unsupported_option);
}

// ---- external PSKs

struct KeyHolders {
  KeyHolders() : client(client_settings()), server(server_settings()) {
    psk.identity = to_octets(as_bytes("device"));
    psk.key.assign(32, 1);
    psk.max_early_data_size = 500;
    client.external_psks = {std::make_shared<const ExternalPsk>(psk.clone())};
    client.early_data = true;
    store->add(psk);
    server.external_psks = store;
    server.max_early_data_size = 500;
  }
  ExternalPsk psk;
  std::shared_ptr<TestPskStore> store = std::make_shared<TestPskStore>();
  ClientSettings client;
  ServerSettings server;
};

TEST(EarlyData, UnderAnExternalPskIsTakenByAGuardOfTheApplicationOnly) {
  KeyHolders two;
  two.server.replay_guard = std::make_shared<TestGuard>();
  Pair trusted = pair(two.client, two.server);
  trusted.server.deliver(trusted.client.send_early(as_bytes(question)));
  trusted.run();
  expect_accepted(trusted);
  two.server.replay_guard = *StrikeRegister::make();
  Pair refused = pair(two.client, two.server);
  refused.server.deliver(refused.client.send_early(as_bytes(question)));
  refused.run();
  expect_rejected(refused, "nobody knows when an external PSK was used last", false);
}

TEST(EarlyData, BelongsToTheFirstPskAlone) {  // [8446:4.2.10#6]
  KeyHolders two;
  ExternalPsk unknown = two.psk.clone();
  unknown.identity.push_back('2');
  two.client.external_psks.insert(two.client.external_psks.begin(),
                                  std::make_shared<const ExternalPsk>(std::move(unknown)));
  two.server.replay_guard = std::make_shared<TestGuard>();
  Pair ends = pair(two.client, two.server);
  ends.server.deliver(ends.client.send_early(as_bytes(question)));
  ends.run();
  expect_rejected(ends, "it is under another PSK than the one that is taken", false);
}

// ---- peers that do not follow the rules

TEST(EarlyData, ThatWasNotOfferedCannotBeAccepted) {
  EarlyBirds two;
  two.get_acquainted();
  two.client.early_data = false;
  MessagePair ends(two.client, two.server);
  ends.to_client = edit_message<message::EncryptedExtensions>(
      [](message::EncryptedExtensions& message) { message.extensions.early_data.emplace(); });
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::unsupported_extension);
}

// [8446:4.2.11#8]
TEST(EarlyData, CannotBeAcceptedWithoutTheFirstPsk) {
  EarlyBirds two;
  two.get_acquainted();
  two.server.ticket_keys = *TicketKeys::make(now);
  MessagePair ends(two.client, two.server);
  ends.to_client = edit_message<message::EncryptedExtensions>(
      [](message::EncryptedExtensions& message) { message.extensions.early_data.emplace(); });
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::illegal_parameter);
}

TEST(EarlyData, CannotBeAcceptedUnderAnotherSuiteOrProtocol) {
  EarlyBirds two;
  two.client.application_protocols = {"a", "b"};
  two.server.application_protocols = {"a"};
  two.get_acquainted();
  two.get_acquainted();
  EarlyBirds other_protocol = two;
  other_protocol.server.application_protocols = {"b"};
  EarlyBirds other_suite = two;
  other_suite.server.policy.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
  for (EarlyBirds* birds : {&other_protocol, &other_suite}) {
    MessagePair ends(birds->client, birds->server);
    ends.to_client = edit_message<message::EncryptedExtensions>(
        [](message::EncryptedExtensions& message) { message.extensions.early_data.emplace(); });
    ends.run();
    EXPECT_EQ(ends.client.error().alert, AlertDescription::illegal_parameter);
  }
}

TEST(EarlyData, EndsWithAMessageAndNotWithout) {  // [8446:4.5#1]
  EarlyBirds two;
  two.get_acquainted();
  MessagePair ends(two.client, two.server);
  ends.to_server = [](MessageEnd::Message& message) {
    return message.type() != HandshakeType::end_of_early_data;
  };
  ends.run();
  EXPECT_EQ(ends.server.error().alert, AlertDescription::unexpected_message);
}

TEST(EarlyData, EndsOnlyWhereItBegan) {  // [8446:4.5#2]
  EarlyBirds two;
  two.get_acquainted();
  two.server.max_early_data_size = 0;
  MessagePair ends(two.client, two.server);
  ends.to_server = [](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::finished)
      message.octets.insert(message.octets.begin(), {5, 0, 0, 0});
    return true;
  };
  ends.run();
  EXPECT_EQ(ends.server.error().alert, AlertDescription::unexpected_message);
}

TEST(EarlyData, IsNothingThatAServerEnds) {  // [8446:4.5#3]
  EarlyBirds two;
  two.get_acquainted();
  MessagePair ends(two.client, two.server);
  ends.to_client = [](MessageEnd::Message& message) {
    if (message.type() == HandshakeType::finished)
      message.octets.insert(message.octets.begin(), {5, 0, 0, 0});
    return true;
  };
  ends.run();
  EXPECT_EQ(ends.client.error().alert, AlertDescription::unexpected_message);
}

TEST(EarlyData, LevelsChangeInTheOrderOfTheRfc) {
  EarlyBirds two;
  two.get_acquainted();
  MessagePair ends(two.client, two.server);
  ends.run();
  ASSERT_TRUE(ends.client.done() && ends.server.done());
  using handshake::Direction;
  using handshake::Level;
  const auto levels = [](const MessageEnd& end, Direction direction) {
    std::vector<Level> found;
    for (const auto& installed : end.installed)
      if (installed.direction == direction) found.push_back(installed.level);
    return found;
  };
  const std::vector<Level> early = {Level::early_data, Level::handshake, Level::application};
  EXPECT_EQ(levels(ends.client, Direction::sending), early);
  EXPECT_EQ(levels(ends.server, Direction::receiving), early);
  EXPECT_EQ(levels(ends.server, Direction::sending),
            (std::vector<Level>{Level::handshake, Level::application}));
  EXPECT_EQ(ends.client.early_data_limit, 1000U);
  EXPECT_EQ(ends.server.early_data_limit, 1000U);
}

}  // namespace
}  // namespace handfast::test
