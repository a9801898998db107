// ML-KEM against Wycheproof and NIST's ACVP vectors, on every code path. How many cases ran is part of the
// tests.
#include <string>

#include "crypto/cpu_tiers.hpp"
#include "crypto/ml_kem.hpp"
#include "support/vectors.hpp"

namespace handfast::crypto::ml_kem {
namespace {

using handfast::test::from_hex;
using handfast::test::to_hex;
using nlohmann::json;

Octets octets(const json& test, const char* field) { return from_hex(test.at(field).get<std::string>()); }
std::string text(const json& test, const char* field) { return test.at(field).get<std::string>(); }

PrivateKey key_from(ParameterSet set, Bytes seed, CpuTier tier) {
  return PrivateKey::from_seed(set, seed.first<seed_size>(), tier);
}

std::string name_of(ParameterSet set) { return set == ParameterSet::ml_kem_768 ? "768" : "1024"; }

struct Counts {
  int valid = 0;
  int invalid = 0;
  bool operator==(const Counts&) const = default;
};
// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name for it
void PrintTo(const Counts& counts, std::ostream* out) {
  *out << counts.valid << " valid, " << counts.invalid << " invalid";
}

class MlKemVectors : public testing::TestWithParam<std::tuple<ParameterSet, CpuTier>> {
 protected:
  const ParameterSet set_ = std::get<0>(GetParam());
  const CpuTier tier_ = std::get<1>(GetParam());

  // Runs `run` for each case of a Wycheproof file and counts.
  template <class Run>
  Counts for_each_case(const json& file, Run run) const {
    Counts counts;
    for (const json& group : file.at("testGroups")) {
      EXPECT_EQ(text(group, "parameterSet"), "ML-KEM-" + name_of(set_));
      for (const json& test : group.at("tests")) {
        const std::string result = text(test, "result");
        SCOPED_TRACE("tcId " + test.at("tcId").dump() + ": " + result);
        EXPECT_TRUE(result == "valid" || result == "invalid");
        run(test, result == "valid");
        ++(result == "valid" ? counts.valid : counts.invalid);
      }
    }
    return counts;
  }

  // Runs `run` for each case of an ACVP file that is for this parameter set and `function` and counts.
  template <class Run>
  int for_each_acvp(const json& file, const std::string& function, Run run) const {
    int count = 0;
    for (const json& vector_set : file.at("vectorSets")) {
      for (const json& group : vector_set.at("testGroups")) {
        const std::string is = group.value("function", text(vector_set, "mode"));
        if (text(group, "parameterSet") != "ML-KEM-" + name_of(set_) || is != function) continue;
        for (const json& test : group.at("tests")) {
          SCOPED_TRACE(function + " tcId " + test.at("tcId").dump());
          run(test, test.at("expected"));
          ++count;
        }
      }
    }
    return count;
  }

