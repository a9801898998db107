// The blocking stream over sockets, pipes and functions.
#include <chrono>
#include <deque>
#include <thread>

#include <handfast/blocking.hpp>

#include <gtest/gtest.h>

#include "io/live.hpp"

namespace handfast::test {
namespace {

using namespace std::chrono_literals;

BlockingStream over(Connection connection, int socket) {
  BlockingStream stream(std::move(connection), BlockingTransport::descriptor(socket));
  stream.set_timeout(20s);
  return stream;
}

// Runs `server` on a thread of its own while `client` runs here.
template <class Server, class Client>
void both(Server server, Client client) {
  SocketPair sockets;
  std::thread thread([&] {
    server(over(server_connection(), sockets[1]));
    sockets.close(1);
  });
  client(over(client_connection(), sockets[0]));
  thread.join();
}

void echo_until_closed(BlockingStream stream) {
  Octets buffer(3000);
  for (;;) {
    const auto count = stream.read(buffer);
    ASSERT_TRUE(count) << describe(count.error());
    if (*count == 0) break;
    ASSERT_TRUE(stream.write(Bytes(buffer).first(*count)));
  }
  EXPECT_TRUE(stream.shutdown());
}

Octets read_all(BlockingStream& stream) {
  Octets all;
  Octets buffer(7000);
  for (;;) {
    const auto count = stream.read(buffer);
    EXPECT_TRUE(count) << (count ? "" : describe(count.error()));
    if (!count || *count == 0) return all;
    all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
  }
}

TEST(BlockingStream, EchoesAndClosesHalfByHalf) {
  both(echo_until_closed, [](BlockingStream stream) {
    ASSERT_TRUE(stream.handshake());
    EXPECT_EQ(stream.connection().take_summary()->version, ProtocolVersion::tls13);
    ASSERT_TRUE(stream.write(as_bytes("hello")));
    ASSERT_TRUE(stream.shutdown());
    EXPECT_EQ(as_text(read_all(stream)), "hello");
    EXPECT_EQ(stream.write(as_bytes("late")).error().code, ErrorCode::closed);
  });
}

TEST(BlockingStream, HandshakesByItselfBeforeTheFirstRead) {
  both([](BlockingStream stream) { ASSERT_TRUE(stream.write(as_bytes("first"))); },
       [](BlockingStream stream) {
         Octets buffer(10);
         EXPECT_EQ(stream.read(buffer), 5u);
       });
}

// The answer is there before the client has said anything but its first flight.
TEST(BlockingStream, AnswersEarlyDataBeforeTheEndOfTheHandshake) {
  const LiveEarlyBirds birds;
  SocketPair sockets;
  BlockingStream client = over(client_connection(birds.client), sockets[0]);
  ASSERT_EQ(client.write_early_data(as_bytes("question")), 8u);
  std::thread thread([&] {
    EXPECT_TRUE(client.handshake());
    Octets answer(10);
    EXPECT_EQ(client.read(answer), 6u);
    EXPECT_EQ(as_text(Bytes(answer).first(6)), "answer");
    EXPECT_TRUE(client.write(as_bytes("late")));
  });
  BlockingStream server = over(server_connection(birds.server), sockets[1]);
  EXPECT_EQ(server.write_half_rtt(as_bytes("too early")).error().code, ErrorCode::not_ready);
  Octets question(5);
  EXPECT_EQ(server.read_early_data(question), 5u);
  EXPECT_FALSE(server.connection().handshake_done());
  EXPECT_EQ(server.read_early_data(question), 3u);
  EXPECT_TRUE(server.write_half_rtt(as_bytes("answer")));
  EXPECT_EQ(server.read_early_data(question), 0u);
  EXPECT_TRUE(server.connection().handshake_done());
  EXPECT_TRUE(server.connection().take_summary());
  EXPECT_EQ(server.read_early_data(question), 0u) << "what comes now is not early";
  Octets late(10);
  EXPECT_EQ(server.read(late), 4u);
  thread.join();
}

TEST(BlockingStream, ReadsNoEarlyDataWhereThereIsNone) {
  both(
      [](BlockingStream stream) {
        Octets buffer(10);
        EXPECT_EQ(stream.read_early_data(buffer), 0u);
        EXPECT_TRUE(stream.connection().take_summary());
        EXPECT_EQ(stream.read(buffer), 4u);
      },
      [](BlockingStream stream) { EXPECT_TRUE(stream.write(as_bytes("data"))); });
}

TEST(BlockingStream, AsksAndTimesOutWhileItReadsEarlyData) {
  SocketPair sockets;
  auto client = over(client_connection(), sockets[0]);
  auto server = over(*Connection::server_asking(system_now()), sockets[1]);
  int asked = 0;
  server.on_question([&asked](Connection& connection) {
    ++asked;
    EXPECT_TRUE(connection.choose_configuration(live_server(), system_now()));
  });
  for (BlockingStream* stream : {&client, &server}) {
    stream->set_timeout(10ms);
    Octets buffer(10);
    const auto late = stream == &client ? stream->read(buffer) : stream->read_early_data(buffer);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::timed_out);
  }
  EXPECT_EQ(asked, 1) << "the client's hello was there";
}

TEST(BlockingStream, ReportsATruncatedStream) {
  both([](BlockingStream stream) { ASSERT_TRUE(stream.write(as_bytes("partial"))); },
       [](BlockingStream stream) {
         Octets buffer(100);
         EXPECT_EQ(stream.read(buffer), 7u);
         const auto end = stream.read(buffer);
         ASSERT_FALSE(end);
         EXPECT_EQ(end.error().code, ErrorCode::truncated_stream);
       });
}

TEST(BlockingStream, TimesOutAndMayGoOn) {
  SocketPair sockets;
  auto client = over(client_connection(), sockets[0]);
  client.set_timeout(10ms);
  const auto late = client.handshake();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::timed_out);
  EXPECT_FALSE(client.connection().error()) << "a timeout is not the connection's end";
  std::thread thread([&] { echo_until_closed(over(server_connection(), sockets[1])); });
  client.set_timeout(20s);
  EXPECT_TRUE(client.handshake());
  EXPECT_TRUE(client.shutdown());
  EXPECT_TRUE(read_all(client).empty());
  thread.join();
}

