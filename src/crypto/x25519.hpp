// X25519 (RFC 7748 §5), its key pairs by way of libsodium's Edwards curve, its ladder from libcrypto or
// libsodium.
#pragma once
#include <cstddef>

#include <handfast/bytes.hpp>

namespace handfast::crypto {

inline constexpr std::size_t x25519_size = 32;

/// Loads what the first of the calls below would load.
void prepare_x25519() noexcept;

/// The public key of `scalar`: 32 octets each. Constant time in the scalar, at two thirds of the cost of
/// multiplying on the Montgomery curve.
void x25519_public_key(Bytes scalar, MutableBytes public_key) noexcept;

/// X25519(scalar, point): 32 octets each; `public_key` is the scalar's own. False if the result is all zeros,
/// which a point of small order gives (RFC 7748 §6.1). Constant time.
[[nodiscard]] bool x25519(Bytes scalar, Bytes public_key, Bytes point, MutableBytes shared) noexcept;

}  // namespace handfast::crypto
