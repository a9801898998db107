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
  static Word load(const std::uint64_t* from) { return _mm512_loadu_si512(from); }
  static void store(std::uint64_t* to, Word word) { _mm512_storeu_si512(to, word); }
  static Word constant(std::uint64_t word) { return _mm512_set1_epi64(static_cast<long long>(word)); }
  static Word exclusive_or(Word a, Word b) { return _mm512_xor_si512(a, b); }
  // The truth tables: bit 4a + 2b + c is the result.
  static Word exclusive_or(Word a, Word b, Word c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }
  static Word choose(Word a, Word b, Word c) { return _mm512_ternarylogic_epi64(a, b, c, 0xd2); }
  template <unsigned bits>
  static Word rotate(Word word) {
    return _mm512_rol_epi64(word, bits);
  }
};

}  // namespace

constinit const KeccakCode keccak_avx512 = {
    .lanes = Avx512Operations::lanes,
    .permute = KeccakPermutation<BmiOperations>::permute,
    .permute_lanes = KeccakPermutation<Avx512Operations>::permute,
};

}  // namespace handfast::crypto
