// Inversion by Bernstein's and Yang's division steps ("Fast constant-time gcd computation and modular
// inversion", 2019), with delta starting at 1/2.
//
// A step replaces (f, g), f odd, by ((g, (g - f) / 2) where g is odd and delta positive, else by
// (f, (g + (g mod 2) f) / 2); from modulus and number it comes to (+-1, 0) within 590 steps for numbers of
// 256 bits. Steps look at the lowest bits only, so 60 of them are done on one word, as a matrix, which is
// then applied to the whole numbers: to f and g, and modulo the modulus to d and e, which keep f = d number
// and g = e number. Nothing branches for a secret: what a step does is chosen by masks.
#include "crypto/modular_inverse.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "crypto/constant_time.hpp"
#include "crypto/stack.hpp"

namespace handfast::crypto {
namespace {

__extension__ using Wide = __int128;
using Limbs = Modulus256::Limbs;
constexpr int limb_bits = Modulus256::limb_bits;
constexpr std::uint64_t limb_mask = Modulus256::limb_mask;

/// Two numbers side by side, for two inversions that go in step.
using Pair [[gnu::vector_size(16)]] = std::uint64_t;

/// All ones for 1, zeros for 0; of each of a pair.
std::uint64_t mask_of(std::uint64_t bit) noexcept { return hidden(0 - bit); }
Pair mask_of(Pair bit) noexcept {
  Pair mask = 0 - bit;
#if defined(__x86_64__)
  asm volatile("" : "+x"(mask));  // as hidden() does
#elif defined(__aarch64__)
  asm volatile("" : "+w"(mask));
#endif
  return mask;
}

/// All ones below zero, else zeros.
std::int64_t sign_mask(std::int64_t value) noexcept {
  return static_cast<std::int64_t>(mask_of(static_cast<std::uint64_t>(value) >> 63));
}

/// Steps in a row: 2^n (f', g') = (u f + v g, q f + r g), for n of them.
struct Transition {
  std::int64_t u, v, q, r;

  /// This one after `first`.
  [[nodiscard]] Transition after(const Transition& first) const noexcept {
    return {u * first.u + v * first.q, u * first.v + v * first.r, q * first.u + r * first.q,
            q * first.v + r * first.r};
  }
};

/// 30 steps: of so many, each row of the transition fits into one word, u + 2^32 v and q + 2^32 r.
template <class Word>
struct Rows {
  Word upper, lower;
};
constexpr int half = limb_bits / 2;

Transition transition(std::uint64_t upper, std::uint64_t lower) noexcept {
  const auto low = [](std::uint64_t row) {
    return static_cast<std::int64_t>(static_cast<std::int32_t>(row));
  };
  const auto high = [&](std::uint64_t row) {
    return static_cast<std::int64_t>(row - static_cast<std::uint64_t>(low(row))) >> 32;
  };
  return {low(upper), high(upper), low(lower), high(lower)};
}

/// `zeta` is -(delta + 1/2), which makes the test for a positive delta a sign bit.
template <class Word>
Rows<Word> steps(Word& zeta, Word& f, Word& g) noexcept {
  Word upper = Word{} + 1;
  Word lower = upper << 32;
  for (int i = 0; i < half; ++i) {
    const Word positive = mask_of(zeta >> 63);
    const Word odd = mask_of(g & 1);
    // g + f or, where delta is positive, g - f; the rows go along.
    g += ((f ^ positive) - positive) & odd;
    lower += ((upper ^ positive) - positive) & odd;
    // The step with the exchange: the old g is the new one plus f.
    const Word exchange = positive & odd;
    zeta = (zeta ^ exchange) - 1;
    f += g & exchange;
    upper += lower & exchange;
    g >>= 1;
    upper <<= 1;
  }
  return {upper, lower};
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

/// (f, g) = transition (f, g) / 2^60, which leaves no rest.
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

/// (d, e) = transition (d, e) / 2^60 modulo the modulus. Both stay above -2 moduli and below one.
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

/// Brings the limbs but the last, which keeps the sign, to 60 bits.
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
  return {limb(0) | limb(1) << 60, limb(1) >> 4 | limb(2) << 56, limb(2) >> 8 | limb(3) << 52,
          limb(3) >> 12 | limb(4) << 48};
}

constexpr std::uint64_t first_zeta = ~std::uint64_t{0};
constexpr int batches = 10;  // 600 steps

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

// Not inlined, so that what they leave behind is below the frames of those that wipe it.
[[gnu::noinline]] void invert(const Modulus256& modulus, const Number256& number,
                              Number256& inverse) noexcept {
  Division division(modulus, number);
  std::uint64_t zeta = first_zeta;
  for (int batch = 0; batch < batches; ++batch) {
    std::uint64_t f = division.low_f();
    std::uint64_t g = division.low_g();
    const auto first = steps(zeta, f, g);
    const auto second = steps(zeta, f, g);
    division.apply(modulus,
                   transition(second.upper, second.lower).after(transition(first.upper, first.lower)));
  }
  inverse = division.inverse(modulus);
}

[[gnu::noinline]] void invert(const Inversion& a, const Inversion& b) noexcept {
  std::array divisions = {Division(a.modulus, read(a.number)), Division(b.modulus, read(b.number))};
  Pair zeta = {first_zeta, first_zeta};
  for (int batch = 0; batch < batches; ++batch) {
    Pair f = {divisions[0].low_f(), divisions[1].low_f()};
    Pair g = {divisions[0].low_g(), divisions[1].low_g()};
    const auto first = steps(zeta, f, g);
    const auto second = steps(zeta, f, g);
    const auto of = [&](int i) {
      return transition(second.upper[i], second.lower[i]).after(transition(first.upper[i], first.lower[i]));
    };
    divisions[0].apply(a.modulus, of(0));
    divisions[1].apply(b.modulus, of(1));
  }
  write(divisions[0].inverse(a.modulus), a.number);
  write(divisions[1].inverse(b.modulus), b.number);
}

}  // namespace

Number256 invert_modulo(const Modulus256& modulus, const Number256& number) noexcept {
  Number256 inverse;
  invert(modulus, number, inverse);
  wipe_stack_below();
  return inverse;
}

void invert_modulo(const Inversion& a, const Inversion& b) noexcept {
  invert(a, b);
  wipe_stack_below();
}

Number256 invert_modulo_public(const Modulus256& modulus, const Number256& number) noexcept {
  Division division(modulus, number);
  auto zeta = static_cast<std::int64_t>(first_zeta);
  while (division.g != Limbs{})
    division.apply(modulus, steps_public(zeta, division.low_f(), division.low_g()));
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
