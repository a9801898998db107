// The numbers of TLS, under their RFC names (IANA registries "TLS Parameters" and "TLS ExtensionType").
// Values of these types come from the wire as they are: an unlisted number is a legal value of the type.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] handfast {

/// RFC 8446 §4.2.1, RFC 5246 §6.2.1.
enum class ProtocolVersion : std::uint16_t {
  ssl30 = 0x0300,
  tls10 = 0x0301,
  tls11 = 0x0302,
  tls12 = 0x0303,
  tls13 = 0x0304,
};

/// RFC 8446 §5.1.
enum class ContentType : std::uint8_t {
  invalid = 0,
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
};

/// RFC 8446 §4, RFC 5246 §7.4, RFC 8879.
enum class HandshakeType : std::uint8_t {
  hello_request = 0,
  client_hello = 1,
  server_hello = 2,
  hello_verify_request = 3,
  new_session_ticket = 4,
  end_of_early_data = 5,
  encrypted_extensions = 8,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  finished = 20,
  certificate_url = 21,
  certificate_status = 22,
  key_update = 24,
  compressed_certificate = 25,
  message_hash = 254,
};

/// RFC 8446 §B.4, RFC 5288, RFC 5289, RFC 7905, RFC 5246 §A.5.
enum class CipherSuite : std::uint16_t {
  TLS_NULL_WITH_NULL_NULL = 0x0000,
  TLS_RSA_WITH_AES_128_CBC_SHA = 0x002f,
  TLS_RSA_WITH_AES_256_CBC_SHA = 0x0035,
  TLS_RSA_WITH_AES_128_CBC_SHA256 = 0x003c,
  TLS_RSA_WITH_AES_256_CBC_SHA256 = 0x003d,
  TLS_RSA_WITH_AES_128_GCM_SHA256 = 0x009c,
  TLS_RSA_WITH_AES_256_GCM_SHA384 = 0x009d,
  TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff,
  TLS_AES_128_GCM_SHA256 = 0x1301,
  TLS_AES_256_GCM_SHA384 = 0x1302,
  TLS_CHACHA20_POLY1305_SHA256 = 0x1303,
  TLS_FALLBACK_SCSV = 0x5600,
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA = 0xc009,
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA = 0xc00a,
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA = 0xc013,
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA = 0xc014,
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 = 0xc023,
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 = 0xc024,
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 = 0xc027,
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 = 0xc028,
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xc02c,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xc02f,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xc030,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca8,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca9,
};

/// RFC 8446 §4.2.7, draft-ietf-tls-mlkem, draft-ietf-tls-ecdhe-mlkem.
enum class NamedGroup : std::uint16_t {
  secp256r1 = 0x0017,
  secp384r1 = 0x0018,
  secp521r1 = 0x0019,
  x25519 = 0x001d,
  x448 = 0x001e,
  ffdhe2048 = 0x0100,
  ffdhe3072 = 0x0101,
  ffdhe4096 = 0x0102,
  MLKEM768 = 0x0201,
  MLKEM1024 = 0x0202,
  SecP256r1MLKEM768 = 0x11eb,
  X25519MLKEM768 = 0x11ec,
  SecP384r1MLKEM1024 = 0x11ed,
};

/// RFC 8446 §4.2.3.
enum class SignatureScheme : std::uint16_t {
  rsa_pkcs1_sha1 = 0x0201,
  ecdsa_sha1 = 0x0203,
  rsa_pkcs1_sha256 = 0x0401,
  ecdsa_secp256r1_sha256 = 0x0403,
  rsa_pkcs1_sha384 = 0x0501,
  ecdsa_secp384r1_sha384 = 0x0503,
  rsa_pkcs1_sha512 = 0x0601,
  ecdsa_secp521r1_sha512 = 0x0603,
  rsa_pss_rsae_sha256 = 0x0804,
  rsa_pss_rsae_sha384 = 0x0805,
  rsa_pss_rsae_sha512 = 0x0806,
  ed25519 = 0x0807,
  ed448 = 0x0808,
  rsa_pss_pss_sha256 = 0x0809,
  rsa_pss_pss_sha384 = 0x080a,
  rsa_pss_pss_sha512 = 0x080b,
};

/// RFC 8446 §4.2 and the documents of each extension.
enum class ExtensionType : std::uint16_t {
  server_name = 0,
  max_fragment_length = 1,
  status_request = 5,
  supported_groups = 10,
  ec_point_formats = 11,
  signature_algorithms = 13,
  use_srtp = 14,
  heartbeat = 15,
  application_layer_protocol_negotiation = 16,
  signed_certificate_timestamp = 18,
  client_certificate_type = 19,
  server_certificate_type = 20,
  padding = 21,
  encrypt_then_mac = 22,
  extended_master_secret = 23,
  compress_certificate = 27,
  record_size_limit = 28,
  delegated_credential = 34,
  session_ticket = 35,
  pre_shared_key = 41,
  early_data = 42,
  supported_versions = 43,
  cookie = 44,
  psk_key_exchange_modes = 45,
  certificate_authorities = 47,
  oid_filters = 48,
  post_handshake_auth = 49,
  signature_algorithms_cert = 50,
  key_share = 51,
  ticket_request = 58,
  trust_anchors = 0xca34,  ///< draft-ietf-tls-trust-anchor-ids-04; not assigned by IANA
  renegotiation_info = 0xff01,
};

