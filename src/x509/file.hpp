// Whole files, for the few functions of this layer that name them.
#pragma once
#include <string>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>

namespace handfast::x509 {

/// All of a file or pipe, at most 64 MiB. Errors: file_unreadable.
Result<Octets> read_file(const std::string& path);
/// The regular files (or links to them) of a folder, sorted by name. Errors: file_unreadable.
Result<std::vector<std::string>> list_files(const std::string& folder);

}  // namespace handfast::x509
