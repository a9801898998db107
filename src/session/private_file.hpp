// Files that hold secrets.
#pragma once
#include <string>

#include <handfast/error.hpp>
#include <handfast/secret.hpp>

namespace handfast::session {

/// All of a file or pipe, at most 64 MiB. Errors: file_unreadable, also for a file that everybody may read or
/// write: then its secrets are none.
Result<SecretOctets> read_private_file(const std::string& path);
/// Replaces a file in one step, or makes it, readable and writable by its owner only. Who reads at the same
/// time sees all of the old or all of the new. Errors: file_unwritable.
Result<> replace_private_file(const std::string& path, Bytes octets);

}  // namespace handfast::session
