// The AEADs on libcrypto's EVP.
#pragma once
#include "crypto/aead.hpp"

namespace handfast::crypto::aead_libcrypto {

/// An expanded key; release() wipes and frees it. Throws bad_alloc.
[[nodiscard]] void* expand(AeadAlgorithm algorithm, Bytes key);
void release(void* expanded) noexcept;

/// As AeadKey's; lengths are already checked.
void seal(void* expanded, const Sealing& sealing) noexcept;
[[nodiscard]] bool open(void* expanded, Bytes nonce, Bytes aad, MutableBytes text, Bytes tag) noexcept;

}  // namespace handfast::crypto::aead_libcrypto
