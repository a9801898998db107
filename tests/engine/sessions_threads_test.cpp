// Whole handshakes on several threads that share ticket keys or a strike register.
#include <atomic>
#include <barrier>
#include <thread>

#include <handfast/client_session_store.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "support/pair.hpp"

namespace handfast::test {
namespace {

using std::chrono::seconds;

template <class F>
void in_threads(std::size_t count, F&& work) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

/// A client of one thread, with its own sessions.
std::shared_ptr<const ClientConfig> client_of(ProtocolVersion version) {
  ClientSettings settings = client_settings();
  settings.policy.max_version = version;
  settings.policy.groups = {NamedGroup::x25519, NamedGroup::secp256r1};  // the second for the certificate
  settings.policy.key_shares = {NamedGroup::x25519};
  settings.session_store = std::make_shared<ClientSessionCache>();
  return make(std::move(settings));
}

std::shared_ptr<const ServerConfig> server_with(std::shared_ptr<TicketKeys> keys) {
  ServerSettings settings = server_settings();
  settings.ticket_keys = std::move(keys);
  return make(std::move(settings));
}

/// How handshakes went.
struct Outcomes {
  std::atomic<std::uint32_t> full = 0;
  std::atomic<std::uint32_t> resumed = 0;
  std::atomic<std::uint32_t> failed = 0;
};

/// A whole handshake; the clock is asked at each step, as a server does.
void meet(const std::shared_ptr<const ClientConfig>& client,
          const std::shared_ptr<const ServerConfig>& server, const std::atomic<Time>& clock,
          Outcomes& outcomes) {
  Pair ends(*Connection::client(client, *ServerName::parse("localhost"), clock.load()),
            *Connection::server(server, clock.load()));
  for (int rounds = 0; rounds < 4; ++rounds) {
    ends.server.deliver(ends.client.transmit(), clock.load());
    ends.client.deliver(ends.server.transmit(), clock.load());
  }
  if (!ends.done()) {
    ++outcomes.failed;
    return;
  }
  ++(ends.server.connection.take_summary()->resumed ? outcomes.resumed : outcomes.full);
}

constexpr ProtocolVersion version_of(std::size_t thread) {
  return thread % 2 == 0 ? ProtocolVersion::tls13 : ProtocolVersion::tls12;
}

// Each turn one thread moves the clock by a quarter of a period while the others are in the middle of
// handshakes, of both versions: forty rotations, and every handshake but the first of each client resumes.
TEST(SessionsInThreads, ResumeWhileTicketKeysRotate) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t turns = 160;
  constexpr seconds turn{15};
  const auto keys = *TicketKeys::make(now, {.lifetime = seconds(600), .rotation = 4 * turn});
  const SecretOctets before = keys->export_keys();
  const auto server = server_with(keys);
  std::atomic<Time> clock = now;
  Outcomes outcomes;
  std::barrier next(threads);
  in_threads(threads, [&](std::size_t thread) {
    const auto client = client_of(version_of(thread));
    for (std::size_t i = 0; i < turns; ++i) {
      if (thread == i % threads) clock = clock.load() + turn;
      meet(client, server, clock, outcomes);
      next.arrive_and_wait();
    }
  });
  EXPECT_EQ(outcomes.failed, 0U);
  EXPECT_EQ(outcomes.full, threads);
  EXPECT_EQ(outcomes.resumed, threads * (turns - 1));
  EXPECT_NE(keys->export_keys(), before);
}

// Two hosts share a set. One step after the other reaches them while clients go from host to host.
TEST(SessionsInThreads, ResumeAtEveryHostWhileAFleetRotates) {
  constexpr std::size_t threads = 3;
  constexpr std::size_t turns = 100;
  // TLS 1.2 shows a ticket again and again: every key is kept to the end.
  const TicketKeyOptions options{.lifetime = seconds(6400), .rotation = seconds(100)};
  const auto leader = *TicketKeys::import((*TicketKeys::make(now))->export_keys(), options);
  const auto follower = *TicketKeys::import(leader->export_keys(), options);
  const std::array hosts = {server_with(leader), server_with(follower)};
  const std::atomic<Time> clock = now;
  Outcomes outcomes;
  std::barrier next(threads + 1);
  std::thread fleet([&] {
    for (std::size_t i = 0; i < turns; ++i) {
      const auto& host = i % 2 == 0 ? leader : follower;
      EXPECT_TRUE(host->import_keys(i % 2 == 0 ? *leader->export_rotated() : leader->export_keys()));
      next.arrive_and_wait();
    }
  });
  in_threads(threads, [&](std::size_t thread) {
    const auto client = client_of(version_of(thread));
    for (std::size_t i = 0; i < turns; ++i) {
      meet(client, hosts[(thread + i) % 2], clock, outcomes);
      next.arrive_and_wait();
    }
  });
  fleet.join();
  EXPECT_EQ(outcomes.failed, 0U);
  // Each client comes back a turn later, when the set has moved by one key at most.
  EXPECT_EQ(outcomes.full, threads);
}

// Somebody sends a whole recorded flight to two connections of a server at once, ten thousand times.
TEST(SessionsInThreads, TakeEarlyDataOfARecordedFlightOnce) {
  constexpr std::size_t races = 10'000;
  const auto session_store = std::make_shared<ClientSessionCache>();
  ClientSettings client = client_settings();
  client.policy = policies::modern;
  client.policy.groups = {NamedGroup::x25519};
  client.policy.key_shares = {NamedGroup::x25519};
  client.session_store = session_store;
  client.early_data = true;
  const auto client_config = make(std::move(client));
  ServerSettings settings = server_settings();
  settings.ticket_keys = *TicketKeys::make(now);
  settings.max_early_data_size = 100;
  settings.replay_guard = *StrikeRegister::make();
  const auto server = make(std::move(settings));
  Pair first(*Connection::client(client_config, *ServerName::parse("localhost"), now),
             *Connection::server(server, now));
  first.run();
  ASSERT_TRUE(first.done());
  const SecretOctets sessions = session_store->encode(now);

  Octets flight;
  std::atomic<std::size_t> taken = 0;
  std::atomic<std::size_t> failed = 0;
  std::barrier start(2, [&]() noexcept {
    // The client has its ticket again each time; its hellos differ.
    [[maybe_unused]] const auto added = session_store->add(sessions, now);
    End sender(*Connection::client(client_config, *ServerName::parse("localhost"), now));
    flight = sender.send_early(as_bytes("GET /"));
  });
  in_threads(2, [&](std::size_t) {
    for (std::size_t i = 0; i < races; ++i) {
      start.arrive_and_wait();
      End end(*Connection::server(server, now));
      end.deliver(flight);
      if (end.error) ++failed;
      if (as_text(end.early_data) == "GET /") ++taken;
      if (!end.early_data.empty() && as_text(end.early_data) != "GET /") ++failed;
    }
  });
  EXPECT_EQ(taken, races);
  EXPECT_EQ(failed, 0U);
}

}  // namespace
}  // namespace handfast::test
