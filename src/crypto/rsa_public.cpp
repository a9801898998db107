// The public half of RSA, on libcrypto's multiplication.
#include <algorithm>
#include <bit>

#include "crypto/public_key_state.hpp"

namespace handfast::crypto {
namespace {

/// RFC 8017 §5.1.1 and §5.2.2 step 1, §8.1.2 step 1: below the modulus, and as long. Of a number that starts
/// with a zero, as what is encrypted does, nothing else is looked at.
bool is_representative(const PublicKeyState& key, Bytes number) noexcept {
  return number.size() == key.modulus.size() && std::ranges::lexicographical_compare(number, key.modulus);
}

std::uint64_t number_below_2_64(Bytes octets) noexcept {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : octets) number = number << 8 | octet;
  return number;
}

}  // namespace

BN_MONT_CTX* LazyMontgomery::get(Bytes modulus) const {
  if (BN_MONT_CTX* const made = made_.load(std::memory_order_acquire)) return made;
  Montgomery mine = owned<Montgomery>(BN_MONT_CTX_new());
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  must(BN_MONT_CTX_set(mine.get(), number_of(modulus).get(), context.get()));
  BN_MONT_CTX* first = nullptr;
  if (made_.compare_exchange_strong(first, mine.get(), std::memory_order_acq_rel)) return mine.release();
  return first;
}

bool rsaep(const PublicKeyState& key, Bytes message, MutableBytes ciphertext) {
  if (!is_representative(key, message)) return false;
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  Numbers numbers(context.get());
  BIGNUM* const power = numbers.next();
  must(BN_mod_exp_mont(power, numbers.next(message), numbers.next(key.exponent), numbers.next(key.modulus),
                       context.get(), key.montgomery.get(key.modulus)));
  write_number(power, ciphertext);
  return true;
}

bool rsavp1(const PublicKeyState& key, Bytes signature, MutableBytes message) {
  const std::uint64_t exponent = number_below_2_64(key.exponent);
  // libcrypto's window saves more than the conversions cost where there are many factors: 65537 has two.
  if (exponent >> 17 != 0) return rsaep(key, signature, message);
  if (!is_representative(key, signature)) return false;
  BN_MONT_CTX* const modulus = key.montgomery.get(key.modulus);
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  Numbers numbers(context.get());
  const BIGNUM* const base = numbers.next(signature);
  BIGNUM* const converted = numbers.next();  // to Montgomery's form
  BIGNUM* const power = numbers.next();
  const auto multiply_by = [&](const BIGNUM* factor) {
    must(BN_mod_mul_montgomery(power, power, factor, modulus, context.get()));
  };
  must(BN_to_montgomery(converted, base, modulus, context.get()));
  if (BN_copy(power, converted) == nullptr) throw std::bad_alloc();
  for (int bit = static_cast<int>(std::bit_width(exponent)) - 2; bit >= 0; --bit) {
    multiply_by(power);
    // The exponent is odd: the last factor, which is not converted, brings the power back from that form.
    if ((exponent >> bit & 1) != 0) multiply_by(bit == 0 ? base : converted);
  }
  write_number(power, message);
  return true;
}

}  // namespace handfast::crypto
