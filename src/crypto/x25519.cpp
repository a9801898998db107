// X25519, and the map from the Edwards to the Montgomery curve that makes its key pairs cheap.
//
// libsodium multiplies the base point of the Edwards curve out of a table, much faster than the Montgomery
// ladder goes. The two curves are the same but for a change of coordinates (RFC 7748 §4.1): of the Edwards
// point's y, u = (1 + y) / (1 - y) is what X25519 gives for the same scalar. Everything done here is done to
// y, which is as public as the key.
#include "crypto/x25519.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "crypto/sodium.hpp"

namespace handfast::crypto {
namespace {

__extension__ using Wide = unsigned __int128;

/// A number modulo 2^255 - 19 in five limbs of 51 bits, little endian. A limb may run over by a few bits;
/// multiply() takes limbs below 2^54 and gives limbs below 2^52.
using Field = std::array<std::uint64_t, 5>;
constexpr std::uint64_t limb_mask = (std::uint64_t{1} << 51) - 1;

/// Brings each limb to 51 bits; what runs over at the top comes back at the bottom times 19.
constexpr void carry(Field& a) noexcept {
  for (std::size_t i = 0; i < 4; ++i) {
    a[i + 1] += a[i] >> 51;
    a[i] &= limb_mask;
  }
  a[0] += 19 * (a[4] >> 51);
  a[4] &= limb_mask;
}

Field multiply(const Field& a, const Field& b) noexcept {
  std::array<Wide, 5> sum{};
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      // 2^255 = 19: what lies beyond the fifth limb comes back.
      const std::uint64_t factor = i + j < 5 ? b[j] : 19 * b[j];
      sum[(i + j) % 5] += static_cast<Wide>(a[i]) * factor;
    }
  }
  Field product{};
  Wide over = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    over += sum[i];
    product[i] = static_cast<std::uint64_t>(over) & limb_mask;
    over >>= 51;
  }
  over = over * 19 + product[0];
  product[0] = static_cast<std::uint64_t>(over) & limb_mask;
  product[1] += static_cast<std::uint64_t>(over >> 51);
  return product;
}

Field square_times(Field a, int times) noexcept {
  for (int i = 0; i < times; ++i) a = multiply(a, a);
  return a;
}

/// a^(p - 2), where p - 2 = 2^255 - 21 is 250 ones, 0, 1, 0, 1, 1 in binary. `ones[n]` is a^(2^n - 1).
Field invert(const Field& a) noexcept {
  const Field a2 = multiply(a, a);
  const Field a9 = multiply(square_times(a2, 2), a);
  const Field a11 = multiply(a9, a2);
  const Field ones5 = multiply(multiply(a11, a11), a9);
  const Field ones10 = multiply(square_times(ones5, 5), ones5);
  const Field ones20 = multiply(square_times(ones10, 10), ones10);
  const Field ones40 = multiply(square_times(ones20, 20), ones20);
  const Field ones50 = multiply(square_times(ones40, 10), ones10);
  const Field ones100 = multiply(square_times(ones50, 50), ones50);
  const Field ones200 = multiply(square_times(ones100, 100), ones100);
  const Field ones250 = multiply(square_times(ones200, 50), ones50);
  return multiply(square_times(ones250, 5), a11);
}

/// 255 bits, little endian; the highest bit is not looked at.
Field read(Bytes octets) noexcept {
  Field field{};
  for (std::size_t bit = 0; bit < 255; bit += 51) {
    Wide window = 0;
    for (std::size_t i = 8; i-- > 0;) {
      const std::size_t at = bit / 8 + i;
      window = window << 8 | (at < octets.size() ? octets[at] : 0);
    }
    field[bit / 51] = static_cast<std::uint64_t>(window >> bit % 8) & limb_mask;
  }
  return field;
}

void write(Field field, MutableBytes octets) noexcept {
  carry(field);
  carry(field);
  // Now below 2^255. Less p once if it is not below p: then 19 more reach 2^255.
  Field above = field;
  above[0] += 19;
  for (std::size_t i = 0; i < 4; ++i) {
    above[i + 1] += above[i] >> 51;
    above[i] &= limb_mask;
  }
  if (above[4] >> 51 != 0) {
    field = above;
    field[4] &= limb_mask;
  }
  std::ranges::fill(octets, std::uint8_t{0});
  for (std::size_t bit = 0; bit < 255; ++bit)
    octets[bit / 8] =
        static_cast<std::uint8_t>(octets[bit / 8] | (field[bit / 51] >> bit % 51 & 1) << bit % 8);
}

/// u of y (RFC 7748 §4.1). y is not 1: that is the neutral element only.
void to_montgomery(Bytes y_octets, MutableBytes u) noexcept {
  const Field y = read(y_octets);
  Field numerator = y;
  numerator[0] += 1;
  Field denominator{};  // 1 - y + 2 p, so that no limb goes below zero
  for (std::size_t i = 0; i < 5; ++i) denominator[i] = 2 * limb_mask - y[i];
  denominator[0] -= 36 - 1;
  write(multiply(numerator, invert(denominator)), u);
}

}  // namespace

void x25519_public_key(Bytes scalar, MutableBytes public_key) noexcept {
  prepare_sodium();
  std::array<std::uint8_t, x25519_size> point{};  // y, and the sign of x in the last bit
  if (crypto_scalarmult_ed25519_base(point.data(), scalar.data()) == 0) {
    to_montgomery(point, public_key);
    return;
  }
  // libsodium refuses a scalar of nothing but zeros there, though X25519 sets a bit in it.
  require(crypto_scalarmult_base(public_key.data(), scalar.data()) == 0);
}

bool x25519(Bytes scalar, Bytes point, MutableBytes shared) noexcept {
  prepare_sodium();
  return crypto_scalarmult(shared.data(), scalar.data(), point.data()) == 0;
}

}  // namespace handfast::crypto