/// RFC 8446 §6.
enum class AlertDescription : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  record_overflow = 22,
  handshake_failure = 40,
  no_certificate = 41,
  bad_certificate = 42,
  unsupported_certificate = 43,
  certificate_revoked = 44,
  certificate_expired = 45,
  certificate_unknown = 46,
  illegal_parameter = 47,
  unknown_ca = 48,
  access_denied = 49,
  decode_error = 50,
  decrypt_error = 51,
  export_restriction = 60,
  protocol_version = 70,
  insufficient_security = 71,
  internal_error = 80,
  inappropriate_fallback = 86,
  user_canceled = 90,
  no_renegotiation = 100,
  missing_extension = 109,
  unsupported_extension = 110,
  unrecognized_name = 112,
  bad_certificate_status_response = 113,
  unknown_psk_identity = 115,
  certificate_required = 116,
  general_error = 117,
  no_application_protocol = 120,
  ech_required = 121,
};
enum class AlertLevel : std::uint8_t { warning = 1, fatal = 2 };

/// RFC 8446 §4.2.9.
enum class PskKeyExchangeMode : std::uint8_t { psk_ke = 0, psk_dhe_ke = 1 };
/// RFC 8446 §4.6.3.
enum class KeyUpdateRequest : std::uint8_t { update_not_requested = 0, update_requested = 1 };
/// RFC 6066 §3.
enum class NameType : std::uint8_t { host_name = 0 };
/// RFC 6066 §8.
enum class CertificateStatusType : std::uint8_t { ocsp = 1 };
/// RFC 8422 §5.1.2.
enum class ECPointFormat : std::uint8_t { uncompressed = 0 };
/// RFC 8422 §5.4.
enum class ECCurveType : std::uint8_t { explicit_prime = 1, explicit_char2 = 2, named_curve = 3 };
/// RFC 5246 §7.4.4, RFC 8422 §5.5.
enum class ClientCertificateType : std::uint8_t { rsa_sign = 1, dss_sign = 2, ecdsa_sign = 64 };
/// RFC 7250 §3.
enum class CertificateType : std::uint8_t { X509 = 0, RawPublicKey = 2 };
/// RFC 8879 §3.
enum class CertificateCompressionAlgorithm : std::uint16_t { zlib = 1, brotli = 2, zstd = 3 };
/// RFC 6066 §4.
enum class MaxFragmentLength : std::uint8_t {
  octets_512 = 1,
  octets_1024 = 2,
  octets_2048 = 3,
  octets_4096 = 4
};

/// Which end of a connection: a client speaks first.
enum class Role : std::uint8_t { client, server };

/// The RFC's name of a value, or an empty view for a number that is not listed.
std::string_view name_of(ProtocolVersion value) noexcept;
std::string_view name_of(ContentType value) noexcept;
std::string_view name_of(HandshakeType value) noexcept;
std::string_view name_of(CipherSuite value) noexcept;
std::string_view name_of(NamedGroup value) noexcept;
std::string_view name_of(SignatureScheme value) noexcept;
std::string_view name_of(ExtensionType value) noexcept;
std::string_view name_of(AlertDescription value) noexcept;
std::string_view name_of(AlertLevel value) noexcept;
std::string_view name_of(PskKeyExchangeMode value) noexcept;
std::string_view name_of(KeyUpdateRequest value) noexcept;
std::string_view name_of(NameType value) noexcept;
std::string_view name_of(CertificateStatusType value) noexcept;
std::string_view name_of(ECPointFormat value) noexcept;
std::string_view name_of(ECCurveType value) noexcept;
std::string_view name_of(ClientCertificateType value) noexcept;
std::string_view name_of(CertificateType value) noexcept;
std::string_view name_of(CertificateCompressionAlgorithm value) noexcept;
std::string_view name_of(MaxFragmentLength value) noexcept;
std::string_view name_of(Role value) noexcept;

/// The name, or "0x1234" (as wide as the type) for a number that is not listed.
template <class E>
std::string to_string(E value) {
  if (const auto name = name_of(value); !name.empty()) return std::string(name);
  std::string text = "0x";
  for (int shift = static_cast<int>(8 * sizeof(E)) - 4; shift >= 0; shift -= 4)
    text += "0123456789abcdef"[(static_cast<unsigned>(value) >> shift) & 15U];
  return text;
}

/// True for the reserved values of RFC 8701 (0x0a0a, 0x1a1a, …, 0xfafa).
constexpr bool is_grease(std::uint16_t value) noexcept {
  return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff);
}

}  // namespace handfast
