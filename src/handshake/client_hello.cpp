// How a ClientHello is put together.
#include "handshake/client_hello.hpp"

#include <algorithm>

#include "handshake/certificate_type.hpp"
#include "handshake/compressed_certificate.hpp"
#include "handshake/tls12.hpp"
#include "handshake/trust_anchors.hpp"
#include "schedule/suite.hpp"
#include "wire/codec.hpp"

namespace handfast::handshake {
namespace {

// A list of ours with a reserved value in front of it.
template <class T, std::size_t N>
class Greased {
 public:
  Greased(std::uint16_t grease, std::span<const T> values) noexcept {
    if (grease != 0) values_[count_++] = static_cast<T>(grease);
    for (const T value : values) add(value);
  }
  void add(T value) noexcept {
    if (count_ < N) values_[count_++] = value;
  }
  [[nodiscard]] std::span<const T> span() const noexcept { return {values_.data(), count_}; }

 private:
  std::array<T, N> values_{};
  std::size_t count_ = 0;
};

// The arrays that the views of a ClientHello point into.
struct Arrays {
  Greased<CipherSuite, 33> suites;
  Greased<NamedGroup, 13> groups;
  Greased<SignatureScheme, 21> schemes;
  Greased<ProtocolVersion, 4> versions;
  std::array<message::ServerName, 1> names{};
  CertificateTypes own_types{};
  CompressionList compressions{};
  bool has_cbc_suite = false;
  bool has_ecdhe12_suite = false;
  std::vector<message::ProtocolName> protocols{};
  std::vector<message::TrustAnchorID> trust_anchors{};
  std::vector<message::KeyShareEntry> shares{};
  std::vector<message::PskIdentity> identities{};
  std::vector<message::PskBinderEntry> binders{};
  std::array<wire::ExtensionSlot, 3> order = {wire::ExtensionSlot::others(), wire::ExtensionSlot::others(),
                                              wire::ExtensionSlot::others()};
};

constexpr std::array<std::uint8_t, 1> one_zero = {0};
constexpr std::array<ECPointFormat, 1> point_formats = {ECPointFormat::uncompressed};

// What belongs to a version that is not offered could never be negotiated: it is not offered either.
void fill_suites(const ClientSettings& settings, Arrays& arrays) noexcept {
  const auto& groups = settings.policy.groups;
  const bool has_curve = std::any_of(groups.begin(), groups.end(), crypto::is_classical);
  for (const CipherSuite suite : settings.policy.cipher_suites) {
    const schedule::SuiteInfo* info = schedule::suite_info(suite);
    if (!settings.policy.allows(info->version)) continue;
    const bool ecdhe12 = info->key_exchange == schedule::KeyExchange::ecdhe;
    if (ecdhe12 && !has_curve) continue;
    arrays.suites.add(suite);
    arrays.has_cbc_suite = arrays.has_cbc_suite || info->cbc.has_value();
    arrays.has_ecdhe12_suite = arrays.has_ecdhe12_suite || ecdhe12;
  }
  if (settings.fallback) arrays.suites.add(CipherSuite::TLS_FALLBACK_SCSV);
}

void fill_groups(const Policy& policy, Arrays& arrays) noexcept {
  for (const NamedGroup group : policy.groups)
    if (policy.allows(ProtocolVersion::tls13) || crypto::is_classical(group)) arrays.groups.add(group);
}

// [8446:4.2.1#1] [8446:9.2#3]
Greased<ProtocolVersion, 4> offered_versions(const Policy& policy, const Grease& grease) noexcept {
  Greased<ProtocolVersion, 4> versions(grease.version, {});
  if (policy.allows(ProtocolVersion::tls13)) versions.add(ProtocolVersion::tls13);
  if (policy.allows(ProtocolVersion::tls12)) versions.add(ProtocolVersion::tls12);
  return versions;
}

void fill_shares(const Attempt& attempt, Arrays& arrays) {
  arrays.shares.reserve(attempt.shares.size() + 1);
  // RFC 8446 §4.1.2: the second hello holds the one share that was asked for; if none was (a cookie alone),
  // the shares stay as they were [8446:4.1.2#2].
  if (attempt.grease.enabled() && !attempt.share_asked)
    arrays.shares.push_back({static_cast<NamedGroup>(attempt.grease.group), Bytes(one_zero)});
  for (const crypto::PrivateShare& share : attempt.shares)
    arrays.shares.push_back({share.group(), share.public_share()});
}

// RFC 7250 §4.1: said only where it is not the default.
void fill_certificate_types(const ClientSettings& settings, Arrays& arrays, auto& extensions) {
  arrays.own_types = own_certificate_types(settings);
  if (!goes_without_saying(arrays.own_types)) extensions.client_certificate_type = {arrays.own_types.span()};
  if (!goes_without_saying(settings.peer_certificate_types))
    extensions.server_certificate_type = {settings.peer_certificate_types.span()};
}

void fill_extensions(const ClientSettings& settings, const ServerName& name, const Attempt& attempt,
                     Arrays& arrays, message::ClientHello& hello) {
  auto& extensions = hello.extensions;
  // [8446:9.2#13]
  // RFC 6066 §3: literal addresses are not sent.
  if (settings.send_server_name && name.is_dns()) {
    arrays.names[0] = {NameType::host_name, as_bytes(name.text())};
    extensions.server_name = {arrays.names};
  }
  if (settings.request_ocsp) extensions.status_request.emplace();
  // RFC 8422 §4: what speaks of curves goes with suites that use them [8422:4#2].
  if (arrays.has_ecdhe12_suite || settings.policy.allows(ProtocolVersion::tls13))
    extensions.supported_groups = {arrays.groups.span()};
  // [5246:7.4.1.4.1#2] [8446:4.2.3#2] [8446:9.2#4]
  extensions.signature_algorithms = {arrays.schemes.span()};
  if (!settings.application_protocols.empty()) {
    for (const std::string& protocol : settings.application_protocols)
      arrays.protocols.push_back(as_bytes(protocol));
    extensions.application_layer_protocol_negotiation = {arrays.protocols};
  }
  if (settings.policy.allows(ProtocolVersion::tls12)) {
    // RFC 8422 §5.1.2 [8422:5.1#1] [8422:5.1.2#3], RFC 7366, RFC 7627 §5.2 [7627:5.2#1] [7627:5.3#1], RFC
    // 5746 §3.4 [5746:3.4#1].
    if (arrays.has_ecdhe12_suite) extensions.ec_point_formats = {point_formats};
    if (arrays.has_cbc_suite) extensions.encrypt_then_mac.emplace();
    extensions.extended_master_secret.emplace();
    extensions.renegotiation_info.emplace();
    // RFC 5077 §3.2: the ticket, or empty, which asks for one [5077:3.2#1,2].
    if (settings.session_store) extensions.session_ticket = {attempt.session_ticket};
    if (settings.max_fragment_length) extensions.max_fragment_length = {*settings.max_fragment_length};
  }
  fill_certificate_types(settings, arrays, extensions);
  if (settings.request_signed_certificate_timestamps) extensions.signed_certificate_timestamp.emplace();
  if (settings.record_size_limit != 0) extensions.record_size_limit = {settings.record_size_limit};
  if (settings.policy.allows(ProtocolVersion::tls13))
    extensions.supported_versions = {arrays.versions.span()};
  // [8446:4.2.2#1]
  if (!attempt.cookie.empty()) extensions.cookie = {attempt.cookie};
  if (settings.policy.allows(ProtocolVersion::tls13)) {
    fill_shares(attempt, arrays);
    // [8446:9.2#5,6]
    extensions.key_share = {arrays.shares};
    arrays.compressions = offered_compressions(settings);  // RFC 8879 §3
    if (!arrays.compressions.empty()) extensions.compress_certificate = {arrays.compressions};
    if (!settings.delegated_credentials.empty())  // RFC 9345 §4.1.1
      extensions.delegated_credential = {settings.delegated_credentials.span()};
    if (settings.requested_trust_anchors) {
      arrays.trust_anchors = listed(*settings.requested_trust_anchors);
      extensions.trust_anchors = {arrays.trust_anchors};
    }
  }
  if (attempt.grease.enabled()) {
    using wire::ExtensionSlot;
    arrays.order = {ExtensionSlot::raw(static_cast<ExtensionType>(attempt.grease.first_extension), {}),
                    ExtensionSlot::others(),
                    ExtensionSlot::raw(static_cast<ExtensionType>(attempt.grease.last_extension), one_zero)};
    extensions.set_order(arrays.order);
  }
}

constexpr std::array psk_modes = {PskKeyExchangeMode::psk_dhe_ke, PskKeyExchangeMode::psk_ke};

// Identities, and room for their binders: what these cover is not complete yet.
void fill_psks(const ClientSettings& settings, const Attempt& attempt, Arrays& arrays,
               message::ClientHello& hello) {
  auto& extensions = hello.extensions;
  if (!settings.policy.allows(ProtocolVersion::tls13)) return;
  // RFC 8446 §4.2.9: the modes also tell a server which tickets are of use here [8446:4.2.9#1,2]
  // [8446:9.2#8].
  if (settings.session_store || !attempt.psks.empty())
    extensions.psk_key_exchange_modes = {
        std::span(psk_modes).first(settings.allow_psk_without_key_exchange ? 2 : 1)};
  if (settings.ticket_request)
    extensions.ticket_request = {settings.ticket_request->new_session, settings.ticket_request->resumption};
  if (attempt.psks.empty()) return;
  static constexpr std::array<std::uint8_t, crypto::max_digest_size> room{};
  for (const ClientPsk& psk : attempt.psks) {
    arrays.identities.push_back({psk.identity, psk.obfuscated_ticket_age});
    arrays.binders.push_back(Bytes(room).first(crypto::digest_size(psk.hash)));
  }
  extensions.pre_shared_key = {arrays.identities, arrays.binders};
  // [8446:4.2.10#1]
  if (attempt.early_data) extensions.early_data.emplace();
}

// RFC 8446 §4.2.11.2: each binder covers all that came before and this hello up to the binders
// [8446:4.2.9#2] [8446:9.2#7].
void write_binders(const Attempt& attempt, const schedule::Transcript& before, Bytes covered,
                   MutableBytes binders) {
  std::size_t at = 2;  // behind the list's length
  for (const ClientPsk& psk : attempt.psks) {
    const crypto::Digest digest =
        before.selected() ? before.digest_with(covered) : crypto::hash(psk.hash, covered);
    const crypto::MacValue binder = psk.secret.binder(psk.kind, digest);
    copy(binder.view(), binders.subspan(at + 1, binder.size()));
    at += 1 + binder.size();
  }
}

OfferedExtensions offered_extensions(const message::ClientHello& hello) {
  OfferedExtensions offered;
  auto note = [&offered](ExtensionType type, const auto& member) {
    if (member) offered.add(type);
    return false;
  };
  message::ClientHelloExtensions::wire(note, hello.extensions);
  return offered;
}

}  // namespace

// RFC 8446 §4.1.2, §D.4 [8446:4.1.2#7,8].
Bytes legacy_session_id(const ClientSettings& settings, const Attempt& attempt) noexcept {
  if (!attempt.session_id12.empty()) return attempt.session_id12;
  if (settings.middlebox_compatibility && settings.policy.allows(ProtocolVersion::tls13))
    return attempt.session_id;
  return {};
}

Grease draw_grease(Bytes random) noexcept {
  const auto value = [&](std::size_t i) {
    return static_cast<std::uint16_t>(0x0a0a + 0x1010 * (random[i] >> 4));
  };
  Grease grease{value(0), value(1), value(2), value(3), value(4), value(5)};
  if (grease.first_extension == grease.last_extension)
    grease.last_extension = static_cast<std::uint16_t>(grease.last_extension ^ 0x1010);
  return grease;
}

Result<OfferedExtensions> append_client_hello(const ClientSettings& settings, const ServerName& name,
                                              const Attempt& attempt, const schedule::Transcript& before,
                                              Octets& out) {
  const Policy& policy = settings.policy;
  Arrays arrays{
      .suites = {attempt.grease.cipher_suite, {}},
      .groups = {attempt.grease.group, {}},
      .schemes = {attempt.grease.signature_scheme, policy.signature_schemes.span()},
      .versions = offered_versions(policy, attempt.grease),
  };
  fill_suites(settings, arrays);
  fill_groups(policy, arrays);
  message::ClientHello hello;
  hello.random = attempt.random;
  hello.legacy_session_id = legacy_session_id(settings, attempt);
  hello.cipher_suites = arrays.suites.span();
  // [8446:4.1.2#10] [5246:7.4.1.2#5]
  hello.legacy_compression_methods = one_zero;
  fill_extensions(settings, name, attempt, arrays, hello);
  fill_psks(settings, attempt, arrays, hello);
  const std::size_t start = out.size();
  if (auto appended = wire::append_message(hello, out); !appended) return fail(appended.error());
  const MutableBytes whole = MutableBytes(out).subspan(start);
  const std::size_t covered = message::truncated(whole, hello).size();
  write_binders(attempt, before, whole.first(covered), whole.subspan(covered));
  return offered_extensions(hello);
}

}  // namespace handfast::handshake