TEST(BlockingStream, TimesOutWritingToAPeerThatDoesNotRead) {
  both(
      [](BlockingStream stream) {
        ASSERT_TRUE(stream.handshake());
        Octets buffer(1);
        EXPECT_EQ(stream.read(buffer), 1u);
      },
      [](BlockingStream stream) {
        ASSERT_TRUE(stream.handshake());
        stream.set_timeout(50ms);
        const auto full = stream.write(pattern(10'000'000));
        ASSERT_FALSE(full);
        // The server reads one octet and leaves: either it was slower than the timeout, or not.
        EXPECT_TRUE(full.error().code == ErrorCode::timed_out ||
                    full.error().code == ErrorCode::transport_failed);
      });
}

TEST(BlockingStream, TellsTheSystemsReason) {
  SocketPair sockets;
  sockets.close(1);
  auto client = over(client_connection(), sockets[0]);
  const auto failed = client.handshake();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::transport_failed);
  EXPECT_STREQ(failed.error().detail, "Broken pipe");
}

TEST(BlockingStream, SendsTheAlertThatGoesWithAnError) {
  SocketPair sockets;
  std::thread thread([&] {
    auto server = over(server_connection(), sockets[1]);
    const auto refused = server.handshake();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::peer_refused_certificate);
    EXPECT_EQ(refused.error().alert, AlertDescription::bad_certificate);
  });
  auto config = ClientConfig::make(live_client_settings()).value();
  auto connection = Connection::client(config, *ServerName::parse("elsewhere.example"), system_now());
  auto client = over(std::move(*connection), sockets[0]);
  const auto refused = client.handshake();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::certificate_name_mismatch);
  thread.join();
}

// The certificate is valid from an hour ago to tomorrow, by the machine's clock.
TEST(BlockingStream, JudgesByTheClockThatItIsGiven) {
  struct Case {
    std::chrono::hours shift;
    std::optional<ErrorCode> refusal;
  };
  for (const Case& each : {Case{0h, std::nullopt}, Case{-48h, ErrorCode::certificate_expired},
                           Case{48h, ErrorCode::certificate_expired}}) {
    SocketPair sockets;
    std::thread thread([&] {
      auto server = over(server_connection(), sockets[1]);
      EXPECT_EQ(server.handshake().has_value(), !each.refusal);
    });
    auto client = over(client_connection(), sockets[0]);
    client.set_clock([&each] { return system_now() + each.shift; });
    const auto done = client.handshake();
    EXPECT_EQ(done.has_value(), !each.refusal);
    if (!done) { EXPECT_EQ(done.error().code, each.refusal); }
    thread.join();
  }
}

