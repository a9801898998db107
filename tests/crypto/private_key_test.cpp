// Private keys: every form they come in, what is refused and why, and the signatures they make.
#include "crypto/private_key.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/fake_random.hpp"
#include "crypto/libcrypto.hpp"
#include "crypto/test_keys.hpp"
#include "crypto/wycheproof.hpp"

namespace handfast::crypto {
namespace {

using Kind = SignatureAlgorithm::Kind;
using test::Case;
using test::from_hex;
using test::json;
using test::passphrase;
using test::SeededRandom;
using test::to_hex;

constexpr SignatureScheme all_schemes[] = {
    SignatureScheme::rsa_pkcs1_sha256,       SignatureScheme::rsa_pkcs1_sha384,
    SignatureScheme::rsa_pkcs1_sha512,       SignatureScheme::ecdsa_secp256r1_sha256,
    SignatureScheme::ecdsa_secp384r1_sha384, SignatureScheme::ecdsa_secp521r1_sha512,
    SignatureScheme::rsa_pss_rsae_sha256,    SignatureScheme::rsa_pss_rsae_sha384,
    SignatureScheme::rsa_pss_rsae_sha512,    SignatureScheme::ed25519,
    SignatureScheme::rsa_pss_pss_sha256,     SignatureScheme::rsa_pss_pss_sha384,
    SignatureScheme::rsa_pss_pss_sha512};

Result<PrivateKey> read(std::string_view pem, std::string_view phrase = {}) {
  return PrivateKey::from_pem(as_bytes(pem), phrase);
}
ErrorCode code_of(const Result<PrivateKey>& result) {
  return result ? ErrorCode::closed : result.error().code;
}

struct Form {
  const char* pem;
  KeyType type;
  std::size_t bits;
  bool encrypted = false;
};
constexpr Form forms[] = {
    {test::rsa_pkcs1, KeyType::rsa, 1024},
    {test::rsa_pkcs8, KeyType::rsa, 1024},
    {test::rsa_encrypted, KeyType::rsa, 1024, true},
    {test::rsa_old_encrypted, KeyType::rsa, 1024, true},
    {test::rsa_pss, KeyType::rsa_pss, 1024},
    {test::rsa_pss_sha256, KeyType::rsa_pss, 1024},
    {test::rsa_1025, KeyType::rsa, 1025},
    {test::p256_sec1, KeyType::ec_p256, 256},
    {test::p256_pkcs8, KeyType::ec_p256, 256},
    {test::p256_with_parameters, KeyType::ec_p256, 256},
    {test::p256_encrypted, KeyType::ec_p256, 256, true},
    {test::p256_scrypt, KeyType::ec_p256, 256, true},
    {test::p256_pbes1, KeyType::ec_p256, 256, true},
    {test::p384_sec1, KeyType::ec_p384, 384},
    {test::p384_pkcs8, KeyType::ec_p384, 384},
    {test::p521_sec1, KeyType::ec_p521, 521},
    {test::p521_pkcs8, KeyType::ec_p521, 521},
    {test::ed25519, KeyType::ed25519, 256},
};

TEST(PrivateKeyFile, IsReadInEveryForm) {
  for (const Form& form : forms) {
    SCOPED_TRACE(form.pem);
    const auto key = read(form.pem, form.encrypted ? passphrase : "");
    ASSERT_TRUE(key) << describe(key.error());
    EXPECT_EQ(key->type(), form.type);
    EXPECT_EQ(key->public_key().bits(), form.bits);
    // A passphrase that is not needed does not matter.
    EXPECT_TRUE(read(form.pem, passphrase));
    EXPECT_EQ(ERR_peek_error(), 0U);
  }
}

TEST(PrivateKeyFile, HoldsTheSameKeyInEachForm) {
  const auto same = [](const char* a, const char* b) {
    return read(a, passphrase)->public_key() == read(b, passphrase)->public_key();
  };
  for (const char* other : {test::rsa_pkcs8, test::rsa_encrypted, test::rsa_old_encrypted})
    EXPECT_TRUE(same(test::rsa_pkcs1, other));
  for (const char* other : {test::p256_pkcs8, test::p256_encrypted, test::p256_scrypt, test::p256_pbes1})
    EXPECT_TRUE(same(test::p256_sec1, other));
  EXPECT_FALSE(same(test::p256_sec1, test::p256_with_parameters));
  EXPECT_TRUE(same(test::p384_sec1, test::p384_pkcs8));
  EXPECT_TRUE(same(test::p521_sec1, test::p521_pkcs8));
}

TEST(PrivateKeyFile, IsFoundBehindOtherBlocksAndText) {
  const std::string file =
      std::string("some text\n\n") + test::certificate + "\n# comment\n" + test::p256_pkcs8;
  const auto key = read(file);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key(), read(test::p256_pkcs8)->public_key());
  std::string windows;
  for (const char c : std::string_view(test::p256_pkcs8)) {
    if (c == '\n') windows += '\r';
    windows += c;
  }
  EXPECT_TRUE(read(windows));
}

TEST(PrivateKeyFile, SaysWhatIsMissing) {
  EXPECT_EQ(code_of(read("")), ErrorCode::bad_pem);
  EXPECT_EQ(code_of(PrivateKey::from_pem(Bytes())), ErrorCode::bad_pem);
  EXPECT_EQ(code_of(read("no key here")), ErrorCode::bad_pem);
  EXPECT_EQ(code_of(read(test::certificate)), ErrorCode::no_private_key_in_file);
  EXPECT_EQ(code_of(read("-----BEGIN PRIVATE KEY-----\nAAAA\n")), ErrorCode::bad_pem);
  EXPECT_EQ(code_of(read("-----BEGIN PRIVATE KEY-----\n?!?!\n-----END PRIVATE KEY-----\n")),
            ErrorCode::bad_pem);
  EXPECT_EQ(code_of(read("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")),
            ErrorCode::bad_private_key);
  EXPECT_EQ(code_of(read("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n")), ErrorCode::bad_pem);
  EXPECT_EQ(code_of(PrivateKey::from_der({})), ErrorCode::bad_private_key);
  EXPECT_EQ(code_of(PrivateKey::from_der(as_bytes(test::p256_pkcs8))), ErrorCode::bad_private_key);
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKeyFile, SaysWhatIsNotSupported) {
  for (const char* pem :
       {test::secp256k1_sec1, test::p256_explicit, test::ed448, test::x25519, test::rsa_too_short})
    EXPECT_EQ(code_of(read(pem)), ErrorCode::unsupported_private_key) << pem;
  EXPECT_EQ(code_of(read(test::p256_des, passphrase)), ErrorCode::unsupported_private_key);
  for (const char* label : {"DSA PRIVATE KEY", "OPENSSH PRIVATE KEY"}) {
    const std::string pem = std::string("-----BEGIN ") + label + "-----\nAAAA\n-----END " + label + "-----\n";
    EXPECT_EQ(code_of(read(pem)), ErrorCode::unsupported_private_key);
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKeyFile, AsksForAPassphraseAndRefusesAWrongOne) {
  for (const Form& form : forms) {
    if (!form.encrypted) continue;
    EXPECT_EQ(code_of(read(form.pem)), ErrorCode::passphrase_needed);
    // Some of these wrong ones come through the padding by chance.
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(code_of(read(form.pem, "wrong" + std::to_string(i))), ErrorCode::wrong_passphrase)
          << form.pem;
    EXPECT_EQ(code_of(read(form.pem, std::string(5000, 'x'))), ErrorCode::wrong_passphrase);
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKeyFile, IsWrittenAsOpensslWritesIt) {
  for (const char* pem : {test::rsa_pkcs8, test::rsa_pss, test::rsa_pss_sha256, test::p256_pkcs8,
                          test::p384_pkcs8, test::p521_pkcs8, test::ed25519}) {
    const auto key = read(pem);
    ASSERT_TRUE(key);
    const SecretOctets written = key->to_pem();
    EXPECT_EQ(as_text(written), pem);
    const auto again = PrivateKey::from_der(key->to_der());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), key->public_key());
  }
}

TEST(PrivateKeyFile, IsReadFromDerOfEveryForm) {
  for (const Form& form : forms) {
    const std::string_view pem(form.pem);
    if (pem.contains("Proc-Type")) continue;  // the old encryption exists in PEM only
    const std::size_t begin = pem.rfind("-----BEGIN ");
    const std::size_t start = pem.find("-----\n", begin) + 6;
    std::string base64(pem.substr(start, pem.rfind("-----END") - start));
    std::erase(base64, '\n');
    Octets der(base64.size() / 4 * 3);
    ASSERT_EQ(EVP_DecodeBlock(der.data(), as_bytes(base64).data(), static_cast<int>(base64.size())),
              static_cast<int>(der.size()));
    der.resize(der.size() - static_cast<std::size_t>(std::ranges::count(base64, '=')));
    const auto key = PrivateKey::from_der(der, form.encrypted ? passphrase : "");
    ASSERT_TRUE(key) << form.pem;
    EXPECT_EQ(key->public_key(), read(form.pem, passphrase)->public_key());
    Octets longer = der;
    longer.push_back(0);
    EXPECT_EQ(code_of(PrivateKey::from_der(longer, passphrase)), ErrorCode::bad_private_key);
  }
}

// Cut anywhere, or with one octet changed, a file gives a key that works or a clean error, never a crash or a
// key whose two halves do not belong together.
TEST(PrivateKeyFile, SurvivesEveryCutAndManyChanges) {
  const SignatureAlgorithm ecdsa{Kind::ecdsa, HashAlgorithm::sha256, 0};
  for (const char* pem : {test::p256_pkcs8, test::ed25519, test::rsa_pkcs8}) {
    const auto key = read(pem);
    const SecretOctets der = key->to_der();
    for (std::size_t size = 0; size < der.size(); ++size)
      EXPECT_EQ(code_of(PrivateKey::from_der(Bytes(der).first(size))), ErrorCode::bad_private_key) << size;
    for (std::size_t at = 0; at < der.size(); ++at) {
      SecretOctets changed = der;
      changed[at] ^= 0x01;
      const auto other = PrivateKey::from_der(changed);
      if (!other) {
        EXPECT_TRUE(other.error().code == ErrorCode::bad_private_key ||
                    other.error().code == ErrorCode::unsupported_private_key)
            << at;
        continue;
      }
      if (other->type() != KeyType::ec_p256) continue;
      const auto signature = other->sign(ecdsa, as_bytes("x"), system_random());
      ASSERT_TRUE(signature);
      EXPECT_TRUE(other->public_key().verify(ecdsa, as_bytes("x"), *signature)) << at;
    }
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKeyFile, MayNotHoldMoreThanTheKey) {
  SecretOctets der = read(test::p256_pkcs8)->to_der();
  ASSERT_EQ(der[1], 0x81);   // the length of all of it stands in one octet behind
  ASSERT_EQ(der[27], 0x04);  // the octet string with the key, and its length
  ++der[2];
  ++der[28];
  der.push_back(0);
  EXPECT_EQ(code_of(PrivateKey::from_der(der)), ErrorCode::bad_private_key);
}

std::size_t find(Bytes in, Bytes what) {
  const auto found = std::ranges::search(in, what);
  return static_cast<std::size_t>(found.begin() - in.begin());
}

TEST(PrivateKeyFile, MustHoldHalvesThatBelongTogether) {
  const auto ours = read(test::p256_pkcs8);
  const auto theirs = read(test::p256_with_parameters);
  SecretOctets mixed = ours->to_der();
  const std::size_t at = find(mixed, ours->public_key().point());
  ASSERT_LT(at, mixed.size());
  copy(theirs->public_key().point(), MutableBytes(mixed).subspan(at));
  EXPECT_EQ(code_of(PrivateKey::from_der(mixed)), ErrorCode::bad_private_key);

  const auto rsa = read(test::rsa_pkcs8);
  SecretOctets other_modulus = rsa->to_der();
  const std::size_t modulus_at = find(other_modulus, rsa->public_key().modulus());
  ASSERT_LT(modulus_at, other_modulus.size());
  other_modulus[modulus_at + 5] ^= 1;
  EXPECT_EQ(code_of(PrivateKey::from_der(other_modulus)), ErrorCode::bad_private_key);
  // Any octet of any number of an RSA key: modulus, exponents, factors, coefficient.
  const SecretOctets whole = rsa->to_der();
  for (std::size_t i = modulus_at; i < whole.size(); i += 3) {
    SecretOctets changed = whole;
    changed[i] ^= 0x02;
    EXPECT_FALSE(PrivateKey::from_der(changed)) << i;
  }
}

/// PKCS#1 of an RSA key with these factors, all other numbers as they should be if both were primes.
Octets rsa_of_factors(const BIGNUM* p, const BIGNUM* q) {
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  const auto made = [&](auto&& make) {
    BigNumber number = new_number();
    must(make(number.get()));
    return number;
  };
  const auto less_one = [&](const BIGNUM* prime) {
    return made([&](BIGNUM* n) { return BN_sub(n, prime, BN_value_one()); });
  };
  const auto inverse = [&](const BIGNUM* of, const BIGNUM* modulus) {
    return owned<BigNumber>(BN_mod_inverse(nullptr, of, modulus, context.get()));
  };
  const auto product = [&](const BIGNUM* a, const BIGNUM* b) {
    return made([&](BIGNUM* n) { return BN_mul(n, a, b, context.get()); });
  };
  const auto rest = [&](const BIGNUM* a, const BIGNUM* modulus) {
    return made([&](BIGNUM* n) { return BN_nnmod(n, a, modulus, context.get()); });
  };
  BigNumber e = made([](BIGNUM* n) { return BN_set_word(n, RSA_F4); });
  const BigNumber p_less_one = less_one(p);
  const BigNumber q_less_one = less_one(q);
  BigNumber d = inverse(e.get(), product(p_less_one.get(), q_less_one.get()).get());
  const auto key = owned<RsaKey>(RSA_new());
  BigNumber dp = rest(d.get(), p_less_one.get());
  BigNumber dq = rest(d.get(), q_less_one.get());
  must(RSA_set0_key(key.get(), product(p, q).release(), e.release(), d.release()));
  must(RSA_set0_factors(key.get(), BN_dup(p), BN_dup(q)));
  must(RSA_set0_crt_params(key.get(), dp.release(), dq.release(), inverse(q, p).release()));
  unsigned char* der = nullptr;
  const int size = i2d_RSAPrivateKey(key.get(), &der);
  Octets octets(der, der + std::max(size, 0));
  OPENSSL_free(der);
  return octets;
}

// All relations hold that can be looked at; what the key makes is wrong all the same.
TEST(PrivateKeyFile, MustNotHoldCompositeFactorsOfRsa) {
  const BigNumber a = number_of(from_hex("e8e8ea256321eb18f4cc894c8c60b3d47831db91d797f4e29964c628c7261973"));
  const BigNumber b = number_of(from_hex("ed2da158d94d425425306165af32900f64802cd3aef9a5b2b4c8d0f75043ea55"));
  const BigNumber q =
      number_of(from_hex("c32432886bb4127246699464dbe63772bad97069fd356ef093eecdd538cc3f84"
                         "e44f625809d585da734ef52360ef18d51da125316aac9f018e6343b605eceb4f"));
  const BigNumber prime =
      number_of(from_hex("f7bd655aaa1d6ab37a23f28f5c1fa55e99fb43daffb71783b31b59b516827e02"
                         "33789bf0a44be4965267e0c8d5e53d7fb92046ade3e6ad1c5ab1bfa17b458a2f"));
  const BigNumber composite = new_number();
  must(BN_mul(composite.get(), a.get(), b.get(), owned<BigNumberContext>(BN_CTX_new()).get()));
  EXPECT_TRUE(PrivateKey::from_der(rsa_of_factors(prime.get(), q.get())));
  EXPECT_EQ(code_of(PrivateKey::from_der(rsa_of_factors(composite.get(), q.get()))),
            ErrorCode::bad_private_key);
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKey, SignsWithEverySchemeOfItsKind) {
  int signatures = 0;
  for (const Form& form : forms) {
    const auto key = read(form.pem, passphrase);
    ASSERT_TRUE(key);
    for (const SignatureScheme scheme : all_schemes) {
      const auto signature = key->sign(scheme, as_bytes("message"), system_random());
      const bool too_short = form.bits < 8 * (2 * 64 + 2) && algorithm_of(scheme)->kind == Kind::rsa_pss &&
                             algorithm_of(scheme)->hash == HashAlgorithm::sha512;
      if (!key->public_key().matches(scheme) || too_short) {
        ASSERT_FALSE(signature);
        EXPECT_EQ(signature.error().code, ErrorCode::invalid_argument);
        continue;
      }
      ASSERT_TRUE(signature) << to_string(scheme);
      EXPECT_TRUE(key->public_key().verify(*algorithm_of(scheme), as_bytes("message"), *signature));
      EXPECT_FALSE(key->public_key().verify(*algorithm_of(scheme), as_bytes("massage"), *signature));
      ++signatures;
    }
  }
  EXPECT_EQ(signatures, 5 * 5 + 2 + 1 + 6 + 2 + 2 + 1);
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKey, SignsWithAnyHashInTls12) {
  const auto key = read(test::p384_sec1);
  for (const SignatureScheme scheme :
       {SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ecdsa_secp384r1_sha384,
        SignatureScheme::ecdsa_secp521r1_sha512}) {
    const auto signature = key->sign(scheme, as_bytes("m"), system_random(), ProtocolVersion::tls12);
    ASSERT_TRUE(signature);
    EXPECT_TRUE(key->public_key().verify(*algorithm_of(scheme), as_bytes("m"), *signature));
  }
  EXPECT_FALSE(key->sign(SignatureScheme::ecdsa_secp256r1_sha256, as_bytes("m"), system_random()));
}

// What libcrypto's own high-level code, which this library does not use, says to our signatures.
bool libcrypto_verifies(const PrivateKey& key, const SignatureAlgorithm& algorithm, Bytes message,
                        Bytes signature) {
  const SecretOctets der = key.to_der();
  const unsigned char* at = der.data();
  EVP_PKEY* const pkey = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* parameters = nullptr;
  const EVP_MD* const hash = algorithm.kind == Kind::ed25519           ? nullptr
                             : algorithm.hash == HashAlgorithm::sha256 ? EVP_sha256()
                             : algorithm.hash == HashAlgorithm::sha384 ? EVP_sha384()
                                                                       : EVP_sha512();
  bool genuine = EVP_DigestVerifyInit(context, &parameters, hash, nullptr, pkey) == 1;
  if (algorithm.kind == Kind::rsa_pss)
    genuine = genuine && EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, algorithm.salt_length) == 1;
  genuine = genuine && EVP_DigestVerify(context, signature.data(), signature.size(), message.data(),
                                        message.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(pkey);
  return genuine;
}

TEST(PrivateKey, MakesSignaturesThatLibcryptoVerifies) {
  for (const Form& form : forms) {
    const auto key = read(form.pem, passphrase);
    for (const SignatureScheme scheme : all_schemes) {
      if (!key->public_key().matches(scheme)) continue;
      for (int i = 0; i < 5; ++i) {
        const std::string message = "message " + std::to_string(i);
        const auto signature = key->sign(scheme, as_bytes(message), system_random());
        if (!signature) continue;  // a modulus too short for the hash
        EXPECT_TRUE(libcrypto_verifies(*key, *algorithm_of(scheme), as_bytes(message), *signature))
            << to_string(scheme) << "\n"
            << form.pem;
      }
    }
  }
}

// Made by the openssl command line: a modulus whose bits are one more than a multiple of eight, so that the
// encoded message of PSS is shorter than the modulus.
TEST(PrivateKey, VerifiesPssUnderAnOddModulusSize) {
  const auto key = read(test::rsa_1025);
  ASSERT_TRUE(key);
  const Octets signature = from_hex(
      "012dc84c0c123b373ca65c167e23a6b4890c10583d8c5643d5c0d618faecf3fd0a21962332a2c24b8a56ea0200237741b072da"
      "86a15ed1"
      "ff8cbbfa9772af59c737a7ebb06a4188a310d16549146d19e6ddde6d6e29ad67b2f17cba3b49a8ef5c4229a9da14c358f0cf6c"
      "0cc481f2"
      "98e217521e2512cf2c8893cf638533a96b9bf2");
  const SignatureAlgorithm algorithm = *algorithm_of(SignatureScheme::rsa_pss_rsae_sha256);
  EXPECT_TRUE(key->public_key().verify(algorithm, as_bytes("handfast"), signature));
  EXPECT_FALSE(key->public_key().verify(algorithm, as_bytes("handfist"), signature));
}

TEST(PrivateKey, GivesTheSameSignatureForTheSameRandomness) {
  for (const char* pem :
       {test::rsa_pkcs1, test::p256_sec1, test::p384_sec1, test::p521_sec1, test::ed25519}) {
    const auto key = read(pem);
    for (const SignatureScheme scheme : all_schemes) {
      if (!key->public_key().matches(scheme) || scheme == SignatureScheme::rsa_pss_rsae_sha512) continue;
      const auto signed_with = [&](std::string_view seed, std::string_view message) {
        SeededRandom random(seed);
        return *key->sign(scheme, as_bytes(message), random);
      };
      EXPECT_EQ(signed_with("one", "m"), signed_with("one", "m"));
      const auto kind = algorithm_of(scheme)->kind;
      const bool randomised = kind == Kind::ecdsa || kind == Kind::rsa_pss;
      EXPECT_EQ(signed_with("one", "m") == signed_with("two", "m"), !randomised);
    }
  }
}

std::string r_of(Bytes signature) {  // SEQUENCE, length in one octet, INTEGER, length
  return to_hex(signature.subspan(4, signature[3]));
}

TEST(PrivateKey, KeepsItsNonceSecretUnderABrokenSource) {
  const auto key = read(test::p256_sec1);
  const auto other_key = read(test::p256_with_parameters);
  const auto r_under = [](const PrivateKey& with, std::string_view message) {
    test::ConstantRandom broken(0);
    return r_of(*with.sign(SignatureScheme::ecdsa_secp256r1_sha256, as_bytes(message), broken));
  };
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i) seen.insert(r_under(*key, std::to_string(i)));
  seen.insert(r_under(*other_key, "0"));
  EXPECT_EQ(seen.size(), 51U);
}

TEST(PrivateKey, PassesOnAFailingSource) {
  test::FailingRandom failing;
  const auto rsa = read(test::rsa_pkcs1);
  const auto ecdsa = read(test::p256_sec1);
  EXPECT_EQ(rsa->sign(SignatureScheme::rsa_pss_rsae_sha256, as_bytes("m"), failing).error().code,
            ErrorCode::random_failed);
  EXPECT_EQ(ecdsa->sign(SignatureScheme::ecdsa_secp256r1_sha256, as_bytes("m"), failing).error().code,
            ErrorCode::random_failed);
  EXPECT_TRUE(rsa->sign(SignatureScheme::rsa_pkcs1_sha256, as_bytes("m"), failing));  // needs none
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p521, KeyType::ed25519})
    EXPECT_EQ(PrivateKey::generate(type, failing).error().code, ErrorCode::random_failed);
}

