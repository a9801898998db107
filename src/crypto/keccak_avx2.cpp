// Keccak-f[1600] with AVX2: four states at once; one alone with BMI's instructions.
// This file is compiled for AVX2, BMI1 and BMI2: nothing in it may run before cpu_tier() was asked.
#include <immintrin.h>

#include "crypto/keccak_permutation.hpp"

namespace handfast::crypto {
namespace {

struct BmiOperations : ScalarKeccakOperations {};

struct Avx2Operations {
  using Word = __m256i;
  static constexpr std::size_t lanes = 4;
  static Word load(const std::uint64_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  static void store(std::uint64_t* to, Word word) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), word);
  }
  static Word constant(std::uint64_t word) { return _mm256_set1_epi64x(static_cast<long long>(word)); }
  static Word exclusive_or(Word a, Word b) { return _mm256_xor_si256(a, b); }
  static Word exclusive_or(Word a, Word b, Word c) { return exclusive_or(exclusive_or(a, b), c); }
  // By whole octets a shuffle does it; else there is no rotation.
  template <unsigned bits>
  static Word rotate(Word word) {
    if constexpr (bits == 0)
      return word;
    else if constexpr (bits == 8)
      return _mm256_shuffle_epi8(word,
                                 _mm256_setr_epi8(7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14,  //
                                                  7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14));
    else if constexpr (bits == 56)
      return _mm256_shuffle_epi8(word,
                                 _mm256_setr_epi8(1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8,  //
                                                  1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8));
    else
      return _mm256_or_si256(_mm256_slli_epi64(word, bits), _mm256_srli_epi64(word, 64 - bits));
  }
  static Word choose(Word a, Word b, Word c) { return _mm256_xor_si256(a, _mm256_andnot_si256(b, c)); }
};

}  // namespace

constinit const KeccakCode keccak_avx2 = {
    .lanes = Avx2Operations::lanes,
    .permute = KeccakPermutation<BmiOperations>::permute,
    .permute_lanes = KeccakPermutation<Avx2Operations>::permute,
};

}  // namespace handfast::crypto
