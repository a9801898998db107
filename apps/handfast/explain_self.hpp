// A handshake of a client and a server in memory, watched.
#pragma once
#include "explain.hpp"
#include "explained.hpp"

namespace handfast::tool {

Outcome<Explained> explain_self(const ExplainOptions& options);

}  // namespace handfast::tool
