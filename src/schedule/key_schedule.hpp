// The key schedule of TLS 1.3 (RFC 8446 §7.1): three secrets, each made from the one before.
//
//   EarlySecret early(hash, psk);                              // or early(hash): no PSK
//   HandshakeSecret handshake = std::move(early).extract(shared_secret);
//   MasterSecret master = std::move(handshake).extract();
//
// Each stage is a type and a step consumes it, so that no secret is asked of the wrong stage and none stays
// behind. A transcript digest is asked for where the RFC's diagram says "messages": which ones, each
// function's comment says. All secrets are wiped when they die.
#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <handfast/error.hpp>
#include <handfast/secret.hpp>

#include "crypto/aead.hpp"
#include "crypto/hkdf.hpp"

namespace handfast::schedule {

/// A secret of the diagram's right-hand side that traffic keys come from: as long as the hash's digest.
using TrafficSecret = crypto::MacValue;

/// Where a PSK comes from decides its binder's label.
enum class PskKind : std::uint8_t {
  resumption,  ///< a ticket of an earlier connection: "res binder"
  external,    ///< provisioned otherwise: "ext binder"
  imported,    ///< imported (RFC 9258): "imp binder"
};

class HandshakeSecret;
class MasterSecret;

/// Early Secret = HKDF-Extract(0, PSK).
class EarlySecret {
 public:
  /// Without a PSK: Hash.length zeros take its place (RFC 8446 §7.1).
  explicit EarlySecret(crypto::HashAlgorithm algorithm) noexcept : algorithm_(algorithm) {}
  EarlySecret(crypto::HashAlgorithm algorithm, Bytes psk) noexcept;

  /// The binder of one PSK (RFC 8446 §4.2.11.2): a Finished over the ClientHello up to its binders, behind
  /// what a HelloRetryRequest left. Only with a PSK. Compare in constant time (Secret::equals).
  [[nodiscard]] crypto::MacValue binder(PskKind kind, const crypto::Digest& truncated_hello) const noexcept;

  /// Both: digest of the ClientHello (with those of a retry before it). Only with a PSK.
  [[nodiscard]] TrafficSecret client_early_traffic_secret(const crypto::Digest& hello) const noexcept;
  [[nodiscard]] crypto::MacValue early_exporter_master_secret(const crypto::Digest& hello) const noexcept;

  /// Mixes in the (EC)DHE secret; empty: psk_ke, where zeros take its place.
  [[nodiscard]] HandshakeSecret extract(Bytes shared_secret) && noexcept;

 private:
  [[nodiscard]] const crypto::HmacKey& secret() const noexcept;

  crypto::HashAlgorithm algorithm_;
  std::optional<crypto::HmacKey> secret_;  // none: no PSK, and all that follows is a constant
};

/// Handshake Secret = HKDF-Extract(Derive-Secret(Early Secret, "derived", ""), (EC)DHE).
class HandshakeSecret {
 public:
  /// Both: digest of ClientHello…ServerHello.
  [[nodiscard]] TrafficSecret client_handshake_traffic_secret(const crypto::Digest& hellos) const noexcept;
  [[nodiscard]] TrafficSecret server_handshake_traffic_secret(const crypto::Digest& hellos) const noexcept;

  [[nodiscard]] MasterSecret extract() && noexcept;

 private:
  friend class EarlySecret;
  explicit HandshakeSecret(crypto::HmacKey secret) noexcept : secret_(std::move(secret)) {}
  crypto::HmacKey secret_;
};

/// Master Secret = HKDF-Extract(Derive-Secret(Handshake Secret, "derived", ""), 0).
class MasterSecret {
 public:
  /// All three: digest of ClientHello…server Finished.
  [[nodiscard]] TrafficSecret client_application_traffic_secret_0(
      const crypto::Digest& flight) const noexcept;
  [[nodiscard]] TrafficSecret server_application_traffic_secret_0(
      const crypto::Digest& flight) const noexcept;
  [[nodiscard]] crypto::MacValue exporter_master_secret(const crypto::Digest& flight) const noexcept;
  /// Digest of ClientHello…client Finished.
  [[nodiscard]] crypto::MacValue resumption_master_secret(const crypto::Digest& all) const noexcept;

 private:
  friend class HandshakeSecret;
  explicit MasterSecret(crypto::HmacKey secret) noexcept : secret_(std::move(secret)) {}
  crypto::HmacKey secret_;
};

/// What protects one direction's records (RFC 8446 §7.3).
struct TrafficKeys {
  Secret<crypto::max_aead_key_size> key;  ///< [sender]_write_key: key_size(aead) octets
  Secret<crypto::aead_nonce_size> iv;     ///< [sender]_write_iv
};
[[nodiscard]] TrafficKeys traffic_keys(crypto::HashAlgorithm algorithm, Bytes traffic_secret,
                                       crypto::AeadAlgorithm aead) noexcept;

/// application_traffic_secret_N+1 (RFC 8446 §7.2): the secret after one KeyUpdate.
[[nodiscard]] TrafficSecret next_traffic_secret(crypto::HashAlgorithm algorithm,
                                                Bytes traffic_secret) noexcept;

/// verify_data of a Finished (RFC 8446 §4.4.4). `base_key` is the sender's handshake traffic secret, or an
/// application traffic secret after a post-handshake authentication. Compare in constant time
/// (Secret::equals).
[[nodiscard]] crypto::MacValue verify_data(crypto::HashAlgorithm algorithm, Bytes base_key,
                                           const crypto::Digest& transcript) noexcept;

/// The PSK that a ticket stands for (RFC 8446 §4.6.1). `nonce` is the ticket_nonce, at most 255 octets.
[[nodiscard]] crypto::MacValue resumption_psk(crypto::HashAlgorithm algorithm, Bytes resumption_master_secret,
                                              Bytes nonce) noexcept;

/// TLS-Exporter (RFC 8446 §7.5): fills `output`. No context and an empty one are the same. `secret` is the
/// exporter_master_secret, or the early one where the caller says so by name.
/// Errors: invalid_argument when the label is empty or longer than 249 octets, or when more than 255 digests
/// are asked for.
Result<> exporter(crypto::HashAlgorithm algorithm, Bytes secret, std::string_view label, Bytes context,
                  MutableBytes output) noexcept;

/// The channel binding tls-exporter (RFC 9266 §4.2), for one connection of TLS 1.3.
inline constexpr std::size_t channel_binding_size = 32;
[[nodiscard]] std::array<std::uint8_t, channel_binding_size> tls_exporter_channel_binding(
    crypto::HashAlgorithm algorithm, Bytes exporter_master_secret) noexcept;

}  // namespace handfast::schedule
