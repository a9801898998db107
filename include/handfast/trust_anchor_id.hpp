// Trust anchor IDs: short names of certification authorities, or of groups of them.
//
// TLS knows them by a draft of the IETF, draft-ietf-tls-trust-anchor-ids-04, as BoringSSL speaks it: its
// extension trust_anchors has the number 0xca34, which IANA has not assigned. Both may still change.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <handfast/bytes.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// An ID in TLS is the contents of a relative object identifier in DER, below 1.3.6.1.4.1 (§3): 1 to this
/// many octets.
inline constexpr std::size_t max_trust_anchor_id_size = 255;
/// Octets of the IDs in one list of ours, each with one more for its length: the messages that hold the lists
/// have to fit what peers read. Of a peer's list the first 256 IDs are looked at.
inline constexpr std::size_t max_trust_anchor_list_size = 8192;

/// The octets of an ID in dotted decimal notation, such as "32473.1". None: it is not one, a number in it
/// does not fit 64 bits, or it would have more than 255 octets.
std::optional<Octets> parse_trust_anchor_id(std::string_view text);
/// The other way round. Octets that are not such an ID come in hexadecimal digits, "0x8001".
std::string trust_anchor_id_to_text(Bytes id);

/// The IDs that have `base` in front of one more number from `min` to `max` (§3.1): the versions of a group.
struct TrustAnchorRange {
  Octets base;            ///< an ID
  std::uint64_t min = 0;  ///< the smallest number
  std::uint64_t max = 0;  ///< the largest; 2^64 - 1: there is no limit

  /// Whether this is one of them.
  [[nodiscard]] bool contains(Bytes id) const noexcept;
  /// The same values.
  bool operator==(const TrustAnchorRange&) const = default;
};

}  // namespace handfast