TEST(PrivateKey, RefusesSha1AndOtherKinds) {
  const auto rsa = read(test::rsa_pkcs1);
  const auto refuses = [](const PrivateKey& key, const SignatureAlgorithm& algorithm) {
    const auto signature = key.sign(algorithm, as_bytes("m"), system_random());
    return !signature && signature.error().code == ErrorCode::invalid_argument;
  };
  EXPECT_TRUE(refuses(*rsa, {Kind::rsa_pkcs1, HashAlgorithm::sha1, 0}));
  EXPECT_TRUE(refuses(*rsa, {Kind::ecdsa, HashAlgorithm::sha256, 0}));
  EXPECT_TRUE(refuses(*read(test::p256_sec1), {Kind::ecdsa, HashAlgorithm::sha1, 0}));
  EXPECT_TRUE(refuses(*read(test::rsa_pss), {Kind::rsa_pkcs1, HashAlgorithm::sha256, 0}));
  EXPECT_TRUE(refuses(*read(test::rsa_pss_sha256), {Kind::rsa_pss, HashAlgorithm::sha384, 48}));
  EXPECT_EQ(read(test::rsa_pss_sha256)->public_key().pss_restriction(),
            (PssRestriction{HashAlgorithm::sha256, 32}));
}

TEST(PrivateKey, IsGeneratedForEveryType) {
  for (const KeyType type : {KeyType::rsa, KeyType::rsa_pss, KeyType::ec_p256, KeyType::ec_p384,
                             KeyType::ec_p521, KeyType::ed25519}) {
    SCOPED_TRACE(name_of(type));
    const auto key = PrivateKey::generate(type, system_random());
    ASSERT_TRUE(key);
    EXPECT_EQ(key->type(), type);
    for (const SignatureScheme scheme : all_schemes) {
      if (!key->public_key().matches(scheme)) continue;
      const auto signature = key->sign(scheme, as_bytes("m"), system_random());
      ASSERT_TRUE(signature);
      EXPECT_TRUE(key->public_key().verify(*algorithm_of(scheme), as_bytes("m"), *signature));
    }
    const SecretOctets pem = key->to_pem();
    const auto again = PrivateKey::from_pem(pem);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), key->public_key());
  }
  EXPECT_EQ(PrivateKey::generate(KeyType::rsa, system_random(), 1024).error().code,
            ErrorCode::invalid_argument);
  EXPECT_EQ(PrivateKey::generate(KeyType::rsa, system_random(), 8193).error().code,
            ErrorCode::invalid_argument);
  SeededRandom one("same");
  SeededRandom two("same");
  EXPECT_EQ(PrivateKey::generate(KeyType::ec_p256, one)->public_key(),
            PrivateKey::generate(KeyType::ec_p256, two)->public_key());
}

