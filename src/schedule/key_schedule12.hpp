// The secrets of TLS 1.2 (RFC 5246 §6.3, §7.4.9, §8.1; RFC 7627; RFC 5705).
#pragma once
#include <optional>
#include <string_view>

#include <handfast/error.hpp>
#include <handfast/secret.hpp>
#include <handfast/types.hpp>

#include "crypto/hmac.hpp"
#include "schedule/suite.hpp"

namespace handfast::schedule {

inline constexpr std::size_t master_secret12_size = 48;
using MasterSecret12 = Secret<master_secret12_size>;

/// RFC 5246 §8.1. Both randoms have 32 octets; `algorithm` is the suite's hash, here and below.
[[nodiscard]] MasterSecret12 master_secret12(crypto::HashAlgorithm algorithm, Bytes pre_master_secret,
                                             Bytes client_random, Bytes server_random) noexcept;
/// RFC 7627 §4. `session_hash`: digest of ClientHello…ClientKeyExchange.
[[nodiscard]] MasterSecret12 extended_master_secret12(crypto::HashAlgorithm algorithm,
                                                      Bytes pre_master_secret,
                                                      const crypto::Digest& session_hash) noexcept;

/// The key block (RFC 5246 §6.3), cut for one cipher suite.
class KeyBlock12 {
 public:
  /// `master_secret` as the key of the PRF's HMAC, here and below.
  KeyBlock12(const SuiteInfo& suite, const crypto::HmacKey& master_secret, Bytes client_random,
             Bytes server_random) noexcept;

  /// What `writer` writes with. The views live as long as the block.
  [[nodiscard]] Bytes mac_key(Role writer) const noexcept;  ///< empty with an AEAD
  [[nodiscard]] Bytes key(Role writer) const noexcept;
  [[nodiscard]] Bytes iv(Role writer) const noexcept;  ///< 4 octets for GCM, 12 for ChaCha20, none for CBC

 private:
  [[nodiscard]] Bytes part(Role writer, std::size_t start, std::size_t size) const noexcept;

  static constexpr std::size_t max_mac_key = 48;
  static constexpr std::size_t max_iv = 12;
  Secret<2 * (max_mac_key + crypto::max_aead_key_size + max_iv)> octets_;
  std::uint8_t mac_key_size_;
  std::uint8_t key_size_;
  std::uint8_t iv_size_;
};

inline constexpr std::size_t verify_data12_size = 12;
/// verify_data of a Finished that `sender` sends (RFC 5246 §7.4.9). `transcript`: digest of all handshake
/// messages before it. Compare in constant time (Secret::equals).
[[nodiscard]] Secret<verify_data12_size> verify_data12(Role sender, const crypto::HmacKey& master_secret,
                                                       const crypto::Digest& transcript) noexcept;

/// RFC 5705 §4: fills `output`. No context is not the same as an empty one. Only for connections with the
/// extended master secret (RFC 7627 §5.4), which the caller checks.
/// Errors: invalid_argument when the context is longer than 65535 octets, or when the label is one that TLS
/// itself uses.
Result<> exporter12(crypto::HashAlgorithm algorithm, Bytes master_secret, std::string_view label,
                    Bytes client_random, Bytes server_random, std::optional<Bytes> context,
                    MutableBytes output) noexcept;

}  // namespace handfast::schedule
