// Keccak-f[1600] with AVX-512: eight states at once, in the time of one.
// This file is compiled for AVX-512 (see CpuTier): nothing in it may run before cpu_tier() was asked.
#include <immintrin.h>

#include "crypto/keccak_permutation.hpp"

namespace handfast::crypto {
namespace {

struct BmiOperations : ScalarKeccakOperations {};

struct Avx512Operations {
  using Word = __m512i;
  static constexpr std::size_t lanes = 8;
  static void load(const KeccakState* states, Word* words) {
    for (std::size_t i = 0; i < 24; i += 8) {
      for (std::size_t lane = 0; lane < lanes; ++lane)
        words[i + lane] = _mm512_load_si512(states[lane].words + i);
      transpose(words + i);
    }
    alignas(Word) std::uint64_t last[lanes];
    for (std::size_t lane = 0; lane < lanes; ++lane) last[lane] = states[lane].words[24];
    words[24] = _mm512_load_si512(last);
  }
  static void store(KeccakState* states, Word* words) {
    for (std::size_t i = 0; i < 24; i += 8) {
      transpose(words + i);
      for (std::size_t lane = 0; lane < lanes; ++lane)
        _mm512_store_si512(states[lane].words + i, words[i + lane]);
    }
    alignas(Word) std::uint64_t last[lanes];
    _mm512_store_si512(last, words[24]);
    for (std::size_t lane = 0; lane < lanes; ++lane) states[lane].words[24] = last[lane];
  }
  // Eight words of each lane to each lane of eight words, and back.
  static void transpose(Word* words) {
    Word pairs[8];
    for (std::size_t i = 0; i < 8; i += 2) {
      pairs[i] = _mm512_unpacklo_epi64(words[i], words[i + 1]);
      pairs[i + 1] = _mm512_unpackhi_epi64(words[i], words[i + 1]);
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const Word a = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0x88);
      const Word b = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0xdd);
      const Word c = _mm512_shuffle_i64x2(pairs[i + 4], pairs[i + 6], 0x88);
      const Word d = _mm512_shuffle_i64x2(pairs[i + 4], pairs[i + 6], 0xdd);
      words[i] = _mm512_shuffle_i64x2(a, c, 0x88);
      words[i + 2] = _mm512_shuffle_i64x2(b, d, 0x88);
      words[i + 4] = _mm512_shuffle_i64x2(a, c, 0xdd);
      words[i + 6] = _mm512_shuffle_i64x2(b, d, 0xdd);
    }
  }
  static Word constant(std::uint64_t word) { return _mm512_set1_epi64(static_cast<long long>(word)); }
  static Word exclusive_or(Word a, Word b) { return _mm512_xor_si512(a, b); }
  // The truth tables: bit 4a + 2b + c is the result.
  static Word exclusive_or(Word a, Word b, Word c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }
  static Word choose(Word a, Word b, Word c) { return _mm512_ternarylogic_epi64(a, b, c, 0xd2); }
  template <unsigned Bits>
  static Word rotate(Word word) {
    return _mm512_rol_epi64(word, Bits);
  }
};

}  // namespace

constinit const KeccakCode keccak_avx512 = {
    .lanes = Avx512Operations::lanes,
    .permute = KeccakPermutation<BmiOperations>::permute,
    .permute_lanes = KeccakPermutation<Avx512Operations>::permute,
};

}  // namespace handfast::crypto
