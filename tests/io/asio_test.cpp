// The asio stream: completion tokens, composition, ends, cancellation.
#include <array>
#include <future>
#include <string>
#include <thread>

#include <handfast/asio.hpp>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/local/connect_pair.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <asio/write.hpp>
#include <gtest/gtest.h>

#include "io/live.hpp"

namespace handfast::test {
namespace {

namespace net = ::asio;
using Socket = net::local::stream_protocol::socket;
using Stream = handfast::asio::stream<Socket>;

auto into(std::error_code& error) { return net::redirect_error(net::use_awaitable, error); }

/// Two streams over connected sockets, and the loop they run in.
class AsioStream : public testing::Test {
 protected:
  void connect(Connection client_end = client_connection(), Connection server_end = server_connection()) {
    Socket a(context);
    Socket b(context);
    net::local::connect_pair(a, b);
    client.emplace(std::move(a), std::move(client_end));
    server.emplace(std::move(b), std::move(server_end));
  }
  /// Runs coroutines until all have ended; what they threw fails the test.
  template <class... Coroutines>
  void run(Coroutines... coroutines) {
    (net::co_spawn(context, std::move(coroutines), &AsioStream::expect_no_exception), ...);
    context.restart();
    context.run();
  }
  static void expect_no_exception(const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) { ADD_FAILURE() << error.what(); }
  }
  net::awaitable<void> shake_hands(Stream& stream) { co_await stream.async_handshake(net::use_awaitable); }
  void shake_hands() { run(shake_hands(*client), shake_hands(*server)); }

