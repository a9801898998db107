// Trust anchors that peers ask for, and those of our chains.
#include "handshake/trust_anchors.hpp"

#include <algorithm>

#include "config/credential_contents.hpp"
#include "handshake/certificate_type.hpp"
#include "handshake/delegation.hpp"
#include "handshake/server_handshake.hpp"

namespace handfast::handshake {
namespace {

// Whether nothing but the issuers that the client names speaks against this one, or how it is signed.
bool could_be_shown(const ServerHandshake& hs, const Credential& credential) {
  const message::ClientHello& hello = hs.hello();
  if (!takes_type(hello, credential.type())) return false;
  const auto& schemes = hello.extensions.signature_algorithms;
  return schemes &&
         choose_scheme13(hs, hs.settings().policy, credential, schemes->supported_signature_algorithms,
                         hello.extensions.delegated_credential);
}

// A longer list of a peer is not looked at behind this.
constexpr std::size_t most_ids = 256;

// Adds an ID that is not there yet, as long as a list may be.
void add(std::vector<message::TrustAnchorID>& list, std::size_t& octets, Bytes id) {
  const auto same = [id](Bytes other) { return equal(id, other); };
  const bool full = list.size() == most_ids || octets + 1 + id.size() > max_trust_anchor_list_size;
  if (id.empty() || full || std::ranges::any_of(list, same)) return;
  octets += 1 + id.size();
  list.emplace_back(id);
}

}  // namespace

std::vector<message::TrustAnchorID> listed(std::span<const Octets> ids) { return {ids.begin(), ids.end()}; }

bool is_requested(const Credential& credential, const RequestedTrustAnchors& requested) noexcept {
  const CertificateProperties& properties = credential.contents().properties;
  if (!requested || properties.trust_anchor_id.empty()) return false;
  const auto& groups = properties.trust_anchor_group_inclusions;
  std::size_t seen = 0;
  for (const Bytes id : requested->trust_anchor_list) {
    if (++seen > most_ids) break;
    if (equal(id, properties.trust_anchor_id)) return true;
    if (std::ranges::any_of(groups, [id](const TrustAnchorRange& range) { return range.contains(id); }))
      return true;
  }
  return false;
}

bool needs_request(const Credential& credential) noexcept {
  return credential.contents().properties.trust_anchor_negotiation;
}

std::vector<std::uint32_t> requested_of(const ServerHandshake& hs, const Places& places) {
  std::vector<std::uint32_t> found;
  const auto& requested = hs.hello().extensions.trust_anchors;
  if (!requested) return found;
  for (const std::uint32_t place : places)
    if (is_requested(hs.settings().credentials[place], requested)) found.push_back(place);
  return found;
}

std::vector<message::TrustAnchorID> available_trust_anchors(const ServerHandshake& hs) {
  const ServerSettings& settings = hs.settings();
  if (!hs.hello().extensions.trust_anchors) return {};
  if (!settings.available_trust_anchors.empty()) return listed(settings.available_trust_anchors);
  // §9.2: what belongs to other names is not told.
  const RequestedName name(*hs.config, hs.hello());
  const Places places = name.places.empty() ? hs.config->directory().named_like_first() : name.places;
  std::vector<message::TrustAnchorID> list;
  std::size_t octets = 0;
  // RFC 8446 §4.4.2.2: a chain that the client cannot check is shown if there is no other.
  for (const bool checkable : {true, false}) {
    bool any = false;
    for (const std::uint32_t place : places) {
      const Credential& credential = settings.credentials[place];
      if (can_check(hs.hello(), credential) != checkable || !could_be_shown(hs, credential)) continue;
      any = true;
      add(list, octets, credential.contents().properties.trust_anchor_id);
    }
    if (any) break;
  }
  return list;
}

void keep_available(Handshake& hs, const std::optional<message::AvailableTrustAnchorList>& available) {
  if (!available) return;
  // The most wanted come first.
  for (const Bytes id : available->trust_anchor_list)
    if (hs.summary.available_trust_anchors.size() < most_ids)
      hs.summary.available_trust_anchors.push_back(to_octets(id));
}

Result<> accept_match(Handshake& hs, const CommonSettings& settings) {
  // §4.1: said only of a chain that was asked for.
  if (settings.requested_trust_anchors->empty())
    return fail(ErrorCode::illegal_value, "trust_anchors: no chain was asked for");
  hs.summary.peer_trust_anchor_matched = true;
  return {};
}

}  // namespace handfast::handshake
