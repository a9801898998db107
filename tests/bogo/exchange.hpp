// What the shim does with a connection: handshake, checks, data, end.
#pragma once
#include "bogo/settings.hpp"

namespace handfast::bogo {

/// One whole connection to the runner: `index` others came before it.
Exit run_connection(const FlagSets& sets, Stores& stores, int index);

}  // namespace handfast::bogo
