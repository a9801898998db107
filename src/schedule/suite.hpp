// Cipher suites, described as data: what each number stands for.
#pragma once
#include <optional>

#include <handfast/types.hpp>

#include "crypto/aead.hpp"
#include "crypto/hash.hpp"

namespace handfast::schedule {

/// How the secret comes about. TLS 1.3 suites leave it to other extensions (RFC 8446 §4.1.1).
enum class KeyExchange : std::uint8_t { negotiated_apart, rsa, ecdhe };
/// Which key the server's certificate holds. RSA key transport needs a key that decrypts.
enum class Authentication : std::uint8_t { negotiated_apart, rsa, ecdsa };

/// A CBC suite of TLS 1.2 (RFC 5246 §6.2.3.2): AES with this key, HMAC with this hash.
struct CbcParameters {
  std::size_t key_size;
  crypto::HashAlgorithm mac;

  [[nodiscard]] constexpr std::size_t mac_key_size() const noexcept { return crypto::digest_size(mac); }
};
inline constexpr std::size_t cbc_block_size = 16;  ///< also the size of the explicit IV

/// One cipher suite that is spoken here. Exactly one of `aead` and `cbc` is there.
struct SuiteInfo {
  CipherSuite suite;
  ProtocolVersion version;     ///< tls12 or tls13; no suite belongs to both
  crypto::HashAlgorithm hash;  ///< of HKDF and the transcript (1.3), of the PRF and Finished (1.2)
  KeyExchange key_exchange;
  Authentication authentication;
  std::optional<crypto::AeadAlgorithm> aead;
  std::optional<CbcParameters> cbc;

  /// RFC 10015 and RFC 9325 advise against these; only the policy `classic` has them.
  [[nodiscard]] constexpr bool deprecated() const noexcept {
    return key_exchange == KeyExchange::rsa || cbc.has_value();
  }
};

/// The row of a suite, or null for one that is not spoken here (signalling values among them). The table is
/// constant and lives as long as the program.
[[nodiscard]] const SuiteInfo* suite_info(CipherSuite suite) noexcept;

}  // namespace handfast::schedule
