// Processor tiers: asked once, capped by HANDFAST_CPU.
#include "crypto/cpu.hpp"

#include <algorithm>
#include <cstdlib>

namespace handfast::crypto {
namespace {

CpuTier ask_processor() noexcept {
#if defined(__x86_64__)
  // These look at what the operating system saves, too.
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("aes") != 0 && __builtin_cpu_supports("pclmul") != 0 &&
                    __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
                    __builtin_cpu_supports("bmi2") != 0;
  if (!avx2) return CpuTier::portable;
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
                      __builtin_cpu_supports("avx512vbmi") != 0 &&
                      __builtin_cpu_supports("avx512vbmi2") != 0 &&
                      __builtin_cpu_supports("avx512vnni") != 0 && __builtin_cpu_supports("vaes") != 0 &&
                      __builtin_cpu_supports("vpclmulqdq") != 0;
  return avx512 ? CpuTier::avx512 : CpuTier::aesni_avx2;
#else
  return CpuTier::portable;
#endif
}

CpuTier ask_environment() noexcept {
  const char* value = std::getenv("HANDFAST_CPU");  // NOLINT(concurrency-mt-unsafe): read once
  if (value == nullptr) return CpuTier::avx512;
  for (const CpuTier tier : {CpuTier::portable, CpuTier::aesni_avx2})
    if (name_of(tier) == value) return tier;
  return CpuTier::avx512;
}

}  // namespace

std::string_view name_of(CpuTier tier) noexcept {
  switch (tier) {
    case CpuTier::portable: return "portable";
    case CpuTier::aesni_avx2: return "avx2";
    case CpuTier::avx512: return "avx512";
  }
  return {};
}

CpuTier detected_cpu_tier() noexcept {
  static const CpuTier tier = ask_processor();
  return tier;
}

CpuTier cpu_tier() noexcept {
  static const CpuTier tier = std::min(detected_cpu_tier(), ask_environment());
  return tier;
}

}  // namespace handfast::crypto
