// For tests that run on every code path this processor has.
#pragma once
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/cpu.hpp"

namespace handfast::crypto::test {

/// All tiers up to the processor's, whatever HANDFAST_CPU says.
inline std::vector<CpuTier> cpu_tiers() {
  std::vector<CpuTier> tiers;
  for (const CpuTier tier : {CpuTier::portable, CpuTier::aesni_avx2, CpuTier::avx512})
    if (tier <= detected_cpu_tier()) tiers.push_back(tier);
  return tiers;
}

/// For INSTANTIATE_TEST_SUITE_P.
inline std::string cpu_tier_name(const testing::TestParamInfo<CpuTier>& info) {
  return std::string(name_of(info.param));
}

}  // namespace handfast::crypto::test
