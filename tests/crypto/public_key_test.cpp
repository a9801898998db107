// Public keys: what they take, what they verify, and what they refuse.
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/ecdsa.hpp"
#include "crypto/signature.hpp"
#include "crypto/wycheproof.hpp"

namespace handfast::crypto {
namespace {

using Kind = SignatureAlgorithm::Kind;
using test::Case;
using test::from_hex;
using test::json;

// Made by the openssl command line over the text "handfast", with the keys of test_keys.hpp.
constexpr char rsa_modulus[] =
    "b4b771b65c261c576454245e009f4a1d8c48d5b2b16ab8ef130ec50fc357e89b9bf9ee1363861626c0c9bf9508fab8e75ed64f41"
    "e343b0"
    "a4e8bac2c85e4cb90b436c2aa87528f7cd2e334994f96060145f2a2203de667178740ed012b5d73ec6f44a4b4a306d295826fcca"
    "9459af"
    "eef0cd85af57df91b794b9b262837b31b5f5";
constexpr char p256_point[] =
    "045fd7bfc9baeb0bde6e9415c51ad6ceacef859101027d66ea3ddefd0ff49e066371337720edb3ef02a8041f61513ca15fb20a2e"
    "b36458"
    "f584888be33ff010d1f0";
constexpr char p384_point[] =
    "04fb12eb124ef39e85007b4cf32c146bd87f18bbedd622ec3179aafc48071082918a13817d7b47626f75998659c2f680ab4991fa"
    "a7bd81"
    "633871877117071705d906480e9c78afc757c5ea26b5a9ef368f58f504dc7b9447fe4cc0b47d92267eda";
constexpr char p521_point[] =
    "04017a9567e0550cdda8320d8f8a8830e87e26f309a7158767e2e4be304001c1d8b290c3f417fc7d0ad4c2d2c160fe90a8f3b45e"
    "ee4710"
    "e40e92a200e457acebd6393700ce451a7901586ea3fc438c7ea4f5704c682f44dc7c82009b2ddbfee50000933f6d1d6867ca8c57"
    "685dcc"
    "67094f77024e955a32abe9390237ba7971f7ca48aa5ae2";
constexpr char ed25519_point[] = "c3e67112c2ccb03c4f986a9938aaf9a2fa059fd5af1881fae0e7bffae2cfab07";

PublicKey rsa_key(bool pss_only = false) {
  return *PublicKey::rsa(from_hex(rsa_modulus), from_hex("010001"), pss_only);
}
PublicKey p256_key() { return *PublicKey::ec(NamedGroup::secp256r1, from_hex(p256_point)); }
PublicKey p384_key() { return *PublicKey::ec(NamedGroup::secp384r1, from_hex(p384_point)); }
PublicKey p521_key() { return *PublicKey::ec(NamedGroup::secp521r1, from_hex(p521_point)); }
PublicKey ed25519_key() { return *PublicKey::ed25519(from_hex(ed25519_point)); }

struct KnownSignature {
  SignatureScheme scheme;
  PublicKey key;
  const char* signature;
};

std::vector<KnownSignature> known_signatures() {
  return {
      {SignatureScheme::rsa_pkcs1_sha256, rsa_key(),
       "80fcbc9ded14a7cb2cea3a782040d8e24cfefd5e8685942e32fa072ffc86f15b73800b4684b4de7f63fcff4bcfa31c770f5bf"
       "02f9353cf"
       "56a483bd4f09be2a959592227bd8dd8650d55b493a6e400f683445df788593a8a3772bba1a7175e8211d09dbbc3d866db87d0"
       "4273c415e"
       "a94cfd131ff640f1e3fc00e55787d43c595d"},
      {SignatureScheme::rsa_pkcs1_sha384, rsa_key(),
       "93025e97ef595f2c89fc73ffaeeec7c68feb8adce8e75884bfd98e6ee49a120554771c5dd459754b799208b1e1e12c97c04a1"
       "e8e670ee1"
       "e77b00d213a2d3a4954df6a04c5a9dbcfc243cb24f6f8e9c16a146e67318ce62a84f7b5b819934423074711091706a0088252"
       "f8e33a9d5"
       "2449b4cb39539ad2d94c2be7806d38cf6ccb"},
      {SignatureScheme::rsa_pkcs1_sha512, rsa_key(),
       "9ba3c96d7afd8ca41fcd6901a46d32ccc6b142d8b7c8e9b3c880958b4629b1474e3d3b014a513fcdb68ddf4c550e9060e1d5d"
       "906d216e2"
       "8dc05f1b7b7b83ba0ae269b659425a1250d3bac9914e1e92c87a7c6e0c906a328ca3dfcec38aed171042550238246f869ba56"
       "593541c65"
       "ece6dcfe0962cab2fb130d5aa5767663a736"},
      {SignatureScheme::rsa_pss_rsae_sha256, rsa_key(),
       "ad1eb0d2b03c65f7ff74d5710a1a53642942dc594d1949c9d393e9adb1215cc5d54a1ef0ac1e8f65dc2dd30e583c193549c5d"
       "88c19f5db"
       "c0f12dbc611c69699067c3589f670490fd8f19b90dfb59448c05176f64df27c65ba2955e784ac53b116d6a07c0f4d0f671736"
       "2475aa63a"
       "e9dc525ee5b1d346465625f279b92d24174e"},
      {SignatureScheme::rsa_pss_rsae_sha384, rsa_key(),
       "88fc589259374fb333a607f5ac04c6b9faa6d65c6e6d3142390c7e4c61618afd55c8f245ff717a10317a52041b1403ecb035e"
       "280d85b0f"
       "834290428c341032bbbc333ec6b6a08625441f39e52bfb20ec77fd478877817d06bdb9644c51849c5e0f605416e47ccbffbeb"
       "ead80767f"
       "8b51c6f447712d081454b75498f3922b0aae"},
      {SignatureScheme::ecdsa_secp256r1_sha256, p256_key(),
       "30440220356e85aa404fa1cdc8e56bd6a8fc67cc92f784347faf3baddd67e3bcae16308402202ae4c24529c3a4a81a8dcd35a"
       "75d88f7c6"
       "55ba0e056fdd047ec4d9a4d776d226"},
      {SignatureScheme::ecdsa_secp384r1_sha384, p384_key(),
       "3066023100f296bb39af9192f69a0387bd52531224be2e17ffd2f25675656673c65c4e0454490a7a7b99183c510154aee8204"
       "6bd020231"
       "00bc393402bb5a84a352299ee746bc36ddf84a468d492489773c177a8cbbf51bcb86794fc3f4348e0c509e43b5105ab478"},
      {SignatureScheme::ecdsa_secp521r1_sha512, p521_key(),
       "30818702413f785047c665943019cbcc124173d07474d70f3803db49cda3eadd52efa28a0966d22fb15d57cba163306ac620c"
       "348a69d4e"
       "c30c8c9a22f855b27560813b93cfba024201fe5e34716e6825f6d97673d0be379727be68021c9dd0ceb0c8f8b1f6fba953cca"
       "086e47335"
       "0b05ef926acf726017b8cc164e8c3b2fa501be34bba96322fa27ba67"},
      {SignatureScheme::ed25519, ed25519_key(),
       "88cc81d623ea7208d15102daa5993a1904e4c76e7d2bf66fb7204c45a858fd0e9dae56800e7b74168c381b8cdc590eead1dc4"
       "d2e13971b"
       "6cf573c923e652f605"},
  };
}

TEST(PublicKey, VerifiesKnownSignatures) {
  for (const KnownSignature& known : known_signatures()) {
    SCOPED_TRACE(to_string(known.scheme));
    const SignatureAlgorithm algorithm = *algorithm_of(known.scheme);
    const Octets signature = from_hex(known.signature);
    EXPECT_TRUE(known.key.matches(known.scheme));
    EXPECT_TRUE(known.key.verify(algorithm, as_bytes("handfast"), signature).has_value());
  }
}

TEST(PublicKey, RefusesEveryChangeToASignatureOrItsMessage) {
  for (const KnownSignature& known : known_signatures()) {
    SCOPED_TRACE(to_string(known.scheme));
    const SignatureAlgorithm algorithm = *algorithm_of(known.scheme);
    const Octets signature = from_hex(known.signature);
    const auto verdict = [&](Bytes message, Bytes octets) {
      const Result<> result = known.key.verify(algorithm, message, octets);
      EXPECT_TRUE(result || result.error().code == ErrorCode::bad_signature);
      return result.has_value();
    };
    EXPECT_FALSE(verdict(as_bytes("Handfast"), signature));
    EXPECT_FALSE(verdict({}, signature));
    EXPECT_FALSE(verdict(as_bytes("handfast"), {}));
    for (std::size_t at = 0; at < signature.size(); ++at) {
      Octets changed = signature;
      changed[at] ^= 0x10;
      EXPECT_FALSE(verdict(as_bytes("handfast"), changed)) << at;
    }
    EXPECT_FALSE(verdict(as_bytes("handfast"), Bytes(signature).first(signature.size() - 1)));
    Octets longer = signature;
    longer.push_back(0);
    EXPECT_FALSE(verdict(as_bytes("handfast"), longer));
    longer.insert(longer.begin(), 0);
    longer.pop_back();
    EXPECT_FALSE(verdict(as_bytes("handfast"), longer));
    EXPECT_EQ(ERR_peek_error(), 0U);
  }
}

// [8422:5.10#4] [8446:4.4.3#8]
TEST(PublicKey, RefusesSignaturesOfAnotherKindOrWithSha1) {
  for (const KnownSignature& known : known_signatures()) {
    for (const KnownSignature& other : known_signatures()) {
      const SignatureAlgorithm algorithm = *algorithm_of(other.scheme);
      if (algorithm == *algorithm_of(known.scheme)) continue;
      const Result<> result = known.key.verify(algorithm, as_bytes("handfast"), from_hex(known.signature));
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code, ErrorCode::bad_signature);
    }
    if (known.key.type() == KeyType::ed25519) continue;
    SignatureAlgorithm with_sha1 = *algorithm_of(known.scheme);
    with_sha1.hash = HashAlgorithm::sha1;
    EXPECT_FALSE(known.key.fits(with_sha1));
    EXPECT_FALSE(known.key.verify(with_sha1, as_bytes("handfast"), from_hex(known.signature)));
  }
}

void expect_as_wycheproof_says(const Case& each, const PublicKey& key, const SignatureAlgorithm& algorithm) {
  const Result<> result = key.verify(algorithm, each.octets("msg"), each.octets("sig"));
  if (each.valid()) {
    EXPECT_TRUE(result.has_value());
  } else {
    // "acceptable" here is one thing: PKCS#1 with the NULL parameters left out. It is refused.
    // [5246:4.7#1]
    EXPECT_TRUE(each.invalid() || each.has_flag("MissingNull"));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::bad_signature);
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

std::string text(const json& group, const char* outer, const char* inner) {
  return group.at(outer).at(inner).get<std::string>();
}

// [8422:5.10#3]
TEST(PublicKey, PassesWycheproofEcdsa) {
  struct File {
    const char* name;
    NamedGroup curve;
    HashAlgorithm hash;
    int count;
  };
  constexpr File files[] = {
      {"ecdsa_secp256r1_sha256", NamedGroup::secp256r1, HashAlgorithm::sha256, 484},
      {"ecdsa_secp256r1_sha512", NamedGroup::secp256r1, HashAlgorithm::sha512, 554},
      {"ecdsa_secp384r1_sha256", NamedGroup::secp384r1, HashAlgorithm::sha256, 472},
      {"ecdsa_secp384r1_sha384", NamedGroup::secp384r1, HashAlgorithm::sha384, 504},
      {"ecdsa_secp384r1_sha512", NamedGroup::secp384r1, HashAlgorithm::sha512, 542},
      {"ecdsa_secp521r1_sha512", NamedGroup::secp521r1, HashAlgorithm::sha512, 542},
  };
  for (const File& each_file : files) {
    HANDFAST_VECTORS_OR_SKIP(file, std::string("wycheproof/") + each_file.name + "_test.json");
    const int count = test::for_each_case(file, [&](const Case& each) {
      const auto key =
          PublicKey::ec(each_file.curve, from_hex(text(each.group, "publicKey", "uncompressed")));
      ASSERT_TRUE(key.has_value());
      expect_as_wycheproof_says(each, *key, {Kind::ecdsa, each_file.hash, 0});
    });
    EXPECT_EQ(count, each_file.count) << each_file.name;
  }
}

Octets p256_signature() {
  for (const KnownSignature& known : known_signatures())
    if (known.scheme == SignatureScheme::ecdsa_secp256r1_sha256) return from_hex(known.signature);
  return {};
}

TEST(PublicKey, PassesWycheproofEcdsaWithATable) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/ecdsa_secp256r1_sha256_test.json");
  std::string point;
  std::optional<PublicKey> key;
  const int count = test::for_each_case(file, [&](const Case& each) {
    const std::string next = text(each.group, "publicKey", "uncompressed");
    if (std::exchange(point, next) != next)
      key = PublicKey::ec(NamedGroup::secp256r1, from_hex(point))->for_many_checks();
    expect_as_wycheproof_says(each, *key, {Kind::ecdsa, HashAlgorithm::sha256, 0});
  });
  EXPECT_EQ(count, 484);
}

TEST(PublicKey, ForManyChecksIsTheSameKey) {
  for (const KnownSignature& known : known_signatures()) {
    SCOPED_TRACE(to_string(known.scheme));
    const PublicKey ready = known.key.for_many_checks();
    EXPECT_EQ(ready, known.key);
    EXPECT_EQ(ready.bits(), known.key.bits());
    const SignatureAlgorithm algorithm = *algorithm_of(known.scheme);
    const Octets signature = from_hex(known.signature);
    EXPECT_TRUE(ready.verify(algorithm, as_bytes("handfast"), signature));
    EXPECT_TRUE(ready.for_many_checks().verify(algorithm, as_bytes("handfast"), signature));
    EXPECT_FALSE(ready.verify(algorithm, as_bytes("Handfast"), signature));
  }
}

// Only where libcrypto has fast code for the curve it can make a table.
bool has_fast_p256() { return EC_GROUP_have_precompute_mult(curve_of(NamedGroup::secp256r1)->ec_group) == 1; }

TEST(PublicKey, ForManyChecksMakesATableForP256) {
  for (const KnownSignature& known : known_signatures()) {
    EXPECT_FALSE(known.key.has_table());
    EXPECT_EQ(known.key.for_many_checks().has_table(),
              known.key.type() == KeyType::ec_p256 && has_fast_p256());
  }
}

// The base itself, for which libcrypto has its table already: the key whose private number is 1.
TEST(PublicKey, ForManyChecksTakesTheBase) {
  const Curve& curve = *curve_of(NamedGroup::secp256r1);
  Octets one(32, 0);
  one.back() = 1;
  std::array<std::uint8_t, 65> base{};
  multiply_base(curve, one, base);
  const auto pair = owned<EcKey>(EC_KEY_new());
  must(EC_KEY_set_group(pair.get(), curve.ec_group));
  must(EC_KEY_set_private_key(pair.get(), crypto::number_of(one).get()));
  const Digest digest = hash(HashAlgorithm::sha256, as_bytes("handfast"));
  const auto signature = sign_ecdsa(pair.get(), curve, one, digest, system_random());
  ASSERT_TRUE(signature);
  const PublicKey ready = PublicKey::ec(NamedGroup::secp256r1, base)->for_many_checks();
  EXPECT_EQ(ready.has_table(), has_fast_p256());
  EXPECT_TRUE(ready.verify({Kind::ecdsa, HashAlgorithm::sha256, 0}, as_bytes("handfast"), *signature));
  EXPECT_FALSE(ready.verify({Kind::ecdsa, HashAlgorithm::sha256, 0}, as_bytes("handfast"), p256_signature()));
}

TEST(PublicKey, ATableIsWhatTheKeyIsMultipliedWith) {
  if (!has_fast_p256()) GTEST_SKIP() << "this libcrypto has no fast code for P-256";
  const Curve& curve = *curve_of(NamedGroup::secp256r1);
  const PublicKey key = p256_key();
  const auto point = owned<EcPoint>(EC_POINT_new(curve.ec_group));
  ASSERT_EQ(EC_POINT_oct2point(curve.ec_group, point.get(), key.point().data(), key.point().size(), nullptr),
            1);
  const Digest digest = hash(HashAlgorithm::sha256, as_bytes("handfast"));
  const EcGroup table = table_of(curve, point.get());
  EXPECT_TRUE(verify_ecdsa(curve, point.get(), table.get(), digest, p256_signature()));
  // With another key's table the same signature is none.
  const EcGroup other = table_of(curve, EC_GROUP_get0_generator(curve.ec_group));
  EXPECT_FALSE(verify_ecdsa(curve, point.get(), other.get(), digest, p256_signature()));
}

// [8422:5.10#5]
TEST(PublicKey, PassesWycheproofEd25519) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/ed25519_test.json");
  const int count = test::for_each_case(file, [](const Case& each) {
    const auto key = PublicKey::ed25519(from_hex(text(each.group, "publicKey", "pk")));
    ASSERT_TRUE(key.has_value());
    expect_as_wycheproof_says(each, *key, {Kind::ed25519, HashAlgorithm::sha512, 0});
  });
  EXPECT_EQ(count, 151);
}

