// What secret calculations leave behind on the stack: nothing of their results.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <tuple>

#include <gtest/gtest.h>

#include "crypto/cpu_tiers.hpp"
#include "crypto/curve.hpp"
#include "crypto/fake_random.hpp"
#include "crypto/hmac.hpp"
#include "crypto/ml_kem.hpp"
#include "crypto/ml_kem_pke.hpp"
#include "crypto/modular_inverse.hpp"
#include "crypto/private_key.hpp"
#include "crypto/rsa_key_transport.hpp"
#include "crypto/wycheproof.hpp"
#include "crypto/x25519.hpp"
#include "crypto/x25519_libcrypto.hpp"

namespace handfast::crypto {
namespace {

#if defined(__OPTIMIZE__)
constexpr bool is_optimised = true;
#else
constexpr bool is_optimised = false;
#endif

constexpr std::size_t depth = 32768;
std::array<std::uint8_t, depth> seen;

// Both have the frames of what is called between them, and more.
[[gnu::noinline]] void clear_dead_stack() {
  std::array<std::uint8_t, 2 * depth> room;
  wipe(room);
}
[[gnu::noinline]] void look_at_dead_stack() {
  std::array<std::uint8_t, depth> room;
  asm volatile("" : : "r"(room.data()) : "memory");  // as if it had been filled
  std::memcpy(seen.data(), room.data(), depth);
}

/// How often a word of this number, 32 octets, stands there: as octets in either order or as a limb.
std::size_t traces_of(Bytes number) {
  Octets turned(number.rbegin(), number.rend());
  Number256 value{};
  std::memcpy(value.data(), turned.data(), 32);
  const Modulus256::Limbs limbs = Modulus256::split(value);
  std::size_t traces = 0;
  const auto look_for = [&](const void* word) {
    for (std::size_t i = 0; i + 8 <= depth; ++i) traces += std::memcmp(&seen[i], word, 8) == 0 ? 1 : 0;
  };
  for (std::size_t i = 0; i < 32; i += 8) look_for(&number[i]);
  for (std::size_t i = 0; i < 32; i += 8) look_for(&turned[i]);
  for (std::size_t i = 0; i < 4; ++i) look_for(&limbs[i]);
  return traces;
}

class DeadStack : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_optimised) GTEST_SKIP() << "frames are as large as they like";
  }
  // How many octets of the dead stack depend on what `draw` draws for `work`, which has to find it where it
  // was.
  static std::size_t differing_after(auto draw, auto work) {
    draw();
    work();  // once before: where functions are bound at their first call, the dynamic linker keeps registers
    const auto leave = [&]() __attribute__((noinline)) {
      draw();
      clear_dead_stack();
      work();
      look_at_dead_stack();
    };
    leave();
    const auto first = seen;
    leave();
    std::size_t differing = 0;
    for (std::size_t i = 0; i < depth; ++i) differing += first[i] != seen[i] ? 1 : 0;
    return differing;
  }

  test::SeededRandom random{"stack"};
};

TEST_F(DeadStack, IsSeenByThisTest) {
  Octets number(32);
  ASSERT_TRUE(random.fill(number));
  clear_dead_stack();
  [&]() __attribute__((noinline)) {
    std::array<std::uint8_t, 32> copy_of_it;
    std::memcpy(copy_of_it.data(), number.data(), 32);
    asm volatile("" : : "r"(copy_of_it.data()) : "memory");
  }();
  look_at_dead_stack();
  EXPECT_GE(traces_of(number), 4U);
}

TEST_F(DeadStack, HasNothingOfAnInverse) {
  constexpr Modulus256 prime({0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001});
  for (int i = 0; i < 40; ++i) {
    Octets a = to_octets(draw_scalar(*curve_of(NamedGroup::secp256r1), random).value().view());
    Octets b = to_octets(draw_scalar(*curve_of(NamedGroup::secp256r1), random).value().view());
    clear_dead_stack();
    invert_modulo({p256_order, a}, {prime, b});
    look_at_dead_stack();
    ASSERT_EQ(traces_of(a), 0U);
    ASSERT_EQ(traces_of(b), 0U);
    clear_dead_stack();
    invert_modulo(p256_order, a, a);
    look_at_dead_stack();
    ASSERT_EQ(traces_of(a), 0U);
  }
}

