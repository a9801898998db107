// ML-KEM's arithmetic with AVX2: sixteen coefficients at a time.
// This file is compiled for AVX2, BMI1 and BMI2: nothing in it may run before cpu_tier() was asked.
#include <immintrin.h>

#include "crypto/ml_kem_loops.hpp"
#include "crypto/ml_kem_packing.hpp"

namespace handfast::crypto::ml_kem {
namespace {

using Vector = __m256i;

constexpr std::size_t width = 16;

Vector load(const std::int16_t* from) { return _mm256_loadu_si256(reinterpret_cast<const Vector*>(from)); }
void store(std::int16_t* to, Vector vector) { _mm256_storeu_si256(reinterpret_cast<Vector*>(to), vector); }
Vector every(int value) { return _mm256_set1_epi16(static_cast<std::int16_t>(value)); }

// Bits are pushed together, or apart, in vectors; general registers join words of four coefficients.
struct Avx2 {
  using Scalar = ScalarPacking<Avx2>;

  template <std::size_t D>
  static void pack(const Polynomial& polynomial, std::uint8_t* octets) {
    const Vector factors = _mm256_set1_epi32(1 | 1 << (16 + D));
    for (std::size_t i = 0; i < n; i += width, octets += 2 * D) {
      // a + 2^d b in 32 bits; then the lower half moves up to the upper one, and both down.
      const Vector twos = _mm256_madd_epi16(load(polynomial.coefficients + i), factors);
      const Vector met = _mm256_blend_epi32(_mm256_slli_epi32(twos, 32 - 2 * D), twos, 0xaa);
      const Vector fours = _mm256_srli_epi64(met, 32 - 2 * D);
      const __m128i low = _mm256_castsi256_si128(fours);
      const __m128i high = _mm256_extracti128_si256(fours, 1);
      Scalar::store_fours<D>(static_cast<std::uint64_t>(_mm_cvtsi128_si64(low)),
                             static_cast<std::uint64_t>(_mm_extract_epi64(low, 1)), octets);
      Scalar::store_fours<D>(static_cast<std::uint64_t>(_mm_cvtsi128_si64(high)),
                             static_cast<std::uint64_t>(_mm_extract_epi64(high, 1)), octets + D);
    }
  }

  template <std::size_t D>
  static void unpack(const std::uint8_t* octets, Polynomial& polynomial) {
    for (std::size_t i = 0; i < n; i += width, octets += 2 * D) {
      const auto low = Scalar::load_fours<D>(octets);
      const auto high = Scalar::load_fours<D>(octets + D);
      const Vector fours =
          _mm256_set_epi64x(static_cast<long long>(high.second), static_cast<long long>(high.first),
                            static_cast<long long>(low.second), static_cast<long long>(low.first));
      const Vector twos = _mm256_blend_epi32(fours, _mm256_slli_epi64(fours, 32 - 2 * D), 0xaa);
      const Vector ones = _mm256_blend_epi16(twos, _mm256_slli_epi32(twos, 16 - D), 0xaa);
      store(polynomial.coefficients + i, _mm256_and_si256(ones, every((1 << D) - 1)));
    }
  }
};
using Loops = PolynomialLoops<Avx2>;

// A constant factor for each lane, and its product with 1/q: with both known, Montgomery's m costs one
// multiplication only.
struct alignas(32) Factors {
  std::int16_t factor[width] = {};
  std::int16_t factor_m[width] = {};

