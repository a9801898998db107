// A strike register that threads race for.
#include <atomic>
#include <barrier>
#include <thread>

#include "session/claims.hpp"

namespace handfast::test {
namespace {

TEST(StrikeRegisterInThreads, TakesEachOfTenThousandRacesOnce) {
  constexpr std::uint32_t races = 10'000;
  const auto guard = *StrikeRegister::make();
  std::atomic<std::uint32_t> accepted = 0;
  std::atomic<std::uint32_t> replayed = 0;
  std::barrier start(2);
  const auto race = [&] {
    for (std::uint32_t i = 0; i < races; ++i) {
      const TestClaim claim(guard->register_id(), i);
      start.arrive_and_wait();
      const EarlyDataVerdict verdict = guard->check(*claim, noon).take();
      if (verdict == EarlyDataVerdict::accepted) ++accepted;
      if (verdict == EarlyDataVerdict::replayed) ++replayed;
    }
  };
  std::thread one(race);
  std::thread other(race);
  one.join();
  other.join();
  EXPECT_EQ(accepted, races);
  EXPECT_EQ(replayed, races);
}

// The same race while time goes on, so that tables change places under the racers.
TEST(StrikeRegisterInThreads, TakesEachRaceOnceWhileItForgets) {
  constexpr std::uint32_t races = 5'000;
  const auto guard = *StrikeRegister::make({.window = std::chrono::milliseconds(20)});
  std::atomic<std::uint32_t> accepted = 0;
  std::barrier start(2);
  const auto race = [&](std::int64_t ahead) {
    for (std::uint32_t i = 0; i < races; ++i) {
      TestClaim claim(guard->register_id(), i);
      claim->claimed_age += std::chrono::milliseconds(5 * i);
      start.arrive_and_wait();
      const Time now = noon + std::chrono::milliseconds(5 * i + ahead);
      if (guard->check(*claim, now).take() == EarlyDataVerdict::accepted) ++accepted;
    }
  };
  std::thread one(race, 0);
  std::thread other(race, 7);
  one.join();
  other.join();
  EXPECT_EQ(accepted, races);
}

}  // namespace
}  // namespace handfast::test
