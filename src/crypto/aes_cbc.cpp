// AES-CBC on libcrypto's EVP, with ciphers fetched once a process: fetching takes locks. Its low-level AES
// functions would be tables, slower and not constant time; EVP takes AES-NI where there is one.
#include "crypto/aes_cbc.hpp"

#include <new>

#include <openssl/evp.h>

#include "crypto/contract.hpp"

namespace handfast::crypto {
namespace {

/// Kept as long as the process.
const EVP_CIPHER* cipher_of(std::size_t key_size) noexcept {
  if (key_size == 16) {
    static const EVP_CIPHER* const aes_128 = EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr);
    return aes_128;
  }
  static const EVP_CIPHER* const aes_256 = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  return aes_256;
}

EVP_CIPHER_CTX* open_context(void* context) noexcept { return static_cast<EVP_CIPHER_CTX*>(context); }

}  // namespace

AesCbcKey::AesCbcKey(Use use, Bytes key) : use_(use) {
  require(key.size() == 16 || key.size() == 32);
  const EVP_CIPHER* const cipher = cipher_of(key.size());
  require(cipher != nullptr);  // a libcrypto without its own default ciphers
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  if (context == nullptr ||
      EVP_CipherInit_ex(context, cipher, nullptr, key.data(), nullptr, use == Use::encrypt ? 1 : 0) != 1 ||
      EVP_CIPHER_CTX_set_padding(context, 0) != 1) {
    EVP_CIPHER_CTX_free(context);
    throw std::bad_alloc();
  }
  context_ = context;
}

AesCbcKey& AesCbcKey::operator=(AesCbcKey&& other) noexcept {
  if (this != &other) {
    EVP_CIPHER_CTX_free(open_context(context_));
    context_ = std::exchange(other.context_, nullptr);
    use_ = other.use_;
  }
  return *this;
}

AesCbcKey::~AesCbcKey() { EVP_CIPHER_CTX_free(open_context(context_)); }

void AesCbcKey::crypt(Bytes iv, MutableBytes blocks) const noexcept {
  require(context_ != nullptr && iv.size() == aes_block_size && blocks.size() % aes_block_size == 0);
  if (blocks.empty()) return;
  EVP_CIPHER_CTX* const context = open_context(context_);
  const auto size = static_cast<int>(blocks.size());  // far below INT_MAX: records
  int written = 0;
  require(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, iv.data(), -1) == 1);
  require(EVP_CipherUpdate(context, blocks.data(), &written, blocks.data(), size) == 1 && written == size);
}

}  // namespace handfast::crypto