  consteval void set(std::size_t lane, std::int16_t value) {
    factor[lane] = value;
    factor_m[lane] = static_cast<std::int16_t>(value * q_inverse);
  }
};

consteval Factors everywhere(std::int16_t value) {
  Factors factors;
  for (std::size_t lane = 0; lane < width; ++lane) factors.set(lane, value);
  return factors;
}

// Between -q and q.
Vector montgomery_multiply(Vector a, const Factors& b) {
  const Vector m = _mm256_mullo_epi16(a, load(b.factor_m));
  return _mm256_sub_epi16(_mm256_mulhi_epi16(a, load(b.factor)), _mm256_mulhi_epi16(m, every(q)));
}

Vector plus_q_if_negative(Vector a) { return _mm256_min_epu16(a, _mm256_add_epi16(a, every(q))); }

// From 0 to q - 1, for any value: the quotient by 2^26/q rounded down, then one more where that was too
// small.
Vector reduced(Vector a) {
  const Vector quotient = _mm256_srai_epi16(_mm256_mulhi_epi16(a, every(20159)), 10);
  const Vector rest = _mm256_sub_epi16(a, _mm256_mullo_epi16(quotient, every(q)));
  return _mm256_min_epu16(rest, _mm256_sub_epi16(rest, every(q)));
}

// Between -0.63 q and 0.63 q, for values between -8 q and 8 q: the quotient by 10/2^15, rounded.
Vector nearly_centred(Vector a) {
  const Vector quotient = _mm256_mulhrs_epi16(a, every(10));
  return _mm256_sub_epi16(a, _mm256_mullo_epi16(quotient, every(q)));
}

void butterfly(Vector& a, Vector& b, const Factors& zeta) {
  const Vector t = montgomery_multiply(b, zeta);
  b = _mm256_sub_epi16(a, t);
  a = _mm256_add_epi16(a, t);
}

void inverse_butterfly(Vector& a, Vector& b, const Factors& zeta) {
  const Vector t = a;
  a = _mm256_add_epi16(t, b);
  b = montgomery_multiply(_mm256_sub_epi16(b, t), zeta);
}

// Two vectors hold 32 coefficients in a row. For butterflies of a length below 16 they have to be arranged so
// that partners face each other: bit `length` of a coefficient's number chooses the vector, the other bits
// are the lane. exchange<Length> goes from the arrangement for 2 length to that for length, and back.
template <std::size_t Length>
void exchange(Vector& a, Vector& b) {
  Vector x;
  if constexpr (Length == 8) {
    x = _mm256_permute2x128_si256(a, b, 0x20);
    b = _mm256_permute2x128_si256(a, b, 0x31);
  } else if constexpr (Length == 4) {
    x = _mm256_unpacklo_epi64(a, b);
    b = _mm256_unpackhi_epi64(a, b);
  } else {
    static_assert(Length == 2);
    x = _mm256_blend_epi32(a, _mm256_slli_epi64(b, 32), 0xaa);
    b = _mm256_blend_epi32(_mm256_srli_epi64(a, 32), b, 0xaa);
  }
  a = x;
}

// The number of the coefficient in a lane of the first vector.
consteval std::size_t arranged(std::size_t length, std::size_t lane) {
  return lane % length + lane / length * length * 2;
}

struct Tables {
  Factors ntt[3][4];               // lengths 128, 64, 32
  Factors inverse_ntt[3][4];       // the same
  Factors ntt_pair[8][4];          // of each pair of vectors; lengths 16, 8, 4, 2
  Factors inverse_ntt_pair[8][4];  // the same
  Factors last_sum;                // the last layer of the inverse transform and its scale in one
  Factors last_difference;
  Factors gamma[width];  // for each vector
  Factors square = everywhere(montgomery_square);
};

consteval Tables make_tables() {
  Tables tables;
  for (std::size_t layer = 0; layer < 3; ++layer) {
    const std::size_t length = 128 >> layer;
    for (std::size_t block = 0; block < n / (2 * length); ++block) {
      const std::size_t c = 2 * length * block;
      tables.ntt[layer][block] = everywhere(montgomery_form(ntt_factor(length, c)));
      tables.inverse_ntt[layer][block] = everywhere(montgomery_form(inverse_ntt_factor(length, c)));
    }
  }
  for (std::size_t pair = 0; pair < 8; ++pair) {
    for (std::size_t layer = 0; layer < 4; ++layer) {
      const std::size_t length = 16 >> layer;
      for (std::size_t lane = 0; lane < width; ++lane) {
        const std::size_t c = 2 * width * pair + arranged(length, lane);
        tables.ntt_pair[pair][layer].set(lane, montgomery_form(ntt_factor(length, c)));
        tables.inverse_ntt_pair[pair][layer].set(lane, montgomery_form(inverse_ntt_factor(length, c)));
      }
    }
  }
  tables.last_sum = everywhere(montgomery_form(inverse_ntt_scale));
  tables.last_difference = everywhere(montgomery_form(inverse_ntt_scale * inverse_ntt_factor(128, 0)));
  for (std::size_t c = 0; c < n; c += 2) {
    tables.gamma[c / width].set(c % width, montgomery_square);
    tables.gamma[c / width].set(c % width + 1,
                                centred(gamma(static_cast<unsigned>(c / 2)) * montgomery_square));
  }
  return tables;
}

constexpr Tables tables = make_tables();

// Butterflies of the lengths 128, 64 and 32 in the eight vectors from `f`, that are 32 coefficients apart.
void ntt_long(std::int16_t* f) {
  Vector v[8];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) v[i] = load(f + 32 * i);
  for (std::size_t i = 0; i < 4; ++i) butterfly(v[i], v[i + 4], tables.ntt[0][0]);
  for (std::size_t i = 0; i < 8; i += 4)
    for (std::size_t j = i; j < i + 2; ++j) butterfly(v[j], v[j + 2], tables.ntt[1][i / 4]);
  for (std::size_t i = 0; i < 8; i += 2) butterfly(v[i], v[i + 1], tables.ntt[2][i / 2]);
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) store(f + 32 * i, v[i]);
}

