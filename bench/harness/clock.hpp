// The clock of the benchmarks: the time-stamp counter on amd64, the steady clock elsewhere.
#pragma once
#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace handfast::bench {

#if defined(__x86_64__)
/// Ticks of the processor's constant counter; the fences keep the measured work between two readings.
inline std::uint64_t ticks() noexcept {
  _mm_lfence();
  const std::uint64_t now = __rdtsc();
  _mm_lfence();
  return now;
}
#else
inline std::uint64_t ticks() noexcept {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}
#endif

/// How long a tick is, measured once against the steady clock (20 ms).
inline double nanoseconds_per_tick() {
  static const double measured = [] {
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    const std::uint64_t first = ticks();
    while (Clock::now() - begin < std::chrono::milliseconds(20)) {}
    const std::uint64_t last = ticks();
    const std::chrono::duration<double, std::nano> passed = Clock::now() - begin;
    return passed.count() / static_cast<double>(last - first);
  }();
  return measured;
}

}  // namespace handfast::bench
