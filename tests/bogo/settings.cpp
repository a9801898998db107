// The runner's flags as the settings of a configuration.
#include "bogo/settings.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "bogo/compression.hpp"

namespace handfast::bogo {
namespace {

// What the runner takes for granted where no flag says anything.
Policy default_policy() {
  using enum SignatureScheme;
  Policy policy = policies::classic;
  policy.name = "bogo";
  policy.groups = {NamedGroup::X25519MLKEM768, NamedGroup::x25519, NamedGroup::secp256r1,
                   NamedGroup::secp384r1};
  policy.signature_schemes = {ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256,
                              ecdsa_secp384r1_sha384, rsa_pss_rsae_sha384, rsa_pkcs1_sha384,
                              rsa_pss_rsae_sha512,    rsa_pkcs1_sha512};
  policy.min_rsa_bits = 1024;  // the runner has one such key
  policy.require_extended_master_secret = false;
  return policy;
}

// Named sets of parameters that the runner asks for as a whole: NIST SP 800-52, WPA3, CNSA 1 and 2.
void set_compliance(Policy& policy, const Flags& flags) {
  using enum SignatureScheme;
  using enum CipherSuite;
  if (flags.fips_202205) {
    policy.cipher_suites = {TLS_AES_128_GCM_SHA256,
                            TLS_AES_256_GCM_SHA384,
                            TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                            TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                            TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                            TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384};
    policy.groups = {NamedGroup::secp256r1, NamedGroup::secp384r1};
    policy.signature_schemes = {rsa_pkcs1_sha256,       rsa_pkcs1_sha384,       rsa_pkcs1_sha512,
                                ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, rsa_pss_rsae_sha256,
                                rsa_pss_rsae_sha384,    rsa_pss_rsae_sha512};
  } else if (flags.wpa_202304) {
    policy.cipher_suites = {TLS_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                            TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384};
    policy.groups = {NamedGroup::secp384r1};
    policy.signature_schemes = {rsa_pkcs1_sha384, rsa_pkcs1_sha512, ecdsa_secp384r1_sha384,
                                rsa_pss_rsae_sha384, rsa_pss_rsae_sha512};
  } else if (flags.cnsa_202407) {
    policy.cipher_suites = {TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256};
  } else if (flags.cnsa1_202603 || flags.cnsa2_202603) {
    policy.cipher_suites = {TLS_AES_256_GCM_SHA384};
    policy.groups = {NamedGroup::MLKEM1024};
    policy.signature_schemes = {ecdsa_secp384r1_sha384, rsa_pss_rsae_sha384, rsa_pkcs1_sha384};
    if (flags.cnsa2_202603) {
      policy.min_version = ProtocolVersion::tls13;
      return;
    }
    policy.groups.add(NamedGroup::secp384r1);
    for (const CipherSuite suite : {TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_RSA_WITH_AES_256_GCM_SHA384})
      policy.cipher_suites.add(suite);
  }
}

bool is_post_quantum(NamedGroup group) {
  return group == NamedGroup::X25519MLKEM768 || group == NamedGroup::MLKEM1024;
}

// A share for the group that the server is said to know; else those that are asked for; else for the most
// wanted group, and for the first of the other kind.
void choose_key_shares(Policy& policy, const Flags& flags) {
  policy.key_shares.clear();
  for (const NamedGroup group : policy.groups) {
    if (!std::ranges::count(flags.server_supported_groups_hint, static_cast<std::uint16_t>(group))) continue;
    policy.key_shares.add(group);
    return;
  }
  if (flags.key_shares) {
    for (const std::uint16_t group : *flags.key_shares) policy.key_shares.add(static_cast<NamedGroup>(group));
    return;
  }
  policy.key_shares.add(policy.groups.front());
  for (const NamedGroup group : policy.groups) {
    if (is_post_quantum(group) == is_post_quantum(policy.groups.front())) continue;
    policy.key_shares.add(group);
    break;
  }
}

void set_versions(Policy& policy, const Flags& flags) {
  const std::uint16_t lowest = flags.no_tls12 ? 0x0304 : 0x0303;
  const std::uint16_t highest = flags.no_tls13 ? 0x0303 : 0x0304;
  policy.min_version = static_cast<ProtocolVersion>(std::max(flags.min_version, lowest));
  policy.max_version = static_cast<ProtocolVersion>(std::min(flags.max_version, highest));
  if (policy.min_version > policy.max_version) leave_unimplemented("TLS 1.1 and older");
}

// Names with something between them.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> names;
  std::istringstream stream(text);
  for (std::string name; std::getline(stream, name, separator);) names.push_back(std::move(name));
  return names;
}

// Suites with colons between them; those in brackets, [A|B], are wanted equally, so that the client's order
// decides.
void set_cipher_suites(Policy& policy, const std::string& names, std::span<const CipherSuite> offered) {
  if (names.empty()) return;
  policy.cipher_suites = policies::modern.cipher_suites;
  for (std::string& group : split(names, ':')) {
    if (group.starts_with('[')) group = group.substr(1, group.size() - 2);
    std::vector<CipherSuite> suites;
    for (const std::string& name : split(group, '|')) {
      const auto suite = parse_cipher_suite(name);
      if (!suite) leave_unimplemented("a list of cipher suites in OpenSSL's language");
      suites.push_back(*suite);
    }
    std::ranges::sort(suites, {}, [&](CipherSuite suite) { return std::ranges::find(offered, suite); });
    for (const CipherSuite suite : suites) policy.cipher_suites.add(suite);
  }
}

Policy policy_of(const Flags& flags, std::span<const CipherSuite> offered = {}) {
  Policy policy = default_policy();
  set_versions(policy, flags);
  set_compliance(policy, flags);
  set_cipher_suites(policy, flags.cipher, offered);
  if (!flags.curves.empty()) policy.groups.clear();
  for (const std::uint16_t group : flags.curves) policy.groups.add(static_cast<NamedGroup>(group));
  choose_key_shares(policy, flags);
  if (!flags.verify_prefs.empty()) policy.signature_schemes.clear();
  for (const std::uint16_t scheme : flags.verify_prefs)
    policy.signature_schemes.add(static_cast<SignatureScheme>(scheme));
  policy.require_secure_renegotiation = flags.no_legacy_server_connect;
  return policy;
}

// What the runner takes for granted of signing: more than of verifying.
Preferences<SignatureScheme, 20> signs_with(const Flags& flags) {
  using enum SignatureScheme;
  if (flags.fips_202205 || flags.wpa_202304 || flags.cnsa1_202603 || flags.cnsa2_202603)
    return policy_of(flags).signature_schemes;
  return {ed25519,          ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256,
          rsa_pkcs1_sha256, ecdsa_secp384r1_sha384, rsa_pss_rsae_sha384,
          rsa_pkcs1_sha384, ecdsa_secp521r1_sha512, rsa_pss_rsae_sha512,
          rsa_pkcs1_sha512};
}

Result<Credential> read_credential(const CredentialFlags& flags, const Flags& connection) {
  const auto chain = read_file(flags.cert_file);
  const auto key = read_file(flags.key_file);
  if (!key || (!chain && !flags.raw_public_key)) return fail(ErrorCode::file_unreadable);
  auto credential = flags.raw_public_key ? Credential::raw_public_key(*key)
                    : flags.delegated_credential.empty()
                        ? Credential::from_pem(*chain, *key)
                        // The runner signs in the order of a draft, not in that of RFC 9345 §4.
                        : dangerous::unchecked_delegated(*chain, flags.delegated_credential, *key,
                                                         connection.server ? Role::server : Role::client);
  if (!credential) return credential;
  const bool staple = !connection.use_ocsp_callback || connection.set_ocsp_in_callback;
  if (!flags.ocsp_response.empty() && staple)
    *credential = credential->with_ocsp_response(flags.ocsp_response);
  if (!flags.signed_cert_timestamps.empty())
    *credential = credential->with_signed_certificate_timestamps(flags.signed_cert_timestamps);
  if (!flags.cert_properties.empty()) {
    auto properties = read_certificate_properties(flags.cert_properties);
    if (!properties) return fail(properties.error());
    // To the runner a chain that has to match an issuer is never a fallback.
    properties->trust_anchor_negotiation = flags.must_match_issuer;
    credential = credential->with_certificate_properties(std::move(*properties));
    if (!credential) return credential;
  }
  Preferences<SignatureScheme, 20> schemes;
  for (const std::uint16_t scheme : flags.signing_prefs) schemes.add(static_cast<SignatureScheme>(scheme));
  if (schemes.empty()) schemes = signs_with(connection);
  return credential->with_signature_schemes(schemes.span())
      .with_issuer_check(flags.must_match_issuer)
      .with_chain_check(false);
}

// The opened ones in their order, the default one last.
Result<std::vector<Credential>> read_credentials(const Flags& flags) {
  std::vector<Credential> credentials;
  std::vector<CredentialFlags> wanted = flags.credentials;
  if (!flags.credential.cert_file.empty()) wanted.push_back(flags.credential);
  for (const CredentialFlags& each : wanted) {
    if (each.is_psk) continue;
    auto credential = read_credential(each, flags);
    if (!credential) return fail(credential.error());
    credentials.push_back(std::move(*credential));
  }
  return credentials;
}

Result<std::vector<ExternalPsk>> read_psks(const Flags& flags) {
  std::vector<ExternalPsk> psks;
  for (const CredentialFlags& each : flags.credentials) {
    if (!each.is_psk) continue;
    auto imported = imported_psks(each);
    if (!imported) return imported;
    std::ranges::move(*imported, std::back_inserter(psks));
  }
  return psks;
}

// IDs with their lengths in front, as they stand in the extension.
std::vector<Octets> split_anchors(Bytes wire) {
  std::vector<Octets> ids;
  while (!wire.empty()) {
    const Bytes id = wire.subspan(1, wire.front());
    ids.push_back(to_octets(id));
    wire = wire.subspan(1 + id.size());
  }
  return ids;
}

void fill_common(CommonSettings& settings, const Flags& flags) {
  settings.verification = PeerVerification::ask;
  settings.certificate_compression =
      made_up_compressions(flags.install_cert_compression_algs, flags.install_one_cert_compression_alg);
  if (!flags.accepted_peer_cert_types.empty()) settings.peer_certificate_types.clear();
  for (const std::uint16_t type : flags.accepted_peer_cert_types)
    settings.peer_certificate_types.add(static_cast<CertificateType>(type));
  if (flags.requested_trust_anchors)
    settings.requested_trust_anchors = split_anchors(*flags.requested_trust_anchors);
  if (flags.max_cert_list != 0) settings.max_handshake_message = flags.max_cert_list;
}

// In a whole message that the library has read: header, version, random, session id, then the suites.
std::vector<CipherSuite> offered_suites(Bytes client_hello) {
  std::vector<CipherSuite> suites;
  const std::size_t start = std::size_t{4} + 2 + 32 + 1 + client_hello[38];
  const std::size_t size = std::size_t{client_hello[start]} << 8 | client_hello[start + 1];
  for (std::size_t i = start + 2; i < start + 2 + size; i += 2)
    suites.push_back(static_cast<CipherSuite>(client_hello[i] << 8 | client_hello[i + 1]));
  return suites;
}

// Names with their lengths in front, as they stand in the extension.
std::vector<std::string> split_protocols(std::string_view wire) {
  std::vector<std::string> names;
  while (!wire.empty()) {
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(wire.front()));
    names.emplace_back(wire.substr(1, size));
    wire.remove_prefix(std::min(wire.size(), size + 1));
  }
  return names;
}

}  // namespace

