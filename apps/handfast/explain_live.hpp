// A handshake with a server, watched.
#pragma once
#include "explain.hpp"
#include "explained.hpp"

namespace handfast::tool {

/// Fails where no connection came about; a handshake that failed is explained as far as it came.
Outcome<Explained> explain_live(const ExplainOptions& options);

}  // namespace handfast::tool
