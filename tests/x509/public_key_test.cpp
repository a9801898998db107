// Public keys in files: PEM or DER, checked before anybody trusts them.
#include <array>

#include <handfast/certificate.hpp>
#include <handfast/issue.hpp>

#include <gtest/gtest.h>

#include "crypto/private_key.hpp"
#include "crypto/test_keys.hpp"
#include "x509/pem.hpp"
#include "x509/public_key_info.hpp"

namespace handfast::x509 {
namespace {

TEST(PublicKeyFile, IsPemOrDer) {
  for (const KeyKind kind : {KeyKind::ec_p256, KeyKind::ec_p384, KeyKind::ed25519, KeyKind::rsa_2048}) {
    const auto key = *IssuerKey::generate(kind, system_random());
    const Octets info = key.subject_public_key_info();
    EXPECT_EQ(read_public_key(info), info);
    // What stands before it is passed over.
    const std::string text = to_pem("CERTIFICATE", info) + to_pem("PUBLIC KEY", info);
    EXPECT_EQ(read_public_key(as_bytes(text)), info);
  }
}

TEST(PublicKeyFile, WithoutAPublicKeyIsRefused) {
  const auto key = *IssuerKey::generate(KeyKind::ec_p256, system_random());
  const Octets info = key.subject_public_key_info();
  for (const std::string& text :
       {std::string(), to_pem("CERTIFICATE", info), std::string("-----BEGIN PUBLIC KEY-----\nAAAA\n")}) {
    const auto read = read_public_key(as_bytes(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::bad_pem) << text;
  }
}

// RFC 5480 §2.2: the point is checked, not only its form.
TEST(PublicKeyFile, OfAKeyThatIsNoneIsRefused) {
  const auto key = *IssuerKey::generate(KeyKind::ec_p256, system_random());
  Octets shorter = key.subject_public_key_info();
  shorter.pop_back();
  Octets elsewhere = key.subject_public_key_info();
  elsewhere.back() ^= 1;
  for (const Octets& info : {shorter, elsewhere}) {
    EXPECT_FALSE(read_public_key(info));
    EXPECT_FALSE(read_public_key(as_bytes(to_pem("PUBLIC KEY", info))));
  }
  EXPECT_EQ(read_public_key(shorter).error().code, ErrorCode::certificate_malformed);
}

// RFC 4055 §1.2: a key that signs by PSS alone says so, and with which hash, or it would be another key.
TEST(PublicKeyInfo, KeepsWhatAKeyIsFor) {
  for (const char* pem : {crypto::test::rsa_pss, crypto::test::rsa_pss_sha256}) {
    const crypto::PublicKey key = crypto::PrivateKey::from_pem(as_bytes(pem))->public_key();
    for (const std::uint8_t salt : std::to_array<std::uint8_t>({0, 20, 32, 255})) {
      using crypto::HashAlgorithm;
      for (const HashAlgorithm hash : {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
        const auto bound =
            *crypto::PublicKey::rsa_pss(key.modulus(), key.exponent(), crypto::PssRestriction{hash, salt});
        const auto read = parse_public_key(write_public_key(bound));
        ASSERT_TRUE(read) << describe(read.error());
        EXPECT_EQ(*read, bound);
      }
    }
    const auto read = parse_public_key(write_public_key(key));
    ASSERT_TRUE(read) << describe(read.error());
    EXPECT_EQ(*read, key);
  }
}

}  // namespace
}  // namespace handfast::x509
