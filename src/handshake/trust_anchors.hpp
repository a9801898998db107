// Which chain to show a peer that says which trust anchors it has (draft-ietf-tls-trust-anchor-ids-04 §4).
#pragma once
#include "config/credential_directory.hpp"
#include "handshake/authentication.hpp"

namespace handfast::handshake {

class ServerHandshake;
/// None: the peer asks for none.
using RequestedTrustAnchors = std::optional<message::RequestedTrustAnchorList>;

/// IDs of ours as a list holds them: views that live as long as the IDs.
[[nodiscard]] std::vector<message::TrustAnchorID> listed(std::span<const Octets> ids);

/// Whether the chain's trust anchor, or a group that it belongs to, is among the first 256 that a peer asks
/// for (§4.2).
[[nodiscard]] bool is_requested(const Credential& credential,
                                const RequestedTrustAnchors& requested) noexcept;

/// Whether the chain is for those alone that ask for its issuer.
[[nodiscard]] bool needs_request(const Credential& credential) noexcept;

/// The authorities that a ClientHello or CertificateRequest of TLS 1.3 names; empty: none.
[[nodiscard]] auto authorities_of(const auto& extensions) {
  return extensions.certificate_authorities.value_or(message::CertificateAuthoritiesExtension()).authorities;
}
/// Whether a chain may be shown to a peer that names these authorities and, if `requested`, asks for its
/// trust anchor; that one of the two leads to it is enough (§4.2). `matters`: whether authorities count if
/// the credential does not say.
[[nodiscard]] bool suits_issuers(const Credential& credential, bool requested, const auto& authorities,
                                 bool matters) {
  if (requested) return true;
  if (needs_request(credential)) return is_issued_by(credential, authorities);
  return suits_authorities(credential, authorities, matters);
}

/// Which of these chains of ours the client asks for by their trust anchors, in the same order.
[[nodiscard]] std::vector<std::uint32_t> requested_of(const ServerHandshake& handshake, const Places& places);

/// §4.3: the trust anchors of all chains that could be shown to this client if it asked for them, most wanted
/// first, each once. Empty: it knows nothing of them, or there are none.
[[nodiscard]] std::vector<message::TrustAnchorID> available_trust_anchors(const ServerHandshake& handshake);

/// A client keeps what a server has. The views are of the message.
void keep_available(Handshake& handshake, const std::optional<message::AvailableTrustAnchorList>& available);

/// The peer says that it chose its chain by what `settings` ask for. Errors: illegal_value, as they name no
/// trust anchor.
Result<> accept_match(Handshake& handshake, const CommonSettings& settings);

}  // namespace handfast::handshake
