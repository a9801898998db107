// Caches that threads share.
#include <atomic>
#include <barrier>
#include <thread>

#include <handfast/client_session_store.hpp>
#include <handfast/session_store.hpp>

#include "session/sessions.hpp"

namespace handfast::test {
namespace {

Octets id(std::uint32_t number) {
  Octets octets(32);
  std::memcpy(octets.data(), &number, sizeof number);
  return octets;
}

SessionKey key(std::uint32_t number) {
  SessionKey made;
  made.server_name = "host" + std::to_string(number);
  return made;
}

template <class F>
void in_threads(std::uint32_t count, F&& work) {
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < count; ++i) threads.emplace_back([&, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

TEST(SessionCacheInThreads, OfSingleUseGivesEachSessionToOneThread) {
  constexpr std::uint32_t sessions = 2000;
  SessionCache cache({.single_use = true});
  for (std::uint32_t i = 0; i < sessions; ++i) cache.put(id(i), plain_session(), noon);
  std::atomic<std::uint32_t> found = 0;
  std::barrier start(2);
  in_threads(2, [&](std::uint32_t) {
    for (std::uint32_t i = 0; i < sessions; ++i) {
      start.arrive_and_wait();
      if (cache.find(id(i), noon).take()) ++found;
    }
  });
  EXPECT_EQ(found, sessions);
  EXPECT_EQ(cache.octets(), 0U);
}

TEST(SessionCacheInThreads, KeepsToItsLimits) {
  SessionCache cache({.sessions = 500, .octets = 200'000});
  in_threads(4, [&](std::uint32_t thread) {
    for (std::uint32_t i = 0; i < 2000; ++i) {
      cache.put(id(thread * 100'000 + i), plain_session(), noon);
      const auto found = cache.find(id(i), noon).take();
      EXPECT_TRUE(!found || found->server_name == "www.example.com");
      if (i % 7 == 0) cache.remove(id(thread * 100'000 + i));
      EXPECT_LE(cache.octets(), 200'000U);
    }
  });
  EXPECT_LE(cache.size(), 500U);
}

TEST(ClientSessionCacheInThreads, GivesEachTicketToOneThread) {
  constexpr std::uint32_t tickets = 2000;
  ClientSessionCache cache({.servers = tickets * 16, .octets = std::size_t{64} << 20});
  for (std::uint32_t i = 0; i < tickets; ++i) cache.put(key(i), plain_session(), noon);
  std::atomic<std::uint32_t> taken = 0;
  std::barrier start(2);
  in_threads(2, [&](std::uint32_t) {
    for (std::uint32_t i = 0; i < tickets; ++i) {
      start.arrive_and_wait();
      if (cache.take(key(i), noon).take()) ++taken;
    }
  });
  EXPECT_EQ(taken, tickets);
}

TEST(ClientSessionCacheInThreads, IsSavedWhileOthersUseIt) {
  ClientSessionCache cache;
  in_threads(3, [&](std::uint32_t thread) {
    for (std::uint32_t i = 0; i < 300; ++i) {
      if (thread == 0) {
        ClientSessionCache copied;
        EXPECT_TRUE(copied.add(cache.encode(noon), noon));
      } else {
        cache.put(key(i % 20), plain_session(), noon);
        (void)cache.take(key(i % 10), noon).take();
      }
    }
  });
}

}  // namespace
}  // namespace handfast::test
