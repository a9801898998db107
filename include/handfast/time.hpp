// Time as the library sees it: a value that the caller gives.
#pragma once
#include <chrono>

namespace [[gnu::visibility("default")]] handfast {

/// A moment in UTC, in milliseconds since 1970-01-01. The library never reads a clock.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// The system's clock, for callers that have no other.
inline Time system_now() noexcept {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace handfast
