// Keccak-f[1600] (FIPS 202 §3), written once for words of any width.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

#include "crypto/keccak.hpp"

namespace handfast::crypto {

// The codes of keccak_code(), each in a file of its own flags.
extern const KeccakCode keccak_portable;
extern const KeccakCode keccak_avx2;
extern const KeccakCode keccak_avx512;

struct KeccakTables {
  unsigned rotation[keccak_words] = {};  // of word x + 5y
  std::uint64_t round_constant[24] = {};
};

consteval KeccakTables make_keccak_tables() {
  KeccakTables tables;
  // FIPS 202 §3.2.2, step ρ.
  for (unsigned t = 0, x = 1, y = 0; t < 24; ++t) {
    tables.rotation[x + 5 * y] = (t + 1) * (t + 2) / 2 % 64;
    const unsigned next_y = (2 * x + 3 * y) % 5;
    x = y;
    y = next_y;
  }
  // FIPS 202 §3.2.5, step ι: bits of a shift register with the polynomial x^8 + x^6 + x^5 + x^4 + 1.
  unsigned shift_register = 1;
  for (std::uint64_t& constant : tables.round_constant) {
    for (unsigned j = 0; j < 7; ++j) {
      if ((shift_register & 1) != 0) constant |= std::uint64_t{1} << ((1U << j) - 1);
      shift_register = (shift_register << 1) ^ ((shift_register >> 7) * 0x171);
    }
  }
  return tables;
}

inline constexpr KeccakTables keccak_tables = make_keccak_tables();

/// `Operations` says how words are held and what can be done with them:
///   Word; lanes: 64-bit words in a Word; load, store: as many states, their words side by side; constant: a
///   64-bit word in all lanes; exclusive_or of two and of three; rotate<Bits>: to the left; choose(a, b, c):
///   a ^ (~b & c).
///
/// It has to be a type of the including file's own (in an unnamed namespace). Then all code made from this
/// template belongs to that file, and the linker cannot give another file what was compiled for a processor
/// that may not be there.
template <class Operations>
class KeccakPermutation {
  using O = Operations;
  using Word = typename Operations::Word;
  using Five = std::make_index_sequence<5>;

 public:
  static void permute(KeccakState* states) {
    Word a[keccak_words];
    Word b[keccak_words];
    O::load(states, a);
    // Two rounds a turn, so that no state has to be moved from registers to registers.
    for (std::size_t i = 0; i < 24; i += 2) {
      round(a, b, keccak_tables.round_constant[i], Five());
      round(b, a, keccak_tables.round_constant[i + 1], Five());
    }
    O::store(states, a);
  }

 private:
  template <std::size_t... I>
  [[gnu::always_inline]] static inline void round(const Word* in, Word* out, std::uint64_t constant,
                                                  std::index_sequence<I...> five) {
    const Word parity[5] = {O::exclusive_or(O::exclusive_or(in[I], in[I + 5], in[I + 10]),  //
                                            in[I + 15], in[I + 20])...};
    const Word theta[5] = {
        O::exclusive_or(parity[(I + 4) % 5], O::template rotate<1>(parity[(I + 1) % 5]))...};
    // Row by row of the result, so that few words live at a time: they have to fit into the registers.
    (row<I>(in, theta, out, five), ...);
    out[0] = O::exclusive_or(out[0], O::constant(constant));
  }

  template <std::size_t Y, std::size_t... X>
  [[gnu::always_inline]] static inline void row(const Word* in, const Word* theta, Word* out,
                                                std::index_sequence<X...> /*columns*/) {
    // FIPS 202 §3.2.3, step π: what comes to (x, y) stood in column x + 3y of row x.
    const Word moved[5] = {O::template rotate<keccak_tables.rotation[(X + 3 * Y) % 5 + 5 * X]>(
        O::exclusive_or(in[(X + 3 * Y) % 5 + 5 * X], theta[(X + 3 * Y) % 5]))...};
    ((out[X + 5 * Y] = O::choose(moved[X], moved[(X + 1) % 5], moved[(X + 2) % 5])), ...);
  }
};

/// The operations of a single state, in general registers.
struct ScalarKeccakOperations {
  using Word = std::uint64_t;
  static constexpr std::size_t lanes = 1;
  [[gnu::always_inline]] static inline void load(const KeccakState* state, Word* words) {
    for (std::size_t i = 0; i < keccak_words; ++i) words[i] = state->words[i];
  }
  [[gnu::always_inline]] static inline void store(KeccakState* state, const Word* words) {
    for (std::size_t i = 0; i < keccak_words; ++i) state->words[i] = words[i];
  }
  [[gnu::always_inline]] static inline Word constant(std::uint64_t word) { return word; }
  [[gnu::always_inline]] static inline Word exclusive_or(Word a, Word b) { return a ^ b; }
  [[gnu::always_inline]] static inline Word exclusive_or(Word a, Word b, Word c) { return a ^ b ^ c; }
  template <unsigned Bits>
  [[gnu::always_inline]] static inline Word rotate(Word word) {
    return (word << Bits) | (word >> (-Bits & 63));
  }
  [[gnu::always_inline]] static inline Word choose(Word a, Word b, Word c) { return a ^ (~b & c); }
};

}  // namespace handfast::crypto
