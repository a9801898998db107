// What the runner leaves to the shim to check.
#pragma once
#include <string>

#include <handfast/connection.hpp>

#include "bogo/flags.hpp"
#include "bogo/record_log.hpp"
#include "bogo/stores.hpp"

namespace handfast::bogo {

/// The first thing of a finished handshake that is not as the flags say; empty: all is. `index` connections
/// came before it.
[[nodiscard]] std::string unmet_expectation(const Flags& flags, const Summary& summary, int index);

/// The same of the sessions that came of a connection.
[[nodiscard]] std::string unmet_expectation(const Flags& flags, const Summary& summary, const Stores& stores);

/// The same of the messages that went to and fro.
[[nodiscard]] std::string unmet_expectation(const Flags& flags, RecordLog& log);

/// The same of a ClientHello that a server has just read.
[[nodiscard]] std::string unmet_expectation(const Flags& flags, const ConfigurationQuestion& question);

}  // namespace handfast::bogo
