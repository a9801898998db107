// What the shim does with a connection: handshake, checks, data, end.
#pragma once
#include "bogo/settings.hpp"

namespace handfast::bogo {

/// One whole connection to the runner.
Exit run_connection(const Flags& flags);

}  // namespace handfast::bogo