TEST_F(DeadStack, HasNothingOfANonce) {
  const Curve& curve = *curve_of(NamedGroup::secp256r1);
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  const BigNumber x = new_number();
  const BigNumber inverse = new_number();
  // Once before: where functions are found at their first call, the dynamic linker keeps registers on the
  // stack.
  const CurveScalar first = draw_scalar(curve, random).value();
  multiply_base_and_invert(curve, first.view(), x.get(), inverse.get(), context.get());
  for (int i = 0; i < 40; ++i) {
    const CurveScalar scalar = draw_scalar(curve, random).value();
    clear_dead_stack();
    multiply_base_and_invert(curve, scalar.view(), x.get(), inverse.get(), context.get());
    look_at_dead_stack();
    Octets octets(32);
    write_number(inverse.get(), octets);
    ASSERT_EQ(traces_of(octets), 0U);
    ASSERT_EQ(traces_of(scalar.view()), 0U);
  }
}

TEST_F(DeadStack, HasNothingOfASharedSecret) {
  for (const auto ladder : {&x25519, &libcrypto_x25519}) {
    Octets scalar(32);
    Octets public_key(32);
    Octets shared(32);
    ASSERT_TRUE(random.fill(scalar));
    x25519_public_key(scalar, public_key);
    ASSERT_TRUE(ladder(scalar, public_key, public_key, shared));  // once before, as above
    clear_dead_stack();
    ASSERT_TRUE(ladder(scalar, public_key, public_key, shared));
    look_at_dead_stack();
    EXPECT_EQ(traces_of(shared), 0U);
    EXPECT_EQ(traces_of(scalar), 0U);
  }
}

TEST_F(DeadStack, HasNothingOfAnX25519PrivateKey) {
  std::array<std::uint8_t, x25519_size> scalar;
  std::array<std::uint8_t, x25519_size> public_key;
  const auto draw = [&] { ASSERT_TRUE(random.fill(scalar)); };
  // What the public key is computed from, and public as well, may: some numbers of 32 octets.
  EXPECT_LE(differing_after(draw, [&] { x25519_public_key(scalar, public_key); }), 512U);
  EXPECT_EQ(traces_of(scalar), 0U);
}

