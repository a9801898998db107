// What a public key holds.
#pragma once
#include <atomic>

#include "crypto/libcrypto.hpp"
#include "crypto/signature.hpp"

namespace handfast::crypto {

class PrivateKey;
struct PrivateKeyState;

/// What multiplication modulo an odd number needs. It is made at its first use, for most keys of a trust
/// store never check anything; several threads may come at once.
class LazyMontgomery {
 public:
  LazyMontgomery() = default;
  LazyMontgomery(const LazyMontgomery&) = delete;
  LazyMontgomery& operator=(const LazyMontgomery&) = delete;
  ~LazyMontgomery() { BN_MONT_CTX_free(made_.load(std::memory_order_relaxed)); }

  /// For this modulus, always the same. It is only read, though libcrypto's functions do not say so.
  [[nodiscard]] BN_MONT_CTX* get(Bytes modulus) const;

 private:
  mutable std::atomic<BN_MONT_CTX*> made_ = nullptr;
};

struct PublicKeyState {
  KeyType type = KeyType::rsa;
  std::size_t bits = 0;
  Octets modulus;
  Octets exponent;
  Octets point;
  std::optional<PssRestriction> restriction;
  LazyMontgomery montgomery;  // of the modulus
  EcPoint ec;
  EcGroup table;  // of multiples of `ec`; null: none was wanted, or there is none for the curve
};

/// Reaches the keys, for the rest of this layer.
struct KeyState {
  static const PublicKeyState& of(const PublicKey& key) noexcept { return *key.state_; }
  static inline const PrivateKeyState& of(const PrivateKey& key) noexcept;
};

/// RSAEP (RFC 8017 §5.1.1): message^exponent modulo the modulus of an RSA key. False if `message` is not as
/// long as the modulus or not smaller. `ciphertext` is as long, and may be `message`. The message is a
/// secret: what was in between is wiped, and time depends on it as little as libcrypto lets it.
[[nodiscard]] bool rsaep(const PublicKeyState& key, Bytes message, MutableBytes ciphertext);
/// RSAVP1 (RFC 8017 §5.2.2), the same of a signature, which everybody may know: faster.
[[nodiscard]] bool rsavp1(const PublicKeyState& key, Bytes signature, MutableBytes message);

}  // namespace handfast::crypto
