// Hash functions: SHA-1, SHA-256, SHA-384, SHA-512 (FIPS 180-4).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <handfast/bytes.hpp>

namespace handfast::crypto {

/// SHA-1 serves only the MACs of TLS 1.2's CBC suites and names of keys (key identifiers, OCSP); no
/// signature is ever made or accepted with it.
enum class HashAlgorithm : std::uint8_t { sha1, sha256, sha384, sha512 };

/// Octets of a digest.
[[nodiscard]] constexpr std::size_t digest_size(HashAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case HashAlgorithm::sha1: return 20;
    case HashAlgorithm::sha256: return 32;
    case HashAlgorithm::sha384: return 48;
    case HashAlgorithm::sha512: return 64;
  }
  return 0;
}

/// Octets that the function compresses at a time: the block of HMAC.
[[nodiscard]] constexpr std::size_t block_size(HashAlgorithm algorithm) noexcept {
  return algorithm == HashAlgorithm::sha384 || algorithm == HashAlgorithm::sha512 ? 128 : 64;
}

/// "SHA-256" and so on.
[[nodiscard]] constexpr std::string_view name_of(HashAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case HashAlgorithm::sha1: return "SHA-1";
    case HashAlgorithm::sha256: return "SHA-256";
    case HashAlgorithm::sha384: return "SHA-384";
    case HashAlgorithm::sha512: return "SHA-512";
  }
  return {};
}

inline constexpr std::size_t max_digest_size = 64;
inline constexpr std::size_t max_block_size = 128;

/// A hash value: public, copyable, owns its octets.
struct Digest {
  std::array<std::uint8_t, max_digest_size> octets{};
  std::uint8_t size = 0;  ///< how many of `octets` count

  /// Lives as long as the digest.
  [[nodiscard]] Bytes view() const noexcept { return {octets.data(), size}; }
  friend bool operator==(const Digest& a, const Digest& b) noexcept { return equal(a.view(), b.view()); }
};

/// A running hash. A value: a copy goes on by itself, so a transcript may branch. Allocates nothing; what it
/// took in is wiped when it dies. One thread at a time, const operations from any.
class Hash {
 public:
  explicit Hash(HashAlgorithm algorithm) noexcept;
  Hash(const Hash& other) noexcept;
  Hash& operator=(const Hash& other) noexcept;
  ~Hash();

  void update(Bytes data) noexcept;
  /// The digest of everything so far. The hash goes on afterwards.
  [[nodiscard]] Digest digest() const noexcept;
  [[nodiscard]] HashAlgorithm algorithm() const noexcept { return algorithm_; }

 private:
  friend class HmacKey;
  friend class Hmac;
  // The state after exactly one block, without the counters, and a hash that goes on from there.
  static constexpr std::size_t chaining_size(HashAlgorithm algorithm) noexcept {
    return algorithm == HashAlgorithm::sha384 ? 64 : digest_size(algorithm);
  }
  Hash(HashAlgorithm algorithm, Bytes chaining_value) noexcept;
  void save_chaining_value(MutableBytes out) const noexcept;
  // The digest, to where a secret belongs; the hash is used up.
  void finish(MutableBytes out) noexcept;

  // Room for libcrypto's largest context, so that its headers stay inside this layer.
  alignas(8) std::array<std::uint8_t, 216> state_;
  HashAlgorithm algorithm_;
};

/// The digest of `data`.
[[nodiscard]] Digest hash(HashAlgorithm algorithm, Bytes data) noexcept;
/// The digest of the concatenation.
[[nodiscard]] Digest hash(HashAlgorithm algorithm, std::initializer_list<Bytes> parts) noexcept;

}  // namespace handfast::crypto
