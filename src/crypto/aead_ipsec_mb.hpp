// The AEADs on libipsec-mb, for processors with AES-NI and AVX2 or more.
#pragma once
#include "crypto/aead.hpp"
#include "crypto/cpu.hpp"

namespace handfast::crypto::aead_ipsec_mb {

/// Whether this build has libipsec-mb, and it has code of this tier for the algorithm that runs here. The
/// tier is not above detected_cpu_tier().
[[nodiscard]] bool available(AeadAlgorithm algorithm, CpuTier tier) noexcept;

/// An expanded key; release() wipes and frees it. Throws bad_alloc. Only where available().
[[nodiscard]] void* expand(AeadAlgorithm algorithm, Bytes key, CpuTier tier);
void release(AeadAlgorithm algorithm, void* expanded) noexcept;

/// As AeadKey's; lengths are already checked.
void seal(AeadAlgorithm algorithm, const void* expanded, const Sealing& sealing) noexcept;
/// Decrypts `text` in place and computes the tag that belongs to it; comparing is up to the caller.
void open(AeadAlgorithm algorithm, const void* expanded, Bytes nonce, Bytes aad, MutableBytes text,
          MutableBytes tag) noexcept;

}  // namespace handfast::crypto::aead_ipsec_mb
