// The compression functions of libcrypto's hashes on a bare chaining value, for HMAC: what is buffered,
// counted and closed here is not done once more in libcrypto.
#pragma once
#include <bit>
#include <cstring>

#include <handfast/secret.hpp>

#include <openssl/sha.h>

#include "crypto/hash.hpp"

namespace handfast::crypto {

/// What libcrypto calls a compression function, and how its hash closes a text (FIPS 180-4 §5.1).
struct Sha1Compression {
  using Context = SHA_CTX;
  using Word = std::uint32_t;
  static constexpr auto function = SHA1_Transform;
  static constexpr std::size_t chaining_size = 20;
  static constexpr std::size_t length_size = 8;
};
struct Sha256Compression {
  using Context = SHA256_CTX;
  using Word = std::uint32_t;
  static constexpr auto function = SHA256_Transform;
  static constexpr std::size_t chaining_size = 32;
  static constexpr std::size_t length_size = 8;
};
struct Sha512Compression {  // SHA-384, too, which only starts elsewhere and cuts its digest
  using Context = SHA512_CTX;
  using Word = std::uint64_t;
  static constexpr auto function = SHA512_Transform;
  static constexpr std::size_t chaining_size = 64;
  static constexpr std::size_t length_size = 16;
};

/// Calls `f` with the description of the hash's compression function.
template <class F>
auto with_compression(HashAlgorithm algorithm, F&& f) {
  switch (algorithm) {
    case HashAlgorithm::sha1: return f(Sha1Compression{});
    case HashAlgorithm::sha256: return f(Sha256Compression{});
    case HashAlgorithm::sha384:
    case HashAlgorithm::sha512: break;
  }
  return f(Sha512Compression{});
}

/// A chaining value that takes in block after block. Wiped when it dies.
template <class F>
class Compression {
 public:
  static constexpr std::size_t block_size = 16 * sizeof(typename F::Word);

  explicit Compression(Bytes chaining_value) noexcept {
    std::memcpy(&context_, chaining_value.data(), F::chaining_size);  // which every context begins with
  }
  Compression(const Compression&) = delete;
  Compression& operator=(const Compression&) = delete;
  ~Compression() { wipe(&context_, F::chaining_size); }

  void add(const std::uint8_t* block) noexcept { F::function(&context_, block); }
  /// As libcrypto keeps it.
  void save(MutableBytes chaining_value) const noexcept {
    std::memcpy(chaining_value.data(), &context_, F::chaining_size);
  }
  /// Big endian, and cut to `out`, which is whole words: the digest, if the text was closed.
  void write(MutableBytes out) const noexcept {
    for (std::size_t at = 0; at < out.size(); at += sizeof(typename F::Word)) {
      typename F::Word word;
      std::memcpy(&word, reinterpret_cast<const std::uint8_t*>(&context_) + at, sizeof(word));
      if constexpr (std::endian::native == std::endian::little) word = std::byteswap(word);
      std::memcpy(out.data() + at, &word, sizeof(word));
    }
  }

 private:
  typename F::Context context_;  // of which the functions read and write the chaining value only
};

}  // namespace handfast::crypto