void ntt(Polynomial& polynomial) {
  // Every layer adds less than 0.75 q: seven of them stay below 2^15.
  ntt_long(polynomial.coefficients);
  ntt_long(polynomial.coefficients + width);
  for (std::size_t pair = 0; pair < 8; ++pair) {
    std::int16_t* const f = polynomial.coefficients + 2 * width * pair;
    const Factors* const zeta = tables.ntt_pair[pair];
    Vector a = load(f);
    Vector b = load(f + width);
    butterfly(a, b, zeta[0]);
    exchange<8>(a, b);
    butterfly(a, b, zeta[1]);
    exchange<4>(a, b);
    butterfly(a, b, zeta[2]);
    exchange<2>(a, b);
    butterfly(a, b, zeta[3]);
    exchange<2>(a, b);
    exchange<4>(a, b);
    exchange<8>(a, b);
    store(f, reduced(a));
    store(f + width, reduced(b));
  }
}

void inverse_ntt_long(std::int16_t* f) {
  Vector v[8];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) v[i] = load(f + 32 * i);
  for (std::size_t i = 0; i < 8; i += 2) inverse_butterfly(v[i], v[i + 1], tables.inverse_ntt[2][i / 2]);
  for (std::size_t i = 0; i < 8; i += 4)
    for (std::size_t j = i; j < i + 2; ++j) inverse_butterfly(v[j], v[j + 2], tables.inverse_ntt[1][i / 4]);
  for (std::size_t i = 0; i < 4; ++i) {
    const Vector a = nearly_centred(v[i]);
    const Vector b = nearly_centred(v[i + 4]);
    const Vector sum = montgomery_multiply(_mm256_add_epi16(a, b), tables.last_sum);
    const Vector difference = montgomery_multiply(_mm256_sub_epi16(b, a), tables.last_difference);
    store(f + 32 * i, plus_q_if_negative(sum));
    store(f + 32 * (i + 4), plus_q_if_negative(difference));
  }
}

void inverse_ntt(Polynomial& polynomial) {
  // A sum may double with every layer, and three doublings of q are all that 16 bits hold: so the third and
  // the sixth layer are followed by a reduction.
  for (std::size_t pair = 0; pair < 8; ++pair) {
    std::int16_t* const f = polynomial.coefficients + 2 * width * pair;
    const Factors* const zeta = tables.inverse_ntt_pair[pair];
    Vector a = load(f);
    Vector b = load(f + width);
    exchange<8>(a, b);
    exchange<4>(a, b);
    exchange<2>(a, b);
    inverse_butterfly(a, b, zeta[3]);
    exchange<2>(a, b);
    inverse_butterfly(a, b, zeta[2]);
    exchange<4>(a, b);
    inverse_butterfly(a, b, zeta[1]);
    a = nearly_centred(a);
    b = nearly_centred(b);
    exchange<8>(a, b);
    inverse_butterfly(a, b, zeta[0]);
    store(f, a);
    store(f + width, b);
  }
  inverse_ntt_long(polynomial.coefficients);
  inverse_ntt_long(polynomial.coefficients + width);
}

void prepare(const Polynomial& transform, Multiplier& multiplier) {
  for (std::size_t i = 0; i < n; i += width) {
    const Vector b = load(transform.coefficients + i);
    const Vector scaled = montgomery_multiply(b, tables.square);
    store(multiplier.direct + i, montgomery_multiply(b, tables.gamma[i / width]));
    store(multiplier.crossed + i,
          _mm256_or_si256(_mm256_slli_epi32(scaled, 16), _mm256_srli_epi32(scaled, 16)));
  }
}

