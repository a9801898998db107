// What a public key holds.
#pragma once
#include "crypto/libcrypto.hpp"
#include "crypto/signature.hpp"

namespace handfast::crypto {

struct PublicKeyState {
  KeyType type = KeyType::rsa;
  std::size_t bits = 0;
  Octets modulus;
  Octets exponent;
  Octets point;
  std::optional<PssRestriction> restriction;
  RsaKey rsa;  // verification fills its cache, under its own lock
  EcPoint ec;
  EcGroup table;  // of multiples of `ec`; null: none was wanted, or there is none for the curve
};

/// What the public operation of RSA makes of `signature`, without looking at padding: false if that is not as
/// long as the modulus or not smaller. `out` is as long as the modulus.
[[nodiscard]] bool rsa_public_operation(RSA* key, Bytes signature, MutableBytes out) noexcept;

}  // namespace handfast::crypto
