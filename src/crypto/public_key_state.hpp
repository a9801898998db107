// What a public key holds.
#pragma once
#include "crypto/libcrypto.hpp"
#include "crypto/signature.hpp"

namespace handfast::crypto {

class PrivateKey;
struct PrivateKeyState;

struct PublicKeyState {
  KeyType type = KeyType::rsa;
  std::size_t bits = 0;
  Octets modulus;
  Octets exponent;
  Octets point;
  std::optional<PssRestriction> restriction;
  Montgomery rsa;  // to multiply modulo `modulus`; it is only read
  EcPoint ec;
  EcGroup table;  // of multiples of `ec`; null: none was wanted, or there is none for the curve
};

/// Reaches the keys, for the rest of this layer.
struct KeyState {
  static const PublicKeyState& of(const PublicKey& key) noexcept { return *key.state_; }
  static const PrivateKeyState& of(const PrivateKey& key) noexcept;
};

/// number^exponent modulo the modulus of an RSA key (RSAEP and RSAVP1, RFC 8017 §5.1.1 and §5.2.2), without
/// looking at padding: false if `number` is not as long as the modulus or not smaller. `out` is as long as
/// the modulus; it may be `number`. What was in between is wiped: a number to be encrypted is a secret.
[[nodiscard]] bool rsa_public_operation(const PublicKeyState& key, Bytes number, MutableBytes out);

}  // namespace handfast::crypto
