// AEAD keys: which code runs, and the checks that all of it shares.
#include "crypto/aead.hpp"

#include <cstring>

#include <handfast/secret.hpp>

#include "crypto/aead_ipsec_mb.hpp"
#include "crypto/aead_libcrypto.hpp"
#include "crypto/contract.hpp"
#include "crypto/cpu.hpp"

namespace handfast::crypto {
namespace {

constexpr CpuTier tier_of(AeadPath path) noexcept {
  switch (path) {
    case AeadPath::libcrypto: return CpuTier::portable;
    case AeadPath::ipsec_mb_avx2: return CpuTier::aesni_avx2;
    case AeadPath::ipsec_mb_avx512: break;
  }
  return CpuTier::avx512;
}

/// Equal tags, in constant time.
bool same_tag(const std::uint8_t* a, const std::uint8_t* b) noexcept {
  std::uint64_t left[2];
  std::uint64_t right[2];
  static_assert(sizeof(left) == aead_tag_size);
  std::memcpy(left, a, sizeof(left));
  std::memcpy(right, b, sizeof(right));
  std::uint64_t difference = (left[0] ^ right[0]) | (left[1] ^ right[1]);
  asm volatile("" : "+r"(difference));  // no branch between the two halves
  return difference == 0;
}

void release(void* block, AeadAlgorithm algorithm, AeadPath path) noexcept {
  if (block == nullptr) return;
  if (path == AeadPath::libcrypto) return aead_libcrypto::release(block);
  aead_ipsec_mb::release(algorithm, block);
}

}  // namespace

bool available(AeadPath path, AeadAlgorithm algorithm) noexcept {
  if (path == AeadPath::libcrypto) return true;
  return tier_of(path) <= cpu_tier() && aead_ipsec_mb::available(algorithm, tier_of(path));
}

AeadPath preferred_path(AeadAlgorithm algorithm) noexcept {
  for (const AeadPath path : {AeadPath::ipsec_mb_avx512, AeadPath::ipsec_mb_avx2})
    if (available(path, algorithm)) return path;
  return AeadPath::libcrypto;
}

AeadKey::AeadKey(AeadAlgorithm algorithm, Bytes key) : AeadKey(algorithm, key, preferred_path(algorithm)) {}

AeadKey::AeadKey(AeadAlgorithm algorithm, Bytes key, AeadPath path) : algorithm_(algorithm), path_(path) {
  require(key.size() == key_size(algorithm) && available(path, algorithm));
  block_ = path == AeadPath::libcrypto ? aead_libcrypto::expand(algorithm, key)
                                       : aead_ipsec_mb::expand(algorithm, key, tier_of(path));
}

AeadKey& AeadKey::operator=(AeadKey&& other) noexcept {
  if (this != &other) {
    release(block_, algorithm_, path_);
    block_ = std::exchange(other.block_, nullptr);
    algorithm_ = other.algorithm_;
    path_ = other.path_;
  }
  return *this;
}

AeadKey::~AeadKey() { release(block_, algorithm_, path_); }

void AeadKey::seal(const Sealing& sealing) const noexcept {
  require(block_ != nullptr && sealing.nonce.size() == aead_nonce_size &&
          sealing.out.size() == sealing.plaintext.size() + sealing.trailer.size() + aead_tag_size);
  if (path_ == AeadPath::libcrypto) return aead_libcrypto::seal(block_, sealing);
  aead_ipsec_mb::seal(algorithm_, block_, sealing);
}

bool AeadKey::open(Bytes nonce, Bytes aad, MutableBytes ciphertext_and_tag) const noexcept {
  require(block_ != nullptr && nonce.size() == aead_nonce_size);
  if (ciphertext_and_tag.size() < aead_tag_size) return false;
  const MutableBytes text = ciphertext_and_tag.first(ciphertext_and_tag.size() - aead_tag_size);
  const Bytes tag = ciphertext_and_tag.last(aead_tag_size);
  bool genuine = false;
  if (path_ == AeadPath::libcrypto) {
    genuine = aead_libcrypto::open(block_, nonce, aad, text, tag);
  } else {
    Secret<aead_tag_size> expected;
    aead_ipsec_mb::open(algorithm_, block_, nonce, aad, text, expected.span());
    genuine = same_tag(expected.data(), tag.data());
  }
  if (!genuine) wipe(text);
  return genuine;
}

}  // namespace handfast::crypto
