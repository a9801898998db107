// ML-KEM's arithmetic for any processor.
#include <algorithm>

#include "crypto/ml_kem_loops.hpp"
#include "crypto/ml_kem_packing.hpp"

namespace handfast::crypto::ml_kem {
namespace {

struct Here;
struct Portable : ScalarPacking<Here> {};
using Loops = PolynomialLoops<Portable>;

struct Factors {
  std::int16_t ntt[128] = {};          // in the order in which the layers use them; the first is not used
  std::int16_t inverse_ntt[128] = {};  // likewise, and the last is not used
  std::int16_t gamma[128] = {};        // with one factor R more: see Multiplier
};

consteval Factors make_factors() {
  Factors factors;
  for (unsigned i = 0; i < 128; ++i) {
    factors.ntt[i] = montgomery_form(zeta(i));
    factors.inverse_ntt[i] = montgomery_form(zeta(127 - i));
    factors.gamma[i] = centred(gamma(i) * montgomery_square);
  }
  return factors;
}

constexpr Factors factors = make_factors();

// From 0 to q - 1, for any value: the quotient is found by a multiplication with 2^26/q.
std::int16_t reduced(std::int16_t value) {
  const int quotient = Loops::upper_half(value * 20159) >> 10;
  // From 0 to q: the rounding up of 2^26/q makes a negative multiple of q come out as q.
  const auto rest = static_cast<std::int16_t>(value - quotient * q);
  return Loops::plus_q_if_negative(static_cast<std::int16_t>(rest - q));
}

void reduce(Polynomial& polynomial) {
  for (std::int16_t& coefficient : polynomial.coefficients) coefficient = reduced(coefficient);
}

// One layer of butterflies. Each length is compiled on its own, with loops of known counts.
template <std::size_t Length>
void ntt_layer(std::int16_t* f) {
  const std::int16_t* factor = factors.ntt + 128 / Length;
  for (std::size_t start = 0; start < n; start += 2 * Length) {
    const std::int16_t zeta = *factor++;
    for (std::size_t j = start; j < start + Length; ++j) {
      const std::int16_t t = Loops::montgomery_multiply(f[j + Length], zeta);
      f[j + Length] = static_cast<std::int16_t>(f[j] - t);
      f[j] = static_cast<std::int16_t>(f[j] + t);
    }
  }
}

template <std::size_t Length>
void inverse_ntt_layer(std::int16_t* f) {
  const std::int16_t* factor = factors.inverse_ntt + 128 - 256 / Length;
  for (std::size_t start = 0; start < n; start += 2 * Length) {
    const std::int16_t zeta = *factor++;
    for (std::size_t j = start; j < start + Length; ++j) {
      const std::int16_t t = f[j];
      f[j] = static_cast<std::int16_t>(t + f[j + Length]);
      f[j + Length] = Loops::montgomery_multiply(static_cast<std::int16_t>(f[j + Length] - t), zeta);
    }
  }
}

void ntt(Polynomial& polynomial) {
  // Every layer adds less than 0.75 q: seven of them stay below 2^15.
  std::int16_t* const f = polynomial.coefficients;
  ntt_layer<128>(f);
  ntt_layer<64>(f);
  ntt_layer<32>(f);
  ntt_layer<16>(f);
  ntt_layer<8>(f);
  ntt_layer<4>(f);
  ntt_layer<2>(f);
  reduce(polynomial);
}

void inverse_ntt(Polynomial& polynomial) {
  // A sum may double with every layer, and three doublings of q are all that 16 bits hold.
  std::int16_t* const f = polynomial.coefficients;
  inverse_ntt_layer<2>(f);
  inverse_ntt_layer<4>(f);
  inverse_ntt_layer<8>(f);
  reduce(polynomial);
  inverse_ntt_layer<16>(f);
  inverse_ntt_layer<32>(f);
  inverse_ntt_layer<64>(f);
  reduce(polynomial);
  inverse_ntt_layer<128>(f);
  constexpr std::int16_t scale = montgomery_form(inverse_ntt_scale);
  for (std::int16_t& coefficient : polynomial.coefficients)
    coefficient = Loops::plus_q_if_negative(Loops::montgomery_multiply(coefficient, scale));
}

void prepare(const Polynomial& transform, Multiplier& multiplier) {
  for (std::size_t i = 0; i < n; i += 2) {
    const std::int16_t low = transform.coefficients[i];
    const std::int16_t high = transform.coefficients[i + 1];
    multiplier.direct[i] = multiplier.crossed[i + 1] = Loops::montgomery_multiply(low, montgomery_square);
    multiplier.direct[i + 1] = Loops::montgomery_multiply(high, factors.gamma[i / 2]);
    multiplier.crossed[i] = Loops::montgomery_multiply(high, montgomery_square);
  }
}

void multiply(const Polynomial* row, const Multiplier* column, std::size_t count, Polynomial& product) {
  // Eight pairs at a time: few enough for registers, enough for vectors.
  for (std::size_t i = 0; i < n; i += 16) {
    std::int32_t low[8] = {};
    std::int32_t high[8] = {};
    for (std::size_t j = 0; j < count; ++j) {
      const std::int16_t* const a = row[j].coefficients + i;
      const std::int16_t* const b = column[j].direct + i;
      const std::int16_t* const c = column[j].crossed + i;
      for (std::size_t pair = 0; pair < 8; ++pair) {
        low[pair] += a[2 * pair] * b[2 * pair] + a[2 * pair + 1] * b[2 * pair + 1];
        high[pair] += a[2 * pair] * c[2 * pair] + a[2 * pair + 1] * c[2 * pair + 1];
      }
    }
    for (std::size_t pair = 0; pair < 8; ++pair) {
      std::int16_t* const to = product.coefficients + i + 2 * pair;
      to[0] = Loops::plus_q_if_negative(Loops::montgomery_reduce(low[pair]));
      to[1] = Loops::plus_q_if_negative(Loops::montgomery_reduce(high[pair]));
    }
  }
}

}  // namespace

constinit const Arithmetic arithmetic_portable = {
    .ntt = ntt,
    .inverse_ntt = inverse_ntt,
    .prepare = prepare,
    .multiply = multiply,
    .add = Loops::add,
    .subtract_from = Loops::subtract_from,
    .sample_noise = Loops::sample_noise,
    .sample_uniform = Loops::sample_uniform,
    .encode = Loops::encode,
    .decode = Loops::decode,
    .compress = Loops::compress,
    .decompress = Loops::decompress,
};

const Arithmetic& arithmetic(CpuTier tier) noexcept {
#if defined(__x86_64__)
  switch (std::min(tier, detected_cpu_tier())) {
    case CpuTier::avx512: return arithmetic_avx512;
    case CpuTier::aesni_avx2: return arithmetic_avx2;
    case CpuTier::portable: break;
  }
#endif
  (void)tier;
  return arithmetic_portable;
}

}  // namespace handfast::crypto::ml_kem
