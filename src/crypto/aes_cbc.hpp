// AES in CBC mode (SP 800-38A §6.2), without padding: for the records of TLS 1.2.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

#include <handfast/bytes.hpp>

namespace handfast::crypto {

inline constexpr std::size_t aes_block_size = 16;

/// An expanded AES key of one direction. Move-only; wiped when freed.
///
/// One thread at a time. crypt() allocates nothing and cannot fail. Lengths that break a rule below stop the
/// process: a bug of this library, never the peer's doing. CBC alone protects nobody from changes: the caller
/// authenticates.
class AesCbcKey {
 public:
  enum class Use : std::uint8_t { encrypt, decrypt };

  /// `key` has 16 or 32 octets and may be wiped afterwards.
  AesCbcKey(Use use, Bytes key);
  AesCbcKey(AesCbcKey&& other) noexcept
      : context_(std::exchange(other.context_, nullptr)), use_(other.use_) {}
  AesCbcKey& operator=(AesCbcKey&& other) noexcept;
  ~AesCbcKey();

  /// Encrypts or decrypts in place. `iv` has 16 octets and lies outside; `blocks` has a multiple of 16.
  /// Encryption needs an IV that nobody could foresee.
  void crypt(Bytes iv, MutableBytes blocks) const noexcept;

  [[nodiscard]] Use use() const noexcept { return use_; }

 private:
  void* context_;
  Use use_;
};

}  // namespace handfast::crypto
