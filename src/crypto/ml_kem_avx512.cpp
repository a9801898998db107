// ML-KEM's arithmetic with AVX-512: a polynomial is eight registers.
// This file is compiled for AVX-512 (see CpuTier): nothing in it may run before cpu_tier() was asked.
#include <immintrin.h>

#include "crypto/ml_kem_loops.hpp"

namespace handfast::crypto::ml_kem {
namespace {

using Vector = __m512i;

constexpr std::size_t width = 32;
constexpr std::size_t vectors = n / width;
constexpr std::size_t pairs = vectors / 2;

Vector load(const void* from) { return _mm512_loadu_si512(from); }
void store(std::int16_t* to, Vector vector) { _mm512_storeu_si512(to, vector); }
Vector every(int value) { return _mm512_set1_epi16(static_cast<std::int16_t>(value)); }

// Where the octets that hold four coefficients of d bits go, and where in them each coefficient starts.
template <std::size_t D>
struct alignas(64) Packing {
  // Packing: of a word of four, what stands in the first of two, and in the second, moved to an octet's
  // border.
  static constexpr std::size_t move = 4 * D % 8;
  std::uint8_t from_first[64] = {};
  std::uint8_t from_second[64] = {};
  std::uint64_t has_first = 0;
  std::uint64_t has_second = 0;
  // Unpacking: eight octets to each word, and eight bits from them to each octet.
  std::uint8_t octet[64] = {};
  std::uint8_t bit[64] = {};

  consteval Packing() {
    for (std::size_t i = 0; i < 4 * D; ++i) {
      const std::size_t two = i / D * 16;  // octets before these two words
      const std::size_t start = i % D * 8;
      if (start < 4 * D) {
        has_first |= std::uint64_t{1} << i;
        from_first[i] = static_cast<std::uint8_t>(two + start / 8);
      }
      if (start + 8 > 4 * D) {
        has_second |= std::uint64_t{1} << i;
        from_second[i] = static_cast<std::uint8_t>(two + 8 + (start + move - 4 * D) / 8);
      }
    }
    for (std::size_t i = 0; i < 64; ++i) {
      const std::size_t start = i / 8 * 4 * D;
      octet[i] = static_cast<std::uint8_t>(start / 8 + i % 8);
      bit[i] = static_cast<std::uint8_t>(start % 8 + i % 8 / 2 * D + i % 2 * 8);
    }
  }
};

template <std::size_t D>
constexpr Packing<D> packing;

struct Avx512 {
  template <std::size_t D>
  static void pack(const Polynomial& polynomial, std::uint8_t* octets) {
    for (std::size_t i = 0; i < n; i += width, octets += 4 * D) {
      // a + 2^d b in 32 bits; then the lower half moves up to the upper one, and both down.
      const Vector twos =
          _mm512_madd_epi16(load(polynomial.coefficients + i), _mm512_set1_epi32(1 | 1 << (16 + D)));
      const Vector met = _mm512_mask_slli_epi32(twos, 0x5555, twos, 32 - 2 * D);
      const Vector fours = _mm512_srli_epi64(met, 32 - 2 * D);
      const Vector moved = _mm512_slli_epi64(fours, Packing<D>::move);
      const Vector packed = _mm512_or_si512(
          _mm512_maskz_permutexvar_epi8(packing<D>.has_first, load(packing<D>.from_first), fours),
          _mm512_maskz_permutexvar_epi8(packing<D>.has_second, load(packing<D>.from_second), moved));
      _mm512_mask_storeu_epi8(octets, (std::uint64_t{1} << (4 * D)) - 1, packed);
    }
  }

  template <std::size_t D>
  static void unpack(const std::uint8_t* octets, Polynomial& polynomial) {
    for (std::size_t i = 0; i < n; i += width, octets += 4 * D)
      store(polynomial.coefficients + i,
            unpacked<D>(_mm512_maskz_loadu_epi8((std::uint64_t{1} << (4 * D)) - 1, octets)));
  }

