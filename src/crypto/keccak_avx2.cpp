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
  static void load(const KeccakState* states, Word* words) {
    for (std::size_t i = 0; i < 24; i += 4) {
      for (std::size_t lane = 0; lane < lanes; ++lane)
        words[i + lane] = _mm256_load_si256(reinterpret_cast<const Word*>(states[lane].words + i));
      transpose(words + i);
    }
    alignas(Word) std::uint64_t last[lanes];
    for (std::size_t lane = 0; lane < lanes; ++lane) last[lane] = states[lane].words[24];
    words[24] = _mm256_load_si256(reinterpret_cast<const Word*>(last));
  }
  static void store(KeccakState* states, Word* words) {
    for (std::size_t i = 0; i < 24; i += 4) {
      transpose(words + i);
      for (std::size_t lane = 0; lane < lanes; ++lane)
        _mm256_store_si256(reinterpret_cast<Word*>(states[lane].words + i), words[i + lane]);
    }
    alignas(Word) std::uint64_t last[lanes];
    _mm256_store_si256(reinterpret_cast<Word*>(last), words[24]);
    for (std::size_t lane = 0; lane < lanes; ++lane) states[lane].words[24] = last[lane];
  }
  // Four words of each lane to each lane of four words, and back.
  static void transpose(Word* words) {
    const Word a = _mm256_unpacklo_epi64(words[0], words[1]);
    const Word b = _mm256_unpackhi_epi64(words[0], words[1]);
    const Word c = _mm256_unpacklo_epi64(words[2], words[3]);
    const Word d = _mm256_unpackhi_epi64(words[2], words[3]);
    words[0] = _mm256_permute2x128_si256(a, c, 0x20);
    words[1] = _mm256_permute2x128_si256(b, d, 0x20);
    words[2] = _mm256_permute2x128_si256(a, c, 0x31);
    words[3] = _mm256_permute2x128_si256(b, d, 0x31);
  }
  static Word constant(std::uint64_t word) { return _mm256_set1_epi64x(static_cast<long long>(word)); }
  static Word exclusive_or(Word a, Word b) { return _mm256_xor_si256(a, b); }
  static Word exclusive_or(Word a, Word b, Word c) { return exclusive_or(exclusive_or(a, b), c); }
  // By whole octets a shuffle does it; else there is no rotation.
  template <unsigned Bits>
  static Word rotate(Word word) {
    if constexpr (Bits == 0)
      return word;
    else if constexpr (Bits == 8)
      return _mm256_shuffle_epi8(word,
                                 _mm256_setr_epi8(7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14,  //
                                                  7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14));
    else if constexpr (Bits == 56)
      return _mm256_shuffle_epi8(word,
                                 _mm256_setr_epi8(1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8,  //
                                                  1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8));
    else
      return _mm256_or_si256(_mm256_slli_epi64(word, Bits), _mm256_srli_epi64(word, 64 - Bits));
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
