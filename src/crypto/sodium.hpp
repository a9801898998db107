// libsodium, made ready.
#pragma once
#include <sodium.h>

#include "crypto/contract.hpp"

namespace handfast::crypto {

/// Comes before any other use of libsodium: without it the fast code of this processor is not chosen.
inline void prepare_sodium() noexcept {
  static const bool ready = sodium_init() >= 0;
  require(ready);
}

}  // namespace handfast::crypto
