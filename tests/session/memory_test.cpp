// A million entries take no more memory than the limits say. This replaces the program's operator new to
// count; not inlined, or GCC takes malloc and free there for a mismatch.
#include <atomic>
#include <cstdlib>
#include <new>

#include <handfast/client_session_store.hpp>
#include <handfast/session_store.hpp>
#include <handfast/ticket_keys.hpp>

#include <malloc.h>

#include "session/claims.hpp"

namespace {
std::size_t held = 0;
std::size_t most_held = 0;
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* const memory = std::malloc(size)) {
    held += malloc_usable_size(memory);
    most_held = std::max(most_held, held);
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory != nullptr) held -= malloc_usable_size(memory);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  operator delete(memory);
}

namespace handfast::test {
namespace {

constexpr std::uint32_t flood = 1'000'000;

/// The most memory that was held above what was held at the start.
class Watch {
 public:
  Watch() noexcept : before_(held) { most_held = held; }
  [[nodiscard]] std::size_t most() const noexcept { return most_held - before_; }

 private:
  std::size_t before_;
};

TEST(Memory, OfAServersCacheIsBounded) {
  const SessionCacheLimits limits{.sessions = 20'000, .octets = std::size_t{4} << 20};
  const Watch watch;
  SessionCache cache(limits);
  const Session session = plain_session();
  Octets id(32);
  for (std::uint32_t i = 0; i < flood; ++i) {
    std::memcpy(id.data(), &i, sizeof i);
    cache.put(id, session, noon);
  }
  EXPECT_LE(cache.size(), limits.sessions);
  EXPECT_LE(cache.octets(), limits.octets);
  EXPECT_GE(cache.size(), 9'000U);
  EXPECT_LE(watch.most(), limits.octets + limits.octets / 8);
}

TEST(Memory, OfAClientsCacheIsBounded) {
  const ClientSessionCacheLimits limits{.servers = 5'000, .octets = std::size_t{4} << 20};
  const Watch watch;
  ClientSessionCache cache(limits);
  const Session session = plain_session();
  SessionKey key;
  for (std::uint32_t i = 0; i < flood; ++i) {
    key.server_name = "host" + std::to_string(i / 4);
    cache.put(key, session.clone(), noon);
  }
  EXPECT_LE(cache.octets(), limits.octets);
  EXPECT_GE(cache.size(), 10'000U);
  EXPECT_LE(watch.most(), limits.octets + limits.octets / 8);
}

TEST(Memory, OfAStrikeRegisterIsBounded) {
  const StrikeRegisterOptions options{.claims = 10'000};
  const Watch watch;
  const auto guard = *StrikeRegister::make(options);
  const std::size_t taken_at_start = watch.most();
  EXPECT_LE(taken_at_start, 96 * options.claims + 4096);
  std::uint32_t accepted = 0;
  for (std::uint32_t i = 0; i < flood; ++i) {
    const TestClaim claim(guard->register_id(), i);
    if (guard->check(*claim, noon).take() == EarlyDataVerdict::accepted) ++accepted;
  }
  EXPECT_EQ(accepted, options.claims);
  EXPECT_EQ(watch.most(), taken_at_start);
}

TEST(Memory, OfTicketKeysIsBounded) {
  const auto keys =
      *TicketKeys::make(noon, {.lifetime = std::chrono::hours(6), .rotation = std::chrono::hours(1)});
  for (int i = 0; i < 10; ++i) (void)keys->seal(plain_session(), noon + std::chrono::hours(i));
  const Watch watch;
  for (int i = 10; i < 10'000; ++i) (void)keys->seal(plain_session(), noon + std::chrono::hours(i));
  EXPECT_LE(watch.most(), 16'384U);
}

}  // namespace
}  // namespace handfast::test
