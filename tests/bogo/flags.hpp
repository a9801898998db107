// The flags of BoringSSL's test runner that the shim understands.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <handfast/bytes.hpp>

namespace handfast::bogo {

/// Numbers of the protocol: groups, signature schemes, …
using Numbers = std::vector<std::uint16_t>;

/// One certificate with its key. The flags behind -new-x509-credential belong to that credential.
struct CredentialFlags {
  std::string cert_file, key_file;
  Numbers signing_prefs;
  bool raw_public_key = false;
  bool must_match_issuer = false;
  Octets delegated_credential;
  Octets cert_properties;
  bool is_psk = false, psk_importer_sha384 = false;
  Octets psk_importer_key, psk_importer_identity, psk_importer_context;
  Octets ocsp_response, signed_cert_timestamps;
};

/// What the runner asks of one connection.
struct Flags {
  // Plumbing.
  std::uint16_t port = 0;
  std::uint64_t shim_id = 0;
  std::uint16_t resume_count = 0;
  bool ipv6 = false, server = false, async = false, is_handshaker_supported = false;
  bool ignored = false;  ///< for flags that ask for nothing here
  std::string ignored_text;

  // What is spoken.
  std::uint16_t min_version = 0x0303;
  std::uint16_t max_version = 0x0304;
  bool no_tls13 = false, no_tls12 = false, fallback_scsv = false, enable_grease = false;
  bool no_legacy_server_connect = false, server_preference = false;
  bool fips_202205 = false, wpa_202304 = false, cnsa_202407 = false, cnsa1_202603 = false,
       cnsa2_202603 = false;
  std::string cipher;
  Numbers curves, verify_prefs, server_supported_groups_hint;
  std::optional<Numbers> key_shares;
  std::uint16_t max_cert_list = 0;

  // Who is who.
  CredentialFlags credential;                ///< the default one, which is the last choice
  std::vector<CredentialFlags> credentials;  ///< the others, most wanted first
  bool verify_peer = false, verify_fail = false, require_any_client_certificate = false;
  bool use_custom_verify_callback = false;
  Numbers accepted_peer_cert_types, available_client_cert_types;
  std::optional<Octets> requested_trust_anchors;
  Octets available_trust_anchors;
  bool install_cert_compression_algs = false;
  std::uint16_t install_one_cert_compression_alg = 0;
  bool fail_cert_callback = false, fail_early_callback = false, fail_ddos_callback = false;
  bool enable_ocsp_stapling = false, enable_signed_cert_timestamps = false;
  bool use_ocsp_callback = false, set_ocsp_in_callback = false, decline_ocsp_callback = false;
  bool fail_ocsp_callback = false;

  // Sessions.
  bool no_ticket = false, skip_ticket = false, enable_early_data = false, reverify_on_resume = false;
  std::uint16_t resumption_delay = 0;  ///< seconds between connections

  // Names and protocols.
  std::string host_name, advertise_alpn, select_alpn;
  bool no_server_name_ack = false;
  bool decline_alpn = false, reject_alpn = false, select_empty_alpn = false;

  // What is done with the connection.
  std::string shim_initial_write = "hello";
  std::uint16_t repeat_shim_initial_write = 1;
  bool shim_writes_first = false, read_with_unfinished_write = false, write_different_record_sizes = false;
  bool shim_shuts_down = false, check_close_notify = false, send_alert = false;
  bool key_update = false, key_update_before_read = false;
  std::uint16_t read_size = 512, early_write_after_message = 0;
  std::uint16_t export_keying_material = 0;
  std::string export_label, export_context;
  bool use_export_context = false, use_exporter_between_reads = false, export_traffic_secrets = false;
  bool tls_unique = false;

  // What must have come of it.
  std::uint16_t expect_version = 0, expect_curve_id = 0, expect_cipher = 0, expect_cipher_aes = 0;
  std::uint16_t expect_peer_signature_algorithm = 0, expect_total_renegotiations = 0;
  std::optional<std::uint16_t> expect_selected_credential;
  std::string expect_msg_callback, expect_client_ca_list;
  Numbers expect_peer_verify_pref;
  std::string expect_server_name, expect_alpn, expect_advertised_alpn, expect_peer_cert_file;
  std::optional<std::uint16_t> expect_peer_certificate_type;
  Octets expect_peer_rpk_sha256, expect_ocsp_response, expect_signed_cert_timestamps;
  std::optional<bool> expect_peer_match_trust_anchor;
  std::optional<Octets> expect_peer_available_trust_anchors;
  bool expect_hrr = false, expect_no_hrr = false, expect_no_server_name = false, expect_no_peer_cert = false;
  bool expect_extended_master_secret = false;
  bool expect_session_miss = false, expect_no_session = false, expect_ticket_renewal = false;
  bool expect_session_id = false, expect_no_session_id = false, expect_ticket_supports_early_data = false;
  bool expect_accept_early_data = false, expect_reject_early_data = false, expect_no_offer_early_data = false;
};

/// The first connection, those after it, and the handshake after refused early data.
struct FlagSets {
  Flags initial, resume, retry;
};

/// The flags of a command line, or nothing if one of them is unknown (its name goes to standard error).
std::optional<FlagSets> parse_flags(std::span<char* const> arguments);

}  // namespace handfast::bogo
