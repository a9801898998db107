// Processor tiers: asked once, capped by HANDFAST_CPU.
#include "crypto/cpu.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include <openssl/crypto.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

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

bool ask_for_fast_adx() noexcept {
#if defined(__x86_64__)
  std::array<unsigned, 4> leaf{};  // EAX, EBX, ECX, EDX
  const auto ask = [&](unsigned number) {
    return __get_cpuid_count(number, 0, leaf.data(), &leaf[1], &leaf[2], &leaf[3]) != 0;
  };
  constexpr unsigned adx = 1U << 19;
  if (!ask(7) || (leaf[1] & adx) == 0 || !ask(0)) return false;
  constexpr unsigned genu = 0x756e6547;  // how "GenuineIntel" starts
  constexpr unsigned auth = 0x68747541;  // and "AuthenticAMD"
  if (leaf[1] != auth) return leaf[1] == genu;
  constexpr unsigned zen5 = 0x1a;
  return ask(1) && (leaf[0] >> 8 & 0xf) + (leaf[0] >> 20 & 0xff) >= zen5;
#else
  return false;
#endif
}

// "OPENSSL_ia32cap=" and two numbers, "0x…:0x…"; the second starts with what CPUID's leaf 7 gives in EBX.
// What the environment or the build takes away from libcrypto is not there.
bool ask_libcrypto_for_sha_extensions() noexcept {
  const char* const settings = OPENSSL_info(OPENSSL_INFO_CPU_SETTINGS);
  if (settings == nullptr) return false;
  constexpr std::string_view start = "OPENSSL_ia32cap=";
  constexpr std::string_view between = ":0x";
  const std::string_view text(settings);
  const std::size_t colon = text.find(between);
  if (!text.starts_with(start) || colon == text.npos) return false;
  const std::string_view second = text.substr(colon + between.size());
  std::uint64_t capabilities = 0;
  const auto read = std::from_chars(second.begin(), second.end(), capabilities, 16);
  constexpr std::uint64_t sha = 1U << 29;
  return read.ec == std::errc() && (capabilities & sha) != 0;
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

bool libcrypto_has_sha_extensions() noexcept {
  static const bool there = ask_libcrypto_for_sha_extensions();
  return there;
}

bool has_fast_adx() noexcept {
  static const bool fast = cpu_tier() != CpuTier::portable && ask_for_fast_adx();
  return fast;
}

}  // namespace handfast::crypto
