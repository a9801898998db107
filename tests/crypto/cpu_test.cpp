// The tiers of processors.
#include "crypto/cpu.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace handfast::crypto {
namespace {

TEST(CpuTier, NeverExceedsTheProcessorNorTheCap) {
  EXPECT_LE(cpu_tier(), detected_cpu_tier());
  const char* cap = std::getenv("HANDFAST_CPU");
  if (cap == nullptr) {
    EXPECT_EQ(cpu_tier(), detected_cpu_tier());
    return;
  }
  if (name_of(CpuTier::portable) == cap) {
    EXPECT_EQ(cpu_tier(), CpuTier::portable);
  } else if (name_of(CpuTier::aesni_avx2) == cap) {
    EXPECT_LE(cpu_tier(), CpuTier::aesni_avx2);
  }
}

TEST(CpuTier, NamesAreThoseOfTheEnvironmentSwitch) {
  EXPECT_EQ(name_of(CpuTier::portable), "portable");
  EXPECT_EQ(name_of(CpuTier::aesni_avx2), "avx2");
  EXPECT_EQ(name_of(CpuTier::avx512), "avx512");
}

}  // namespace
}  // namespace handfast::crypto
