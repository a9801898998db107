// Moments as people type them.
#pragma once
#include <string_view>

#include <handfast/time.hpp>

#include "failure.hpp"

namespace handfast::tool {

/// "2026-12-01", "2026-12-01T13:00:00Z", the same with a blank for the T, with an offset ("+02:00") or "UTC"
/// for the Z or with nothing (UTC then), or "@SECONDS" since 1970.
Outcome<Time> parse_time(std::string_view text);

}  // namespace handfast::tool