void leave_unimplemented(const char* why) {
  std::fprintf(stderr, "unimplemented: %s\n", why);
  std::exit(static_cast<int>(Exit::unimplemented));
}

std::optional<Octets> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return Octets(std::istreambuf_iterator<char>(file), {});
}

Result<std::vector<ExternalPsk>> imported_psks(const CredentialFlags& credential) {
  ExternalPsk psk;
  psk.identity = credential.psk_importer_identity;
  psk.key.assign(credential.psk_importer_key.begin(), credential.psk_importer_key.end());
  psk.hash = credential.psk_importer_sha384 ? PskHash::sha384 : PskHash::sha256;
  return import_psk_for_all(psk, credential.psk_importer_context);
}

bool needs_psk(const Flags& flags) {
  return !flags.verify_peer && !flags.use_custom_verify_callback &&
         std::ranges::any_of(flags.credentials, &CredentialFlags::is_psk);
}

bool asks_for_a_verdict(const Flags& flags) {
  return flags.verify_peer || flags.use_custom_verify_callback || flags.fail_ocsp_callback ||
         flags.verify_fail;
}

Result<ClientSettings> client_settings(const Flags& flags, const Stores& stores) {
  if (flags.resume_count != 0 && flags.no_ticket) leave_unimplemented("a client that wants no tickets");
  if (flags.fail_cert_callback) leave_unimplemented("a client that fails when it is asked for a certificate");
  ClientSettings settings;
  settings.policy = policy_of(flags);
  fill_common(settings, flags);
  auto credentials = read_credentials(flags);
  if (!credentials) return fail(credentials.error());
  settings.credentials = std::move(*credentials);
  settings.require_credential = !settings.credentials.empty();
  auto psks = read_psks(flags);
  if (!psks) return fail(psks.error());
  for (ExternalPsk& psk : *psks)
    settings.external_psks.push_back(std::make_shared<const ExternalPsk>(std::move(psk)));
  if (needs_psk(flags)) settings.policy.min_version = ProtocolVersion::tls13;
  for (const std::uint16_t type : flags.available_client_cert_types)
    settings.certificate_types.add(static_cast<CertificateType>(type));
  settings.grease = flags.enable_grease;
  settings.fallback = flags.fallback_scsv;
  settings.send_server_name = !flags.host_name.empty();
  settings.request_ocsp = flags.enable_ocsp_stapling;
  settings.request_signed_certificate_timestamps = flags.enable_signed_cert_timestamps;
  settings.session_store = stores.client;
  settings.early_data = flags.enable_early_data;
  settings.application_protocols = split_protocols(flags.advertise_alpn);
  return settings;
}

