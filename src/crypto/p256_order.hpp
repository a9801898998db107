// Inversion modulo the order of P-256, which ECDSA needs for each signature.
#pragma once
#include <handfast/bytes.hpp>

namespace handfast::crypto {

/// The inverse of `number`, 32 octets, big endian, from 1 to order - 1, to `inverse`, 32 octets. Constant
/// time.
///
/// libcrypto's own for this is three times slower but for the one inside its ECDSA_sign(), which draws its
/// nonce itself.
void invert_modulo_p256_order(Bytes number, MutableBytes inverse) noexcept;

}  // namespace handfast::crypto
