// One table of flags: a name, and where its value goes.
#include "bogo/flags.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <variant>

namespace handfast::bogo {
namespace {

/// Opens a new credential.
struct NewCredential {
  bool is_psk = false;
  bool raw_public_key = false;
};
/// What the peer has to say of its chain.
struct ExpectMatch {
  bool matched;
};
/// No key shares at all.
struct NoKeyShares {};

using Target =
    std::variant<bool Flags::*, std::uint16_t Flags::*, std::uint64_t Flags::*, std::string Flags::*,
                 Octets Flags::*, Numbers Flags::*, std::optional<Numbers> Flags::*,
                 std::optional<std::uint16_t> Flags::*, std::string CredentialFlags::*,
                 bool CredentialFlags::*, Octets CredentialFlags::*, Numbers CredentialFlags::*,
                 std::optional<Octets> Flags::*, NewCredential, NoKeyShares, ExpectMatch>;

struct Row {
  std::string_view name;
  Target target;
};

const Row table[] = {
    // Plumbing.
    {"-port", &Flags::port},
    {"-shim-id", &Flags::shim_id},
    {"-ipv6", &Flags::ipv6},
    {"-server", &Flags::server},
    {"-resume-count", &Flags::resume_count},
    {"-async", &Flags::async},
    {"-is-handshaker-supported", &Flags::is_handshaker_supported},
    {"-write-settings", &Flags::ignored_text},
    // What every connection here does, or has no other way to do.
    {"-implicit-handshake", &Flags::ignored},
    {"-handshake-twice", &Flags::ignored},
    {"-no-op-extra-handshake", &Flags::ignored},
    {"-partial-write", &Flags::ignored},
    {"-use-early-callback", &Flags::ignored},
    {"-install-ddos-callback", &Flags::ignored},
    {"-use-old-client-cert-callback", &Flags::ignored},
    {"-expect-verify-result", &Flags::ignored},
    {"-expect-cipher-no-aes", &Flags::ignored_text},
    {"-allow-hint-mismatch", &Flags::ignored},
    {"-renegotiate-ignore", &Flags::ignored},
    {"-forbid-renegotiation-after-handshake", &Flags::ignored},
    {"-permute-extensions", &Flags::ignored},
    {"-no-tls11", &Flags::ignored},
    {"-no-tls1", &Flags::ignored},
    {"-expect-secure-renegotiation", &Flags::no_legacy_server_connect},
    // What is spoken.
    {"-min-version", &Flags::min_version},
    {"-max-version", &Flags::max_version},
    {"-no-tls13", &Flags::no_tls13},
    {"-no-tls12", &Flags::no_tls12},
    {"-fallback-scsv", &Flags::fallback_scsv},
    {"-enable-grease", &Flags::enable_grease},
    {"-no-legacy-server-connect", &Flags::no_legacy_server_connect},
    {"-server-preference", &Flags::server_preference},
    {"-cipher", &Flags::cipher},
    {"-fips-202205", &Flags::fips_202205},
    {"-wpa-202304", &Flags::wpa_202304},
    {"-cnsa-202407", &Flags::cnsa_202407},
    {"-cnsa1-202603", &Flags::cnsa1_202603},
    {"-cnsa2-202603", &Flags::cnsa2_202603},
    {"-curves", &Flags::curves},
    {"-key-shares", &Flags::key_shares},
    {"-no-key-shares", NoKeyShares()},
    {"-server-supported-groups-hint", &Flags::server_supported_groups_hint},
    {"-verify-prefs", &Flags::verify_prefs},
    {"-max-cert-list", &Flags::max_cert_list},
    // Who is who.
    {"-new-x509-credential", NewCredential()},
    {"-new-psk-credential", NewCredential{.is_psk = true}},
    {"-psk-importer-key", &CredentialFlags::psk_importer_key},
    {"-psk-importer-identity", &CredentialFlags::psk_importer_identity},
    {"-psk-importer-context", &CredentialFlags::psk_importer_context},
    {"-psk-importer-sha256", &Flags::ignored},
    {"-psk-importer-sha384", &CredentialFlags::psk_importer_sha384},
    {"-new-rpk-credential", NewCredential{.raw_public_key = true}},
    {"-install-cert-compression-algs", &Flags::install_cert_compression_algs},
    {"-install-one-cert-compression-alg", &Flags::install_one_cert_compression_alg},
    {"-accepted-peer-cert-types", &Flags::accepted_peer_cert_types},
    {"-available-client-cert-types", &Flags::available_client_cert_types},
    {"-cert-file", &CredentialFlags::cert_file},
    {"-key-file", &CredentialFlags::key_file},
    {"-signing-prefs", &CredentialFlags::signing_prefs},
    {"-must-match-issuer", &CredentialFlags::must_match_issuer},
    {"-new-delegated-credential", NewCredential()},
    {"-delegated-credential", &CredentialFlags::delegated_credential},
    {"-cert-properties", &CredentialFlags::cert_properties},
    {"-requested-trust-anchors", &Flags::requested_trust_anchors},
    {"-available-trust-anchors", &Flags::available_trust_anchors},
    {"-ocsp-response", &CredentialFlags::ocsp_response},
    {"-signed-cert-timestamps", &CredentialFlags::signed_cert_timestamps},
    {"-trust-cert", &Flags::ignored_text},
    {"-verify-peer", &Flags::verify_peer},
    {"-verify-fail", &Flags::verify_fail},
    {"-use-custom-verify-callback", &Flags::use_custom_verify_callback},
    {"-require-any-client-certificate", &Flags::require_any_client_certificate},
    {"-fail-cert-callback", &Flags::fail_cert_callback},
    {"-fail-early-callback", &Flags::fail_early_callback},
    {"-fail-ddos-callback", &Flags::fail_ddos_callback},
    {"-enable-ocsp-stapling", &Flags::enable_ocsp_stapling},
    {"-enable-signed-cert-timestamps", &Flags::enable_signed_cert_timestamps},
    {"-use-ocsp-callback", &Flags::use_ocsp_callback},
    {"-set-ocsp-in-callback", &Flags::set_ocsp_in_callback},
    {"-decline-ocsp-callback", &Flags::decline_ocsp_callback},
    {"-fail-ocsp-callback", &Flags::fail_ocsp_callback},
    // Sessions. Why early data was refused each library says in words of its own.
    {"-no-ticket", &Flags::no_ticket},
    {"-use-ticket-callback", &Flags::ignored},
    {"-use-ticket-aead-callback", &Flags::ignored},
    {"-renew-ticket", &Flags::ignored},
    {"-skip-ticket", &Flags::skip_ticket},
    {"-enable-early-data", &Flags::enable_early_data},
    {"-reverify-on-resume", &Flags::reverify_on_resume},
    {"-resumption-delay", &Flags::resumption_delay},
    {"-expect-ticket-age-skew", &Flags::ignored_text},
    {"-expect-early-data-reason", &Flags::ignored_text},
    // Names and protocols.
    {"-host-name", &Flags::host_name},
    {"-no-server-name-ack", &Flags::no_server_name_ack},
    {"-advertise-alpn", &Flags::advertise_alpn},
    {"-select-alpn", &Flags::select_alpn},
    {"-decline-alpn", &Flags::decline_alpn},
    {"-reject-alpn", &Flags::reject_alpn},
    {"-select-empty-alpn", &Flags::select_empty_alpn},
    // What is done with the connection.
    {"-shim-writes-first", &Flags::shim_writes_first},
    {"-shim-initial-write", &Flags::shim_initial_write},
    {"-repeat-shim-initial-write", &Flags::repeat_shim_initial_write},
    {"-read-with-unfinished-write", &Flags::read_with_unfinished_write},
    {"-write-different-record-sizes", &Flags::write_different_record_sizes},
    {"-shim-shuts-down", &Flags::shim_shuts_down},
    {"-check-close-notify", &Flags::check_close_notify},
    {"-send-alert", &Flags::send_alert},
    {"-key-update", &Flags::key_update},
    {"-key-update-before-read", &Flags::key_update_before_read},
    {"-read-size", &Flags::read_size},
    {"-early-write-after-message", &Flags::early_write_after_message},
    {"-export-keying-material", &Flags::export_keying_material},
    {"-export-label", &Flags::export_label},
    {"-export-context", &Flags::export_context},
    {"-use-export-context", &Flags::use_export_context},
    {"-use-exporter-between-reads", &Flags::use_exporter_between_reads},
    {"-export-traffic-secrets", &Flags::export_traffic_secrets},
    {"-tls-unique", &Flags::tls_unique},
    // What must have come of it.
    {"-expect-version", &Flags::expect_version},
    {"-expect-curve-id", &Flags::expect_curve_id},
    {"-expect-cipher", &Flags::expect_cipher},
    {"-expect-cipher-aes", &Flags::expect_cipher_aes},
    {"-expect-peer-signature-algorithm", &Flags::expect_peer_signature_algorithm},
    {"-expect-total-renegotiations", &Flags::expect_total_renegotiations},
    {"-expect-selected-credential", &Flags::expect_selected_credential},
    {"-expect-msg-callback", &Flags::expect_msg_callback},
    {"-expect-client-ca-list", &Flags::expect_client_ca_list},
    {"-expect-peer-verify-pref", &Flags::expect_peer_verify_pref},
    {"-expect-server-name", &Flags::expect_server_name},
    {"-expect-no-server-name", &Flags::expect_no_server_name},
    {"-expect-alpn", &Flags::expect_alpn},
    {"-expect-advertised-alpn", &Flags::expect_advertised_alpn},
    {"-expect-peer-cert-file", &Flags::expect_peer_cert_file},
    {"-expect-peer-certificate-type", &Flags::expect_peer_certificate_type},
    {"-expect-peer-rpk-sha256", &Flags::expect_peer_rpk_sha256},
    {"-expect-no-peer-cert", &Flags::expect_no_peer_cert},
    {"-expect-ocsp-response", &Flags::expect_ocsp_response},
    {"-expect-signed-cert-timestamps", &Flags::expect_signed_cert_timestamps},
    {"-expect-peer-match-trust-anchor", ExpectMatch{true}},
    {"-expect-no-peer-match-trust-anchor", ExpectMatch{false}},
    {"-expect-peer-available-trust-anchors", &Flags::expect_peer_available_trust_anchors},
    {"-expect-hrr", &Flags::expect_hrr},
    {"-expect-no-hrr", &Flags::expect_no_hrr},
    {"-expect-extended-master-secret", &Flags::expect_extended_master_secret},
    {"-expect-session-miss", &Flags::expect_session_miss},
    {"-expect-no-session", &Flags::expect_no_session},
    {"-expect-ticket-renewal", &Flags::expect_ticket_renewal},
    {"-expect-session-id", &Flags::expect_session_id},
    {"-expect-no-session-id", &Flags::expect_no_session_id},
    {"-expect-ticket-supports-early-data", &Flags::expect_ticket_supports_early_data},
    {"-expect-accept-early-data", &Flags::expect_accept_early_data},
    {"-expect-reject-early-data", &Flags::expect_reject_early_data},
    {"-expect-no-offer-early-data", &Flags::expect_no_offer_early_data},
};

Octets from_base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Octets octets;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char digit : text) {
    const auto value = digits.find(digit);
    if (value == std::string_view::npos) break;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    octets.push_back(static_cast<std::uint8_t>(bits >> held));
  }
  return octets;
}

