// Sampling of ML-KEM's matrix and noise.
#include "crypto/ml_kem_sampling.hpp"

namespace handfast::crypto::ml_kem {

MatrixSampler::MatrixSampler(KeccakLanes& lanes, Bytes seed, std::size_t k, Order order) noexcept
    : seed_(seed), k_(k), order_(order) {
  for (std::size_t entry = 0; entry < k * k; ++entry) {
    sponges_[entry] = Sponge(SpongeFunction::shake128, seed, {}, position(entry), octets_[entry]);
    lanes.add(sponges_[entry]);
  }
}

// FIPS 203 Algorithm 13, line 5: the column comes first. (In the transpose, what is here the row.)
std::array<std::uint8_t, 2> MatrixSampler::position(std::size_t entry) const noexcept {
  const auto row = static_cast<std::uint8_t>(entry / k_);
  const auto column = static_cast<std::uint8_t>(entry % k_);
  if (order_ == Order::transposed) return {row, column};
  return {column, row};
}

void MatrixSampler::polynomials(const Arithmetic& arithmetic, const KeccakCode& keccak,
                                Polynomial* matrix) const noexcept {
  for (std::size_t entry = 0; entry < k_ * k_; ++entry) {
    if (arithmetic.sample_uniform(octets_[entry].data(), usual_size, matrix[entry], 0) < n)
      sample_long(arithmetic, keccak, entry, matrix[entry]);
  }
}

// From the start again, with as many blocks as it takes.
void MatrixSampler::sample_long(const Arithmetic& arithmetic, const KeccakCode& keccak, std::size_t entry,
                                Polynomial& polynomial) const noexcept {
  constexpr std::size_t rate = rate_of(SpongeFunction::shake128);
  std::array<std::uint8_t, rate> block;
  KeccakState state = {};
  Sponge sponge(SpongeFunction::shake128, seed_, {}, position(entry), block);
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