  net::awaitable<void> write_all(Stream& stream, const Octets& data) {
    co_await net::async_write(stream, net::buffer(data), net::use_awaitable);
    co_await stream.async_shutdown(net::use_awaitable);
  }
  net::awaitable<void> read_all(Stream& stream, Octets& data) {
    std::error_code error;
    std::array<std::uint8_t, 10'000> buffer;
    while (!error) {
      const std::size_t count = co_await stream.async_read_some(net::buffer(buffer), into(error));
      data.insert(data.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
    }
    EXPECT_EQ(error, net::error::eof) << error.message();
  }

  /// Until the socket takes no more.
  static void fill(Socket& socket) {
    socket.non_blocking(true);
    std::error_code error;
    while (!error) net::write(socket, net::buffer(std::array<char, 4096>()), error);
    EXPECT_EQ(error, net::error::would_block);
  }

  net::io_context context;
  std::optional<Stream> client;
  std::optional<Stream> server;
};

net::awaitable<void> ask(Stream& stream) {
  co_await stream.async_handshake(net::use_awaitable);
  const auto summary = stream.take_summary();
  EXPECT_TRUE(summary && summary->peer_verified);
  co_await net::async_write(stream, net::buffer("question\n", 9), net::use_awaitable);
  std::string answer;
  auto text = net::dynamic_buffer(answer);
  co_await net::async_read_until(stream, text, '\n', net::use_awaitable);
  EXPECT_EQ(answer, "answer\n");
  co_await stream.async_shutdown(net::use_awaitable);
  std::error_code error;
  char octet = 0;
  co_await stream.async_read_some(net::buffer(&octet, 1), into(error));
  EXPECT_EQ(error, net::error::eof);
}

net::awaitable<void> answer(Stream& stream) {
  co_await stream.async_handshake(net::use_awaitable);
  std::array<char, 9> question{};
  co_await net::async_read(stream, net::buffer(question), net::use_awaitable);
  EXPECT_EQ(std::string_view(question.data(), 9), "question\n");
  co_await net::async_write(stream, net::buffer("answer\n", 7), net::use_awaitable);
  std::error_code error;
  char octet = 0;
  co_await stream.async_read_some(net::buffer(&octet, 1), into(error));
  EXPECT_EQ(error, net::error::eof);
  co_await stream.async_shutdown(net::use_awaitable);
}

net::awaitable<void> write_last(Stream& stream, const Octets& data) {
  std::size_t at = 0;
  do {
    const net::const_buffer rest = net::buffer(data) + at;
    const std::size_t count = co_await stream.async_write_last(rest, net::use_awaitable);
    at += count;
  } while (at != data.size());
  std::error_code error;
  co_await stream.async_write_some(net::buffer("x", 1), into(error));
  EXPECT_TRUE(error) << "nothing comes behind the end";
}

TEST_F(AsioStream, WritesTheLastWithTheEndBehindIt) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{20'000}, std::size_t{1'000'000}}) {
    connect();
    shake_hands();
    const Octets sent(size, 0x5a);
    Octets read;
    run(write_last(*server, sent), read_all(*client, read));
    EXPECT_EQ(read, sent) << size;
    client.reset();
    server.reset();
  }
}

TEST_F(AsioStream, EndsWithoutDataOnlyWhatCouldTakeSome) {
  connect();
  std::error_code got;
  const auto end = [&] {
    client->async_write_last(net::const_buffer(), [&](std::error_code error, std::size_t) { got = error; });
    context.restart();
    context.run();
  };
  end();
  EXPECT_EQ(got, ErrorCode::not_ready);
  shake_hands();
  end();
  EXPECT_FALSE(got) << got.message();
  end();
  EXPECT_EQ(got, ErrorCode::closed);
}

// A read that fails sends its alert, which waits here for a peer that does not read. A write meanwhile has
// taken nothing and says so: success with no octets would make asio::async_write lose data.
TEST_F(AsioStream, AWriteBesideAFailedReadFails) {
  connect();
  shake_hands();
  Socket& raw = server->next_layer();
  fill(client->next_layer());
  std::error_code read_error;
  std::error_code write_error;
  std::optional<std::size_t> written;
  char octet = 0;
  client->async_read_some(net::buffer(&octet, 1),
                          [&](std::error_code error, std::size_t) { read_error = error; });
  net::write(raw, net::buffer("no record of TLS at all", 23));
  context.restart();
  while (!client->error() && context.run_one() != 0) {}
  ASSERT_TRUE(client->error());  // and its alert finds no room
  ASSERT_FALSE(read_error);
  net::async_write(*client, net::buffer("xyz", 3), [&](std::error_code error, std::size_t count) {
    write_error = error;
    written = count;
  });
  while (!written && context.run_one() != 0) {}
  EXPECT_EQ(write_error, client->error()->code) << write_error.message();
  EXPECT_EQ(written, 0u);
  raw.close();
  context.run();
  EXPECT_TRUE(read_error);
}

TEST_F(AsioStream, WorksWithUseAwaitable) {
  connect();
  run(ask(*client), answer(*server));
}

// Data that shares a read with the peer's Finished, while our own last flight still has to go: half-RTT data
// here, a request after a TLS 1.2 client's false start (RFC 7918) elsewhere.
TEST_F(AsioStream, KeepsTheSummaryWhenDataCameWithTheFinished) {
  Socket near(context);
  Socket far(context);
  net::local::connect_pair(near, far);
  client.emplace(std::move(near), client_connection());
  Connection peer = server_connection();
  Octets buffer(65536);
  bool done = false;
  client->async_handshake([&](std::error_code error) {
    EXPECT_FALSE(error) << error.message();
    done = true;
  });
  context.run_one();  // the ClientHello is written
  const std::size_t count = far.read_some(net::buffer(buffer));
  ASSERT_TRUE(peer.receive({buffer.data(), count}, system_now()));
  std::size_t flight = peer.transmit(buffer);
  const auto sent = peer.send_half_rtt(as_bytes("early"), MutableBytes(buffer).subspan(flight));
  ASSERT_TRUE(sent);
  flight += sent->written;
  net::write(far, net::buffer(buffer, flight));
  context.run();
  ASSERT_TRUE(done);
  EXPECT_TRUE(client->take_summary());
  std::array<char, 5> early{};
  net::async_read(*client, net::buffer(early),
                  [](std::error_code error, std::size_t) { EXPECT_FALSE(error); });
  context.restart();
  context.run();
  EXPECT_EQ(std::string_view(early.data(), 5), "early");
}

net::awaitable<void> expect_no_more(Stream& stream) {
  std::error_code error;
  std::array<char, 3> buffer{};
  const std::size_t count = co_await stream.async_read_early_data(net::buffer(buffer), into(error));
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(error, net::error::eof);
  EXPECT_TRUE(stream.connection().handshake_done());
}

net::awaitable<void> answer_early(Stream& stream) {
  std::string question;
  std::array<char, 3> part{};
  while (question.size() < 8) {
    const std::size_t count = co_await stream.async_read_early_data(net::buffer(part), net::use_awaitable);
    question.append(part.data(), count);
  }
  EXPECT_EQ(question, "question");
  EXPECT_FALSE(stream.connection().handshake_done());
  const std::size_t sent = co_await stream.async_write_half_rtt(net::buffer("answer", 6), net::use_awaitable);
  EXPECT_EQ(sent, 6U);
  co_await expect_no_more(stream);
  const auto summary = stream.take_summary();
  EXPECT_TRUE(summary && summary->early_data == EarlyData::accepted);
  co_await stream.async_handshake(net::use_awaitable);  // is done
  std::array<char, 4> late{};
  co_await net::async_read(stream, net::buffer(late), net::use_awaitable);
  EXPECT_EQ(std::string_view(late.data(), 4), "late");
}

net::awaitable<void> ask_early(Stream& stream) {
  EXPECT_EQ(stream.write_early_data(as_bytes("question")), 8U);
  co_await stream.async_handshake(net::use_awaitable);
  std::array<char, 6> answer{};
  co_await net::async_read(stream, net::buffer(answer), net::use_awaitable);
  EXPECT_EQ(std::string_view(answer.data(), 6), "answer");
  co_await net::async_write(stream, net::buffer("late", 4), net::use_awaitable);
}

TEST_F(AsioStream, AnswersEarlyDataBeforeTheEndOfTheHandshake) {
  const LiveEarlyBirds birds;
  connect(client_connection(birds.client), server_connection(birds.server));
  run(ask_early(*client), answer_early(*server));
}

TEST_F(AsioStream, ReadsNoEarlyDataWhereThereIsNone) {
  connect();
  run(shake_hands(*client), expect_no_more(*server));
}

net::awaitable<void> answer_too_early(Stream& stream) {
  std::error_code error;
  const std::size_t sent = co_await stream.async_write_half_rtt(net::buffer("answer", 6), into(error));
  EXPECT_EQ(sent, 0U);
  EXPECT_EQ(error, ErrorCode::not_ready);
}

TEST_F(AsioStream, RefusesToAnswerBeforeThereAreKeys) {
  connect();
  run(answer_too_early(*server));
}

TEST_F(AsioStream, WorksWithCallbacks) {
  connect();
  std::string got(4, ' ');
  bool ended = false;
  server->async_handshake([&](std::error_code error) {
    ASSERT_FALSE(error) << error.message();
    net::async_write(*server, net::buffer("data", 4), [&](std::error_code failed, std::size_t count) {
      ASSERT_FALSE(failed);
      EXPECT_EQ(count, 4u);
      server->async_shutdown([&](std::error_code last) { ended = !last; });
    });
  });
  client->async_handshake([&](std::error_code error) {
    ASSERT_FALSE(error) << error.message();
    net::async_read(*client, net::buffer(got),
                    [&](std::error_code failed, std::size_t) { ASSERT_FALSE(failed); });
  });
  context.run();
  EXPECT_EQ(got, "data");
  EXPECT_TRUE(ended);
}

TEST_F(AsioStream, WorksWithUseFuture) {
  connect();
  std::future<void> server_done = server->async_handshake(net::use_future);
  std::future<void> client_done = client->async_handshake(net::use_future);
  std::future<std::size_t> written;
  std::thread loop([&] { context.run(); });
  server_done.get();
  client_done.get();
  loop.join();
  std::array<char, 3> got{};
  written = server->async_write_some(net::buffer("abc", 3), net::use_future);
  std::future<std::size_t> read = client->async_read_some(net::buffer(got), net::use_future);
  context.restart();
  context.run();
  EXPECT_EQ(written.get(), 3u);
  EXPECT_EQ(read.get(), 3u);
}

TEST_F(AsioStream, FuturesThrowTheTlsError) {
  auto config = ClientConfig::make(live_client_settings()).value();
  connect(*Connection::client(config, *ServerName::parse("elsewhere.example"), system_now()));
  std::future<void> server_done = server->async_handshake(net::use_future);
  std::future<void> client_done = client->async_handshake(net::use_future);
  context.run();
  try {
    client_done.get();
    ADD_FAILURE() << "the name is wrong";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), ErrorCode::certificate_name_mismatch) << error.what();
  }
  EXPECT_EQ(client->error()->code, ErrorCode::certificate_name_mismatch);
  EXPECT_THROW(server_done.get(), std::system_error);
  EXPECT_EQ(server->error()->code, ErrorCode::peer_refused_certificate);
}