/// Stores one value at its place.
struct Store {
  Flags& flags;
  const char* text;

  [[nodiscard]] std::uint16_t number() const {
    return static_cast<std::uint16_t>(std::strtoul(text, nullptr, 10));
  }
  [[nodiscard]] CredentialFlags& credential() const {
    return flags.credentials.empty() ? flags.credential : flags.credentials.back();
  }
  void set(bool& to) const { to = true; }
  void set(std::uint16_t& to) const { to = number(); }
  void set(std::uint64_t& to) const { to = std::strtoull(text, nullptr, 10); }
  void set(std::string& to) const { to = text; }
  void set(Octets& to) const { to = from_base64(text); }
  void set(std::optional<Octets>& to) const { to = from_base64(text); }
  void set(Numbers& to) const { to.push_back(number()); }
  void set(std::optional<std::uint16_t>& to) const { to = number(); }
  void set(std::optional<Numbers>& to) const {
    if (!to) to.emplace();
    set(*to);
  }

  void operator()(NewCredential wanted) const {
    CredentialFlags& credential = flags.credentials.emplace_back();
    credential.is_psk = wanted.is_psk;
    credential.raw_public_key = wanted.raw_public_key;
  }
  void operator()(ExpectMatch wanted) const { flags.expect_peer_match_trust_anchor = wanted.matched; }
  void operator()(NoKeyShares) const { flags.key_shares.emplace(); }
  template <class T>
  void operator()(T Flags::* member) const {
    set(flags.*member);
  }
  template <class T>
  void operator()(T CredentialFlags::* member) const {
    set(credential().*member);
  }
};