Result<ServerSettings> server_settings(const Flags& flags, const Stores& stores, Bytes client_hello) {
  ServerSettings settings;
  settings.policy = policy_of(flags, offered_suites(client_hello));
  fill_common(settings, flags);
  auto credentials = read_credentials(flags);
  if (!credentials) return fail(credentials.error());
  settings.credentials = std::move(*credentials);
  auto psks = read_psks(flags);
  if (!psks) return fail(psks.error());
  if (!psks->empty()) {
    auto table = ExternalPskTable::make(std::move(*psks));
    if (!table) return fail(table.error());
    settings.external_psks = std::move(*table);
  }
  settings.available_trust_anchors = split_anchors(flags.available_trust_anchors);
  settings.acknowledge_server_name = !flags.no_server_name_ack;
  // To the runner a certificate is required where certificates are used at all; here, in every connection.
  const bool certified = !settings.credentials.empty();
  if (flags.require_any_client_certificate && certified)
    settings.client_authentication = ClientAuthentication::require;
  else if (flags.verify_peer)
    settings.client_authentication = ClientAuthentication::request;
  settings.max_skipped_early_data = 16'384;
  settings.retry_for_best_group = true;
  settings.prefer_client_order =
      !flags.server_preference && !flags.cnsa1_202603 && !flags.cnsa_202407 && !flags.cipher.contains('[');
  const bool tickets = !flags.no_ticket && !flags.skip_ticket;
  if (tickets) settings.ticket_keys = stores.ticket_keys;
  settings.session_store = stores.server;
  settings.tickets = tickets ? 2 : 0;
  if (!flags.select_alpn.empty()) settings.application_protocols = {flags.select_alpn};
  if (flags.reject_alpn) settings.application_protocols = {"none that is offered"};
  if (flags.select_empty_alpn) settings.application_protocols = {""};
  if (flags.enable_early_data) {
    settings.max_early_data_size = 14336;
    settings.replay_guard = stores.replay_guard;
  }
  return settings;
}

}  // namespace handfast::bogo