  // The 32 values of d bits in the lower 4 d octets.
  template <std::size_t D>
  static Vector unpacked(Vector octets) {
    const Vector fours = _mm512_permutexvar_epi8(load(packing<D>.octet), octets);
    return _mm512_and_si512(_mm512_multishift_epi64_epi8(load(packing<D>.bit), fours), every((1 << D) - 1));
  }
};
using Loops = PolynomialLoops<Avx512>;

// A constant factor for each lane, and its product with 1/q: with both known, Montgomery's m costs one
// multiplication only.
struct alignas(64) Factors {
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
  const Vector m = _mm512_mullo_epi16(a, load(b.factor_m));
  return _mm512_sub_epi16(_mm512_mulhi_epi16(a, load(b.factor)), _mm512_mulhi_epi16(m, every(q)));
}

Vector plus_q_if_negative(Vector a) { return _mm512_min_epu16(a, _mm512_add_epi16(a, every(q))); }

// From 0 to q - 1, for any value: the quotient by 2^26/q rounded down, then one more where that was too
// small.
Vector reduced(Vector a) {
  const Vector quotient = _mm512_srai_epi16(_mm512_mulhi_epi16(a, every(20159)), 10);
  const Vector rest = _mm512_sub_epi16(a, _mm512_mullo_epi16(quotient, every(q)));
  return _mm512_min_epu16(rest, _mm512_sub_epi16(rest, every(q)));
}

// Between -0.63 q and 0.63 q, for values between -8 q and 8 q: the quotient by 10/2^15, rounded.
Vector nearly_centred(Vector a) {
  const Vector quotient = _mm512_mulhrs_epi16(a, every(10));
  return _mm512_sub_epi16(a, _mm512_mullo_epi16(quotient, every(q)));
}

void butterfly(Vector& a, Vector& b, const Factors& zeta) {
  const Vector t = montgomery_multiply(b, zeta);
  b = _mm512_sub_epi16(a, t);
  a = _mm512_add_epi16(a, t);
}

void inverse_butterfly(Vector& a, Vector& b, const Factors& zeta) {
  const Vector t = a;
  a = _mm512_add_epi16(t, b);
  b = montgomery_multiply(_mm512_sub_epi16(b, t), zeta);
}

// Two vectors hold 64 coefficients in a row. For butterflies of a length below 32 they have to be arranged so
// that partners face each other: bit `length` of a coefficient's number chooses the vector, the other bits
// are the lane.
consteval std::size_t arranged(std::size_t length, std::size_t vector, std::size_t lane) {
  return lane % length + lane / length * length * 2 + vector * length;
}
consteval std::size_t lane_of(std::size_t length, std::size_t coefficient) {
  return coefficient % length + coefficient / (2 * length) * length;
}

// From the arrangement for one length to that for another, by pairs of coefficients, which never part.
struct alignas(64) Rearrangement {
  std::uint32_t from[2][width / 2] = {};

  consteval Rearrangement(std::size_t old_length, std::size_t new_length) {
    for (std::size_t vector = 0; vector < 2; ++vector) {
      for (std::size_t lane = 0; lane < width; lane += 2) {
        const std::size_t coefficient = arranged(new_length, vector, lane);
        const std::size_t old_vector = coefficient / old_length % 2;
        from[vector][lane / 2] =
            static_cast<std::uint32_t>((lane_of(old_length, coefficient) + old_vector * width) / 2);
      }
    }
  }
};

constexpr Rearrangement from_32_to_16(32, 16);
constexpr Rearrangement from_16_to_8(16, 8);
constexpr Rearrangement from_8_to_4(8, 4);
constexpr Rearrangement from_4_to_2(4, 2);
constexpr Rearrangement from_2_to_32(2, 32);
constexpr Rearrangement from_32_to_2(32, 2);
constexpr Rearrangement from_2_to_4(2, 4);
constexpr Rearrangement from_4_to_8(4, 8);
constexpr Rearrangement from_8_to_16(8, 16);
constexpr Rearrangement from_16_to_32(16, 32);

void rearrange(Vector& a, Vector& b, const Rearrangement& how) {
  const Vector x = _mm512_permutex2var_epi32(a, load(how.from[0]), b);
  b = _mm512_permutex2var_epi32(a, load(how.from[1]), b);
  a = x;
}

struct Tables {
  Factors ntt[3][4];                   // lengths 128, 64, 32
  Factors inverse_ntt[3][4];           // the same
  Factors ntt_pair[pairs][4];          // of each pair of vectors; lengths 16, 8, 4, 2
  Factors inverse_ntt_pair[pairs][4];  // the same
  Factors last_sum;                    // the last layer of the inverse transform and its scale in one
  Factors last_difference;
  Factors gamma[vectors];
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
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    for (std::size_t layer = 0; layer < 4; ++layer) {
      const std::size_t length = 16 >> layer;
      for (std::size_t lane = 0; lane < width; ++lane) {
        const std::size_t c = 2 * width * pair + arranged(length, 0, lane);
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

void ntt(Polynomial& polynomial) {
  // Every layer adds less than 0.75 q: seven of them stay below 2^15.
  Vector v[vectors];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) v[i] = load(polynomial.coefficients + width * i);
  for (std::size_t i = 0; i < 4; ++i) butterfly(v[i], v[i + 4], tables.ntt[0][0]);
  for (std::size_t i = 0; i < 8; i += 4)
    for (std::size_t j = i; j < i + 2; ++j) butterfly(v[j], v[j + 2], tables.ntt[1][i / 4]);
#pragma GCC unroll 8
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    Vector& a = v[2 * pair];
    Vector& b = v[2 * pair + 1];
    const Factors* const zeta = tables.ntt_pair[pair];
    butterfly(a, b, tables.ntt[2][pair]);
    rearrange(a, b, from_32_to_16);
    butterfly(a, b, zeta[0]);
    rearrange(a, b, from_16_to_8);
    butterfly(a, b, zeta[1]);
    rearrange(a, b, from_8_to_4);
    butterfly(a, b, zeta[2]);
    rearrange(a, b, from_4_to_2);
    butterfly(a, b, zeta[3]);
    rearrange(a, b, from_2_to_32);
  }
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) store(polynomial.coefficients + width * i, reduced(v[i]));
}

void inverse_ntt(Polynomial& polynomial) {
  // A sum may double with every layer, and three doublings of q are all that 16 bits hold: so the third and
  // the sixth layer are followed by a reduction.
  Vector v[vectors];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) v[i] = load(polynomial.coefficients + width * i);
#pragma GCC unroll 8
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    Vector& a = v[2 * pair];
    Vector& b = v[2 * pair + 1];
    const Factors* const zeta = tables.inverse_ntt_pair[pair];
    rearrange(a, b, from_32_to_2);
    inverse_butterfly(a, b, zeta[3]);
    rearrange(a, b, from_2_to_4);
    inverse_butterfly(a, b, zeta[2]);
    rearrange(a, b, from_4_to_8);
    inverse_butterfly(a, b, zeta[1]);
    a = nearly_centred(a);
    b = nearly_centred(b);
    rearrange(a, b, from_8_to_16);
    inverse_butterfly(a, b, zeta[0]);
    rearrange(a, b, from_16_to_32);
    inverse_butterfly(a, b, tables.inverse_ntt[2][pair]);
  }
  for (std::size_t i = 0; i < 8; i += 4)
    for (std::size_t j = i; j < i + 2; ++j) inverse_butterfly(v[j], v[j + 2], tables.inverse_ntt[1][i / 4]);
  for (std::size_t i = 0; i < 4; ++i) {
    const Vector a = nearly_centred(v[i]);
    const Vector b = nearly_centred(v[i + 4]);
    const Vector sum = montgomery_multiply(_mm512_add_epi16(a, b), tables.last_sum);
    const Vector difference = montgomery_multiply(_mm512_sub_epi16(b, a), tables.last_difference);
    store(polynomial.coefficients + width * i, plus_q_if_negative(sum));
    store(polynomial.coefficients + width * (i + 4), plus_q_if_negative(difference));
  }
}