TEST_F(AsioStream, NeverCompletesInsideTheCallThatStartsIt) {
  connect();
  shake_hands();
  bool inside = true;
  int completed = 0;
  char octet = 0;
  client->async_read_some(net::buffer(&octet, 0), [&](std::error_code error, std::size_t count) {
    EXPECT_FALSE(inside);
    EXPECT_FALSE(error);
    EXPECT_EQ(count, 0u);
    ++completed;
  });
  client->async_write_some(net::buffer(&octet, 0), [&](std::error_code error, std::size_t) {
    EXPECT_FALSE(inside);
    EXPECT_FALSE(error);
    ++completed;
  });
  inside = false;
  context.restart();
  context.run();
  EXPECT_EQ(completed, 2);
}

// Full duplex: more data in each direction than all buffers between hold, read and written at the same time.
TEST_F(AsioStream, ReadsAndWritesAtTheSameTime) {
  connect();
  shake_hands();
  const Octets up = pattern(3'000'000);
  const Octets down = pattern(2'000'000);
  Octets up_got;
  Octets down_got;
  run(write_all(*client, up), read_all(*client, down_got), write_all(*server, down),
      read_all(*server, up_got));
  EXPECT_EQ(up_got, up);
  EXPECT_EQ(down_got, down);
}

TEST_F(AsioStream, WritesBufferSequences) {
  connect();
  shake_hands();
  Octets got;
  const std::array<net::const_buffer, 3> parts = {net::buffer("one ", 4), net::buffer("", 0),
                                                  net::buffer("two", 3)};
  net::async_write(*client, parts, [&](std::error_code error, std::size_t count) {
    EXPECT_FALSE(error);
    EXPECT_EQ(count, 7u);
    client->async_shutdown([](std::error_code) {});
  });
  run(read_all(*server, got));
  EXPECT_EQ(as_text(got), "one two");
}

