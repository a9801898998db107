// What happens on a finished connection: data, key updates, ends, halves.

#include <gtest/gtest.h>

#include "support/forger.hpp"

namespace handfast::test {
namespace {

Pair finished(ClientSettings client = client_settings(), ServerSettings server = server_settings()) {
  Pair pair = test::pair(std::move(client), std::move(server));
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  return pair;
}

Octets pattern(std::size_t size) {
  Octets octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
  return octets;
}

TEST(Traffic, CarriesEverySizeBothWays) {
  Pair pair = finished();
  for (const std::size_t size : {1U, 2U, 16383U, 16384U, 16385U, 100000U}) {
    const Octets data = pattern(size);
    pair.client.received.clear();
    pair.server.received.clear();
    pair.server.deliver(pair.client.send(data));
    pair.client.deliver(pair.server.send(data));
    EXPECT_EQ(pair.server.received, data) << size;
    EXPECT_EQ(pair.client.received, data) << size;
  }
}

TEST(Traffic, SaysWhatItTookWhenTheOutputIsShort) {
  Pair pair = finished();
  const Octets data = pattern(50000);
  Octets out(17000);
  const auto sent = pair.client.connection.send(data, out);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->taken, 16384U);
  EXPECT_LE(sent->written, out.size());
  Octets tiny(10);
  EXPECT_EQ(pair.client.connection.send(data, tiny).error().code, ErrorCode::buffer_too_small);
  EXPECT_FALSE(pair.client.connection.error()) << "a caller's mistake does not end the connection";
}

TEST(Traffic, SaysWhatItNeedsOfAPartialRecord) {
  Pair pair = finished();
  Octets record = pair.client.send(pattern(100));
  Octets head(record.begin(), record.begin() + 3);
  auto received = pair.server.connection.receive(head, now);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->used, 0U);
  EXPECT_EQ(received->needed, 5U);
  head.assign(record.begin(), record.begin() + 20);
  received = pair.server.connection.receive(head, now);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->needed, record.size());
}

// [5246:7.3#3] [8446:2#2] [8446:E.5#4]
TEST(Traffic, IsRefusedBeforeTheHandshakeIsDone) {
  Pair pair = test::pair(client_settings(), server_settings());
  Octets out(min_output);
  EXPECT_EQ(pair.client.connection.send(as_bytes("early"), out).error().code, ErrorCode::not_ready);
  EXPECT_EQ(pair.server.connection.send_half_rtt(as_bytes("early"), out).error().code, ErrorCode::not_ready);
  EXPECT_EQ(pair.client.connection.update_keys(KeyUpdateRequest::update_requested).error().code,
            ErrorCode::not_ready);
  EXPECT_EQ(std::move(pair.client.connection).split().error().code, ErrorCode::not_ready);
}

TEST(Traffic, HalfRttDataArrivesBehindTheServersFinished) {
  Pair pair = test::pair(client_settings(), server_settings());
  pair.server.deliver(pair.client.transmit());
  Octets flight = pair.server.transmit();
  Octets out(min_output);
  EXPECT_EQ(pair.server.connection.send(as_bytes("half"), out).error().code, ErrorCode::not_ready);
  const auto sent = pair.server.connection.send_half_rtt(as_bytes("half"), out);
  ASSERT_TRUE(sent);
  flight.insert(flight.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(sent->written));
  pair.client.deliver(flight);
  EXPECT_TRUE(pair.client.connection.handshake_done()) << failure(pair.client);
  EXPECT_EQ(as_text(pair.client.received), "half");
  EXPECT_FALSE(pair.server.connection.handshake_done());
  pair.run();
  EXPECT_TRUE(pair.done());
}

