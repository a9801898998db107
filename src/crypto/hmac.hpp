// HMAC (RFC 2104) with the key's part computed once.
#pragma once
#include <span>

#include <handfast/secret.hpp>

#include "crypto/hash.hpp"

namespace handfast::crypto {

/// Room for a MAC or a derived secret of any hash: its size() is the hash's digest size.
using MacValue = Secret<max_digest_size>;

/// A key of HMAC, with the two compressions that depend on the key alone already done.
///
/// Any length of key is right (RFC 2104 §2). Movable; a copy has to be asked for. Wiped when it dies. Const
/// operations may run in several threads at once.
class HmacKey {
 public:
  HmacKey(HashAlgorithm algorithm, Bytes key) noexcept;
  HmacKey(HmacKey&& other) noexcept = default;
  HmacKey& operator=(HmacKey&& other) noexcept = default;
  ~HmacKey() = default;

  /// A deliberate copy.
  [[nodiscard]] HmacKey clone() const noexcept;

  /// HMAC(key, data): digest_size() octets.
  [[nodiscard]] MacValue mac(Bytes data) const noexcept;
  /// HMAC(key, parts[0] || parts[1] || ...).
  [[nodiscard]] MacValue mac(std::initializer_list<Bytes> parts) const noexcept;
  [[nodiscard]] MacValue mac(std::span<const Bytes> parts) const noexcept;
  /// HMAC(key, head || the first `size` octets of `data`), where the length is a secret, too.
  ///
  /// `size` is at least `least_size` and at most data.size(). Time and memory accesses depend on head.size(),
  /// data.size() and least_size alone: MAC-then-encrypt is checked with this. It costs as many compressions
  /// more than mac() as `data` may have blocks beyond `least_size`.
  [[nodiscard]] MacValue mac_of_secret_length(Bytes head, Bytes data, std::size_t least_size,
                                              std::size_t size) const noexcept;

  [[nodiscard]] HashAlgorithm algorithm() const noexcept { return algorithm_; }

 private:
  friend class Hmac;
  explicit HmacKey(HashAlgorithm algorithm) noexcept : algorithm_(algorithm) {}
  // From the inner digest to the MAC, in place.
  void close(MacValue& digest) const noexcept;

  Secret<max_digest_size> inner_;  // chaining value after the block key XOR ipad
  Secret<max_digest_size> outer_;  // chaining value after the block key XOR opad
  HashAlgorithm algorithm_;
};

/// A running HMAC, for data that comes in pieces. The key must outlive it. Wiped when it dies.
class Hmac {
 public:
  explicit Hmac(const HmacKey& key) noexcept;
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;
  ~Hmac() = default;

  void update(Bytes data) noexcept;
  /// The MAC of everything so far; call it once, at the end.
  [[nodiscard]] MacValue finish() noexcept;

 private:
  const HmacKey& key_;
  Hash hash_;
};

/// Wipes the stack below the caller. libcrypto's code leaves there what it makes of a block, from which the
/// block follows, but for SHA-1 and SHA-256 on the processor's own instructions. The first block has the key
/// in it, others have secrets to extract from, or what a record protects.
void wipe_blocks(HashAlgorithm algorithm) noexcept;

}  // namespace handfast::crypto
