// RSAEP and RSAVP1 against libcrypto's own power.
#include <initializer_list>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/fake_random.hpp"
#include "crypto/public_key_state.hpp"
#include "crypto/wycheproof.hpp"

namespace handfast::crypto {
namespace {

/// An odd modulus of any factors will do: what is looked at is the power.
class RsaPower {
 public:
  RsaPower(std::size_t bits, const char* exponent, RandomSource& random)
      : exponent_(test::from_hex(exponent)), modulus_(below(bits, random)) {
    modulus_.front() |= static_cast<std::uint8_t>(1U << (bits - 1) % 8);
    modulus_.back() |= 1;
    key_ = PublicKey::rsa(modulus_, exponent_);
  }

  /// A number of less than so many bits.
  static Octets below(std::size_t bits, RandomSource& random) {
    Octets number((bits + 7) / 8);
    EXPECT_TRUE(random.fill(number));
    number.front() &= static_cast<std::uint8_t>((1U << (bits - 1) % 8) - 1);
    return number;
  }

  void expect_right(const Octets& number) const {
    const BigNumber power = new_number();
    const auto context = owned<BigNumberContext>(BN_CTX_new());
    must(BN_mod_exp(power.get(), number_of(number).get(), number_of(exponent_).get(),
                    number_of(modulus_).get(), context.get()));
    Octets expected(modulus_.size());
    write_number(power.get(), expected);
    for (const auto primitive : {rsavp1, rsaep}) {
      Octets out = number;
      ASSERT_TRUE(primitive(state(), out, out));
      EXPECT_EQ(test::to_hex(out), test::to_hex(expected)) << test::to_hex(exponent_);
    }
  }
  void expect_refused(const Octets& number) const {
    Octets out(modulus_.size(), 0x77);
    EXPECT_FALSE(rsavp1(state(), number, out));
    EXPECT_FALSE(rsaep(state(), number, out));
    EXPECT_EQ(out, Octets(modulus_.size(), 0x77));
  }
  /// modulus + difference
  [[nodiscard]] Octets modulus(int difference = 0) const {
    const BigNumber number = number_of(modulus_);
    must(difference < 0 ? BN_sub_word(number.get(), static_cast<BN_ULONG>(-difference))
                        : BN_add_word(number.get(), static_cast<BN_ULONG>(difference)));
    Octets octets(modulus_.size());
    write_number(number.get(), octets);
    return octets;
  }

 private:
  [[nodiscard]] const PublicKeyState& state() const { return KeyState::of(*key_); }

  Octets exponent_;
  Octets modulus_;
  Result<PublicKey> key_ = fail(ErrorCode::closed);
};

TEST(RsaPrimitives, FindThePowerThatLibcryptoFinds) {
  test::SeededRandom random("powers");
  for (const std::size_t bits : {1024U, 1025U, 1032U, 2048U, 2049U, 3072U, 4096U, 8192U}) {
    for (const char* exponent : {"03", "05", "11", "23", "0101", "010001", "01ffff", "020001",
                                 "8000000000000001", "a5a5a5a5a5a5a5a5", "ffffffffffffffff"}) {
      const RsaPower power(bits, exponent, random);
      power.expect_right(RsaPower::below(bits, random));
      power.expect_right(RsaPower::below(bits, random));
      for (const std::uint8_t small : std::initializer_list<std::uint8_t>{0, 1, 2, 255}) {
        Octets number((bits + 7) / 8, 0);
        number.back() = small;
        power.expect_right(number);
      }
      power.expect_right(power.modulus(-1));
      power.expect_right(power.modulus(-2));
    }
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(RsaPrimitives, RefuseNumbersThatAreNotBelowTheModulusOrNotAsLong) {
  test::SeededRandom random("refused");
  const RsaPower power(1024, "010001", random);
  power.expect_refused(power.modulus());
  power.expect_refused(power.modulus(2));
  power.expect_refused(Octets(128, 0xff));
  power.expect_refused(Octets(127, 1));
  power.expect_refused(Octets(129, 0));
  power.expect_refused({});
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace handfast::crypto
