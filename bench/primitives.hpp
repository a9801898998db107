// The floor: what a handshake cannot do without, each operation alone and their sums.
#pragma once
#include <string>

#include "harness/figures.hpp"

namespace handfast::bench {

/// Microseconds of each primitive, then of each handshake's primitives on each side ("hs13-ecdsa/server").
/// Throws.
[[nodiscard]] Figures measure_primitives(const std::string& folder, double seconds);

/// Microseconds of what each side of one handshake is made of: "server", "client", "client_cached", ...
/// Throws.
[[nodiscard]] Figures measure_floor(const std::string& folder, std::string_view scenario, double seconds);

}  // namespace handfast::bench
