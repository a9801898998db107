// The runner's flags as the settings of a configuration.
#pragma once
#include <optional>

#include <handfast/config.hpp>

#include "bogo/flags.hpp"
#include "bogo/stores.hpp"

namespace handfast::bogo {

/// What the shim ends with (see the runner's protocol).
enum class Exit : int { success = 0, failure = 1, unimplemented = 89 };

/// Prints why and leaves the test aside.
[[noreturn]] void leave_unimplemented(const char* why);

/// The contents of a file; nothing if it cannot be read.
std::optional<Octets> read_file(const std::string& path);

/// Whether a client lets the shim judge the server: the runner's default is not to look at certificates.
[[nodiscard]] bool asks_for_a_verdict(const Flags& flags);

/// What a PSK credential is imported as: one PSK for each hash (RFC 9258).
Result<std::vector<ExternalPsk>> imported_psks(const CredentialFlags& credential);

/// Whether a client has PSKs and nothing to judge certificates by: then the server has to take one.
[[nodiscard]] bool needs_psk(const Flags& flags);

/// Settings of a client or a server. What cannot be set is left aside as unimplemented.
Result<ClientSettings> client_settings(const Flags& flags, const Stores& stores);
Result<ServerSettings> server_settings(const Flags& flags, const Stores& stores, Bytes client_hello);

}  // namespace handfast::bogo
