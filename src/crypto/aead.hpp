// Authenticated encryption: AES-GCM (RFC 5116) and ChaCha20-Poly1305 (RFC 8439).
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

#include <handfast/bytes.hpp>

namespace handfast::crypto {

/// The AEADs of TLS 1.3 (RFC 8446 §B.4) that are spoken here, also under their TLS 1.2 suites.
enum class AeadAlgorithm : std::uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };

[[nodiscard]] constexpr std::size_t key_size(AeadAlgorithm algorithm) noexcept {
  return algorithm == AeadAlgorithm::aes_128_gcm ? 16 : 32;
}
inline constexpr std::size_t aead_nonce_size = 12;
inline constexpr std::size_t aead_tag_size = 16;
inline constexpr std::size_t max_aead_key_size = 32;

/// Whose code does the work. The first constructor of AeadKey chooses; tests name each.
enum class AeadPath : std::uint8_t {
  libcrypto,        ///< EVP with a cipher fetched once; always there
  ipsec_mb_avx2,    ///< libipsec-mb, AVX2 code
  ipsec_mb_avx512,  ///< libipsec-mb, AVX-512 code
};
/// Whether this build, on this processor, under this cap of the tier, can run it.
[[nodiscard]] bool available(AeadPath path, AeadAlgorithm algorithm) noexcept;
/// The fastest path that is available.
[[nodiscard]] AeadPath preferred_path(AeadAlgorithm algorithm) noexcept;

/// What is sealed, and where to: handed on as one, for it goes through several functions with every record.
struct Sealing {
  Bytes nonce;       ///< 12 octets
  Bytes aad;         ///< authenticated only
  Bytes plaintext;   ///< starts where `out` starts, or they do not overlap
  Bytes trailer;     ///< sealed behind it without being copied there: a TLS 1.3 record's content type; not in
                     ///< `out`
  MutableBytes out;  ///< ciphertext and tag: plaintext.size() + trailer.size() + 16 octets
};

/// An expanded key. Move-only; the expanded key lives in one aligned heap block and is wiped when freed.
///
/// One thread at a time uses a key; two keys may be used by two threads. seal() and open() allocate nothing
/// and cannot fail for lack of anything. Lengths that break a rule below stop the process: they are a bug of
/// this library, never the peer's doing. The moved-from key may only be destroyed or assigned to.
///
/// The caller never repeats a nonce and keeps the limits of RFC 8446 §5.5.
class AeadKey {
 public:
  /// `key` has exactly key_size(algorithm) octets and may be wiped afterwards.
  AeadKey(AeadAlgorithm algorithm, Bytes key);
  /// On a named path, which must be available.
  AeadKey(AeadAlgorithm algorithm, Bytes key, AeadPath path);
  AeadKey(AeadKey&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)), algorithm_(other.algorithm_), path_(other.path_) {}
  AeadKey& operator=(AeadKey&& other) noexcept;
  ~AeadKey();

  /// Writes ciphertext and tag of plaintext and trailer to `out`, which has exactly their size.
  void seal(const Sealing& sealing) const noexcept;
  /// The same without a trailer.
  void seal(Bytes nonce, Bytes aad, Bytes plaintext, MutableBytes out) const noexcept {
    seal({.nonce = nonce, .aad = aad, .plaintext = plaintext, .trailer = {}, .out = out});
  }

  /// Decrypts in place: the plaintext takes the first `ciphertext_and_tag.size() - 16` octets.
  ///
  /// False if the tag is wrong or there is no room for one; then there is no plaintext: what was decrypted
  /// is overwritten with zeros. Tags are compared in constant time.
  [[nodiscard]] bool open(Bytes nonce, Bytes aad, MutableBytes ciphertext_and_tag) const noexcept;

  [[nodiscard]] AeadAlgorithm algorithm() const noexcept { return algorithm_; }
  [[nodiscard]] AeadPath path() const noexcept { return path_; }

 private:
  void* block_;  // owned; what it is, the path knows
  AeadAlgorithm algorithm_;
  AeadPath path_;
};

}  // namespace handfast::crypto
