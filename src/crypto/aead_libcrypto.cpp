// The AEADs on libcrypto's EVP, with ciphers fetched once a process: fetching takes locks.
#include "crypto/aead_libcrypto.hpp"

#include <new>

#include <openssl/evp.h>

#include "crypto/contract.hpp"

namespace handfast::crypto::aead_libcrypto {
namespace {

/// Fetched once, kept as long as the process.
const EVP_CIPHER* cipher_of(AeadAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case AeadAlgorithm::aes_128_gcm: {
      static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
      return cipher;
    }
    case AeadAlgorithm::aes_256_gcm: {
      static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
      return cipher;
    }
    case AeadAlgorithm::chacha20_poly1305: break;
  }
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  return cipher;
}

/// Takes in data: with `out` text, without it additional data. Lengths here are far below INT_MAX: records.
void take(EVP_CIPHER_CTX* context, std::uint8_t* out, Bytes in) noexcept {
  if (in.empty()) return;
  int written = 0;
  require(EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(in.size())) == 1);
}

}  // namespace

void* expand(AeadAlgorithm algorithm, Bytes key) {
  const EVP_CIPHER* const cipher = cipher_of(algorithm);
  require(cipher != nullptr);  // a libcrypto without its own default ciphers
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  if (context == nullptr || EVP_CipherInit_ex(context, cipher, nullptr, key.data(), nullptr, 1) != 1) {
    EVP_CIPHER_CTX_free(context);
    throw std::bad_alloc();
  }
  return context;
}

void release(void* expanded) noexcept { EVP_CIPHER_CTX_free(static_cast<EVP_CIPHER_CTX*>(expanded)); }

void seal(void* expanded, const Sealing& sealing) noexcept {
  const auto& [nonce, aad, plaintext, trailer, out] = sealing;
  auto* const context = static_cast<EVP_CIPHER_CTX*>(expanded);
  const std::size_t size = plaintext.size() + trailer.size();
  require(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, nonce.data(), 1) == 1);
  take(context, nullptr, aad);
  take(context, out.data(), plaintext);
  take(context, out.data() + plaintext.size(), trailer);
  int written = 0;
  require(EVP_CipherFinal_ex(context, out.data() + size, &written) == 1);
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, aead_tag_size, out.data() + size) == 1);
}

bool open(void* expanded, Bytes nonce, Bytes aad, MutableBytes text, Bytes tag) noexcept {
  auto* const context = static_cast<EVP_CIPHER_CTX*>(expanded);
  require(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, nonce.data(), 0) == 1);
  take(context, nullptr, aad);
  take(context, text.data(), text);
  // The tag is only read, though the interface does not say so.
  void* const expected = const_cast<std::uint8_t*>(tag.data());
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, aead_tag_size, expected) == 1);
  int written = 0;
  std::uint8_t nothing = 0;
  return EVP_CipherFinal_ex(context, &nothing, &written) == 1;
}

}  // namespace handfast::crypto::aead_libcrypto
