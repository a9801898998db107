// Ticket keys that rotate while threads seal and open.
#include <atomic>
#include <barrier>
#include <mutex>
#include <thread>

#include <handfast/ticket_keys.hpp>

#include "session/sessions.hpp"

namespace handfast::test {
namespace {

using std::chrono::hours;

/// A ticket and when it was sealed.
struct Sealed {
  Octets ticket;
  Time at;
};

/// The last tickets that any thread sealed.
class Tickets {
 public:
  void add(Sealed sealed) {
    const std::scoped_lock guard(lock_);
    tickets_[next_++ % tickets_.size()] = std::move(sealed);
  }
  Sealed any(std::size_t number) {
    const std::scoped_lock guard(lock_);
    return tickets_[number % std::min(next_, tickets_.size())];
  }

 private:
  std::mutex lock_;
  std::array<Sealed, 64> tickets_;
  std::size_t next_ = 0;
};

Session issued_at(Time now) {
  Session session = plain_session();
  session.issued = session.authenticated = now;
  session.lifetime = hours(24);
  return session;
}

// Every turn one thread moves the clock by a quarter of a period while the others are in the middle of
// sealing and opening: the set rotates a hundred times, and no thread's clock is more than one turn behind.
TEST(TicketKeysInThreads, RotateWithoutOneTicketThatDoesNotOpen) {
  constexpr hours turn{2};
  const auto keys = *TicketKeys::make(noon, {.lifetime = hours(24), .rotation = 4 * turn});
  std::atomic<Time> clock = noon;
  std::atomic<std::uint32_t> opened = 0;
  std::atomic<std::uint32_t> failed = 0;
  Tickets tickets;
  std::barrier turns(4);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < 400; ++i) {
        if (thread == i % 4) clock = clock.load() + turn;
        for (std::size_t j = 0; j < 4; ++j) {
          const Time now = clock;
          tickets.add({*keys->seal(issued_at(now), now), now});
          const Sealed sealed = tickets.any(thread + i * j);
          const Time then = clock;
          if (sealed.at + hours(24) <= then + turn) continue;  // at its end, or past it
          ++(keys->open(sealed.ticket, then) ? opened : failed);
        }
        turns.arrive_and_wait();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0U);
  EXPECT_GT(opened, 3000U);
}

// Every thread finds a set that slept for many periods, and all seal and open at once.
TEST(TicketKeysInThreads, WakeFromALongSleepWithoutOneTicketThatDoesNotOpen) {
  std::atomic<std::uint32_t> failed = 0;
  for (int round = 0; round < 50; ++round) {
    const auto keys = *TicketKeys::make(noon, {.lifetime = hours(24), .rotation = hours(1)});
    const Time now = noon + hours(1000);
    Tickets tickets;
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t i = 0; i < 20; ++i) {
          tickets.add({*keys->seal(issued_at(now), now), now});
          if (!keys->open(tickets.any(thread + i).ticket, now)) ++failed;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(failed, 0U);
}

// An import a turn, while others seal and open.
TEST(TicketKeysInThreads, ImportWithoutOneTicketThatDoesNotOpen) {
  const auto leader = *TicketKeys::make(noon);
  const auto follower = *TicketKeys::import(leader->export_keys());
  std::atomic<std::uint32_t> failed = 0;
  std::barrier turns(4);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        const auto ticket = follower->seal(plain_session(), noon);
        if (!ticket || !follower->open(*ticket, noon)) ++failed;
        turns.arrive_and_wait();
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(follower->import_keys(*follower->export_rotated()));
    turns.arrive_and_wait();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0U);
}

}  // namespace
}  // namespace handfast::test