bool takes_value(const Target& target) {
  return !std::holds_alternative<bool Flags::*>(target) &&
         !std::holds_alternative<bool CredentialFlags::*>(target) &&
         !std::holds_alternative<NewCredential>(target) && !std::holds_alternative<NoKeyShares>(target) &&
         !std::holds_alternative<ExpectMatch>(target);
}

/// Whether the name began with the prefix, which is gone then.
bool take_prefix(std::string_view& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size() - 1);  // its last hyphen is the name's first
  return true;
}

/// Which connections a flag is about; takes the words that say so off its name.
std::vector<Flags*> connections_of(std::string_view& name, FlagSets& sets) {
  // There is no handshaker of its own here.
  const bool elsewhere = take_prefix(name, "-on-handshaker-");
  take_prefix(name, "-on-shim-");
  std::vector<Flags*> connections = {&sets.initial, &sets.resume, &sets.retry};
  if (take_prefix(name, "-on-initial-")) connections = {&sets.initial};
  if (take_prefix(name, "-on-resume-")) connections = {&sets.resume};
  if (take_prefix(name, "-on-retry-")) connections = {&sets.retry};
  return elsewhere ? std::vector<Flags*>() : connections;
}

}  // namespace

std::optional<FlagSets> parse_flags(std::span<char* const> arguments) {
  FlagSets sets;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view name = arguments[i];
    const std::vector<Flags*> connections = connections_of(name, sets);
    const auto* row = std::ranges::find(table, name, &Row::name);
    if (row == std::end(table) || (takes_value(row->target) && i + 1 == arguments.size())) {
      std::fprintf(stderr, "unknown flag: %s\n", arguments[i]);
      return std::nullopt;
    }
    const char* text = takes_value(row->target) ? arguments[++i] : "";
    for (Flags* flags : connections) std::visit(Store{*flags, text}, row->target);
  }
  return sets;
}

}  // namespace handfast::bogo