// A transport of functions: a queue, drained one octet a call.
TEST(BlockingStream, RunsOverFunctionsOneOctetAtATime) {
  BufferedConnection server(server_connection());
  std::deque<std::uint8_t> to_client;
  const auto serve = [&] {
    ASSERT_TRUE(server.advance(system_now()));
    for (Bytes output = server.output(); !output.empty(); output = server.output()) {
      to_client.insert(to_client.end(), output.begin(), output.end());
      server.sent(output.size());
    }
  };
  BlockingTransport transport;
  transport.write = [&](Bytes from, BlockingTransport::Deadline) -> Result<std::size_t> {
    copy(from.first(1), server.input());
    server.received(1);
    serve();
    return 1;
  };
  transport.read = [&](MutableBytes to, BlockingTransport::Deadline) -> Result<std::size_t> {
    if (to_client.empty()) return fail(ErrorCode::timed_out);
    to[0] = to_client.front();
    to_client.pop_front();
    return 1;
  };
  BlockingStream client(client_connection(), std::move(transport));
  ASSERT_TRUE(client.handshake());
  ASSERT_TRUE(client.write(as_bytes("x")));
  Octets buffer(10);
  EXPECT_EQ(server.read(buffer, system_now()), 1u);
  ASSERT_EQ(server.write(as_bytes("yz")), 2u);
  serve();
  EXPECT_EQ(client.read(buffer), 2u);
}

TEST(BlockingStream, RunsOverPipes) {
  int up[2];
  int down[2];
  ASSERT_EQ(::pipe(up), 0);
  ASSERT_EQ(::pipe(down), 0);
  const auto transport = [](int in, int out) {
    auto reading = BlockingTransport::descriptor(in);
    auto writing = BlockingTransport::descriptor(out);
    return BlockingTransport{std::move(reading.read), std::move(writing.write)};
  };
  std::thread thread([&] {
    echo_until_closed(BlockingStream(server_connection(), transport(up[0], down[1])));
    ::close(down[1]);
  });
  BlockingStream client(client_connection(), transport(down[0], up[1]));
  EXPECT_TRUE(client.write(as_bytes("through pipes")));
  EXPECT_TRUE(client.shutdown());
  EXPECT_EQ(as_text(read_all(client)), "through pipes");
  thread.join();
  for (const int descriptor : {up[0], up[1], down[0]}) ::close(descriptor);
}

// In small pieces, and more of it than the output holds; the session's peer is asked about first.
TEST(BlockingStream, WritesAsMuchEarlyDataAsTheSessionAllows) {
  constexpr std::uint32_t allowed = 100'000;
  ServerSettings server = live_server_settings();
  server.ticket_keys = *TicketKeys::make(system_now());
  server.replay_guard = *StrikeRegister::make();
  server.max_early_data_size = allowed;
  ClientSettings client = live_client_settings();
  client.session_store = std::make_shared<ClientSessionCache>();
  client.early_data = true;
  client.verification = PeerVerification::ask;
  const auto server_config = *ServerConfig::make(server);
  const auto client_config = *ClientConfig::make(client);
  for (const bool resumes : {false, true}) {
    SocketPair sockets;
    Octets early;
    std::thread thread([&] {
      auto stream = over(server_connection(server_config), sockets[1]);
      ASSERT_TRUE(stream.handshake());
      early = stream.take_early_data();
      ASSERT_TRUE(stream.write(as_bytes("x")));
    });
    auto stream = over(client_connection(client_config), sockets[0]);
    int asked = 0;
    stream.on_question([&asked](Connection& connection) {
      ++asked;
      EXPECT_TRUE(connection.answer_verification(true, system_now()));
    });
    const Octets pieces(10'000, 'x');
    std::size_t taken = 0;
    for (int i = 0; i < 11; ++i) taken += stream.write_early_data(pieces).value_or(0);
    EXPECT_EQ(taken, resumes ? allowed : 0);
    Octets answer(1);
    ASSERT_TRUE(stream.read(answer));
    thread.join();
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(early, Octets(taken, 'x'));
  }
}

TEST(BlockingStream, AsksItsHookAndRefusesWhatItLeavesOpen) {
  for (const bool answers : {true, false}) {
    SocketPair sockets;
    std::thread thread([&] {
      auto server = over(*Connection::server_asking(system_now()), sockets[1]);
      server.on_question([&](Connection& connection) {
        const auto* question = std::get_if<ConfigurationQuestion>(&connection.pending());
        ASSERT_NE(question, nullptr);
        EXPECT_EQ(question->server_name, "localhost");
        if (answers) { EXPECT_TRUE(connection.choose_configuration(live_server(), system_now())); }
      });
      EXPECT_EQ(server.handshake().has_value(), answers);
    });
    auto client = over(client_connection(), sockets[0]);
    const auto done = client.handshake();
    EXPECT_EQ(done.has_value(), answers);
    if (!answers) { EXPECT_EQ(done.error().alert, AlertDescription::internal_error); }
    thread.join();
  }
}

}  // namespace
}  // namespace handfast::test
