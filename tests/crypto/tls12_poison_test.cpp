// Constant time of RSA key transport and of HMAC over a secret length, under valgrind's memcheck.
#include <dlfcn.h>
#include <openssl/rsa.h>

#include "crypto/fake_random.hpp"
#include "crypto/hmac.hpp"
#include "crypto/rsa_key_transport.hpp"
#include "crypto/rsa_pkcs1_padding.hpp"
#include "crypto/test_keys.hpp"
#include "support/poison.hpp"

// libcrypto's boundary: this program's own function stands before libcrypto's, and what that decrypts is
// poisoned before anybody sees it.
extern "C" int RSA_private_decrypt(int size, const unsigned char* from, unsigned char* to, RSA* rsa,
                                   int padding) {
  using Function = int (*)(int, const unsigned char*, unsigned char*, RSA*, int);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "RSA_private_decrypt"));
  EXPECT_EQ(RSA_test_flags(rsa, RSA_FLAG_NO_BLINDING), 0);  // [5246:7.4.7.1#6]
  const int got = real(size, from, to, rsa, padding);
  if (got > 0) handfast::test::poison({to, static_cast<std::size_t>(got)});
  return got;
}

namespace handfast::crypto {
namespace {

using handfast::test::is_poisoned;
using handfast::test::poison;
using handfast::test::publish;

class Tls12Poison : public handfast::test::Poison {
 protected:
  // 0, 2, padding, 0, version, random.
  static Octets good_block() {
    Octets block(128, 0x77);
    block[0] = 0;
    block[1] = 2;
    block[128 - 49] = 0;
    block[128 - 48] = 3;
    block[128 - 47] = 3;
    return block;
  }
  // A ciphertext of the block, and what the server makes of it: the secret of the block or the fallback.
  void expect(const Octets& block, bool good, std::size_t ciphertext_size = 128) {
    Octets ciphertext = modular_power(block);
    ciphertext.resize(ciphertext_size, 1);
    test::ScriptedRandom random(Octets(premaster_secret_size, 0xfa));
    const auto premaster = decrypt_premaster(key_, ciphertext, ProtocolVersion::tls12, random);
    ASSERT_TRUE(premaster);
    // That a ciphertext has a wrong length is public, and so is the random secret's coming then.
    EXPECT_EQ(is_poisoned(premaster->view()), ciphertext_size == 128);
    publish(premaster->view());
    const Octets expected =
        good ? to_octets(Bytes(block).last(premaster_secret_size)) : Octets(premaster_secret_size, 0xfa);
    EXPECT_EQ(to_octets(premaster->view()), expected);
  }

 private:
  [[nodiscard]] Octets modular_power(const Octets& block) const {
    BIGNUM* const n = BN_bin2bn(key_.public_key().modulus().data(), 128, nullptr);
    BIGNUM* const e = BN_bin2bn(key_.public_key().exponent().data(),
                                static_cast<int>(key_.public_key().exponent().size()), nullptr);
    RSA* const rsa = RSA_new();
    RSA_set0_key(rsa, n, e, nullptr);
    Octets out(128);
    EXPECT_EQ(RSA_public_encrypt(128, block.data(), out.data(), rsa, RSA_NO_PADDING), 128);
    RSA_free(rsa);
    return out;
  }

  PrivateKey key_ = *PrivateKey::from_pem(as_bytes(test::rsa_pkcs8));
};

TEST_F(Tls12Poison, PremasterSecretsAreChosenInConstantTime) {
  expect(good_block(), true);
  for (const std::size_t at : {0U, 1U, 2U, 9U, 40U, 78U, 79U, 80U, 81U}) {
    Octets block = good_block();
    block[at] = block[at] == 0 ? 1 : 0;
    expect(block, false);
  }
  Octets no_zero = good_block();
  no_zero[128 - 49] = 0x77;
  expect(no_zero, false);
  expect(good_block(), false, 127);
  expect(good_block(), false, 129);
  expect(good_block(), false, 0);
  EXPECT_EQ(errors(), 0U);
}

TEST_F(Tls12Poison, MessagesOfAnyLengthAreFoundInConstantTime) {
  for (std::size_t zero = 2; zero < 128; ++zero) {
    Octets block(128, 0x77);
    block[0] = 0;
    block[1] = 2;
    block[zero] = 0;
    poison(MutableBytes(block));
    Pkcs1Message found = find_pkcs1_message(block);
    EXPECT_TRUE(is_poisoned(found.well_formed) && is_poisoned(found.start));
    publish(found);
    EXPECT_EQ(found.well_formed.reveal(), zero >= 10);
    EXPECT_EQ(found.start, zero + 1);
  }
  EXPECT_EQ(errors(), 0U);
}

TEST_F(Tls12Poison, MacsOfSecretLengthsAreComputedInConstantTime) {
  for (const HashAlgorithm algorithm :
       {HashAlgorithm::sha1, HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    const HmacKey key(algorithm, Octets(digest_size(algorithm), 0x55));
    const Octets plain(400, 0x66);
    for (std::size_t size = 145; size <= 400; size += 15) {
      Octets head(13, 0x44);
      Octets data = plain;
      const MacValue expected = key.mac({head, Bytes(plain).first(size)});
      std::size_t secret_size = size;
      poison(MutableBytes(head));
      poison(MutableBytes(data));
      poison(secret_size);
      const MacValue got = key.mac_of_secret_length(head, data, 145, secret_size);
      EXPECT_TRUE(is_poisoned(got.view()));
      publish(got.view());
      EXPECT_TRUE(got.equals(expected.view()));
    }
  }
  EXPECT_EQ(errors(), 0U);
}

}  // namespace
}  // namespace handfast::crypto
