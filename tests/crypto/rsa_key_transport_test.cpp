// RSA key transport: what is right comes through, and everything else comes out as the random secret.
#include "crypto/rsa_key_transport.hpp"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/fake_random.hpp"
#include "crypto/rsa_pkcs1_padding.hpp"
#include "crypto/test_keys.hpp"
#include "crypto/wycheproof.hpp"

namespace handfast::crypto {
namespace {

using test::Case;
using test::ConstantRandom;
using test::FailingRandom;
using test::for_each_case;
using test::from_hex;
using test::json;
using test::ScriptedRandom;
using test::SeededRandom;

constexpr auto tls12 = ProtocolVersion::tls12;

// libcrypto's view of a key, to do by hand what a peer would not.
struct Raw {
  explicit Raw(const PrivateKey& key) {
    const SecretOctets der = key.to_der();
    const std::uint8_t* at = der.data();
    EVP_PKEY* const parsed = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
    rsa = EVP_PKEY_get1_RSA(parsed);
    EVP_PKEY_free(parsed);
  }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  ~Raw() { RSA_free(rsa); }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(RSA_size(rsa)); }
  // The public operation on any block below the modulus.
  [[nodiscard]] Octets encrypt(Bytes block) const {
    Octets out(size());
    EXPECT_EQ(
        RSA_public_encrypt(static_cast<int>(block.size()), block.data(), out.data(), rsa, RSA_NO_PADDING),
        RSA_size(rsa));
    return out;
  }
  [[nodiscard]] Octets decrypt(Bytes ciphertext, int padding) const {
    Octets out(size());
    const int got =
        RSA_private_decrypt(static_cast<int>(ciphertext.size()), ciphertext.data(), out.data(), rsa, padding);
    EXPECT_GE(got, 0);
    out.resize(static_cast<std::size_t>(std::max(got, 0)));
    return out;
  }

  RSA* rsa = nullptr;
};

Octets fallback_octets() { return Octets(premaster_secret_size, 0xfa); }

// What the server gets, under randomness that it has to use up, whatever comes.
Octets decrypt(const PrivateKey& key, Bytes ciphertext, ProtocolVersion expected = tls12) {
  ScriptedRandom random(fallback_octets());
  const auto premaster = decrypt_premaster(key, ciphertext, expected, random);
  EXPECT_TRUE(premaster);
  EXPECT_TRUE(random.used_up());
  return premaster ? to_octets(premaster->view()) : Octets();
}

PremasterSecret make_premaster(std::uint16_t version = 0x0303) {
  PremasterSecret premaster;
  for (std::size_t i = 0; i < premaster.size(); ++i) premaster.data()[i] = static_cast<std::uint8_t>(3 * i);
  premaster.data()[0] = static_cast<std::uint8_t>(version >> 8);
  premaster.data()[1] = static_cast<std::uint8_t>(version);
  return premaster;
}

class RsaKeyTransport : public testing::Test {
 protected:
  // A well-formed block around `message`.
  [[nodiscard]] Octets block_of(Bytes message) const {
    Octets block(raw.size(), 0x77);
    block[0] = 0;
    block[1] = 2;
    block[block.size() - message.size() - 1] = 0;
    copy(message, MutableBytes(block).last(message.size()));
    return block;
  }
  [[nodiscard]] Octets good_block() const { return block_of(premaster.view()); }
  void expect_good(const Octets& block) const {
    EXPECT_EQ(decrypt(key, raw.encrypt(block)), to_octets(Bytes(block).last(premaster_secret_size)));
  }
  void expect_fallback(const Octets& block) const {
    EXPECT_EQ(decrypt(key, raw.encrypt(block)), fallback_octets());
  }

