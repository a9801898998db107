// ML-KEM as its users see it, on every code path.
#include "crypto/ml_kem.hpp"

#include <random>
#include <string>
#include <tuple>

#include "crypto/cpu_tiers.hpp"
#include "crypto/keccak.hpp"
#include "support/vectors.hpp"

namespace handfast::crypto::ml_kem {
namespace {

using handfast::test::from_hex;
using handfast::test::to_hex;

Octets sponge(SpongeFunction function, Bytes head, Bytes body) {
  Octets output(32);
  Sponge sponge(function, head, body, {}, output);
  KeccakLanes lanes(CpuTier::portable);
  lanes.add(sponge);
  lanes.run();
  return output;
}
std::string sha3_256(Bytes octets) { return to_hex(sponge(SpongeFunction::sha3_256, octets, {})); }

Octets random_octets(std::size_t size, unsigned seed) {
  std::mt19937 generator(seed);
  Octets octets(size);
  for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(generator());
  return octets;
}

class MlKem : public testing::TestWithParam<std::tuple<ParameterSet, CpuTier>> {
 protected:
  const ParameterSet set_ = std::get<0>(GetParam());
  const CpuTier tier_ = std::get<1>(GetParam());

  [[nodiscard]] PrivateKey key(Bytes seed) const {
    return PrivateKey::from_seed(set_, seed.first<seed_size>(), tier_);
  }
  [[nodiscard]] PrivateKey key(unsigned number) const { return key(random_octets(seed_size, number)); }
  [[nodiscard]] Result<SharedSecret> encapsulate_to(Bytes encapsulation_key, Bytes message,
                                                    MutableBytes ciphertext) const {
    return encapsulate(set_, encapsulation_key, message.first<message_size>(), ciphertext, tier_);
  }
};

// Wycheproof's first case: hashes, because keys and ciphertext are long.
TEST_P(MlKem, GivesTheKnownAnswers) {
  struct Known {
    const char *encapsulation_key, *decapsulation_key, *ciphertext, *shared_secret;
  };
  const Known known = set_ == ParameterSet::ml_kem_768
                          ? Known{"f57262661358cde8d3ebf990e5fd1d5b896c992ccfaadb5256b68bbf5943b132",
                                  "7deef44965b03d76de543ad6ef9e74a2772fa5a9fa0e761120dac767cf0152ef",
                                  "6e777e2cf8054659136a971d9e70252f301226930c19c470ee0688163a63c15b",
                                  "e7184a0975ee3470878d2d159ec83129c8aec253d4ee17b4810311d198cd0368"}
                          : Known{"ebbe41cd4dea489dedd00e76ae0bcf54aa8550202920eb64d5892ad02b13f2e5",
                                  "ecfa369ec7e834204291fccb4d59c3fd1557b0ec3ab2ed7d50c98c01f292612e",
                                  "507dcdae0432f558189a09c5e79fd69896e2f830e37ae4d598b00566e55f20f5",
                                  "489dd1e9c2be4af3482bdb35bb26ce760e6e414da6ecbe489985748a825f1cd6"};
  const PrivateKey private_key =
      key(from_hex("7c9935a0b07694aa0c6d10e4db6b1add2fd81a25ccb148032dcd739936737f2d"
                   "8626ed79d451140800e03b59b956f8210e556067407d13dc90fa9e8b872bfb8f"));
  EXPECT_EQ(sha3_256(private_key.encapsulation_key()), known.encapsulation_key);
  EXPECT_EQ(sha3_256(private_key.decapsulation_key()), known.decapsulation_key);
  Octets ciphertext(ciphertext_size(set_));
  const Octets message = from_hex("147c03f7a5bebba406c8fae1874d7f13c80efe79a3a9a874cc09fe76f6997615");
  const auto sent = encapsulate_to(private_key.encapsulation_key(), message, ciphertext);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sha3_256(ciphertext), known.ciphertext);
  EXPECT_EQ(to_hex(sent->view()), known.shared_secret);
  const auto received = private_key.decapsulate(ciphertext, tier_);
  ASSERT_TRUE(received);
  EXPECT_EQ(to_hex(received->view()), known.shared_secret);
}

TEST_P(MlKem, BothSidesAgreeAndEveryTierDoesTheSame) {
  for (unsigned i = 0; i < 200; ++i) {
    const Octets seed = random_octets(seed_size, 2 * i);
    const Octets message = random_octets(message_size, 2 * i + 1);
    const PrivateKey private_key = key(seed);
    const PrivateKey portable_key =
        PrivateKey::from_seed(set_, Bytes(seed).first<seed_size>(), CpuTier::portable);
    ASSERT_TRUE(equal(private_key.decapsulation_key(), portable_key.decapsulation_key())) << i;
    Octets ciphertext(ciphertext_size(set_));
    const auto sent = encapsulate_to(private_key.encapsulation_key(), message, ciphertext);
    Octets portable_ciphertext(ciphertext_size(set_));
    ASSERT_TRUE(encapsulate(set_, private_key.encapsulation_key(), Bytes(message).first<message_size>(),
                            portable_ciphertext, CpuTier::portable));
    ASSERT_EQ(ciphertext, portable_ciphertext) << i;
    const auto received = private_key.decapsulate(ciphertext, tier_);
    ASSERT_TRUE(sent && received);
    ASSERT_TRUE(sent->equals(received->view())) << i;
    ASSERT_EQ(received->size(), shared_secret_size);
  }
}

TEST_P(MlKem, RejectsEveryDamagedCiphertextImplicitly) {
  const Octets seed = random_octets(seed_size, 9);
  const PrivateKey private_key = key(seed);
  Octets ciphertext(ciphertext_size(set_));
  const auto sent =
      encapsulate_to(private_key.encapsulation_key(), random_octets(message_size, 10), ciphertext);
  ASSERT_TRUE(sent);
  for (std::size_t i = 0; i < ciphertext.size(); ++i) {
    ciphertext[i] = static_cast<std::uint8_t>(ciphertext[i] ^ 1 << (i % 8));
    const auto received = private_key.decapsulate(ciphertext, tier_);
    ASSERT_TRUE(received);
    // FIPS 203 Algorithm 18, line 7: J(z || c).
    const Octets rejected = sponge(SpongeFunction::shake256, Bytes(seed).last(32), ciphertext);
    ASSERT_EQ(to_hex(received->view()), to_hex(rejected)) << i;
    ciphertext[i] = static_cast<std::uint8_t>(ciphertext[i] ^ 1 << (i % 8));
  }
  const auto received = private_key.decapsulate(ciphertext, tier_);
  ASSERT_TRUE(received);
  EXPECT_TRUE(sent->equals(received->view()));
}

TEST_P(MlKem, AnEphemeralKeyOpensAndRejectsAsTheWholeOneDoes) {
  for (unsigned i = 0; i < 20; ++i) {
    const Octets seed = random_octets(seed_size, i);
    const PrivateKey whole = key(seed);
    const PrivateKey ephemeral = PrivateKey::ephemeral(set_, Bytes(seed).first<seed_size>(), tier_);
    ASSERT_TRUE(equal(ephemeral.encapsulation_key(), whole.encapsulation_key()));
    Octets ciphertext(ciphertext_size(set_));
    const auto sent =
        encapsulate_to(ephemeral.encapsulation_key(), random_octets(message_size, i + 100), ciphertext);
    const auto received = ephemeral.decapsulate(ciphertext, tier_);
    ASSERT_TRUE(sent && received);
    EXPECT_TRUE(received->equals(sent->view()));
    ciphertext[i * 40] ^= 1;
    const auto rejected = ephemeral.decapsulate(ciphertext, tier_);
    const auto expected = whole.decapsulate(ciphertext, tier_);
    ASSERT_TRUE(rejected && expected);
    EXPECT_TRUE(rejected->equals(expected->view()));
    EXPECT_FALSE(rejected->equals(sent->view()));
  }
}

TEST_P(MlKem, RefusesCiphertextsOfAWrongLength) {
  const PrivateKey private_key = key(1);
  for (const std::size_t size : {std::size_t{0}, ciphertext_size(set_) - 1, ciphertext_size(set_) + 1}) {
    const auto secret = private_key.decapsulate(Octets(size), tier_);
    ASSERT_FALSE(secret);
    EXPECT_EQ(secret.error().code, ErrorCode::bad_key_share);
  }
}

TEST_P(MlKem, RefusesEncapsulationKeysOfAWrongLength) {
  const Octets message(message_size);
  Octets ciphertext(ciphertext_size(set_));
  Octets encapsulation_key = to_octets(key(1).encapsulation_key());
  for (const std::size_t size :
       {std::size_t{0}, encapsulation_key_size(set_) - 1, encapsulation_key_size(set_) + 1}) {
    encapsulation_key.resize(size);
    const auto secret = encapsulate_to(encapsulation_key, message, ciphertext);
    ASSERT_FALSE(secret);
    EXPECT_EQ(secret.error().code, ErrorCode::bad_key_share);
  }
}

TEST_P(MlKem, RefusesEncapsulationKeysThatAreNotReduced) {
  const Octets good = to_octets(key(2).encapsulation_key());
  const Octets message(message_size);
  for (std::size_t i = 0; i < good.size() - 32; i += 3) {
    // The pair's first or second coefficient becomes q = 0xd01.
    Octets bad = good;
    if (i % 2 == 0) {
      bad[i] = 0x01;
      bad[i + 1] = static_cast<std::uint8_t>((bad[i + 1] & 0xf0) | 0x0d);
    } else {
      bad[i + 1] = static_cast<std::uint8_t>((bad[i + 1] & 0x0f) | 0x10);
      bad[i + 2] = 0xd0;
    }
    Octets ciphertext(ciphertext_size(set_), 0x5a);
    const auto secret = encapsulate_to(bad, message, ciphertext);
    ASSERT_FALSE(secret) << i;
    EXPECT_EQ(secret.error().code, ErrorCode::bad_key_share);
    EXPECT_EQ(ciphertext, Octets(ciphertext_size(set_), 0x5a));
  }
}

TEST_P(MlKem, NeedsRoomOfTheCiphertextsSize) {
  const PrivateKey private_key = key(3);
  const Octets message(message_size);
  for (const std::size_t size : {std::size_t{0}, ciphertext_size(set_) - 1, ciphertext_size(set_) + 1}) {
    Octets ciphertext(size);
    const auto secret = encapsulate_to(private_key.encapsulation_key(), message, ciphertext);
    ASSERT_FALSE(secret);
    EXPECT_EQ(secret.error().code, ErrorCode::invalid_argument);
  }
}

TEST_P(MlKem, ImportsExpandedKeys) {
  const PrivateKey generated = key(4);
  const auto imported = PrivateKey::from_decapsulation_key(set_, generated.decapsulation_key(), tier_);
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->parameter_set(), set_);
  EXPECT_TRUE(equal(imported->encapsulation_key(), generated.encapsulation_key()));
  Octets ciphertext(ciphertext_size(set_));
  const auto sent = encapsulate_to(generated.encapsulation_key(), random_octets(message_size, 5), ciphertext);
  const auto received = imported->decapsulate(ciphertext, tier_);
  ASSERT_TRUE(sent && received);
  EXPECT_TRUE(sent->equals(received->view()));
}

