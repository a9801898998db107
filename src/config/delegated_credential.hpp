// Delegated credentials as both sides read them (RFC 9345 §4).
#pragma once
#include <optional>

#include <handfast/delegated_credential.hpp>

#include "crypto/signature.hpp"
#include "message/extensions.hpp"
#include "x509/certificate.hpp"

namespace handfast {

/// A delegated credential that the key of its certificate has signed.
struct Delegation {
  crypto::PublicKey key;
  SignatureScheme scheme{};     ///< what its key signs a handshake with: dc_cert_verify_algorithm
  SignatureScheme algorithm{};  ///< what the certificate's key signed it with
  Time not_after;               ///< the last moment that it is good for

  /// RFC 9345 §4.1.3: it has not ended, and it will within the longest time that there may be. Errors:
  /// bad_delegated_credential.
  [[nodiscard]] Result<> check_time(Time now) const noexcept;
};

/// Whether the key of a delegated credential may sign handshakes so (RFC 9345 §4): what TLS 1.3 takes there,
/// but with RSA only if the key is for PSS alone.
[[nodiscard]] bool is_for_delegation(SignatureScheme scheme) noexcept;

/// What the certificate's key signs; `signer`: who will show it (RFC 9345 §4).
[[nodiscard]] Octets delegation_content(Role signer, const message::DelegatedCredential& delegated,
                                        Bytes certificate);

/// Checks what time does not change: the key, both schemes, and the signature by the certificate's key.
/// Errors: bad_delegated_credential; those of the certificate's own key.
Result<Delegation> read_delegation(Role signer, const message::DelegatedCredential& delegated,
                                   const x509::Certificate& certificate);
/// The same without the signature.
Result<Delegation> read_unchecked_delegation(const message::DelegatedCredential& delegated,
                                             const x509::Certificate& certificate);

/// One of ours.
struct OwnDelegation {
  Octets encoded;   ///< as it travels
  Octets key_info;  ///< the SubjectPublicKeyInfo in it
  Role role{};      ///< who may show it
  Delegation read;
};
/// From a file of ours: octets, or PEM. `unchecked`: its role, and nobody looks at the signature; none: the
/// signature says the role. Errors: bad_pem, own_delegated_credential_unusable.
Result<OwnDelegation> read_own_delegation(Bytes file, Bytes certificate,
                                          std::optional<Role> unchecked = std::nullopt);

}  // namespace handfast
