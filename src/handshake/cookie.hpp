// The cookie of a HelloRetryRequest: all that a server has to remember between two ClientHellos, under a MAC
// (RFC 8446 §4.2.2).
#pragma once
#include <handfast/error.hpp>
#include <handfast/time.hpp>
#include <handfast/types.hpp>

#include "crypto/hash.hpp"

namespace handfast::handshake {

struct RetryState {
  CipherSuite suite{};
  NamedGroup group{};
  crypto::Digest first_hello;      ///< SHA-256 of what the second hello must repeat
  crypto::Digest transcript_hash;  ///< of the first ClientHello, under the suite's hash
};

/// `key`: 32 octets.
[[nodiscard]] Octets seal_cookie(const RetryState& state, Time now, Bytes key);
/// Errors: bad_cookie when the MAC does not hold, or when it is older than a minute or from the future.
Result<RetryState> open_cookie(Bytes cookie, Time now, Bytes key);

}  // namespace handfast::handshake