  PrivateKey key = *PrivateKey::from_pem(as_bytes(test::rsa_pkcs8));
  Raw raw{key};
  PremasterSecret premaster = make_premaster();
  std::size_t delimiter = raw.size() - premaster_secret_size - 1;  // where the zero has to be
};

// [5246:7.4.7.1#1]
TEST_F(RsaKeyTransport, WhatTheClientSendsIsWhatTheServerGets) {
  for (const std::uint16_t version : std::initializer_list<std::uint16_t>{0x0303, 0x0304, 0x0301}) {
    const PremasterSecret sent = make_premaster(version);
    const auto ciphertext = encrypt_premaster(key.public_key(), sent, system_random());
    ASSERT_TRUE(ciphertext);
    EXPECT_EQ(ciphertext->size(), raw.size());
    EXPECT_TRUE(sent.equals(decrypt(key, *ciphertext, static_cast<ProtocolVersion>(version))));
    EXPECT_EQ(raw.decrypt(*ciphertext, RSA_PKCS1_PADDING), to_octets(sent.view()));
  }
}

TEST_F(RsaKeyTransport, TakesWhatLibcryptoSends) {
  Octets ciphertext(raw.size());
  ASSERT_EQ(RSA_public_encrypt(premaster_secret_size, premaster.data(), ciphertext.data(), raw.rsa,
                               RSA_PKCS1_PADDING),
            RSA_size(raw.rsa));
  EXPECT_TRUE(premaster.equals(decrypt(key, ciphertext)));
}

// RFC 8017 §7.2.1: no zero among the padding.
TEST_F(RsaKeyTransport, DrawsAgainForZerosOfThePadding) {
  const std::size_t padding = raw.size() - premaster_secret_size - 3;
  Octets script(padding, 0x11);
  script[0] = script[5] = script[padding - 1] = 0;
  script.insert(script.end(), {0, 0, 0x22, 0x33, 0, 0x44});
  ScriptedRandom random(script);
  const auto ciphertext = encrypt_premaster(key.public_key(), premaster, random);
  ASSERT_TRUE(ciphertext);
  EXPECT_TRUE(random.used_up());
  Octets expected = block_of(premaster.view());
  std::fill_n(expected.begin() + 2, padding, std::uint8_t{0x11});
  expected[2] = 0x22;
  expected[7] = 0x33;
  expected[1 + padding] = 0x44;
  EXPECT_EQ(raw.decrypt(*ciphertext, RSA_NO_PADDING), expected);
}

TEST_F(RsaKeyTransport, ReportsRandomnessThatFails) {
  FailingRandom failing;
  ConstantRandom zeros(0);
  const auto code = [](const auto& result) {
    return result ? ErrorCode::internal_error : result.error().code;
  };
  EXPECT_EQ(code(encrypt_premaster(key.public_key(), premaster, failing)), ErrorCode::random_failed);
  EXPECT_EQ(code(encrypt_premaster(key.public_key(), premaster, zeros)), ErrorCode::random_failed);
  EXPECT_EQ(code(decrypt_premaster(key, raw.encrypt(good_block()), tls12, failing)),
            ErrorCode::random_failed);
}

TEST_F(RsaKeyTransport, TakesOrdinaryRsaKeysOnly) {
  for (const char* pem : {test::rsa_pss, test::p256_pkcs8, test::ed25519}) {
    const auto other = PrivateKey::from_pem(as_bytes(pem));
    ASSERT_TRUE(other);
    SeededRandom random("other");
    const auto encrypted = encrypt_premaster(other->public_key(), premaster, random);
    ASSERT_FALSE(encrypted);
    EXPECT_EQ(encrypted.error().code, ErrorCode::invalid_argument);
    const auto decrypted = decrypt_premaster(*other, Octets(128), tls12, random);
    ASSERT_FALSE(decrypted);
    EXPECT_EQ(decrypted.error().code, ErrorCode::invalid_argument);
  }
}

// [5246:7.4.7.1#2,3,4]
TEST_F(RsaKeyTransport, EveryWrongVersionGivesTheRandomSecret) {
  expect_good(good_block());
  const std::size_t at = raw.size() - premaster_secret_size;
  for (std::size_t bit = 0; bit < 16; ++bit) {
    Octets block = good_block();
    block[at + bit / 8] = static_cast<std::uint8_t>(block[at + bit / 8] ^ (1U << bit % 8));
    expect_fallback(block);
  }
  EXPECT_EQ(decrypt(key, raw.encrypt(good_block()), ProtocolVersion::tls13), fallback_octets());
}

// The probes of Bleichenbacher and ROBOT, each of which a faulty server answers in a way of its own.
TEST_F(RsaKeyTransport, EveryWrongStartGivesTheRandomSecret) {
  for (int octet = 0; octet < 256; ++octet) {
    Octets block = good_block();
    block[1] = static_cast<std::uint8_t>(octet);
    if (octet == 2) {
      expect_good(block);
    } else {
      expect_fallback(block);
    }
  }
  for (const int octet : {1, 2, 0x41, 0x80}) {  // below the modulus, which starts with b4
    Octets block = good_block();
    block[0] = static_cast<std::uint8_t>(octet);
    expect_fallback(block);
  }
  Octets block = good_block();  // of a signature
  block[1] = 1;
  std::fill(block.begin() + 2, block.begin() + static_cast<std::ptrdiff_t>(delimiter), std::uint8_t{0xff});
  expect_fallback(block);
}

TEST_F(RsaKeyTransport, AZeroAtAnyOtherPlaceGivesTheRandomSecret) {
  for (std::size_t at = 2; at < delimiter; ++at) {
    Octets block = good_block();
    block[at] = 0;
    expect_fallback(block);
    block[delimiter] = 1;  // the only one, too early
    expect_fallback(block);
  }
  for (std::size_t at = delimiter + 3; at < raw.size(); ++at) {
    Octets block = good_block();
    block[at] = 0;  // part of the secret
    expect_good(block);
    block[delimiter] = 1;  // the first one, too late
    expect_fallback(block);
  }
}

TEST_F(RsaKeyTransport, EveryOtherLengthGivesTheRandomSecret) {
  for (std::size_t size = 0; size <= raw.size() - pkcs1_overhead; ++size) {
    Octets message(size, 0x55);
    copy(premaster.view().first(std::min<std::size_t>(size, 2)), message);
    if (size == premaster_secret_size) {
      expect_good(block_of(message));
    } else {
      expect_fallback(block_of(message));
    }
  }
}

TEST_F(RsaKeyTransport, NoZeroAtAllGivesTheRandomSecret) {
  Octets block(raw.size(), 0x77);
  block[0] = 0;
  block[1] = 2;
  expect_fallback(block);
  expect_fallback(Octets(raw.size(), 0));
  Octets all_zeros = good_block();
  std::fill(all_zeros.begin() + 2, all_zeros.begin() + static_cast<std::ptrdiff_t>(delimiter),
            std::uint8_t{0});
  expect_fallback(all_zeros);
}

// SSL 2.0's rollback mark is padding like any other here.
TEST_F(RsaKeyTransport, AnyPaddingWithoutZerosIsGood) {
  Octets block = good_block();
  std::fill(block.begin() + static_cast<std::ptrdiff_t>(delimiter) - 8,
            block.begin() + static_cast<std::ptrdiff_t>(delimiter), std::uint8_t{3});
  expect_good(block);
  for (int octet = 1; octet < 256; ++octet) {
    block = good_block();
    std::fill(block.begin() + 2, block.begin() + static_cast<std::ptrdiff_t>(delimiter),
              static_cast<std::uint8_t>(octet));
    expect_good(block);
  }
}

// RFC 8017 §7.2.2 step 1: as long as the modulus; RFC 5246 §7.4.7.1: that, too, is nobody's business.
TEST_F(RsaKeyTransport, CiphertextsOfAnyOtherLengthGiveTheRandomSecret) {
  const Octets good = raw.encrypt(good_block());
  for (const std::size_t size : {0U, 1U, 48U, 127U, 129U, 130U, 256U, 1024U, 1025U, 65535U}) {
    Octets other = good;
    other.resize(size, 0);
    EXPECT_EQ(decrypt(key, other), fallback_octets()) << size;
    Octets padded(size > good.size() ? size - good.size() : 0, 0);  // the same number, with leading zeros
    if (padded.empty()) continue;
    padded.insert(padded.end(), good.begin(), good.end());
    EXPECT_EQ(decrypt(key, padded), fallback_octets()) << size;
  }
  // The same number without its leading zeros.
  for (std::uint8_t i = 0;; ++i) {
    Octets block = good_block();
    block[2] = static_cast<std::uint8_t>(i + 1);
    block[3] = 1;
    Octets ciphertext = raw.encrypt(block);
    if (ciphertext[0] != 0 && i < 250) continue;
    expect_good(block);
    if (ciphertext[0] == 0) ciphertext.erase(ciphertext.begin());
    ASSERT_LT(ciphertext.size(), raw.size());
    EXPECT_EQ(decrypt(key, ciphertext), fallback_octets());
    break;
  }
}

TEST_F(RsaKeyTransport, NumbersThatAreNoCiphertextsGiveTheRandomSecret) {
  const Octets modulus = to_octets(key.public_key().modulus());
  const std::size_t last = raw.size() - 1;
  const auto plus = [&](int change) {
    Octets number(modulus);  // odd, so that nothing carries
    number.at(last) = static_cast<std::uint8_t>(modulus.at(last) + change);
    return number;
  };
  Octets one(raw.size(), 0);
  one.back() = 1;
  for (const Octets& number :
       {Octets(raw.size(), 0), one, plus(-1), plus(0), plus(1), Octets(raw.size(), 0xff)})
    EXPECT_EQ(decrypt(key, number), fallback_octets());
}

// However good what came of it looks.
TEST_F(RsaKeyTransport, WhatIsNotGenuineGivesTheRandomSecret) {
  const PremasterSecret fallback{Bytes(fallback_octets())};
  const Octets block = good_block();
  const Choice yes = Choice::equal(1, 1);
  EXPECT_TRUE(choose_premaster(block, yes, tls12, fallback).equals(premaster.view()));
  EXPECT_TRUE(choose_premaster(block, ~yes, tls12, fallback).equals(fallback.view()));
}

TEST_F(RsaKeyTransport, EachDamagedOctetGivesTheRandomSecret) {
  const Octets good = raw.encrypt(good_block());
  for (std::size_t at = 0; at < good.size(); ++at) {
    Octets bad = good;
    bad[at] ^= 1;
    EXPECT_EQ(decrypt(key, bad), fallback_octets()) << at;
  }
  EXPECT_TRUE(premaster.equals(decrypt(key, good)));
}

// The core takes messages of all lengths, so that all of Wycheproof's cases go through it.
void run_wycheproof(const json& file) {
  const int count = for_each_case(file, [](const Case& each) {
    const auto key = PrivateKey::from_der(from_hex(each.group.at("privateKeyPkcs8").get<std::string>()));
    ASSERT_TRUE(key);
    const Raw raw(*key);
    const Octets ciphertext = each.octets("ct");
    const Octets message = each.octets("msg");
    EXPECT_EQ(decrypt(*key, ciphertext), fallback_octets());  // none is a premaster secret of TLS 1.2
    if (each.has_flag("InvalidCiphertextFormat")) return;     // goes no further
    const Octets block = raw.decrypt(ciphertext, RSA_NO_PADDING);
    const Pkcs1Message found = find_pkcs1_message(block);
    EXPECT_EQ(found.well_formed.reveal(), each.valid());
    if (each.valid()) { EXPECT_EQ(to_octets(Bytes(block).subspan(found.start)), message); }
  });
  EXPECT_EQ(count, file.at("numberOfTests").get<int>());
}

TEST(Pkcs1PaddingWycheproof, Rsa2048) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/rsa_pkcs1_2048_test.json");
  run_wycheproof(file);
}
TEST(Pkcs1PaddingWycheproof, Rsa3072) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/rsa_pkcs1_3072_test.json");
  run_wycheproof(file);
}
TEST(Pkcs1PaddingWycheproof, Rsa4096) {
  HANDFAST_VECTORS_OR_SKIP(file, "wycheproof/rsa_pkcs1_4096_test.json");
  run_wycheproof(file);
}

// The rules without any RSA.
TEST(Pkcs1Padding, FindsTheMessage) {
  SeededRandom random("padding");
  for (std::size_t size = 0; size <= 64 - pkcs1_overhead; ++size) {
    Octets block(64);
    const Octets message(size, 0xaa);
    ASSERT_TRUE(pad_pkcs1(message, random, block));
    const Pkcs1Message found = find_pkcs1_message(block);
    EXPECT_TRUE(found.well_formed.reveal());
    EXPECT_EQ(found.start, block.size() - size);
  }
}

TEST(Pkcs1Padding, NeedsEightOctets) {
  for (std::size_t padding = 0; padding < 30; ++padding) {
    Octets block(32, 0x99);
    block[0] = 0;
    block[1] = 2;
    block[2 + padding] = 0;
    EXPECT_EQ(find_pkcs1_message(block).well_formed.reveal(), padding >= 8) << padding;
  }
}

}  // namespace
}  // namespace handfast::crypto