// [8446:4.6.3#2,4,5,6]
TEST(KeyUpdate, WorksInBothDirectionsAndIsAnswered) {
  Pair pair = finished();
  ASSERT_TRUE(pair.client.connection.update_keys(KeyUpdateRequest::update_requested));
  pair.run();
  ASSERT_TRUE(pair.server.connection.update_keys(KeyUpdateRequest::update_not_requested));
  pair.run();
  pair.server.deliver(pair.client.send(as_bytes("a")));
  pair.client.deliver(pair.server.send(as_bytes("b")));
  EXPECT_EQ(as_text(pair.server.received), "a") << failure(pair.server);
  EXPECT_EQ(as_text(pair.client.received), "b") << failure(pair.client);
}

// RFC 8446 §4.6.3: a silent side answers many requests with one KeyUpdate.
TEST(KeyUpdate, OwedOnesCoalesce) {
  Pair pair = finished();
  Octets out(min_output);
  Octets wire;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pair.client.connection.update_keys(KeyUpdateRequest::update_requested));
    const Octets record = pair.client.transmit();
    wire.insert(wire.end(), record.begin(), record.end());
  }
  pair.server.deliver(wire);
  ASSERT_FALSE(pair.server.error) << failure(pair.server);
  const Octets answer = pair.server.transmit();
  EXPECT_EQ(answer.size(), 5U + 5U + 1U + 16U);
  pair.client.deliver(answer);
  pair.client.deliver(pair.server.send(as_bytes("new keys")));
  EXPECT_EQ(as_text(pair.client.received), "new keys");
}

TEST(KeyUpdate, IsSentByItselfBeforeTheLimit) {
  for (const std::uint64_t records : {1U, 2U, 4U}) {
    ClientSettings client = client_settings();
    client.key_update_after_records = records;
    Pair pair = finished(client);
    std::size_t total = 0;
    for (int i = 0; i < 50; ++i) {
      const Octets data = pattern(40000);
      total += data.size();
      pair.server.deliver(pair.client.send(data));
      ASSERT_FALSE(pair.server.error) << failure(pair.server);
    }
    EXPECT_EQ(pair.server.received.size(), total);
  }
}

TEST(KeyUpdate, FloodIsRefused) {
  Pair pair = finished();
  for (int i = 0; i < 100 && !pair.server.error; ++i) {
    ASSERT_TRUE(pair.client.connection.update_keys(KeyUpdateRequest::update_not_requested));
    pair.server.deliver(pair.client.transmit());
  }
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->code, ErrorCode::too_many_key_updates);
}

// RFC 8446 §4.6.1: a server may send tickets as long as the connection lives; what is bounded is a flood of
// them.
TEST(Tickets, AreBoundedWithoutDataBetweenThem) {
  const Octets ticket = {4, 0, 0, 14, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1, 't', 0, 0};
  Forger server(ProtocolVersion::tls13, Role::client);
  for (int i = 0; i < 200; ++i) {
    server.say(ContentType::handshake, ticket);
    ASSERT_FALSE(server.victim().error) << failure(server.victim());
    if (i % 50 == 0) server.say(ContentType::application_data, as_bytes("data"));
  }
  for (int i = 0; i < 65 && !server.victim().error; ++i) server.say(ContentType::handshake, ticket);
  ASSERT_TRUE(server.victim().error);
  EXPECT_EQ(server.victim().error->code, ErrorCode::too_many_tickets);
}

// [8446:6.1#3,4]
TEST(Close, IsCleanOnlyWithCloseNotify) {
  Pair pair = finished();
  pair.client.connection.close();
  pair.run();
  EXPECT_TRUE(pair.server.closed);
  EXPECT_TRUE(pair.server.connection.end_of_stream());
  Octets out(min_output);
  EXPECT_EQ(pair.client.connection.send(as_bytes("x"), out).error().code, ErrorCode::closed);
  // Half-close (RFC 8446 §6.1): the other direction lives on.
  pair.client.deliver(pair.server.send(as_bytes("still")));
  EXPECT_EQ(as_text(pair.client.received), "still");
  const auto end = pair.client.connection.end_of_stream();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, ErrorCode::truncated_stream);
  EXPECT_EQ(end.error().fault(), Fault::network);
}