TEST(PrivateKey, PassesWycheproofRsaPkcs1Signatures) {
  int count = 0;
  for (const char* bits : {"2048", "3072", "4096"}) {
    HANDFAST_VECTORS_OR_SKIP(file, std::string("wycheproof/rsa_pkcs1_") + bits + "_sig_gen_test.json");
    const auto spoken = [](const json& group) {
      return group.at("sha") == "SHA-256" || group.at("sha") == "SHA-384" || group.at("sha") == "SHA-512";
    };
    std::map<std::string, PrivateKey> keys;  // reading checks a key, which takes longer than to sign
    count += test::for_each_case(file, spoken, [&](const Case& each) {
      const auto hash = each.group.at("sha") == "SHA-256"   ? HashAlgorithm::sha256
                        : each.group.at("sha") == "SHA-384" ? HashAlgorithm::sha384
                                                            : HashAlgorithm::sha512;
      const std::string der = each.group.at("privateKeyPkcs8").get<std::string>();
      if (!keys.contains(der)) {
        const auto key = PrivateKey::from_der(from_hex(der));
        ASSERT_TRUE(key) << describe(key.error());
        keys.emplace(der, *key);
      }
      const auto signature =
          keys.at(der).sign({Kind::rsa_pkcs1, hash, 0}, each.octets("msg"), system_random());
      ASSERT_TRUE(signature);
      EXPECT_EQ(to_hex(*signature), each.test.at("sig").get<std::string>());
    });
  }
  EXPECT_EQ(count, 77);
}

// RFC 8032 §7.1, the second test.
TEST(PrivateKey, GivesAKnownEd25519Signature) {
  const Octets der = from_hex(
      "302e020100300506032b6570042204204ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const auto key = PrivateKey::from_der(der);
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key->public_key().point()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(to_hex(*key->sign(SignatureScheme::ed25519, from_hex("72"), system_random())),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302a"
            "eeb00d291612bb0c00");
}

}  // namespace
}  // namespace handfast::crypto
