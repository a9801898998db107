// X25519, and the map from the Edwards to the Montgomery curve that makes its key pairs cheap.
//
// libsodium multiplies the base point of the Edwards curve out of a table, much faster than the Montgomery
// ladder goes. The two curves are the same but for a change of coordinates (RFC 7748 §4.1): of the Edwards
// point's y, u = (1 + y) / (1 - y) is what X25519 gives for the same scalar. Everything done here is done to
// y, which is as public as the key: it may branch.
#include "crypto/x25519.hpp"

#include <array>

#include "crypto/cpu.hpp"
#include "crypto/modular_inverse.hpp"
#include "crypto/sodium.hpp"
#include "crypto/stack.hpp"
#include "crypto/x25519_libcrypto.hpp"

namespace handfast::crypto {
namespace {

using Limb = std::uint64_t;
__extension__ using Wide = unsigned __int128;

constexpr Number256 prime{0xffffffffffffffed, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff};
constexpr Modulus256 modulus(prime);

/// a + b, modulo 2^256; `carry` says whether it went beyond.
Number256 add(const Number256& a, const Number256& b, bool& carry) noexcept {
  Number256 sum{};
  Wide running = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    running += static_cast<Wide>(a[i]) + b[i];
    sum[i] = static_cast<Limb>(running);
    running >>= 64;
  }
  carry = running != 0;
  return sum;
}

/// a - b, modulo 2^256; `borrow` says whether b was more.
Number256 subtract(const Number256& a, const Number256& b, bool& borrow) noexcept {
  Number256 difference{};
  Limb under = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Wide running = static_cast<Wide>(a[i]) - b[i] - under;
    difference[i] = static_cast<Limb>(running);
    under = static_cast<Limb>(running >> 64) & 1;
  }
  borrow = under != 0;
  return difference;
}

/// a b modulo the prime, from 0 to prime - 1, of any a and b.
Number256 multiply(const Number256& a, const Number256& b) noexcept {
  std::array<Limb, 8> product{};
  for (std::size_t i = 0; i < 4; ++i) {
    Limb carry = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const Wide running = static_cast<Wide>(a[i]) * b[j] + product[i + j] + carry;
      product[i + j] = static_cast<Limb>(running);
      carry = static_cast<Limb>(running >> 64);
    }
    product[i + 4] = carry;
  }
  // 2^256 is 38 modulo the prime: the upper half comes back, and what that runs over, twice at most.
  Number256 low{product[0], product[1], product[2], product[3]};
  Number256 high{product[4], product[5], product[6], product[7]};
  while (high != Number256{}) {
    Wide running = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      running += static_cast<Wide>(high[i]) * 38 + low[i];
      low[i] = static_cast<Limb>(running);
      running >>= 64;
    }
    high = {static_cast<Limb>(running), 0, 0, 0};
  }
  for (;;) {
    bool below = false;
    const Number256 less = subtract(low, prime, below);
    if (below) return low;
    low = less;
  }
}

/// Little endian, as RFC 7748 has its numbers.
Number256 read(Bytes octets) noexcept {
  Number256 number{};
  for (std::size_t i = 0; i < 32; ++i) number[i / 8] |= static_cast<Limb>(octets[i]) << 8 * (i % 8);
  return number;
}
void write(const Number256& number, MutableBytes octets) noexcept {
  for (std::size_t i = 0; i < 32; ++i) octets[i] = static_cast<std::uint8_t>(number[i / 8] >> 8 * (i % 8));
}

/// u of y (RFC 7748 §4.1). `y` is below the prime, and not 1: that is the neutral element only.
Number256 to_montgomery(const Number256& y) noexcept {
  constexpr Number256 one{1, 0, 0, 0};
  bool over = false;
  const Number256 numerator = add(one, y, over);
  Number256 denominator = subtract(one, y, over);
  if (over) denominator = add(denominator, prime, over);
  return multiply(numerator, invert_modulo_public(modulus, denominator));
}

}  // namespace

void prepare_x25519() noexcept {
  prepare_sodium();
  if (has_fast_adx()) prepare_libcrypto_x25519();
}

void x25519_public_key(Bytes scalar, MutableBytes public_key) noexcept {
  prepare_sodium();
  std::array<std::uint8_t, x25519_size> point{};  // y, and the sign of x in the last bit
  if (crypto_scalarmult_ed25519_base(point.data(), scalar.data()) == 0) {
    point.back() &= 0x7f;
    write(to_montgomery(read(point)), public_key);
  } else {
    // libsodium refuses a scalar of nothing but zeros there, though X25519 sets a bit in it.
    require(crypto_scalarmult_base(public_key.data(), scalar.data()) == 0);
  }
  wipe_stack_below();
}

bool x25519(Bytes scalar, Bytes public_key, Bytes point, MutableBytes shared) noexcept {
  // What libcrypto has no result for is judged by libsodium.
  if (has_fast_adx() && libcrypto_x25519(scalar, public_key, point, shared)) return true;
  prepare_sodium();
  const bool agreed = crypto_scalarmult(shared.data(), scalar.data(), point.data()) == 0;
  wipe_stack_below();
  return agreed;
}

}  // namespace handfast::crypto
