// The two halves of a finished connection in the hands of two threads.
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "support/pair.hpp"

namespace handfast::test {
namespace {

Pair finished() {
  Pair pair = test::pair(client_settings(), server_settings());
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  return pair;
}

// Two threads, one half each, on both ends: data both ways while KeyUpdates are requested all the time. Run
// under TSan by `./dev tsan`.
TEST(Halves, ServeTwoThreads) {
  Pair pair = finished();
  auto [client_sender, client_receiver] = *std::move(pair.client.connection).split();
  auto [server_sender, server_receiver] = *std::move(pair.server.connection).split();

  struct Pipe {
    std::mutex mutex;
    std::condition_variable filled;
    Octets octets;
    bool ended = false;
    void push(Bytes more) {
      const std::scoped_lock lock(mutex);
      octets.insert(octets.end(), more.begin(), more.end());
      filled.notify_one();
    }
    void end() {
      const std::scoped_lock lock(mutex);
      ended = true;
      filled.notify_one();
    }
    bool take(Octets& into) {
      std::unique_lock lock(mutex);
      filled.wait(lock, [this] { return !octets.empty() || ended; });
      into.insert(into.end(), octets.begin(), octets.end());
      const bool any = !octets.empty();
      octets.clear();
      return any;
    }
  };
  Pipe up;
  Pipe down;
  constexpr int rounds = 400;
  const auto send = [](Sender& sender, Pipe& pipe) {
    Octets out(40000);
    for (int i = 0; i < rounds; ++i) {
      if (i % 7 == 3) sender.update_keys(KeyUpdateRequest::update_requested);
      const auto sent = sender.send(Octets(777, 7), out);
      ASSERT_TRUE(sent) << describe(sent.error());
      pipe.push(Bytes(out).first(sent->written));
    }
    sender.close();
    while (const std::size_t count = sender.transmit(out)) pipe.push(Bytes(out).first(count));
    pipe.end();
  };
  const auto receive = [](Receiver& receiver, Pipe& pipe, std::size_t& total, bool& closed) {
    Octets input;
    while (!closed && pipe.take(input)) {
      for (;;) {
        auto received = receiver.receive(input, now);
        ASSERT_TRUE(received) << describe(received.error());
        total += received->data.size();
        closed = received->closed;
        input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(received->used));
        if (received->used == 0) break;
      }
    }
  };
  std::size_t at_server = 0;
  std::size_t at_client = 0;
  bool server_closed = false;
  bool client_closed = false;
  {
    std::jthread a([&] { send(client_sender, up); });
    std::jthread b([&] { send(server_sender, down); });
    std::jthread c([&] { receive(server_receiver, up, at_server, server_closed); });
    std::jthread d([&] { receive(client_receiver, down, at_client, client_closed); });
  }
  EXPECT_EQ(at_server, rounds * 777U);
  EXPECT_EQ(at_client, rounds * 777U);
  EXPECT_TRUE(server_closed);
  EXPECT_TRUE(client_closed);
}

// A receiver that meets garbage tells its sender, which sends the alert.
TEST(Halves, AlertOfTheReceiverGoesOutThroughTheSender) {
  Pair pair = finished();
  Octets record = pair.client.send(as_bytes("data"));
  record.back() ^= 1;
  auto [sender, receiver] = *std::move(pair.server.connection).split();
  EXPECT_FALSE(receiver.receive(record, now));
  EXPECT_TRUE(sender.wants_to_transmit());
  Octets out(min_output);
  EXPECT_EQ(sender.send(as_bytes("x"), out).error().code, ErrorCode::closed);
  const std::size_t count = sender.transmit(out);
  out.resize(count);
  pair.client.deliver(out);
  EXPECT_EQ(pair.client.error->alert, AlertDescription::bad_record_mac);
}

}  // namespace
}  // namespace handfast::test
