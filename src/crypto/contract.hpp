// Contracts inside the library: a broken one is a bug of ours, never the peer's doing.
#pragma once
#include <cstdlib>

namespace handfast::crypto {

/// Stops the process if a contract is broken: better than to write where nobody asked for it, or to send
/// what was not encrypted. Nothing a peer sends and no input of the public API may lead here.
inline void require(bool kept) noexcept {
  if (!kept) [[unlikely]]
    std::abort();
}

}  // namespace handfast::crypto
