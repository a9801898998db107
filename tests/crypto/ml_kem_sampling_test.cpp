// ML-KEM's matrix and noise, above all what hardly ever happens: that three blocks of SHAKE are not enough.
#include "crypto/ml_kem_sampling.hpp"

#include <algorithm>
#include <vector>

#include "crypto/cpu_tiers.hpp"
#include "support/vectors.hpp"

namespace handfast::crypto::ml_kem {
namespace {

constexpr std::size_t rate = rate_of(SpongeFunction::shake128);

Octets shake(SpongeFunction function, Bytes seed, Bytes end, std::size_t size) {
  Octets output(size);
  Sponge sponge(function, seed, {}, end, output);
  KeccakLanes lanes(CpuTier::portable);
  lanes.add(sponge);
  lanes.run();
  return output;
}

// FIPS 203 Algorithm 7, from as many octets as are sure to suffice.
std::vector<int> uniform(Bytes seed, std::uint8_t j, std::uint8_t i, std::size_t& octets_used) {
  const std::array end = {j, i};
  const Octets octets = shake(SpongeFunction::shake128, seed, end, 10 * rate);
  std::vector<int> coefficients;
  for (octets_used = 0; coefficients.size() < n; octets_used += 3) {
    const int first = octets[octets_used] + 256 * (octets[octets_used + 1] % 16);
    const int second = octets[octets_used + 1] / 16 + 16 * octets[octets_used + 2];
    if (first < q) coefficients.push_back(first);
    if (second < q && coefficients.size() < n) coefficients.push_back(second);
  }
  return coefficients;
}

std::vector<int> coefficients_of(const Polynomial& polynomial) {
  return {std::begin(polynomial.coefficients), std::end(polynomial.coefficients)};
}

class MlKemSampling : public testing::TestWithParam<CpuTier> {};

TEST_P(MlKemSampling, MatrixIsAsDefinedWithAFourthBlockToo) {
  const Arithmetic& code = arithmetic(GetParam());
  int long_ones = 0;
  for (std::uint8_t number = 0; number < 60; ++number) {
    const Octets seed(32, number);
    const std::size_t k = 3 + number % 2;
    for (const auto order : {MatrixSampler::Order::as_it_is, MatrixSampler::Order::transposed}) {
      KeccakLanes lanes(GetParam());
      const MatrixSampler sampler(lanes, seed, k, order);
      lanes.run();
      for (std::size_t row = 0; row < k; ++row) {
        std::array<Polynomial, max_k> polynomials;
        sampler.row(code, keccak_code(GetParam()), row, polynomials.data());
        for (std::size_t column = 0; column < k; ++column) {
          const bool as_it_is = order == MatrixSampler::Order::as_it_is;
          std::size_t used = 0;
          const auto wanted = uniform(seed, static_cast<std::uint8_t>(as_it_is ? column : row),
                                      static_cast<std::uint8_t>(as_it_is ? row : column), used);
          ASSERT_EQ(coefficients_of(polynomials[column]), wanted);
          if (used > 3 * rate) ++long_ones;
        }
      }
    }
  }
  // Else this test would not have tested what it is here for.
  EXPECT_GE(long_ones, 5);
}

TEST_P(MlKemSampling, NoiseIsTakenFromTheNumberedStreams) {
  const Arithmetic& code = arithmetic(GetParam());
  const Octets seed(32, 0x77);
  KeccakLanes lanes(GetParam());
  const NoiseSampler sampler(lanes, seed, max_noise);
  lanes.run();
  for (std::uint8_t number = 0; number < max_noise; ++number) {
    const Octets octets = shake(SpongeFunction::shake256, seed, {&number, 1}, noise_size);
    Polynomial wanted;
    arithmetic(CpuTier::portable).sample_noise(octets.data(), wanted);
    Polynomial polynomial;
    sampler.polynomial(code, number, polynomial);
    ASSERT_EQ(coefficients_of(polynomial), coefficients_of(wanted));
  }
}

INSTANTIATE_TEST_SUITE_P(EachTier, MlKemSampling, testing::ValuesIn(test::cpu_tiers()), test::cpu_tier_name);

}  // namespace
}  // namespace handfast::crypto::ml_kem
