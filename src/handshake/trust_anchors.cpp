// Trust anchors that peers ask for, and those of our chains.
#include "handshake/trust_anchors.hpp"

#include <algorithm>

#include "config/credential_contents.hpp"
#include "handshake/certificate_type.hpp"
#include "handshake/delegation.hpp"
#include "handshake/server_handshake.hpp"

namespace handfast::handshake {
namespace {

bool is_known(std::span<const Credential> credentials, std::string_view name) {
  return std::ranges::any_of(credentials, [name](const Credential& each) { return each.matches(name); });
}

// Whether nothing but the issuers that the client names speaks against this one, or how it is signed.
bool could_be_shown(const ServerHandshake& hs, const Credential& credential) {
  const message::ClientHello& hello = hs.hello();
  if (!takes_type(hello, credential.type())) return false;
  const auto& schemes = hello.extensions.signature_algorithms;
  return schemes &&
         choose_scheme13(hs, hs.settings().policy, credential, schemes->supported_signature_algorithms,
                         hello.extensions.delegated_credential);
}

// Adds an ID that is not there yet, as long as the field has room for it.
void add(std::vector<message::TrustAnchorID>& list, std::size_t& octets, Bytes id) {
  const auto same = [id](Bytes other) { return equal(id, other); };
  if (id.empty() || octets + 1 + id.size() > 0xffff || std::ranges::any_of(list, same)) return;
  octets += 1 + id.size();
  list.emplace_back(id);
}

}  // namespace

std::vector<message::TrustAnchorID> listed(std::span<const Octets> ids) { return {ids.begin(), ids.end()}; }

bool is_requested(const Credential& credential, const RequestedTrustAnchors& requested) noexcept {
  const CertificateProperties& properties = credential.contents().properties;
  if (!requested || properties.trust_anchor_id.empty()) return false;
  const auto& groups = properties.trust_anchor_group_inclusions;
  for (const Bytes id : requested->trust_anchor_list) {
    if (equal(id, properties.trust_anchor_id)) return true;
    if (std::ranges::any_of(groups, [id](const TrustAnchorRange& range) { return range.contains(id); }))
      return true;
  }
  return false;
}

bool needs_request(const Credential& credential) noexcept {
  return credential.contents().properties.trust_anchor_negotiation;
}

std::vector<message::TrustAnchorID> available_trust_anchors(const ServerHandshake& hs) {
  const ServerSettings& settings = hs.settings();
  if (!hs.hello().extensions.trust_anchors) return {};
  if (!settings.available_trust_anchors.empty()) return listed(settings.available_trust_anchors);
  // §9.2: what belongs to other names is not told.
  const std::string_view name = requested_name(hs.hello());
  const bool by_name = !name.empty() && is_known(settings.credentials, name);
  std::vector<message::TrustAnchorID> list;
  std::size_t octets = 0;
  // RFC 8446 §4.4.2.2: a chain that the client cannot check is shown if there is no other.
  for (const bool checkable : {true, false}) {
    for (const Credential& credential : settings.credentials)
      if (can_check(hs.hello(), credential) == checkable && (!by_name || credential.matches(name)) &&
          could_be_shown(hs, credential))
        add(list, octets, credential.contents().properties.trust_anchor_id);
    if (!list.empty()) break;
  }
  return list;
}

void keep_available(Handshake& hs, const std::optional<message::AvailableTrustAnchorList>& available) {
  if (!available) return;
  for (const Bytes id : available->trust_anchor_list)
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
