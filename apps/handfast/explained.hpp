// What handfast explain has to show.
#pragma once
#include <optional>
#include <string>

#include <handfast/explain.hpp>

#include "failure.hpp"

namespace handfast::tool {

struct Explained {
  inspect::Story story;
  std::string what;                ///< "example.com:443", "a handshake in memory"
  std::optional<Failure> failure;  ///< the handshake did not get to its end
  bool resolver_hangs = false;     ///< its thread cannot be stopped
};

/// Microseconds since the call, for recorders.
[[nodiscard]] inspect::Recorder::Clock stopwatch();

}  // namespace handfast::tool