// Montgomery's reduction of 32-bit lanes; the result is in the upper half of each, the lower half is zero.
Vector montgomery_reduce(Vector product) {
  const Vector m = _mm256_mullo_epi16(product, every(q_inverse));
  // The upper half of m, which means nothing, meets a zero.
  return _mm256_sub_epi32(product, _mm256_madd_epi16(m, _mm256_set1_epi32(q)));
}

void multiply(const Polynomial* row, const Multiplier* column, std::size_t count, Polynomial& product) {
  for (std::size_t i = 0; i < n; i += width) {
    Vector low = _mm256_setzero_si256();
    Vector high = _mm256_setzero_si256();
    for (std::size_t j = 0; j < count; ++j) {
      const Vector a = load(row[j].coefficients + i);
      low = _mm256_add_epi32(low, _mm256_madd_epi16(a, load(column[j].direct + i)));
      high = _mm256_add_epi32(high, _mm256_madd_epi16(a, load(column[j].crossed + i)));
    }
    const Vector both =
        _mm256_blend_epi16(_mm256_srli_epi32(montgomery_reduce(low), 16), montgomery_reduce(high), 0xaa);
    store(product.coefficients + i, plus_q_if_negative(both));
  }
}

// For each set of lanes to keep: which octets go where. Twice the number of the kept lanes, one after the
// other.
struct Selection {
  std::uint8_t lower_octet[256][8];
};

consteval Selection make_selection() {
  Selection selection = {};
  for (unsigned kept = 0; kept < 256; ++kept) {
    std::size_t count = 0;
    for (unsigned lane = 0; lane < 8; ++lane)
      if ((kept >> lane & 1) != 0) selection.lower_octet[kept][count++] = static_cast<std::uint8_t>(2 * lane);
  }
  return selection;
}

constexpr Selection selection = make_selection();

std::size_t append_kept(__m128i values, unsigned kept, std::int16_t* to) {
  const __m128i lower = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(selection.lower_octet[kept]));
  const __m128i octets = _mm_unpacklo_epi8(lower, _mm_add_epi8(lower, _mm_set1_epi8(1)));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(values, octets));
  return static_cast<std::size_t>(__builtin_popcount(kept));
}

std::size_t sample_uniform(const std::uint8_t* octets, std::size_t size, Polynomial& polynomial,
                           std::size_t count) {
  // 24 octets at a time are sixteen candidates. Two loads of 16 octets reach four octets further.
  const Vector windows = _mm256_setr_epi8(0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11,  //
                                          0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11);
  std::size_t i = 0;
  for (; i + 28 <= size && count + 16 <= n; i += 24) {
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(octets + i));
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(octets + i + 12));
    const Vector window = _mm256_shuffle_epi8(_mm256_set_m128i(second, first), windows);
    const Vector candidates = _mm256_blend_epi16(_mm256_and_si256(window, every(0xfff)),  //
                                                 _mm256_srli_epi16(window, 4), 0xaa);
    const Vector below_q = _mm256_cmpgt_epi16(every(q), candidates);
    const auto kept = static_cast<unsigned>(_mm256_movemask_epi8(_mm256_packs_epi16(below_q, below_q)));
    count += append_kept(_mm256_castsi256_si128(candidates), kept & 0xff, polynomial.coefficients + count);
    count += append_kept(_mm256_extracti128_si256(candidates, 1), kept >> 16 & 0xff,
                         polynomial.coefficients + count);
  }
  return Loops::sample_uniform(octets + i, size - i, polynomial, count);
}

}  // namespace

constinit const Arithmetic arithmetic_avx2 = {
    .ntt = ntt,
    .inverse_ntt = inverse_ntt,
    .prepare = prepare,
    .multiply = multiply,
    .add = Loops::add,
    .subtract_from = Loops::subtract_from,
    .sample_noise = Loops::sample_noise,
    .sample_uniform = sample_uniform,
    .encode = Loops::encode,
    .decode = Loops::decode,
    .compress = Loops::compress,
    .decompress = Loops::decompress,
};

}  // namespace handfast::crypto::ml_kem