TEST_F(AsioStream, ReportsATruncatedStream) {
  connect();
  shake_hands();
  server->next_layer().close();
  std::error_code got;
  char octet = 0;
  client->async_read_some(net::buffer(&octet, 1), [&](std::error_code error, std::size_t) { got = error; });
  context.restart();
  context.run();
  EXPECT_EQ(got, ErrorCode::truncated_stream) << got.message();
}

TEST_F(AsioStream, RefusesToWriteAfterShutdownAndBeforeTheHandshake) {
  connect();
  std::error_code got;
  client->async_write_some(net::buffer("x", 1), [&](std::error_code error, std::size_t) { got = error; });
  context.run();
  EXPECT_EQ(got, ErrorCode::not_ready);
  shake_hands();
  client->async_shutdown([](std::error_code error) { EXPECT_FALSE(error); });
  context.restart();
  context.run();
  client->async_write_some(net::buffer("x", 1), [&](std::error_code error, std::size_t) { got = error; });
  context.restart();
  context.run();
  EXPECT_EQ(got, ErrorCode::closed);
}

TEST_F(AsioStream, ACancelledReadLosesNothing) {
  connect();
  shake_hands();
  net::cancellation_signal cancel;
  std::array<char, 10> buffer{};
  std::error_code got;
  client->async_read_some(
      net::buffer(buffer),
      net::bind_cancellation_slot(cancel.slot(), [&](std::error_code error, std::size_t count) {
        got = error;
        EXPECT_EQ(count, 0u);
      }));
  context.restart();
  context.poll();
  cancel.emit(net::cancellation_type::total);
  context.run();
  EXPECT_EQ(got, net::error::operation_aborted);
  EXPECT_FALSE(client->error());
  Octets data;
  run(write_all(*server, to_octets(as_bytes("after all"))), read_all(*client, data));
  EXPECT_EQ(as_text(data), "after all");
}

