// The one table of cipher suites.
#include "schedule/suite.hpp"

#include <algorithm>
#include <array>

namespace handfast::schedule {
namespace {

using crypto::AeadAlgorithm;
using crypto::HashAlgorithm;
using enum CipherSuite;

// RFC 8446 §B.4.
constexpr SuiteInfo tls13(CipherSuite suite, AeadAlgorithm aead, HashAlgorithm hash) {
  return {suite,
          ProtocolVersion::tls13,
          hash,
          KeyExchange::negotiated_apart,
          Authentication::negotiated_apart,
          aead,
          std::nullopt};
}

struct Classic {
  KeyExchange key_exchange;
  Authentication authentication;
};
constexpr Classic rsa{KeyExchange::rsa, Authentication::rsa};
constexpr Classic ecdhe_rsa{KeyExchange::ecdhe, Authentication::rsa};
constexpr Classic ecdhe_ecdsa{KeyExchange::ecdhe, Authentication::ecdsa};

// RFC 5288, RFC 5289 §3.2, RFC 7905.
constexpr SuiteInfo tls12(CipherSuite suite, Classic way, AeadAlgorithm aead, HashAlgorithm hash) {
  return {suite, ProtocolVersion::tls12, hash, way.key_exchange, way.authentication, aead, std::nullopt};
}

// RFC 5246 §A.5, RFC 8422 §6, RFC 5289 §3.1: where the MAC is not SHA-384, the PRF is SHA-256.
constexpr SuiteInfo tls12_cbc(CipherSuite suite, Classic way, std::size_t key_size, HashAlgorithm mac) {
  return {suite,
          ProtocolVersion::tls12,
          mac == HashAlgorithm::sha384 ? HashAlgorithm::sha384 : HashAlgorithm::sha256,
          way.key_exchange,
          way.authentication,
          std::nullopt,
          CbcParameters{key_size, mac}};
}

constexpr auto aes_128 = AeadAlgorithm::aes_128_gcm;
constexpr auto aes_256 = AeadAlgorithm::aes_256_gcm;
constexpr auto chacha20 = AeadAlgorithm::chacha20_poly1305;
constexpr auto sha1 = HashAlgorithm::sha1;
constexpr auto sha256 = HashAlgorithm::sha256;
constexpr auto sha384 = HashAlgorithm::sha384;

constexpr auto table = std::to_array<SuiteInfo>({
    tls13(TLS_AES_128_GCM_SHA256, aes_128, sha256),
    tls13(TLS_AES_256_GCM_SHA384, aes_256, sha384),
    tls13(TLS_CHACHA20_POLY1305_SHA256, chacha20, sha256),
    tls12(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, ecdhe_ecdsa, aes_128, sha256),
    tls12(TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, ecdhe_ecdsa, aes_256, sha384),
    tls12(TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, ecdhe_ecdsa, chacha20, sha256),
    tls12(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ecdhe_rsa, aes_128, sha256),
    tls12(TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, ecdhe_rsa, aes_256, sha384),
    tls12(TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, ecdhe_rsa, chacha20, sha256),
    tls12(TLS_RSA_WITH_AES_128_GCM_SHA256, rsa, aes_128, sha256),
    tls12(TLS_RSA_WITH_AES_256_GCM_SHA384, rsa, aes_256, sha384),
    tls12_cbc(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, ecdhe_ecdsa, 16, sha1),
    tls12_cbc(TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, ecdhe_ecdsa, 32, sha1),
    tls12_cbc(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, ecdhe_ecdsa, 16, sha256),
    tls12_cbc(TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, ecdhe_ecdsa, 32, sha384),
    tls12_cbc(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, ecdhe_rsa, 16, sha1),
    tls12_cbc(TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, ecdhe_rsa, 32, sha1),
    tls12_cbc(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, ecdhe_rsa, 16, sha256),
    tls12_cbc(TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, ecdhe_rsa, 32, sha384),
    tls12_cbc(TLS_RSA_WITH_AES_128_CBC_SHA, rsa, 16, sha1),
    tls12_cbc(TLS_RSA_WITH_AES_256_CBC_SHA, rsa, 32, sha1),
    tls12_cbc(TLS_RSA_WITH_AES_128_CBC_SHA256, rsa, 16, sha256),
    tls12_cbc(TLS_RSA_WITH_AES_256_CBC_SHA256, rsa, 32, sha256),
});

}  // namespace

// [8446:D.5#1,2] No RC4, and nothing below 128 bits.
const SuiteInfo* suite_info(CipherSuite suite) noexcept {
  const auto* const row = std::ranges::find(table, suite, &SuiteInfo::suite);
  return row == table.end() ? nullptr : row;
}

}  // namespace handfast::schedule