Result<PublicKey> rsa_of(const json& group) {
  return PublicKey::rsa(from_hex(text(group, "publicKey", "modulus")),
                        from_hex(text(group, "publicKey", "publicExponent")));
}

std::optional<HashAlgorithm> hash_of(const json& name) {
  for (const HashAlgorithm hash : {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512})
    if (name == name_of(hash)) return hash;
  return std::nullopt;
}

TEST(PublicKey, PassesWycheproofRsaPkcs1) {
  int count = 0;
  for (const char* bits : {"2048", "3072", "4096"}) {
    for (const char* hash : {"256", "384", "512"}) {
      HANDFAST_VECTORS_OR_SKIP(
          file, std::string("wycheproof/rsa_signature_") + bits + "_sha" + hash + "_test.json");
      const int in_file = test::for_each_case(file, [](const Case& each) {
        const auto key = rsa_of(each.group);
        ASSERT_TRUE(key.has_value());
        expect_as_wycheproof_says(each, *key, {Kind::rsa_pkcs1, *hash_of(each.group.at("sha")), 0});
      });
      EXPECT_GE(in_file, 258);
      count += in_file;
    }
  }
  EXPECT_EQ(count, 2330);
}

TEST(PublicKey, PassesWycheproofRsaPss) {
  int count = 0;
  for (const char* name : {"2048_sha256_mgf1_32", "2048_sha384_mgf1_48", "3072_sha256_mgf1_32",
                           "4096_sha256_mgf1_32", "4096_sha384_mgf1_48", "4096_sha512_mgf1_64", "misc"}) {
    HANDFAST_VECTORS_OR_SKIP(file, std::string("wycheproof/rsa_pss_") + name + "_test.json");
    // The last file has other hashes, too, and two hashes in one signature.
    const auto spoken = [](const json& group) {
      return hash_of(group.at("sha")).has_value() && group.at("mgfSha") == group.at("sha");
    };
    count += test::for_each_case(file, spoken, [](const Case& each) {
      const auto key = rsa_of(each.group);
      ASSERT_TRUE(key.has_value());
      const auto salt = each.group.at("sLen").get<std::uint8_t>();
      const SignatureAlgorithm algorithm{Kind::rsa_pss, *hash_of(each.group.at("sha")), salt};
      expect_as_wycheproof_says(each, *key, algorithm);
      if (!each.valid()) return;
      SignatureAlgorithm other_salt = algorithm;
      other_salt.salt_length = static_cast<std::uint8_t>(salt + 1);
      EXPECT_FALSE(key->verify(other_salt, each.octets("msg"), each.octets("sig")));
    });
  }
  EXPECT_EQ(count, 108 + 141 + 108 + 108 + 141 + 179 + 18);
}

