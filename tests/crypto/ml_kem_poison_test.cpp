// ML-KEM under valgrind's memcheck with its secrets marked as undefined: a branch or an address that depends
// on one is an error. Valgrind knows no AVX-512; the code for it is the same algorithm on wider registers.
#include <array>
#include <string>
#include <tuple>

#include <valgrind/memcheck.h>

#include "crypto/cpu_tiers.hpp"
#include "crypto/keccak.hpp"
#include "crypto/ml_kem.hpp"
#include "crypto/ml_kem_pke.hpp"

namespace handfast::crypto::ml_kem {
namespace {

void poison(Bytes octets) { VALGRIND_MAKE_MEM_UNDEFINED(octets.data(), octets.size()); }
void publish(Bytes octets) { VALGRIND_MAKE_MEM_DEFINED(octets.data(), octets.size()); }
// Whether each octet is undefined in some bit: what was computed from poison has to be, or the poison was
// lost on the way and nothing was tested.
bool poisoned(Bytes octets) {
  Octets bits(octets.size());
  VALGRIND_GET_VBITS(octets.data(), bits.data(), octets.size());
  return std::ranges::all_of(bits, [](std::uint8_t undefined) { return undefined != 0; });
}

std::array<std::uint8_t, 32> filled(std::uint8_t value) {
  std::array<std::uint8_t, 32> octets;
  octets.fill(value);
  return octets;
}

class MlKemPoison : public testing::TestWithParam<std::tuple<ParameterSet, CpuTier>> {
 protected:
  void SetUp() override {
    if (RUNNING_ON_VALGRIND == 0) GTEST_SKIP() << "runs under valgrind only";
    errors_ = VALGRIND_COUNT_ERRORS;
  }
  [[nodiscard]] std::size_t errors() const { return VALGRIND_COUNT_ERRORS - errors_; }
  using Make = PrivateKey (*)(ParameterSet, std::span<const std::uint8_t, seed_size>, CpuTier);
  [[nodiscard]] PrivateKey key(Make make = &PrivateKey::from_seed) const {
    std::array<std::uint8_t, seed_size> seed;
    for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i);
    return make(set_, seed, tier_);
  }
  // A key whose encapsulation key and its hash are public, and all else is not: what is before and behind
  // them.
  [[nodiscard]] PrivateKey poisoned_key(Make make) const {
    PrivateKey made = key(make);
    const Bytes encapsulation_key = made.encapsulation_key();
    const std::size_t size = parameters_of(set_).vector_size();
    poison({encapsulation_key.data() - size, size});
    poison({encapsulation_key.data() + encapsulation_key.size() + 32, 32});
    return made;
  }
  void expect_secret(const Result<SharedSecret>& secret, const Result<SharedSecret>& expected) const {
    ASSERT_TRUE(secret && expected);
    EXPECT_TRUE(poisoned(secret->view()));
    publish(secret->view());
    EXPECT_TRUE(secret->equals(expected->view()));
  }

  const ParameterSet set_ = std::get<0>(GetParam());
  const CpuTier tier_ = std::get<1>(GetParam());

