// Key exchange: each group is a KEM, so that a hybrid is two groups side by side.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

#include <handfast/error.hpp>
#include <handfast/random.hpp>
#include <handfast/secret.hpp>
#include <handfast/types.hpp>

#include "crypto/ml_kem.hpp"

namespace handfast::crypto {

/// x25519, secp256r1, secp384r1, secp521r1, MLKEM768, MLKEM1024, X25519MLKEM768, SecP256r1MLKEM768,
/// SecP384r1MLKEM1024.
[[nodiscard]] bool supported(NamedGroup group) noexcept;

/// Loads what the first key exchange would load, half a millisecond's work: who makes a configuration before
/// there are threads has it behind them. At any time, in any thread, again for nothing.
void prepare_key_exchange() noexcept;

/// A curve of its own, as TLS 1.2 needs it; hybrids are for TLS 1.3.
[[nodiscard]] constexpr bool is_classical(NamedGroup group) noexcept {
  return group == NamedGroup::x25519 || group == NamedGroup::secp256r1 || group == NamedGroup::secp384r1 ||
         group == NamedGroup::secp521r1;
}

/// Octets of what the client sends, of what the server answers, and of the secret that both then hold; 0 for
/// a group that is not supported.
///
/// For X25519 and the elliptic curves the two shares are alike (RFC 8446 §4.2.8.2: uncompressed points). A
/// hybrid's are the two parts one after the other: ML-KEM first in X25519MLKEM768, the curve first in the
/// other two (draft-ietf-tls-ecdhe-mlkem).
[[nodiscard]] std::size_t client_share_size(NamedGroup group) noexcept;
[[nodiscard]] std::size_t server_share_size(NamedGroup group) noexcept;
[[nodiscard]] std::size_t shared_secret_size(NamedGroup group) noexcept;

/// Holds the largest secret: 48 + 32 octets of SecP384r1MLKEM1024; size() is shared_secret_size().
using SharedSecret = Secret<80>;

/// The client's side of one key exchange, made new for every connection. Move-only, wiped when it dies. Const
/// operations may run in several threads at once. A moved-from share may only be destroyed or assigned to.
class PrivateShare {
 public:
  /// Fails with no_common_group for a group that is not supported, random_failed. May throw bad_alloc.
  static Result<PrivateShare> generate(NamedGroup group, RandomSource& random);
  PrivateShare(PrivateShare&& other) noexcept = default;
  PrivateShare& operator=(PrivateShare&& other) noexcept = default;
  ~PrivateShare() = default;

  [[nodiscard]] NamedGroup group() const noexcept { return group_; }
  /// What goes into the ClientHello: client_share_size() octets. Lives as long as this object, also when it
  /// is moved.
  [[nodiscard]] Bytes public_share() const noexcept { return share_; }

  /// The secret, from the server's share. Any failure is the peer's and is bad_key_share: a wrong length, a
  /// point that is not on the curve, an X25519 result of zeros (RFC 8446 §7.4.2).
  [[nodiscard]] Result<SharedSecret> decapsulate(Bytes server_share) const;

 private:
  explicit PrivateShare(NamedGroup group) noexcept : group_(group) {}

  NamedGroup group_;
  Secret<66> scalar_;                         // of the curve
  Octets share_;                              // public
  std::optional<ml_kem::PrivateKey> ml_kem_;  // of a hybrid
};

/// The server's side.
struct Encapsulation {
  Octets share;         ///< what goes into the ServerHello: server_share_size() octets
  SharedSecret secret;  ///< shared_secret_size() octets
};

/// Answers the client's share. Fails with bad_key_share if it is not valid (for ML-KEM: FIPS 203 §7.2),
/// no_common_group for a group that is not supported, random_failed. May throw bad_alloc.
[[nodiscard]] Result<Encapsulation> encapsulate(NamedGroup group, Bytes client_share, RandomSource& random);

}  // namespace handfast::crypto