TEST(Close, DataBehindCloseNotifyIsIgnored) {  // [8446:6.1#1,2]
  Pair pair = finished();
  pair.client.connection.close();
  Octets wire = pair.client.transmit();
  const Octets junk(100, 0x17);
  wire.insert(wire.end(), junk.begin(), junk.end());
  pair.server.deliver(wire);
  EXPECT_TRUE(pair.server.closed);
  EXPECT_FALSE(pair.server.error);
  EXPECT_TRUE(pair.server.input.empty());
}

// [5246:7.2.2#3,4] [8446:6.2#1,2,3] [8446:6#1]
TEST(Abort, SendsItsAlertAndKills) {
  Pair pair = finished();
  pair.server.connection.abort(AlertDescription::access_denied);
  pair.run();
  ASSERT_TRUE(pair.client.error);
  EXPECT_EQ(pair.client.error->alert, AlertDescription::access_denied);
  Octets out(min_output);
  EXPECT_EQ(pair.server.connection.send(as_bytes("x"), out).error().code, ErrorCode::closed);
}

TEST(Errors, AreSticky) {
  Pair pair = finished();
  Octets record = pair.client.send(as_bytes("data"));
  record.back() ^= 1;
  pair.server.deliver(record);
  ASSERT_TRUE(pair.server.error);
  EXPECT_EQ(pair.server.error->code, ErrorCode::bad_record_mac);
  Octets more = pair.client.send(as_bytes("more"));
  EXPECT_EQ(pair.server.connection.receive(more, now).error().code, ErrorCode::bad_record_mac);
  EXPECT_EQ(pair.server.connection.error()->code, ErrorCode::bad_record_mac);
  pair.client.deliver(pair.server.transmit());
  EXPECT_EQ(pair.client.error->alert, AlertDescription::bad_record_mac);
}

TEST(Rest, ChangesNothingButMemory) {
  Pair pair = finished();
  for (int i = 0; i < 3; ++i) {
    pair.client.connection.rest();
    pair.server.connection.rest();
    pair.server.received.clear();
    pair.server.deliver(pair.client.send(pattern(1000)));
    EXPECT_EQ(pair.server.received, pattern(1000));
  }
}

TEST(RecordSizes, FollowTheLimitsOfBothSides) {
  ClientSettings client = client_settings();
  client.record_size_limit = 100;
  ServerSettings server = server_settings();
  server.record_size_limit = 64;
  Pair pair = finished(client, server);
  EXPECT_EQ(pair.client.connection.take_summary()->peer_record_size_limit, 64);
  const auto longest = [](const Octets& octets) {
    std::size_t most = 0;
    for (std::size_t at = 0; at < octets.size();) {
      const std::size_t length = static_cast<std::size_t>(octets[at + 3]) << 8 | octets[at + 4];
      most = std::max(most, length);
      at += 5 + length;
    }
    return most;
  };
  const Octets up = pair.client.send(pattern(1000));
  const Octets down = pair.server.send(pattern(1000));
  EXPECT_EQ(longest(up), 64U + 16U);
  EXPECT_EQ(longest(down), 100U + 16U);
  pair.server.deliver(up);
  pair.client.deliver(down);
  EXPECT_EQ(pair.server.received, pattern(1000));
  EXPECT_EQ(pair.client.received, pattern(1000));
}

TEST(Padding, HidesTheLength) {
  ClientSettings client = client_settings();
  client.pad_to_multiple_of = 256;
  Pair pair = finished(client);
  const std::size_t one = pair.client.send(pattern(1)).size();
  EXPECT_EQ(one, pair.client.send(pattern(200)).size());
  EXPECT_NE(one, pair.client.send(pattern(300)).size());
}

}  // namespace
}  // namespace handfast::test
