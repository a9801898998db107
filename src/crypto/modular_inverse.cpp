// Inversion by Bernstein's and Yang's division steps ("Fast constant-time gcd computation and modular
// inversion", 2019), with delta starting at 1/2.
//
// A step replaces (f, g), f odd, by ((g, (g - f) / 2) where g is odd and delta positive, else by
// (f, (g + (g mod 2) f) / 2); from modulus and number it comes to (+-1, 0) within 590 steps for numbers of
// 256 bits. Steps look at the lowest bits only, so 62 of them are done on one word, as a matrix, which is
// then applied to the whole numbers: to f and g, and modulo the modulus to d and e, which keep f = d number
// and g = e number. Nothing branches for a secret: what a step does is chosen by masks.
#include "crypto/modular_inverse.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include <handfast/secret.hpp>

#include "crypto/constant_time.hpp"

namespace handfast::crypto {
namespace {

__extension__ using Wide = __int128;
using Limbs = Modulus256::Limbs;
constexpr int limb_bits = Modulus256::limb_bits;
constexpr std::uint64_t limb_mask = Modulus256::limb_mask;

/// All ones below zero, else zeros.
std::int64_t sign_mask(std::int64_t value) noexcept {
  return static_cast<std::int64_t>(hidden(static_cast<std::uint64_t>(value >> 63)));
}

/// 62 steps: 2^62 (f', g') = (u f + v g, q f + r g).
struct Transition {
  std::int64_t u, v, q, r;
};

/// `zeta` is -(delta + 1/2), which makes the test for a positive delta a sign bit.
Transition steps(std::int64_t& zeta, std::uint64_t f, std::uint64_t g) noexcept {
  std::uint64_t u = 1, v = 0, q = 0, r = 1;  // modulo 2^64, where signs take care of themselves
  for (int i = 0; i < limb_bits; ++i) {
    const auto positive = static_cast<std::uint64_t>(sign_mask(zeta));
    const std::uint64_t odd = hidden(0 - (g & 1));
    // g + f or, where delta is positive, g - f; the matrix goes along.
    g += ((f ^ positive) - positive) & odd;
    q += ((u ^ positive) - positive) & odd;
    r += ((v ^ positive) - positive) & odd;
    // The step with the exchange: the old g is the new one plus f.
    const std::uint64_t exchange = positive & odd;
    zeta = (zeta ^ static_cast<std::int64_t>(exchange)) - 1;
    f += g & exchange;
    u += q & exchange;
    v += r & exchange;
    g >>= 1;
    u <<= 1;
    v <<= 1;
  }
  return {static_cast<std::int64_t>(u), static_cast<std::int64_t>(v), static_cast<std::int64_t>(q),
          static_cast<std::int64_t>(r)};
}

/// The same steps, several at once: those that only halve g, and those with no exchange among them, which
/// together add the multiple of f that makes so many low bits of g vanish.
Transition steps_public(std::int64_t& zeta, std::uint64_t f, std::uint64_t g) noexcept {
  std::uint64_t u = 1, v = 0, q = 0, r = 1;
  for (int left = limb_bits;;) {
    const int halvings = std::countr_zero(g | ~std::uint64_t{0} << left);
    g >>= halvings;
    u <<= halvings;
    v <<= halvings;
    zeta -= halvings;
    left -= halvings;
    if (left == 0) break;
    if (zeta < 0) {  // the exchange, with f' = g and g' = -f, so that what follows is an addition again
      zeta = -zeta - 1;
      g = 0 - std::exchange(f, g);
      q = 0 - std::exchange(u, q);
      r = 0 - std::exchange(v, r);
    }
    // The next exchange is zeta + 1 steps away. f (f^2 - 2) is -1 / f modulo 64, for each odd f.
    const auto bits = static_cast<int>(std::min<std::int64_t>({zeta + 1, left, 6}));
    const std::uint64_t multiple = (g * f * (f * f - 2)) & ((std::uint64_t{1} << bits) - 1);
    g += f * multiple;
    q += u * multiple;
    r += v * multiple;
  }
  return {static_cast<std::int64_t>(u), static_cast<std::int64_t>(v), static_cast<std::int64_t>(q),
          static_cast<std::int64_t>(r)};
}

std::int64_t low_limb(Wide value) noexcept {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) & limb_mask);
}

/// (f, g) = transition (f, g) / 2^62, which leaves no rest.
void apply_exactly(const Transition& t, Limbs& f, Limbs& g) noexcept {
  Wide to_f = static_cast<Wide>(t.u) * f[0] + static_cast<Wide>(t.v) * g[0];
  Wide to_g = static_cast<Wide>(t.q) * f[0] + static_cast<Wide>(t.r) * g[0];
  for (std::size_t i = 1; i < 5; ++i) {
    to_f = (to_f >> limb_bits) + static_cast<Wide>(t.u) * f[i] + static_cast<Wide>(t.v) * g[i];
    to_g = (to_g >> limb_bits) + static_cast<Wide>(t.q) * f[i] + static_cast<Wide>(t.r) * g[i];
    f[i - 1] = low_limb(to_f);
    g[i - 1] = low_limb(to_g);
  }
  f[4] = static_cast<std::int64_t>(to_f >> limb_bits);
  g[4] = static_cast<std::int64_t>(to_g >> limb_bits);
}