TEST_F(DeadStack, HasNothingOfAScalarOfACurve) {
  constexpr std::size_t addresses = 32;  // on the heap, which may differ
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  const BigNumber x = new_number();
  const BigNumber inverse = new_number();
  for (const NamedGroup group : {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
    const Curve& curve = *curve_of(group);
    CurveScalar scalar = draw_scalar(curve, random).value();
    Octets point(curve.point_size());
    Octets shared(curve.field_size);
    multiply_base(curve, scalar.view(), point);
    const Octets peer = point;
    const auto draw = [&] { scalar = draw_scalar(curve, random).value(); };
    EXPECT_LE(differing_after(draw, [&] { multiply_base(curve, scalar.view(), point); }), addresses);
    EXPECT_LE(differing_after(draw, [&] { ASSERT_TRUE(multiply(curve, scalar.view(), peer, shared)); }),
              addresses);
    const auto invert = [&] {
      multiply_base_and_invert(curve, scalar.view(), x.get(), inverse.get(), context.get());
    };
    EXPECT_LE(differing_after(draw, invert), addresses);
  }
}

TEST_F(DeadStack, HasNothingOfAnEd25519PrivateKey) {
  std::optional<PrivateKey> key;
  const Octets message(64);
  const auto draw = [&] { key.emplace(PrivateKey::generate(KeyType::ed25519, random).value()); };
  const auto sign = [&] { ASSERT_TRUE(key->sign(SignatureScheme::ed25519, message, random)); };
  EXPECT_LE(differing_after(draw, sign), 32U);  // addresses
}

// Blinding makes everything different each time; so there must be next to nothing.
TEST_F(DeadStack, HasNothingOfRsaArithmetic) {
  const PrivateKey key = PrivateKey::generate(KeyType::rsa, random).value();
  const Octets message(64);
  constexpr std::size_t own = 4096;  // where there are frames of this side of libcrypto
  constexpr std::ptrdiff_t addresses = 16;
  const auto written = [] {
    return std::ranges::count_if(seen.begin(), seen.end() - own,
                                 [](std::uint8_t octet) { return octet != 0; });
  };
  clear_dead_stack();
  ASSERT_TRUE(key.sign(SignatureScheme::rsa_pss_rsae_sha256, message, random));
  look_at_dead_stack();
  EXPECT_LE(written(), addresses);
  const Octets ciphertext(key.public_key().modulus().size(), 1);
  clear_dead_stack();
  ASSERT_TRUE(decrypt_premaster(key, ciphertext, ProtocolVersion::tls12, random));
  look_at_dead_stack();
  EXPECT_LE(written(), addresses);
}

TEST_F(DeadStack, HasNothingOfAnHmacKey) {
  for (const HashAlgorithm algorithm :
       {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    Secret<32> octets;
    std::optional<HmacKey> key;
    MacValue mac;
    const std::array<std::uint8_t, 13> head{};
    const Octets text(300);
    const auto draw = [&] {
      ASSERT_TRUE(random.fill(octets.span()));
      key.emplace(algorithm, octets.view());
    };
    EXPECT_EQ(differing_after(draw, [&] { HmacKey(algorithm, octets.view()); }), 0U);
    constexpr std::size_t word = 8;  // of a chaining value, which may
    EXPECT_LE(differing_after(draw, [&] { mac = key->mac(octets.view()); }), word);
    const auto mac_of_long_text = [&] {
      Hmac running(*key);
      running.update(text);
      mac = running.finish();
    };
    EXPECT_LE(differing_after(draw, mac_of_long_text), word);
    const auto mac_of_secret_length = [&] { mac = key->mac_of_secret_length(head, text, 40, 250); };
    EXPECT_LE(differing_after(draw, mac_of_secret_length), word);
  }
}

/// ML-KEM of one set and tier. Members stay where they are, so that addresses are always the same.
class MlKemDeadStack : public DeadStack,
                       public testing::WithParamInterface<std::tuple<ml_kem::ParameterSet, CpuTier>> {
 protected:
  ml_kem::PrivateKey make_key() {
    EXPECT_TRUE(random.fill(seed));
    return ml_kem::PrivateKey::from_seed(set, seed, tier);
  }
  void encapsulate_to(const ml_kem::PrivateKey& key) {
    ASSERT_TRUE(ml_kem::encapsulate(set, key.encapsulation_key(), message, ciphertext, tier));
  }

  const ml_kem::ParameterSet set = std::get<0>(GetParam());
  const CpuTier tier = std::get<1>(GetParam());
  std::array<std::uint8_t, ml_kem::seed_size> seed{};
  std::array<std::uint8_t, ml_kem::message_size> message{};
  Octets ciphertext = Octets(ml_kem::ciphertext_size(set));
};

// FIPS 203 Algorithm 13, line 1: with σ, and ρ out of the public key, goes the private key.
TEST_P(MlKemDeadStack, HasNothingOfASeedOfNoise) {
  ASSERT_TRUE(random.fill(seed));
  Octets rho_and_sigma(64);
  const std::array k = {static_cast<std::uint8_t>(ml_kem::parameters_of(set).k)};
  {
    KeccakLanes lanes(tier);
    Sponge sponge(SpongeFunction::sha3_512, Bytes(seed).first(32), {}, k, rho_and_sigma);
    lanes.add(sponge);
    lanes.run();
  }
  const Bytes sigma = Bytes(rho_and_sigma).last(32);
  clear_dead_stack();
  (void)ml_kem::PrivateKey::ephemeral(set, seed, tier);
  look_at_dead_stack();
  EXPECT_EQ(traces_of(sigma), 0U);
  clear_dead_stack();
  (void)ml_kem::PrivateKey::from_seed(set, seed, tier);
  look_at_dead_stack();
  EXPECT_EQ(traces_of(sigma), 0U);
}

TEST_P(MlKemDeadStack, HasNothingOfAKey) {
  ml_kem::Context context(set, tier);
  std::array<std::uint8_t, 32> sigma{};
  Octets s(ml_kem::parameters_of(set).vector_size());
  Octets encapsulation_key(ml_kem::encapsulation_key_size(set));
  const auto draw = [&] { ASSERT_TRUE(random.fill(sigma)); };
  const auto work = [&]() __attribute__((noinline)) {
    ml_kem::k_pke::generate(context, Bytes(seed).first(32), sigma, s, encapsulation_key);
  };
  EXPECT_EQ(differing_after(draw, work), 0U);
}

TEST_P(MlKemDeadStack, HasNothingOfAMessageThatIsEncapsulated) {
  const ml_kem::PrivateKey key = make_key();
  const auto draw = [&] { ASSERT_TRUE(random.fill(message)); };
  EXPECT_EQ(differing_after(draw, [&] { encapsulate_to(key); }), 0U);
}

TEST_P(MlKemDeadStack, HasNothingOfAMessageThatIsDecapsulated) {
  const ml_kem::PrivateKey key = make_key();
  const auto draw = [&] {
    ASSERT_TRUE(random.fill(message));
    encapsulate_to(key);
  };
  const auto work = [&]() __attribute__((noinline)) { ASSERT_TRUE(key.decapsulate(ciphertext, tier)); };
  EXPECT_EQ(differing_after(draw, work), 0U);
}

INSTANTIATE_TEST_SUITE_P(EachTier, MlKemDeadStack,
                         testing::Combine(testing::Values(ml_kem::ParameterSet::ml_kem_768,
                                                          ml_kem::ParameterSet::ml_kem_1024),
                                          testing::ValuesIn(test::cpu_tiers())));

}  // namespace
}  // namespace handfast::crypto
