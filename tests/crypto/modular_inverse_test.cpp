// Inversion modulo 256-bit numbers, against libcrypto's.
#include "crypto/modular_inverse.hpp"

#include <gtest/gtest.h>

#include "crypto/fake_random.hpp"
#include "crypto/libcrypto.hpp"
#include "crypto/wycheproof.hpp"

namespace handfast::crypto {
namespace {

using test::SeededRandom;
using test::to_hex;

struct NamedModulus {
  const char* name;
  Number256 value;
  Modulus256 modulus;
};
consteval NamedModulus named(const char* name, const Number256& value) {
  return {name, value, Modulus256(value)};
}

constexpr NamedModulus moduli[] = {
    named("order of P-256", {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}),
    named("2^255 - 19", {0xffffffffffffffed, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff}),
    named("2^256 - 189", {0xffffffffffffff43, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff}),
    named("2^255 + 95", {95, 0, 0, 0x8000000000000000}),
    named("2^64 - 59", {0xffffffffffffffc5, 0, 0, 0}),
    named("3", {3, 0, 0, 0}),
};

Number256 value_of(const BIGNUM* number) {
  Octets octets(32);
  write_number(number, octets);
  Number256 value{};
  for (std::size_t i = 0; i < 32; ++i)
    value[i / 8] |= static_cast<std::uint64_t>(octets[31 - i]) << 8 * (i % 8);
  return value;
}

Octets octets_of(const Number256& value) {
  Octets octets(32);
  for (std::size_t i = 0; i < 32; ++i)
    octets[31 - i] = static_cast<std::uint8_t>(value[i / 8] >> 8 * (i % 8));
  return octets;
}

BigNumber big_number_of(const Number256& value) { return crypto::number_of(octets_of(value)); }

class Inverter {
 public:
  explicit Inverter(const NamedModulus& modulus)
      : modulus_(modulus), big_modulus_(big_number_of(modulus.value)) {}

  /// Of `number` modulo the modulus.
  void expect_right(const BIGNUM* number) {
    const BigNumber reduced = new_number();
    must(BN_nnmod(reduced.get(), number, big_modulus_.get(), context_.get()));
    if (BN_is_zero(reduced.get())) return;
    const BigNumber expected(BN_mod_inverse(nullptr, reduced.get(), big_modulus_.get(), context_.get()));
    ASSERT_NE(expected, nullptr);
    ASSERT_EQ(invert_modulo(modulus_.modulus, value_of(reduced.get())), value_of(expected.get()))
        << modulus_.name;
    ASSERT_EQ(invert_modulo_public(modulus_.modulus, value_of(reduced.get())), value_of(expected.get()))
        << modulus_.name;
    // Beside another one, of another modulus, in either place.
    Octets one = octets_of(value_of(reduced.get()));
    Octets two = octets_of({2, 0, 0, 0});
    invert_modulo({modulus_.modulus, one}, {moduli[0].modulus, two});
    ASSERT_EQ(one, octets_of(value_of(expected.get()))) << modulus_.name;
    ASSERT_EQ(to_hex(two), "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9");
    invert_modulo({moduli[0].modulus, two}, {modulus_.modulus, one});
    ASSERT_EQ(one, octets_of(value_of(reduced.get()))) << modulus_.name;
    ASSERT_EQ(two, octets_of({2, 0, 0, 0}));
  }

  const BIGNUM* modulus() const { return big_modulus_.get(); }

 private:
  const NamedModulus& modulus_;
  BigNumber big_modulus_;
  BigNumberContext context_ = owned<BigNumberContext>(BN_CTX_new());
};

TEST(ModularInverse, AgreesWithLibcrypto) {
  SeededRandom random("inverse");
  for (const NamedModulus& each : moduli) {
    Inverter inverter(each);
    for (int i = 0; i < 5000; ++i) {
      Octets octets(32);
      ASSERT_TRUE(random.fill(octets));
      inverter.expect_right(crypto::number_of(octets).get());
    }
  }
}

TEST(ModularInverse, IsRightAtTheEnds) {
  for (const NamedModulus& each : moduli) {
    Inverter inverter(each);
    for (unsigned i = 1; i < 300; ++i) {
      const BigNumber small = new_number();
      must(BN_set_word(small.get(), i));
      inverter.expect_right(small.get());
      must(BN_sub(small.get(), inverter.modulus(), small.get()));  // and as far from the other end
      inverter.expect_right(small.get());
    }
    for (int bit = 0; bit < 256; ++bit) {
      const BigNumber power = new_number();
      must(BN_set_bit(power.get(), bit));
      inverter.expect_right(power.get());
      must(BN_sub_word(power.get(), 1));
      inverter.expect_right(power.get());
    }
    EXPECT_EQ(invert_modulo(each.modulus, Number256{}), Number256{});
    EXPECT_EQ(invert_modulo_public(each.modulus, Number256{}), Number256{});
  }
}

}  // namespace
}  // namespace handfast::crypto