  void expect_key(const PrivateKey& key, const json& expected) const {
    EXPECT_EQ(to_hex(key.encapsulation_key()), to_hex(octets(expected, "ek")));
    EXPECT_EQ(to_hex(key.decapsulation_key()), to_hex(octets(expected, "dk")));
  }
  void expect_encapsulation(const json& test, const json& expected, const char* shared_secret) const {
    Octets ciphertext(ciphertext_size(set_));
    const auto secret = encapsulate(set_, octets(test, "ek"), Bytes(octets(test, "m")).first<message_size>(),
                                    ciphertext, tier_);
    ASSERT_TRUE(secret);
    EXPECT_EQ(to_hex(ciphertext), to_hex(octets(expected, "c")));
    EXPECT_EQ(to_hex(secret->view()), to_hex(octets(expected, shared_secret)));
  }
  void expect_refused(Bytes encapsulation_key, Bytes message) const {
    Octets ciphertext(ciphertext_size(set_), 0xa5);
    const Octets before = ciphertext;
    const auto secret =
        encapsulate(set_, encapsulation_key, message.first<message_size>(), ciphertext, tier_);
    ASSERT_FALSE(secret);
    EXPECT_EQ(secret.error().code, ErrorCode::bad_key_share);
    EXPECT_EQ(ciphertext, before);
  }
  void expect_decapsulation(const PrivateKey& key, Bytes ciphertext, const Octets& shared_secret) const {
    const auto secret = key.decapsulate(ciphertext, tier_);
    ASSERT_TRUE(secret);
    EXPECT_EQ(to_hex(secret->view()), to_hex(shared_secret));
  }
};

TEST_P(MlKemVectors, WycheproofKeyGeneration) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/mlkem_" + name_of(set_) + "_keygen_seed_test.json");
  const Counts counts = for_each_case(file, [&](const json& test, bool valid) {
    ASSERT_TRUE(valid);
    expect_key(key_from(set_, octets(test, "seed"), tier_), test);
  });
  EXPECT_EQ(counts, (Counts{100, 0}));
}

TEST_P(MlKemVectors, WycheproofEncapsulation) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/mlkem_" + name_of(set_) + "_encaps_test.json");
  const Counts counts = for_each_case(file, [&](const json& test, bool valid) {
    if (valid) {
      expect_encapsulation(test, test, "K");
    } else {
      expect_refused(octets(test, "ek"), octets(test, "m"));
    }
  });
  EXPECT_EQ(counts, (Counts{133, set_ == ParameterSet::ml_kem_768 ? 132 : 136}));
}

TEST_P(MlKemVectors, WycheproofDecapsulation) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/mlkem_" + name_of(set_) + "_test.json");
  int wrong_seeds = 0;
  const Counts counts = for_each_case(file, [&](const json& test, bool valid) {
    const Octets seed = octets(test, "seed");
    if (seed.size() != seed_size) {
      // The type of from_seed() has no room for these.
      EXPECT_FALSE(valid);
      ++wrong_seeds;
      return;
    }
    const PrivateKey key = key_from(set_, seed, tier_);
    EXPECT_EQ(to_hex(key.encapsulation_key()), to_hex(octets(test, "ek")));
    if (valid) {
      expect_decapsulation(key, octets(test, "c"), octets(test, "K"));
    } else {
      const auto secret = key.decapsulate(octets(test, "c"), tier_);
      ASSERT_FALSE(secret);
      EXPECT_EQ(secret.error().code, ErrorCode::bad_key_share);
    }
  });
  EXPECT_EQ(counts, (Counts{153, 40}));
  EXPECT_EQ(wrong_seeds, 20);
}

TEST_P(MlKemVectors, WycheproofDecapsulationWithAnExpandedKey) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/mlkem_" + name_of(set_) + "_semi_expanded_decaps_test.json");
  int refused_keys = 0;
  const Counts counts = for_each_case(file, [&](const json& test, bool valid) {
    const auto key = PrivateKey::from_decapsulation_key(set_, octets(test, "dk"), tier_);
    if (!key) {
      EXPECT_FALSE(valid);
      EXPECT_EQ(key.error().code, ErrorCode::bad_private_key);
      ++refused_keys;
    } else if (valid) {
      expect_decapsulation(*key, octets(test, "c"), octets(test, "K"));
    } else {
      const auto secret = key->decapsulate(octets(test, "c"), tier_);
      ASSERT_FALSE(secret);
      EXPECT_EQ(secret.error().code, ErrorCode::bad_key_share);
    }
  });
  EXPECT_EQ(counts, (Counts{3, 6}));
  EXPECT_EQ(refused_keys, 4);
}

TEST_P(MlKemVectors, AcvpNist) {
  HANDFAST_VECTORS_OR_SKIP(file, "acvp/ML-KEM-nist.json");
  const json& generations = file.at("ML-KEM-" + name_of(set_) + " keygen");
  for (const json& test : generations) {
    Octets seed = octets(test, "d");
    const Octets z = octets(test, "z");
    seed.insert(seed.end(), z.begin(), z.end());
    expect_key(key_from(set_, seed, tier_), test);
  }
  EXPECT_EQ(generations.size(), 25U);
  const json& decapsulations = file.at("ML-KEM-" + name_of(set_) + " decap");
  for (const json& test : decapsulations) {
    const auto key = PrivateKey::from_decapsulation_key(set_, octets(test, "dk"), tier_);
    ASSERT_TRUE(key);
    expect_decapsulation(*key, octets(test, "c"), octets(test, "k"));
  }
  EXPECT_EQ(decapsulations.size(), 10U);
}

