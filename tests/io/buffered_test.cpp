// The buffers between a connection and its transport.
#include <handfast/buffered.hpp>

#include <gtest/gtest.h>

#include "io/live.hpp"

namespace handfast::test {
namespace {

// Moves what `from` has to say to `to`, at most `step` octets at once; false: it had nothing to say.
bool carry(BufferedConnection& from, BufferedConnection& to, std::size_t step) {
  bool any = false;
  for (Bytes output = from.output(); !output.empty(); output = from.output()) {
    const MutableBytes space = to.input();
    const std::size_t count = std::min({output.size(), space.size(), step});
    if (count == 0) return any;  // data waits to be read
    copy(output.first(count), space);
    to.received(count);
    from.sent(count);
    any = true;
    if (!to.advance(system_now())) return any;
  }
  return any;
}

struct Joined {
  explicit Joined(BufferLimits limits = {})
      : client(client_connection(), limits), server(server_connection(), limits) {}

  void shake_hands(std::size_t step = 65536) {
    while (carry(client, server, step) || carry(server, client, step)) {}
    ASSERT_TRUE(client.connection().handshake_done());
    ASSERT_TRUE(server.connection().handshake_done());
  }

  BufferedConnection client;
  BufferedConnection server;
};

TEST(BufferedConnection, ShakesHandsOneOctetAtATime) {
  Joined joined;
  joined.shake_hands(1);
}

TEST(BufferedConnection, KeepsTheSummaryUntilTheFirstRead) {
  Joined joined;
  joined.shake_hands();
  const Octets data = pattern(100);
  ASSERT_EQ(joined.client.write(data), 100u);
  EXPECT_TRUE(joined.server.connection().take_summary());
  EXPECT_TRUE(joined.client.connection().take_summary() || true);
  carry(joined.client, joined.server, 65536);
  Octets buffer(200);
  ASSERT_EQ(joined.server.read(buffer, system_now()), 100u);
}

// The data stands behind the Finished in the same read, and still the summary is there.
TEST(BufferedConnection, StopsAtTheEndOfTheHandshakeEvenIfDataFollows) {
  Joined joined;
  carry(joined.client, joined.server, 65536);  // ClientHello
  carry(joined.server, joined.client, 65536);  // the server's flight
  ASSERT_TRUE(joined.client.connection().handshake_done());
  const Bytes finished = joined.client.output();
  const Octets flight = to_octets(finished);
  joined.client.sent(finished.size());
  ASSERT_EQ(joined.client.write(as_bytes("early bird")), 10u);
  const Octets data = to_octets(joined.client.output());
  const MutableBytes space = joined.server.input();
  ASSERT_GE(space.size(), flight.size() + data.size());
  copy(flight, space);
  copy(data, space.subspan(flight.size()));
  joined.server.received(flight.size() + data.size());
  ASSERT_TRUE(joined.server.advance(system_now()));
  EXPECT_TRUE(joined.server.connection().handshake_done());
  EXPECT_FALSE(joined.server.readable());
  EXPECT_TRUE(joined.server.connection().take_summary());
  Octets buffer(100);
  EXPECT_EQ(joined.server.read(buffer, system_now()), 10u);
}

// The same where the answer to a question ends the handshake: everything behind the certificate has come.
TEST(BufferedConnection, StopsAtTheEndOfAHandshakeThatAnAnswerFinished) {
  ServerSettings settings = live_server_settings();
  settings.client_authentication = ClientAuthentication::require;
  settings.verification = PeerVerification::ask;
  ClientSettings with_certificate = live_client_settings();
  with_certificate.credentials = {Live::get().credential()};
  BufferedConnection client(client_connection(*ClientConfig::make(with_certificate)));
  BufferedConnection server(server_connection(*ServerConfig::make(settings)));
  carry(client, server, 65536);
  carry(server, client, 65536);
  ASSERT_TRUE(client.connection().handshake_done());
  const Octets flight = to_octets(client.output());
  client.sent(flight.size());
  ASSERT_EQ(client.write(as_bytes("early bird")), 10u);
  const Octets data = to_octets(client.output());
  const MutableBytes space = server.input();
  ASSERT_GE(space.size(), flight.size() + data.size());
  copy(flight, space);
  copy(data, space.subspan(flight.size()));
  server.received(flight.size() + data.size());
  ASSERT_TRUE(server.advance(system_now()));
  ASSERT_TRUE(std::holds_alternative<VerificationQuestion>(server.connection().pending()));
  ASSERT_TRUE(server.connection().answer_verification(true, system_now()));
  while (!server.connection().handshake_done()) ASSERT_TRUE(server.advance(system_now()));
  ASSERT_TRUE(server.advance(system_now()));
  EXPECT_TRUE(server.connection().take_summary());
  Octets buffer(100);
  EXPECT_EQ(server.read(buffer, system_now()), 10u);
}

TEST(BufferedConnection, TellsOfAFailedHandshakeWhatWasKnown) {
  BufferedConnection client(
      *Connection::client(live_client(), *ServerName::parse("elsewhere.example"), system_now()));
  BufferedConnection server(server_connection());
  EXPECT_EQ(client.connection().take_summary().error().code, ErrorCode::not_ready);
  while (carry(client, server, 65536) || carry(server, client, 65536)) {}
  ASSERT_EQ(client.connection().error()->code, ErrorCode::certificate_name_mismatch);
  const auto summary = client.connection().take_summary();
  ASSERT_TRUE(summary);
  ASSERT_EQ(summary->peer_chain.size(), 1u);
  EXPECT_EQ(summary->peer_chain[0], Live::get().leaf);
  ASSERT_TRUE(summary->verification);
  EXPECT_FALSE(summary->verification->attempts.empty());
  EXPECT_FALSE(summary->peer_verified);
  EXPECT_EQ(summary->flights.size(), 2u);
  EXPECT_FALSE(client.connection().take_summary());
  // The other side failed by an alert, in a record.
  ASSERT_EQ(server.connection().error()->code, ErrorCode::peer_refused_certificate);
  EXPECT_EQ(server.connection().take_summary()->server_name, "elsewhere.example");
}

TEST(BufferedConnection, CarriesAMegabyteThroughSmallReadsAndAnySteps) {
  for (const std::size_t step : {7u, 1000u, 16401u, 65536u}) {
    Joined joined;
    joined.shake_hands();
    const Octets data = pattern(step == 7 ? 50'000 : 1'000'000);
    Octets arrived;
    Octets buffer(5000);
    for (std::size_t taken = 0; arrived.size() < data.size();) {
      const auto count = joined.client.write(Bytes(data).subspan(taken));
      ASSERT_TRUE(count);
      taken += *count;
      carry(joined.client, joined.server, step);
      for (;;) {
        const auto read = joined.server.read(buffer, system_now());
        ASSERT_TRUE(read);
        if (*read == 0) break;
        arrived.insert(arrived.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*read));
      }
    }
    EXPECT_EQ(arrived, data);
  }
}

TEST(BufferedConnection, BoundsWhatItTakes) {
  Joined joined(BufferLimits{.input = 0, .output = 0});
  joined.shake_hands();
  const Octets data = pattern(1'000'000);
  std::size_t taken = 0;
  while (const std::size_t count = joined.client.write(Bytes(data).subspan(taken)).value()) taken += count;
  EXPECT_GT(taken, 0u);
  EXPECT_LE(taken, min_output);
  EXPECT_LE(joined.client.output().size(), min_output);
  EXPECT_EQ(joined.client.write(data), 0u) << "until something is sent";
}

TEST(BufferedConnection, RefusesToWriteBeforeTheHandshake) {
  Joined joined;
  EXPECT_EQ(joined.client.write(as_bytes("too early")).error().code, ErrorCode::not_ready);
}

TEST(BufferedConnection, GivesOutDataBeforeTheErrorBehindIt) {
  Joined joined;
  joined.shake_hands();
  ASSERT_EQ(joined.client.write(as_bytes("whole")), 5u);
  Octets records = to_octets(joined.client.output());
  joined.client.sent(records.size());
  ASSERT_EQ(joined.client.write(as_bytes("broken")), 6u);
  Octets broken = to_octets(joined.client.output());
  broken.back() ^= 1;
  records.insert(records.end(), broken.begin(), broken.end());
  const MutableBytes space = joined.server.input();
  copy(records, space);
  joined.server.received(records.size());
  Octets buffer(100);
  ASSERT_EQ(joined.server.read(buffer, system_now()), 5u);
  const auto failed = joined.server.read(buffer, system_now());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::bad_record_mac);
  EXPECT_FALSE(joined.server.output().empty()) << "the alert";
}

// One write of the transport for both, where there is room for both.
TEST(BufferedConnection, SendsTheEndBehindTheDataThatWaits) {
  constexpr std::size_t record_overhead = 5 + 1 + 16;
  Joined joined;
  joined.shake_hands();
  ASSERT_EQ(joined.client.write(pattern(1000)), 1000u);
  EXPECT_EQ(joined.client.output().size(), 1000 + record_overhead);
  joined.client.connection().close();
  EXPECT_EQ(joined.client.output().size(), 1000 + record_overhead + 2 + record_overhead);
  carry(joined.client, joined.server, 65536);
  Octets buffer(2000);
  EXPECT_EQ(joined.server.read(buffer, system_now()), 1000u);
  EXPECT_EQ(joined.server.read(buffer, system_now()), 0u);
  EXPECT_TRUE(joined.server.closed());
}

// What the buffer has no room for comes behind what it holds, be it half an alert.
TEST(BufferedConnection, SendsTheEndBehindDataThatFillsTheOutput) {
  for (const std::size_t size : {std::size_t{100}, std::size_t{49'500}, std::size_t{66'471},
                                 std::size_t{66'470}, std::size_t{66'450}, std::size_t{1'000'000}}) {
    Joined joined;
    joined.shake_hands();
    const Octets sent = pattern(size);
    const std::size_t taken = joined.client.write(sent).value_or(0);
    ASSERT_GT(taken, 0u);
    joined.client.connection().close();
    EXPECT_GT(joined.client.output().size(), taken);
    Octets read;
    for (int i = 0; i < 20 && !joined.server.closed(); ++i) {
      carry(joined.client, joined.server, 65536);
      Octets buffer(100'000);
      const auto count = joined.server.read(buffer, system_now());
      ASSERT_TRUE(count);
      read.insert(read.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
    }
    EXPECT_TRUE(joined.server.closed()) << size;
    EXPECT_TRUE(equal(read, Bytes(sent).first(taken))) << size;
  }
}

TEST(BufferedConnection, PutsTheEndInOnePieceWithAllThatFourRecordsHold) {
  Joined joined;
  joined.shake_hands();
  ASSERT_EQ(joined.client.write(pattern(65'536)), 65'536u);
  joined.client.connection().close();
  EXPECT_EQ(joined.client.output().size(), 65'536u + 4 * 22 + 24);
}

TEST(BufferedConnection, TellsCloseFromTruncation) {
  Joined joined;
  joined.shake_hands();
  joined.client.connection().close();
  carry(joined.client, joined.server, 65536);
  Octets buffer(10);
  EXPECT_EQ(joined.server.read(buffer, system_now()), 0u);
  EXPECT_TRUE(joined.server.closed());
  EXPECT_TRUE(joined.server.end_of_stream());
  EXPECT_FALSE(joined.client.closed());
  EXPECT_EQ(joined.client.end_of_stream().error().code, ErrorCode::truncated_stream);
}

TEST(BufferedConnection, RestsAndGoesOn) {
  Joined joined;
  joined.shake_hands();
  joined.client.rest();
  joined.server.rest();
  ASSERT_EQ(joined.client.write(as_bytes("again")), 5u);
  carry(joined.client, joined.server, 65536);
  Octets buffer(10);
  EXPECT_EQ(joined.server.read(buffer, system_now()), 5u);
}

}  // namespace
}  // namespace handfast::test