 private:
  std::size_t errors_ = 0;
};

TEST_P(MlKemPoison, FindsABranchAndAnAddressThatDependOnASecret) {
  volatile int found = 0;
  const auto secret = filled(3);
  poison(secret);
  if (secret[0] == 3) found = found + 1;
  EXPECT_EQ(errors(), 1U);
  const std::array<std::uint8_t, 8> table{1, 2, 3, 4, 5, 6, 7, 8};
  const volatile std::uint8_t* const entries = table.data();
  found = found + entries[secret[1]];
  EXPECT_EQ(errors(), 2U);
}

TEST_P(MlKemPoison, KeysAreGeneratedInConstantTime) {
  // What comes before, G(d || k), is hashing, which the next test is about: ρ of its result is public.
  Context context(set_, tier_);
  const auto rho = filled(0x11);
  auto sigma = filled(0x22);
  const auto vector = context.parameters.vector_size();
  Octets expected_s(vector);
  Octets expected_key(context.parameters.encapsulation_key_size());
  k_pke::generate(context, rho, sigma, expected_s, expected_key);
  Octets s(expected_s.size());
  Octets encapsulation_key(expected_key.size());
  poison(sigma);
  k_pke::generate(context, rho, sigma, s, encapsulation_key);
  EXPECT_TRUE(poisoned(s));
  EXPECT_TRUE(poisoned(Bytes(encapsulation_key).first(vector)));
  EXPECT_FALSE(poisoned(Bytes(encapsulation_key).subspan(vector)));
  publish(s);
  publish(encapsulation_key);
  EXPECT_EQ(s, expected_s);
  EXPECT_EQ(encapsulation_key, expected_key);
  EXPECT_EQ(errors(), 0U);
}

TEST_P(MlKemPoison, HashesInConstantTime) {
  for (const SpongeFunction function : {SpongeFunction::sha3_256, SpongeFunction::sha3_512,
                                        SpongeFunction::shake128, SpongeFunction::shake256}) {
    const Octets secret(1120, 0x33);
    poison(secret);
    // Five at a time, and one alone: with lanes and without.
    std::array<std::array<std::uint8_t, 32>, 5> outputs;
    std::array<Sponge, 5> sponges;
    KeccakLanes lanes(tier_);
    for (std::size_t i = 0; i < sponges.size(); ++i) {
      sponges[i] = Sponge(function, Bytes(secret).first(224 * i), Bytes(secret).subspan(224 * i),
                          Bytes(secret).first(i), outputs[i]);
      lanes.add(sponges[i]);
    }
    lanes.run();
    lanes.add(sponges[0] = Sponge(function, secret, {}, {}, outputs[0]));
    lanes.run();
    for (const auto& output : outputs) EXPECT_TRUE(poisoned(output));
  }
  EXPECT_EQ(errors(), 0U);
}

TEST_P(MlKemPoison, EncapsulatesInConstantTime) {
  const PrivateKey private_key = key();
  auto message = filled(0x44);
  Octets expected_ciphertext(ciphertext_size(set_));
  const auto expected =
      encapsulate(set_, private_key.encapsulation_key(), message, expected_ciphertext, tier_);
  Octets ciphertext(expected_ciphertext.size());
  poison(message);
  const auto secret = encapsulate(set_, private_key.encapsulation_key(), message, ciphertext, tier_);
  expect_secret(secret, expected);
  EXPECT_TRUE(poisoned(ciphertext));
  publish(ciphertext);
  EXPECT_EQ(ciphertext, expected_ciphertext);
  EXPECT_EQ(errors(), 0U);
}

TEST_P(MlKemPoison, DecapsulatesInConstantTime) {
  for (const Make make : {&PrivateKey::from_seed, &PrivateKey::ephemeral}) {
    const PrivateKey private_key = poisoned_key(make);
    const PrivateKey clean_key = key();
    Octets ciphertext(ciphertext_size(set_));
    const auto sent = encapsulate(set_, clean_key.encapsulation_key(), filled(0x55), ciphertext, tier_);
    expect_secret(private_key.decapsulate(ciphertext, tier_), sent);
  }
  EXPECT_EQ(errors(), 0U);
}

TEST_P(MlKemPoison, RejectsInConstantTime) {
  const PrivateKey private_key = poisoned_key(&PrivateKey::ephemeral);
  const PrivateKey clean_key = key();
  Octets ciphertext(ciphertext_size(set_));
  const auto sent = encapsulate(set_, clean_key.encapsulation_key(), filled(0x66), ciphertext, tier_);
  for (const std::size_t octet : {std::size_t{0}, ciphertext.size() / 2, ciphertext.size() - 1}) {
    ciphertext[octet] ^= 0x80;
    const auto rejection = clean_key.decapsulate(ciphertext, tier_);
    expect_secret(private_key.decapsulate(ciphertext, tier_), rejection);
    EXPECT_FALSE(rejection->equals(sent->view()));
  }
  // Nothing of a ciphertext is right: all zero.
  const Octets zeros(ciphertext.size());
  expect_secret(private_key.decapsulate(zeros, tier_), clean_key.decapsulate(zeros, tier_));
  EXPECT_EQ(errors(), 0U);
}

std::string case_name(const testing::TestParamInfo<std::tuple<ParameterSet, CpuTier>>& info) {
  return (std::get<0>(info.param) == ParameterSet::ml_kem_768 ? "ml_kem_768_" : "ml_kem_1024_") +
         std::string(crypto::name_of(std::get<1>(info.param)));
}

INSTANTIATE_TEST_SUITE_P(EachSetAndTier, MlKemPoison,
                         testing::Combine(testing::Values(ParameterSet::ml_kem_768,
                                                          ParameterSet::ml_kem_1024),
                                          testing::ValuesIn(test::cpu_tiers())),
                         case_name);

}  // namespace
}  // namespace handfast::crypto::ml_kem
