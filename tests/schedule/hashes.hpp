// The hashes of the cipher suites, by short names.
#pragma once
#include "crypto/hash.hpp"

namespace handfast::schedule {

constexpr auto sha256 = crypto::HashAlgorithm::sha256;
constexpr auto sha384 = crypto::HashAlgorithm::sha384;

}  // namespace handfast::schedule
