// Reading local files, with the system's reason when that fails.
#pragma once
#include <string>
#include <string_view>

#include <handfast/bytes.hpp>
#include <handfast/secret.hpp>

#include "failure.hpp"

namespace handfast::tool {

/// A whole file, wiped when freed, for it may hold a key. Regular files and pipes, at most 16 MiB.
Outcome<SecretOctets> read_file(const std::string& path);

/// Writes to standard output, all of it.
Outcome<> write_output(std::string_view text);

/// Writes a file at once or not at all: a temporary one beside it, synchronised, then renamed.
Outcome<> write_file(const std::string& path, Bytes content, unsigned mode);

}  // namespace handfast::tool