void prepare(const Polynomial& transform, Multiplier& multiplier) {
  for (std::size_t i = 0; i < n; i += width) {
    const Vector b = load(transform.coefficients + i);
    store(multiplier.direct + i, montgomery_multiply(b, tables.gamma[i / width]));
    store(multiplier.crossed + i, _mm512_rol_epi32(montgomery_multiply(b, tables.square), 16));
  }
}

// Montgomery's reduction of 32-bit lanes; the result is in the upper half of each, the lower half is zero.
Vector montgomery_reduce(Vector product) {
  const Vector m = _mm512_mullo_epi16(product, every(q_inverse));
  // The upper half of m, which means nothing, meets a zero.
  return _mm512_sub_epi32(product, _mm512_madd_epi16(m, _mm512_set1_epi32(q)));
}

void multiply(const Polynomial* row, const Multiplier* column, std::size_t count, Polynomial& product) {
  for (std::size_t i = 0; i < n; i += width) {
    Vector low = _mm512_setzero_si512();
    Vector high = _mm512_setzero_si512();
    for (std::size_t j = 0; j < count; ++j) {
      const Vector a = load(row[j].coefficients + i);
      low = _mm512_dpwssd_epi32(low, a, load(column[j].direct + i));
      high = _mm512_dpwssd_epi32(high, a, load(column[j].crossed + i));
    }
    const Vector both = _mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_srli_epi32(montgomery_reduce(low), 16),
                                                montgomery_reduce(high));
    store(product.coefficients + i, plus_q_if_negative(both));
  }
}

std::size_t sample_uniform(const std::uint8_t* octets, std::size_t size, Polynomial& polynomial,
                           std::size_t count) {
  // 48 octets at a time are 32 candidates.
  for (std::size_t i = 0; i < size && count < n; i += 48) {
    const std::size_t here = size - i < 48 ? size - i : 48;
    const Vector in = _mm512_maskz_loadu_epi8((std::uint64_t{1} << here) - 1, octets + i);
    const Vector candidates = Avx512::unpacked<12>(in);
    const auto there = static_cast<std::uint32_t>((std::uint64_t{1} << (here / 3 * 2)) - 1);
    const __mmask32 below_q = _mm512_mask_cmplt_epi16_mask(there, candidates, every(q));
    const std::size_t room = n - count;
    const auto kept = static_cast<std::size_t>(__builtin_popcount(below_q));
    const std::size_t taken = kept < room ? kept : room;
    _mm512_mask_storeu_epi16(polynomial.coefficients + count,
                             static_cast<__mmask32>((std::uint64_t{1} << taken) - 1),
                             _mm512_maskz_compress_epi16(below_q, candidates));
    count += taken;
  }
  return count;
}

}  // namespace

constinit const Arithmetic arithmetic_avx512 = {
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