TEST(PublicKey, RefusesRsaKeysThatMakeNoSense) {
  const Octets modulus = from_hex(rsa_modulus);
  const auto code = [](const Octets& n, const Octets& e) {
    const auto key = PublicKey::rsa(n, e);
    return key ? ErrorCode::closed : key.error().code;
  };
  const Octets f4 = from_hex("010001");
  EXPECT_EQ(code(modulus, f4), ErrorCode::closed);
  EXPECT_EQ(code(modulus, from_hex("03")), ErrorCode::closed);
  EXPECT_EQ(code(modulus, from_hex("ffffffffffffffff")), ErrorCode::closed);
  for (const char* exponent : {"", "00", "01", "02", "010000", "010000000000000001"})
    EXPECT_EQ(code(modulus, from_hex(exponent)), ErrorCode::certificate_malformed) << exponent;
  Octets even = modulus;
  even.back() &= 0xfe;
  EXPECT_EQ(code(even, f4), ErrorCode::certificate_malformed);
  EXPECT_EQ(code({}, f4), ErrorCode::certificate_unsupported);
  Octets short_modulus = modulus;
  short_modulus[0] = 0x7f;  // 1023 bits
  EXPECT_EQ(code(short_modulus, f4), ErrorCode::certificate_unsupported);
  Octets longest(1024, 0xff);
  EXPECT_EQ(code(longest, f4), ErrorCode::closed);
  longest.insert(longest.begin(), 1);  // 8193 bits
  EXPECT_EQ(code(longest, f4), ErrorCode::certificate_unsupported);
}