TEST_P(MlKem, RefusesExpandedKeysWithAWrongLengthOrHash) {
  const Octets good = to_octets(key(5).decapsulation_key());
  const auto expect_refused = [&](Bytes bad) {
    const auto imported = PrivateKey::from_decapsulation_key(set_, bad, tier_);
    ASSERT_FALSE(imported);
    EXPECT_EQ(imported.error().code, ErrorCode::bad_private_key);
  };
  expect_refused({});
  expect_refused(Bytes(good).first(good.size() - 1));
  Octets longer = good;
  longer.push_back(0);
  expect_refused(longer);
  const std::size_t encapsulation_key = good.size() - 64 - encapsulation_key_size(set_);
  for (std::size_t i = encapsulation_key; i < good.size() - 32; i += 31) {
    Octets bad = good;
    bad[i] ^= 0x10;
    expect_refused(bad);
  }
}

TEST_P(MlKem, AKeyThatMovesKeepsItsOctetsWhereTheyAre) {
  PrivateKey first = key(6);
  const Bytes before = first.encapsulation_key();
  const PrivateKey second = std::move(first);
  EXPECT_EQ(second.encapsulation_key().data(), before.data());
  EXPECT_EQ(second.encapsulation_key().size(), encapsulation_key_size(set_));
}

std::string case_name(const testing::TestParamInfo<std::tuple<ParameterSet, CpuTier>>& info) {
  return (std::get<0>(info.param) == ParameterSet::ml_kem_768 ? "ml_kem_768_" : "ml_kem_1024_") +
         std::string(crypto::name_of(std::get<1>(info.param)));
}

INSTANTIATE_TEST_SUITE_P(EachSetAndTier, MlKem,
                         testing::Combine(testing::Values(ParameterSet::ml_kem_768,
                                                          ParameterSet::ml_kem_1024),
                                          testing::ValuesIn(test::cpu_tiers())),
                         case_name);

}  // namespace
}  // namespace handfast::crypto::ml_kem
