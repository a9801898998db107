// Seeds for the fuzzer of captures.
#pragma once
#include <handfast/config.hpp>

namespace handfast::fuzz {

/// A connection between two such ends, with data both ways, as packets with its key log.
[[nodiscard]] Octets capture_seed(ClientSettings client, ServerSettings server);

}  // namespace handfast::fuzz
