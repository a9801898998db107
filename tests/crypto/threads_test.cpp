// Const operations of shared keys in several threads at once; also run under ThreadSanitizer.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/aead.hpp"
#include "crypto/key_exchange.hpp"
#include "crypto/private_key.hpp"
#include "crypto/test_keys.hpp"

namespace handfast::crypto {
namespace {

/// Runs `work(thread)` in four threads that start together.
template <class Work>
void in_threads(Work work) {
  std::atomic<int> waiting{4};
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&waiting, work, thread] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      work(thread);
    });
}

TEST(CryptoInThreads, SharesAPrivateKey) {
  struct Use {
    const char* pem;
    SignatureScheme scheme;
  };
  constexpr Use uses[] = {{test::rsa_pkcs1, SignatureScheme::rsa_pss_rsae_sha256},
                          {test::rsa_pkcs1, SignatureScheme::rsa_pkcs1_sha256},
                          {test::p256_sec1, SignatureScheme::ecdsa_secp256r1_sha256},
                          {test::p384_sec1, SignatureScheme::ecdsa_secp384r1_sha384},
                          {test::ed25519, SignatureScheme::ed25519}};
  for (const Use& use : uses) {
    const auto key = PrivateKey::from_pem(as_bytes(use.pem));
    ASSERT_TRUE(key);
    std::atomic<int> right{0};
    in_threads([&](int thread) {
      const PrivateKey mine = *key;  // shares what is inside
      const std::string message = "from thread " + std::to_string(thread);
      for (int i = 0; i < 10; ++i) {
        const auto signature = mine.sign(use.scheme, as_bytes(message), system_random());
        if (signature && mine.public_key().verify(*algorithm_of(use.scheme), as_bytes(message), *signature))
          ++right;
      }
    });
    EXPECT_EQ(right, 40) << to_string(use.scheme);
  }
}

// A fresh public key: its first verification fills the cache inside.
TEST(CryptoInThreads, SharesAFreshPublicKey) {
  const auto signer = PrivateKey::from_pem(as_bytes(test::rsa_pkcs1));
  const SignatureAlgorithm algorithm = *algorithm_of(SignatureScheme::rsa_pkcs1_sha256);
  const auto signature = signer->sign(algorithm, as_bytes("m"), system_random());
  ASSERT_TRUE(signature);
  for (int round = 0; round < 20; ++round) {
    const auto key = PublicKey::rsa(signer->public_key().modulus(), signer->public_key().exponent());
    std::atomic<int> right{0};
    in_threads([&](int /*thread*/) { right += key->verify(algorithm, as_bytes("m"), *signature) ? 1 : 0; });
    EXPECT_EQ(right, 4);
  }
}

/// Signs, loads the public key and checks: true if all goes as it should.
bool signs_and_checks(const char* pem, SignatureScheme scheme) {
  const auto key = PrivateKey::from_pem(as_bytes(pem));
  if (!key) return false;
  const auto signature = key->sign(scheme, as_bytes("m"), system_random());
  return signature && key->public_key().verify(*algorithm_of(scheme), as_bytes("m"), *signature);
}

/// Is made before what the layer keeps for a thread, so it is destroyed behind it.
struct LateUser {
  std::atomic<int>* right = nullptr;
  LateUser() = default;
  LateUser(const LateUser&) = delete;
  LateUser& operator=(const LateUser&) = delete;
  ~LateUser() {
    *right += signs_and_checks(test::p256_sec1, SignatureScheme::ecdsa_secp256r1_sha256) ? 1 : 0;
    *right += signs_and_checks(test::p384_sec1, SignatureScheme::ecdsa_secp384r1_sha384) ? 1 : 0;
  }
};

// The room for public numbers and the stock of random octets are gone then.
TEST(CryptoInThreads, WorksWhileAThreadEnds) {
  std::atomic<int> right{0};
  in_threads([&](int /*thread*/) {
    thread_local LateUser late;
    late.right = &right;
    right += signs_and_checks(test::p256_sec1, SignatureScheme::ecdsa_secp256r1_sha256) ? 1 : 0;
  });
  EXPECT_EQ(right, 12);
}

TEST(CryptoInThreads, UsesAKeyOfItsOwnInEachThread) {
  for (const AeadAlgorithm algorithm :
       {AeadAlgorithm::aes_128_gcm, AeadAlgorithm::aes_256_gcm, AeadAlgorithm::chacha20_poly1305}) {
    for (const AeadPath path : {AeadPath::libcrypto, AeadPath::ipsec_mb_avx2, AeadPath::ipsec_mb_avx512}) {
      if (!available(path, algorithm)) continue;
      std::atomic<int> right{0};
      in_threads([&](int thread) {
        const AeadKey key(algorithm, Octets(key_size(algorithm), static_cast<std::uint8_t>(thread)), path);
        const Octets plaintext(1000, static_cast<std::uint8_t>(thread));
        for (int i = 0; i < 200; ++i) {
          const Octets nonce(aead_nonce_size, static_cast<std::uint8_t>(i));
          Octets sealed(plaintext.size() + aead_tag_size);
          key.seal(nonce, {}, plaintext, sealed);
          if (key.open(nonce, {}, sealed) && equal(plaintext, Bytes(sealed).first(plaintext.size()))) ++right;
        }
      });
      EXPECT_EQ(right, 800);
    }
  }
}

TEST(CryptoInThreads, ExchangesKeys) {
  for (const NamedGroup group : {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::X25519MLKEM768}) {
    const auto client = PrivateShare::generate(group, system_random());
    ASSERT_TRUE(client);
    std::atomic<int> right{0};
    in_threads([&](int /*thread*/) {
      for (int i = 0; i < 5; ++i) {
        const auto server = encapsulate(group, client->public_share(), system_random());
        const auto secret = server ? client->decapsulate(server->share) : fail(ErrorCode::internal_error);
        if (secret && secret->equals(server->secret.view())) ++right;
      }
    });
    EXPECT_EQ(right, 20);
  }
}

}  // namespace
}  // namespace handfast::crypto