TEST_P(MlKemVectors, Acvp) {
  HANDFAST_VECTORS_OR_SKIP(file, "acvp/ML-KEM.json");
  EXPECT_EQ(for_each_acvp(file, "keyGen",
                          [&](const json& test, const json& expected) {
                            const Octets seed = from_hex(text(test, "d") + text(test, "z"));
                            expect_key(key_from(set_, seed, tier_), expected);
                          }),
            1);
  EXPECT_EQ(for_each_acvp(
                file, "encapsulation",
                [&](const json& test, const json& expected) { expect_encapsulation(test, expected, "k"); }),
            1);
  EXPECT_EQ(for_each_acvp(file, "decapsulation",
                          [&](const json& test, const json& expected) {
                            const auto key =
                                PrivateKey::from_decapsulation_key(set_, octets(test, "dk"), tier_);
                            ASSERT_TRUE(key);
                            expect_decapsulation(*key, octets(test, "c"), octets(expected, "k"));
                          }),
            1);
  EXPECT_EQ(for_each_acvp(file, "decapsulationKeyCheck",
                          [&](const json& test, const json& expected) {
                            const auto key =
                                PrivateKey::from_decapsulation_key(set_, octets(test, "dk"), tier_);
                            EXPECT_EQ(key.has_value(), expected.at("testPassed").get<bool>());
                          }),
            1);
}

TEST_P(MlKemVectors, AcvpEncapsulationKeyCheck) {
  int count = 0;
  for (const char* name : {"acvp/ML-KEM.json", "acvp/ML-KEM-encap-key-check.json"}) {
    HANDFAST_VECTORS_OR_SKIP(file, name);
    count += for_each_acvp(file, "encapsulationKeyCheck", [&](const json& test, const json& expected) {
      const Octets message(message_size);
      Octets ciphertext(ciphertext_size(set_));
      if (expected.at("testPassed").get<bool>()) {
        EXPECT_TRUE(
            encapsulate(set_, octets(test, "ek"), Bytes(message).first<message_size>(), ciphertext, tier_));
      } else {
        expect_refused(octets(test, "ek"), message);
      }
    });
  }
  EXPECT_EQ(count, 3);
}

TEST_P(MlKemVectors, AcvpSeeds) {
  HANDFAST_VECTORS_OR_SKIP(file, "acvp/ML-KEM-seed.json");
  EXPECT_EQ(for_each_acvp(
                file, "encapsulation",
                [&](const json& test, const json& expected) { expect_encapsulation(test, expected, "k"); }),
            1);
  EXPECT_EQ(for_each_acvp(file, "decapsulation",
                          [&](const json& test, const json& expected) {
                            const Octets seed = from_hex(text(test, "d") + text(test, "z"));
                            expect_decapsulation(key_from(set_, seed, tier_), octets(test, "c"),
                                                 octets(expected, "k"));
                          }),
            1);
}

std::string case_name(const testing::TestParamInfo<std::tuple<ParameterSet, CpuTier>>& info) {
  return "ml_kem_" + name_of(std::get<0>(info.param)) + "_" +
         std::string(crypto::name_of(std::get<1>(info.param)));
}

INSTANTIATE_TEST_SUITE_P(EachSetAndTier, MlKemVectors,
                         testing::Combine(testing::Values(ParameterSet::ml_kem_768,
                                                          ParameterSet::ml_kem_1024),
                                          testing::ValuesIn(test::cpu_tiers())),
                         case_name);

}  // namespace
}  // namespace handfast::crypto::ml_kem
