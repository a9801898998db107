// Which fast code this processor can run.
#pragma once
#include <cstdint>
#include <string_view>

namespace handfast::crypto {

/// Each tier includes those before it.
enum class CpuTier : std::uint8_t {
  portable,    ///< nothing but the compiler's base instruction set; libcrypto still chooses its own code
  aesni_avx2,  ///< AES-NI, PCLMULQDQ, AVX2, BMI1, BMI2
  avx512,      ///< AVX-512 F, BW, DQ, VL, VBMI, VBMI2, VNNI, VAES and VPCLMULQDQ: Ice Lake, Zen 4 and later
};

/// "portable", "avx2", "avx512".
[[nodiscard]] std::string_view name_of(CpuTier tier) noexcept;

/// What the processor and the operating system allow. Asked once a process.
[[nodiscard]] CpuTier detected_cpu_tier() noexcept;

/// What to use: what was detected, capped by the environment variable HANDFAST_CPU (portable, avx2 or avx512;
/// anything else counts as unset), which is read once, at the first call. Any thread.
[[nodiscard]] CpuTier cpu_tier() noexcept;

/// Whether 64-bit multiplication with two carry chains (ADX) is faster here than vector code for numbers of
/// 255 bits: Intel's processors that have it, and AMD's from Zen 5 on (seen on Golden Cove and Zen 5, and not
/// on Zen 4). False where HANDFAST_CPU caps the tier to portable.
[[nodiscard]] bool has_fast_adx() noexcept;

/// Whether libcrypto hashes with the processor's instructions for SHA-1 and SHA-256. HANDFAST_CPU changes
/// nothing about it, OPENSSL_ia32cap does.
[[nodiscard]] bool libcrypto_has_sha_extensions() noexcept;

}  // namespace handfast::crypto