TEST_F(AsioStream, AHandshakeCanBeCancelled) {
  connect();
  net::cancellation_signal cancel;
  std::error_code got;
  client->async_handshake(
      net::bind_cancellation_slot(cancel.slot(), [&](std::error_code error) { got = error; }));
  context.poll();
  cancel.emit(net::cancellation_type::terminal);
  context.restart();
  context.run();
  EXPECT_EQ(got, net::error::operation_aborted);
}

TEST_F(AsioStream, AbandonedOperationsFreeEverything) {
  connect();
  auto kept = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = kept;
  {
    net::io_context loop;
    Socket a(loop);
    Socket b(loop);
    net::local::connect_pair(a, b);
    Stream abandoned(std::move(a), client_connection());
    abandoned.async_handshake([kept](std::error_code) { ADD_FAILURE() << "nobody runs the loop"; });
    kept.reset();
  }
  EXPECT_TRUE(watch.expired());
}

TEST_F(AsioStream, RunsOverAReferenceToItsNextLayer) {
  Socket a(context);
  Socket b(context);
  net::local::connect_pair(a, b);
  handfast::asio::stream<Socket&> near(a, client_connection());
  Stream far(std::move(b), server_connection());
  int done = 0;
  near.async_handshake([&](std::error_code error) { done += error ? 0 : 1; });
  far.async_handshake([&](std::error_code error) { done += error ? 0 : 1; });
  context.run();
  EXPECT_EQ(done, 2);
  EXPECT_TRUE(a.is_open());
}

TEST_F(AsioStream, MovesBetweenOperations) {
  connect();
  shake_hands();
  Stream moved = std::move(*client);
  Octets got;
  run(write_all(moved, to_octets(as_bytes("moved"))), read_all(*server, got));
  EXPECT_EQ(as_text(got), "moved");
}

// A next layer that gives and takes one octet at a time.
class SlowSocket {
 public:
  using executor_type = Socket::executor_type;
  explicit SlowSocket(Socket socket) : socket_(std::move(socket)) {}
  executor_type get_executor() { return socket_.get_executor(); }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return socket_.async_read_some(net::buffer(*net::buffer_sequence_begin(buffers), 1),
                                   std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return socket_.async_write_some(net::buffer(*net::buffer_sequence_begin(buffers), 1),
                                    std::forward<Token>(token));
  }

 private:
  Socket socket_;
};

TEST_F(AsioStream, WorksOneOctetAtATime) {
  Socket a(context);
  Socket b(context);
  net::local::connect_pair(a, b);
  handfast::asio::stream<SlowSocket> near(SlowSocket(std::move(a)), client_connection());
  handfast::asio::stream<SlowSocket> far(SlowSocket(std::move(b)), server_connection());
  std::array<char, 5> got{};
  far.async_handshake([&](std::error_code error) {
    ASSERT_FALSE(error) << error.message();
    net::async_write(far, net::buffer("slow!", 5),
                     [](std::error_code failed, std::size_t) { EXPECT_FALSE(failed); });
  });
  near.async_handshake([&](std::error_code error) {
    ASSERT_FALSE(error) << error.message();
    net::async_read(near, net::buffer(got),
                    [](std::error_code failed, std::size_t) { EXPECT_FALSE(failed); });
  });
  context.run();
  EXPECT_EQ(std::string_view(got.data(), 5), "slow!");
}

TEST_F(AsioStream, FollowsKeyUpdatesOfBothSides) {
  ClientSettings settings = live_client_settings();
  settings.key_update_after_records = 3;
  connect(client_connection(ClientConfig::make(settings).value()));
  shake_hands();
  EXPECT_TRUE(client->connection().update_keys(KeyUpdateRequest::update_requested));
  const Octets up = pattern(400'000);
  const Octets down = pattern(300'000);
  Octets up_got;
  Octets down_got;
  run(write_all(*client, up), read_all(*server, up_got));
  EXPECT_EQ(up_got, up);
  run(write_all(*server, down), read_all(*client, down_got));
  EXPECT_EQ(down_got, down);
}

}  // namespace
}  // namespace handfast::test
