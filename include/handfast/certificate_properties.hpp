// What a certification authority says of a chain besides the certificates: whom to show it
// (draft-ietf-tls-trust-anchor-ids-04 §7).
#pragma once
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/trust_anchor_id.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// The properties of one chain. The defaults say nothing.
struct CertificateProperties {
  /// The ID of the trust anchor that issued the last certificate of the chain; empty: the chain has none.
  Octets trust_anchor_id;
  /// Groups that the trust anchor belongs to (§3.2). They need an ID of the anchor itself.
  std::vector<TrustAnchorRange> trust_anchor_group_inclusions;
  /// The chain is only for peers that ask for its issuer, by trust_anchors or by certificate_authorities; all
  /// others see another one, or none. (Not in draft 04, but in the text that follows it, as property 2.)
  bool trust_anchor_negotiation = false;

  /// The same values.
  bool operator==(const CertificateProperties&) const = default;
};

/// Reads a CertificatePropertyList: as it is, or the first block of PEM with the label "CERTIFICATE
/// PROPERTIES", such as the one that stands in front of the certificates of a file of the type
/// application/pem-certificate-chain-with-properties (§7.3). Properties of other kinds are passed over. PEM
/// without such a block gives the defaults.
/// Errors: bad_pem, own_certificate_properties_malformed.
Result<CertificateProperties> read_certificate_properties(Bytes file);

}  // namespace handfast