/// (d, e) = transition (d, e) / 2^62 modulo the modulus. Both stay above -2 moduli and below one.
void apply_modulo(const Modulus256& modulus, const Transition& t, Limbs& d, Limbs& e) noexcept {
  // First a modulus more for those below zero; then as many as it takes for the lowest limb to vanish.
  const std::int64_t d_negative = sign_mask(d[4]);
  const std::int64_t e_negative = sign_mask(e[4]);
  std::int64_t d_multiple = (t.u & d_negative) + (t.v & e_negative);
  std::int64_t e_multiple = (t.q & d_negative) + (t.r & e_negative);
  Wide to_d = static_cast<Wide>(t.u) * d[0] + static_cast<Wide>(t.v) * e[0];
  Wide to_e = static_cast<Wide>(t.q) * d[0] + static_cast<Wide>(t.r) * e[0];
  const auto cancelling = [&](Wide value, std::int64_t multiple) {
    return static_cast<std::int64_t>(
        (modulus.inverse * static_cast<std::uint64_t>(value) + static_cast<std::uint64_t>(multiple)) &
        limb_mask);
  };
  d_multiple -= cancelling(to_d, d_multiple);
  e_multiple -= cancelling(to_e, e_multiple);
  to_d += static_cast<Wide>(modulus.limbs[0]) * d_multiple;
  to_e += static_cast<Wide>(modulus.limbs[0]) * e_multiple;
  for (std::size_t i = 1; i < 5; ++i) {
    to_d = (to_d >> limb_bits) + static_cast<Wide>(t.u) * d[i] + static_cast<Wide>(t.v) * e[i] +
           static_cast<Wide>(modulus.limbs[i]) * d_multiple;
    to_e = (to_e >> limb_bits) + static_cast<Wide>(t.q) * d[i] + static_cast<Wide>(t.r) * e[i] +
           static_cast<Wide>(modulus.limbs[i]) * e_multiple;
    d[i - 1] = low_limb(to_d);
    e[i - 1] = low_limb(to_e);
  }
  d[4] = static_cast<std::int64_t>(to_d >> limb_bits);
  e[4] = static_cast<std::int64_t>(to_e >> limb_bits);
}

/// Brings the limbs but the last, which keeps the sign, to 62 bits.
void carry(Limbs& a) noexcept {
  for (std::size_t i = 0; i < 4; ++i) {
    a[i + 1] += a[i] >> limb_bits;
    a[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(a[i]) & limb_mask);
  }
}

/// `value`, from above -2 moduli to below one, negated where `negative` is -1, to 0 up to modulus - 1.
void normalise(const Modulus256& modulus, Limbs& value, std::int64_t negative) noexcept {
  const auto add_where_negative = [&] {
    const std::int64_t below_zero = sign_mask(value[4]);
    for (std::size_t i = 0; i < 5; ++i) value[i] += modulus.limbs[i] & below_zero;
  };
  add_where_negative();  // now above minus one modulus, on either side
  for (std::int64_t& limb : value) limb = (limb ^ negative) - negative;
  carry(value);
  add_where_negative();
  carry(value);
}

Number256 join(const Limbs& limbs) noexcept {
  const auto limb = [&](std::size_t i) { return static_cast<std::uint64_t>(limbs[i]); };
  return {limb(0) | limb(1) << 62, limb(1) >> 2 | limb(2) << 60, limb(2) >> 4 | limb(3) << 58,
          limb(3) >> 6 | limb(4) << 56};
}

/// Where the steps start and, with g = 0 and f = 1 or -1, end: then d, or -d, is the inverse.
struct Division {
  Division(const Modulus256& modulus, const Number256& number) noexcept
      : f(modulus.limbs), g(Modulus256::split(number)) {}

  void apply(const Modulus256& modulus, const Transition& t) noexcept {
    apply_modulo(modulus, t, d, e);
    apply_exactly(t, f, g);
  }
  [[nodiscard]] Number256 inverse(const Modulus256& modulus) noexcept {
    normalise(modulus, d, sign_mask(f[4]));
    return join(d);
  }
  [[nodiscard]] std::uint64_t low_f() const noexcept { return static_cast<std::uint64_t>(f[0]); }
  [[nodiscard]] std::uint64_t low_g() const noexcept { return static_cast<std::uint64_t>(g[0]); }

  Limbs f, g;
  Limbs d{};
  Limbs e{1, 0, 0, 0, 0};
  std::int64_t zeta = -1;
};

Number256 read(Bytes octets) noexcept {
  Number256 number{};
  for (std::size_t i = 0; i < 32; ++i)
    number[i / 8] |= static_cast<std::uint64_t>(octets[31 - i]) << 8 * (i % 8);
  return number;
}
void write(const Number256& number, MutableBytes octets) noexcept {
  for (std::size_t i = 0; i < 32; ++i)
    octets[31 - i] = static_cast<std::uint8_t>(number[i / 8] >> 8 * (i % 8));
}

}  // namespace

Number256 invert_modulo(const Modulus256& modulus, const Number256& number) noexcept {
  Division division(modulus, number);
  for (int batch = 0; batch < 10; ++batch)  // 620 steps
    division.apply(modulus, steps(division.zeta, division.low_f(), division.low_g()));
  const Number256 inverse = division.inverse(modulus);
  wipe(&division, sizeof(division));
  return inverse;
}

Number256 invert_modulo_public(const Modulus256& modulus, const Number256& number) noexcept {
  Division division(modulus, number);
  while (division.g != Limbs{})
    division.apply(modulus, steps_public(division.zeta, division.low_f(), division.low_g()));
  return division.inverse(modulus);
}

void invert_modulo(const Modulus256& modulus, Bytes number, MutableBytes inverse) noexcept {
  Number256 value = read(number);
  Number256 inverted = invert_modulo(modulus, value);
  write(inverted, inverse);
  wipe(&value, sizeof(value));
  wipe(&inverted, sizeof(inverted));
}

void invert_modulo_public(const Modulus256& modulus, Bytes number, MutableBytes inverse) noexcept {
  write(invert_modulo_public(modulus, read(number)), inverse);
}

}  // namespace handfast::crypto
