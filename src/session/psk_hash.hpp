// The hash function of a PSK.
#pragma once
#include <handfast/external_psk.hpp>

#include "crypto/hash.hpp"

namespace handfast::session {

/// The function that a public PskHash names.
[[nodiscard]] constexpr crypto::HashAlgorithm algorithm_of(PskHash hash) noexcept {
  return hash == PskHash::sha384 ? crypto::HashAlgorithm::sha384 : crypto::HashAlgorithm::sha256;
}

}  // namespace handfast::session