TEST(PublicKey, StripsLeadingZerosOfRsaNumbers) {
  Octets padded = from_hex(rsa_modulus);
  padded.insert(padded.begin(), 3, 0);
  const PublicKey key = *PublicKey::rsa(padded, from_hex("00010001"));
  EXPECT_EQ(key, rsa_key());
  EXPECT_EQ(test::to_hex(key.modulus()), rsa_modulus);
  EXPECT_EQ(test::to_hex(key.exponent()), "010001");
  EXPECT_EQ(key.bits(), 1024U);
}

TEST(PublicKey, RefusesWhatIsNoPointOfTheCurve) {
  const auto code = [](NamedGroup curve, const Octets& point) {
    const auto key = PublicKey::ec(curve, point);
    return key ? ErrorCode::closed : key.error().code;
  };
  const Octets good = from_hex(p256_point);
  EXPECT_EQ(code(NamedGroup::secp256r1, good), ErrorCode::closed);
  EXPECT_EQ(code(NamedGroup::secp384r1, good), ErrorCode::certificate_malformed);
  EXPECT_EQ(code(NamedGroup::x25519, good), ErrorCode::certificate_unsupported);
  EXPECT_EQ(code(NamedGroup::x25519, from_hex(ed25519_point)), ErrorCode::certificate_unsupported);
  EXPECT_EQ(code(NamedGroup::secp256r1, {}), ErrorCode::certificate_malformed);
  EXPECT_EQ(code(NamedGroup::secp256r1, {0}), ErrorCode::certificate_malformed);  // infinity
  Octets off_the_curve = good;
  off_the_curve.back() ^= 1;
  EXPECT_EQ(code(NamedGroup::secp256r1, off_the_curve), ErrorCode::certificate_malformed);
  Octets hybrid = good;  // X9.62's hybrid form
  hybrid[0] = 6;
  EXPECT_EQ(code(NamedGroup::secp256r1, hybrid), ErrorCode::certificate_malformed);
  Octets compressed(good.begin(), good.begin() + 33);
  compressed[0] = 2;
  EXPECT_EQ(code(NamedGroup::secp256r1, compressed), ErrorCode::certificate_unsupported);
  Octets beyond_the_prime(65, 0xff);
  beyond_the_prime[0] = 4;
  EXPECT_EQ(code(NamedGroup::secp256r1, beyond_the_prime), ErrorCode::certificate_malformed);
  EXPECT_EQ(PublicKey::ed25519(Octets(31)).error().code, ErrorCode::certificate_malformed);
  EXPECT_EQ(PublicKey::ed25519(Octets(33)).error().code, ErrorCode::certificate_malformed);
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PublicKey, SaysWhatItIs) {
  EXPECT_EQ(rsa_key().type(), KeyType::rsa);
  EXPECT_EQ(rsa_key(true).type(), KeyType::rsa_pss);
  EXPECT_EQ(p384_key().type(), KeyType::ec_p384);
  EXPECT_EQ(p521_key().bits(), 521U);
  EXPECT_EQ(test::to_hex(p256_key().point()), p256_point);
  EXPECT_EQ(test::to_hex(ed25519_key().point()), ed25519_point);
  EXPECT_TRUE(p256_key().modulus().empty());
  EXPECT_EQ(name_of(KeyType::ec_p256), "P-256");
  EXPECT_EQ(p256_key(), p256_key());
  EXPECT_NE(rsa_key(), rsa_key(true));
  EXPECT_NE(p256_key(), p384_key());
  EXPECT_NE(rsa_key(), *PublicKey::rsa(from_hex(rsa_modulus), from_hex("03")));
}

