// Sampling of ML-KEM's matrix and noise.
#include "crypto/ml_kem_sampling.hpp"

namespace handfast::crypto::ml_kem {

MatrixSampler::MatrixSampler(KeccakLanes& lanes, Bytes seed, std::size_t k, Order order) noexcept
    : seed_(seed), k_(k), order_(order) {
  std::size_t entry = 0;
  for (std::size_t row = 0; row < k; ++row) {
    for (std::size_t column = 0; column < k; ++column, ++entry) {
      sponges_[entry] = Sponge(SpongeFunction::shake128, seed, {}, position(row, column), octets_[entry]);
      lanes.add(sponges_[entry]);
    }
  }
}

// FIPS 203 Algorithm 13, line 5: first the column of Â, then the row.
std::array<std::uint8_t, 2> MatrixSampler::position(std::size_t row, std::size_t column) const noexcept {
  const auto i = static_cast<std::uint8_t>(row);
  const auto j = static_cast<std::uint8_t>(column);
  if (order_ == Order::transposed) return {i, j};
  return {j, i};
}

void MatrixSampler::row(const Arithmetic& arithmetic, const KeccakCode& keccak, std::size_t number,
                        Polynomial* polynomials) const noexcept {
  for (std::size_t column = 0; column < k_; ++column) {
    const auto& octets = octets_[number * k_ + column];
    if (arithmetic.sample_uniform(octets.data(), usual_size, polynomials[column], 0) < n)
      sample_long(arithmetic, keccak, position(number, column), polynomials[column]);
  }
}

// From the start again, with as many blocks as it takes.
void MatrixSampler::sample_long(const Arithmetic& arithmetic, const KeccakCode& keccak,
                                std::array<std::uint8_t, 2> where, Polynomial& polynomial) const noexcept {
  constexpr std::size_t rate = rate_of(SpongeFunction::shake128);
  std::array<std::uint8_t, rate> block;
  KeccakState state = {};
  Sponge sponge(SpongeFunction::shake128, seed_, {}, where, block);
  std::size_t count = 0;
  while (count < n) {
    sponge.absorb(state);
    keccak.permute(&state);
    sponge.squeeze(state);
    count = arithmetic.sample_uniform(block.data(), rate, polynomial, count);
    sponge.go_on(block);
  }
}

NoiseSampler::NoiseSampler(KeccakLanes& lanes, Bytes seed, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<std::uint8_t>(i);
    sponges_[i] = Sponge(SpongeFunction::shake256, seed, {}, {&number, 1}, octets_[i]);
    lanes.add(sponges_[i]);
  }
}

}  // namespace handfast::crypto::ml_kem