// [8446:4.2.3] a curve is bound to its scheme; rsae and pss name different keys.
// [8422:5.4#1] [8422:5.9#3,4] [8422:5.10#7] [8446:4.2.3#1,15] [8446:4.4.3#6] [8446:4.4.2.2#2]
TEST(PublicKey, MatchesTheSchemesOfItsKind) {
  using enum SignatureScheme;
  const std::vector<SignatureScheme> schemes = {rsa_pkcs1_sha1,
                                                ecdsa_sha1,
                                                rsa_pkcs1_sha256,
                                                ecdsa_secp256r1_sha256,
                                                rsa_pkcs1_sha384,
                                                ecdsa_secp384r1_sha384,
                                                rsa_pkcs1_sha512,
                                                ecdsa_secp521r1_sha512,
                                                rsa_pss_rsae_sha256,
                                                rsa_pss_rsae_sha384,
                                                rsa_pss_rsae_sha512,
                                                ed25519,
                                                ed448,
                                                rsa_pss_pss_sha256,
                                                rsa_pss_pss_sha384,
                                                rsa_pss_pss_sha512,
                                                static_cast<SignatureScheme>(0x0a0a)};
  const auto matching = [&](const PublicKey& key, ProtocolVersion version) {
    std::vector<SignatureScheme> found;
    for (const SignatureScheme scheme : schemes)
      if (key.matches(scheme, version)) found.push_back(scheme);
    return found;
  };
  const auto tls13 = ProtocolVersion::tls13;
  const auto tls12 = ProtocolVersion::tls12;
  using List = std::vector<SignatureScheme>;
  const List rsa = {rsa_pkcs1_sha256,    rsa_pkcs1_sha384,    rsa_pkcs1_sha512,
                    rsa_pss_rsae_sha256, rsa_pss_rsae_sha384, rsa_pss_rsae_sha512};
  const List ecdsa = {ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512};
  EXPECT_EQ(matching(rsa_key(), tls13), rsa);
  EXPECT_EQ(matching(rsa_key(), tls12), rsa);
  EXPECT_EQ(matching(rsa_key(true), tls13),
            (List{rsa_pss_pss_sha256, rsa_pss_pss_sha384, rsa_pss_pss_sha512}));
  EXPECT_EQ(matching(p256_key(), tls13), List{ecdsa_secp256r1_sha256});
  EXPECT_EQ(matching(p384_key(), tls13), List{ecdsa_secp384r1_sha384});
  EXPECT_EQ(matching(p521_key(), tls13), List{ecdsa_secp521r1_sha512});
  EXPECT_EQ(matching(p256_key(), tls12), ecdsa);
  EXPECT_EQ(matching(p521_key(), tls12), ecdsa);
  EXPECT_EQ(matching(ed25519_key(), tls13), List{ed25519});
  EXPECT_EQ(matching(ed25519_key(), tls12), List{ed25519});
  const auto restricted = [](std::uint8_t salt) {
    return *PublicKey::rsa_pss(from_hex(rsa_modulus), from_hex("010001"),
                               PssRestriction{HashAlgorithm::sha384, salt});
  };
  EXPECT_EQ(matching(restricted(48), tls13), List{rsa_pss_pss_sha384});
  EXPECT_EQ(matching(restricted(20), tls13), List{rsa_pss_pss_sha384});
  EXPECT_EQ(matching(restricted(49), tls13), List{});
}

}  // namespace
}  // namespace handfast::crypto
