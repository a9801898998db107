// The bodies of extensions, each described once, under the names of its RFC. Where the body depends on the
// message, there is a structure for each.
#pragma once
#include <handfast/types.hpp>

#include "wire/codec.hpp"

namespace handfast::message {

using wire::Between;
using wire::Empty;
using wire::Fixed;
using wire::List;
using wire::Opaque;
using wire::RelativeOid;
using wire::Rest;
using wire::Text;

// ---- server_name (RFC 6066 §3)

struct ServerName {
  NameType name_type{};
  // Names of later types have to begin with the same length, so that one shape serves for all.
  Text<2, 1, 0xffff> host_name;
  static constexpr void wire(auto& io, auto& m) {
    io("name_type", m.name_type);
    io("host_name", m.host_name);
  }
};
// [6066:3#1] [6066:11.1#2]
struct ServerNameList {
  List<ServerName, 2, 1, 0xffff> server_name_list;
  static constexpr void wire(auto& io, auto& m) { io("server_name_list", m.server_name_list); }
};

// ---- max_fragment_length (RFC 6066 §4)

struct MaxFragmentLengthExtension {
  // RFC 6066 §4 [6066:4#1,3]: any other value is refused with illegal_parameter.
  Between<MaxFragmentLength::octets_512, MaxFragmentLength::octets_4096> max_fragment_length;
  static constexpr void wire(auto& io, auto& m) { io("max_fragment_length", m.max_fragment_length); }
};

// ---- status_request (RFC 6066 §8)

using ResponderID = Opaque<2, 1, 0xffff>;
struct OCSPStatusRequest {
  List<ResponderID, 2, 0, 0xffff> responder_id_list;
  Opaque<2, 0, 0xffff> request_extensions;  // DER
  static constexpr void wire(auto& io, auto& m) {
    io("responder_id_list", m.responder_id_list);
    io("request_extensions", m.request_extensions);
  }
};
// [6066:8#1]
struct CertificateStatusRequest {
  CertificateStatusType status_type = CertificateStatusType::ocsp;
  OCSPStatusRequest request;  // if status_type is ocsp
  Rest unknown_request;       // otherwise
  static constexpr void wire(auto& io, auto& m) {
    io("status_type", m.status_type);
    if (m.status_type == CertificateStatusType::ocsp)
      io("request", m.request);
    else
      io("unknown_request", m.unknown_request);
  }
};
/// The staple: in a CertificateEntry (RFC 8446 §4.4.2.1), and in TLS 1.2 a message of its own.
struct CertificateStatusBody {
  Between<CertificateStatusType::ocsp> status_type;
  Opaque<3, 1, 0xffffff> response;  // DER OCSPResponse
  static constexpr void wire(auto& io, auto& m) {
    io("status_type", m.status_type);
    io("response", m.response);
  }
};

// ---- groups, formats, signature schemes

struct NamedGroupList {  // RFC 8446 §4.2.7
  List<NamedGroup, 2, 2, 0xffff> named_group_list;
  static constexpr void wire(auto& io, auto& m) { io("named_group_list", m.named_group_list); }
};
struct ECPointFormatList {  // RFC 8422 §5.1.2
  List<ECPointFormat, 1, 1, 0xff> ec_point_format_list;
  static constexpr void wire(auto& io, auto& m) { io("ec_point_format_list", m.ec_point_format_list); }
};
struct SignatureSchemeList {  // RFC 8446 §4.2.3
  List<SignatureScheme, 2, 2, 0xfffe> supported_signature_algorithms;
  static constexpr void wire(auto& io, auto& m) {
    io("supported_signature_algorithms", m.supported_signature_algorithms);
  }
};

// ---- application_layer_protocol_negotiation (RFC 7301 §3.1)

using ProtocolName = Text<1, 1, 0xff>;
// [7301:3.1#1,2]
struct ProtocolNameList {
  List<ProtocolName, 2, 2, 0xffff> protocol_name_list;
  static constexpr void wire(auto& io, auto& m) { io("protocol_name_list", m.protocol_name_list); }
};

// ---- signed_certificate_timestamp (RFC 6962 §3.3)

using SerializedSCT = Opaque<2, 1, 0xffff>;
struct SignedCertificateTimestampList {
  List<SerializedSCT, 2, 1, 0xffff> sct_list;
  static constexpr void wire(auto& io, auto& m) { io("sct_list", m.sct_list); }
};

// ---- client_certificate_type, server_certificate_type (RFC 7250 §3)

struct ClientCertTypeClientHello {
  List<CertificateType, 1, 1, 0xff> client_certificate_types;
  static constexpr void wire(auto& io, auto& m) {
    io("client_certificate_types", m.client_certificate_types);
  }
};
struct ClientCertTypeServer {
  CertificateType client_certificate_type{};
  static constexpr void wire(auto& io, auto& m) { io("client_certificate_type", m.client_certificate_type); }
};
struct ServerCertTypeClientHello {
  List<CertificateType, 1, 1, 0xff> server_certificate_types;
  static constexpr void wire(auto& io, auto& m) {
    io("server_certificate_types", m.server_certificate_types);
  }
};
struct ServerCertTypeServer {
  CertificateType server_certificate_type{};
  static constexpr void wire(auto& io, auto& m) { io("server_certificate_type", m.server_certificate_type); }
};

// ---- padding (RFC 7685), record_size_limit (RFC 8449), compress_certificate (RFC 8879)

struct Padding {
  Rest padding;  // zeros
  static constexpr void wire(auto& io, auto& m) { io("padding", m.padding); }
};
struct RecordSizeLimit {
  // RFC 8449 §4: a limit below 64 is refused with illegal_parameter.
  Between<std::uint16_t{64}, std::uint16_t{0xffff}> record_size_limit;
  static constexpr void wire(auto& io, auto& m) { io("record_size_limit", m.record_size_limit); }
};
struct CertificateCompressionAlgorithms {
  List<CertificateCompressionAlgorithm, 1, 2, 0xfe> algorithms;
  static constexpr void wire(auto& io, auto& m) { io("algorithms", m.algorithms); }
};

// ---- delegated_credential (RFC 9345 §4)

struct Credential {
  std::uint32_t valid_time = 0;  // seconds after the notBefore of the certificate
  SignatureScheme dc_cert_verify_algorithm{};
  Opaque<3, 1, 0xffffff> asn1_subject_public_key_info;  // DER
  static constexpr void wire(auto& io, auto& m) {
    io("valid_time", m.valid_time);
    io("dc_cert_verify_algorithm", m.dc_cert_verify_algorithm);
    io("ASN1_subjectPublicKeyInfo", m.asn1_subject_public_key_info);
  }
};
struct DelegatedCredential {
  Credential cred;
  SignatureScheme algorithm{};
  Opaque<2, 1, 0xffff> signature;
  static constexpr void wire(auto& io, auto& m) {
    io("cred", m.cred);
    io("algorithm", m.algorithm);
    io("signature", m.signature);
  }
};

// ---- session_ticket (RFC 5077 §3.2)

struct SessionTicket {
  Rest ticket;  // empty: asks for one
  static constexpr void wire(auto& io, auto& m) { io("ticket", m.ticket); }
};

// ---- pre_shared_key (RFC 8446 §4.2.11)

struct PskIdentity {
  Opaque<2, 1, 0xffff> identity;
  std::uint32_t obfuscated_ticket_age = 0;  // milliseconds plus ticket_age_add, modulo 2^32
  static constexpr void wire(auto& io, auto& m) {
    io("identity", m.identity);
    io("obfuscated_ticket_age", m.obfuscated_ticket_age);
  }
};
using PskBinderEntry = Opaque<1, 32, 0xff>;
struct OfferedPsks {
  List<PskIdentity, 2, 7, 0xffff> identities;
  List<PskBinderEntry, 2, 33, 0xffff> binders;
  static constexpr void wire(auto& io, auto& m) {
    io("identities", m.identities);
    io("binders", m.binders);
  }
};
struct PreSharedKeyServerHello {
  std::uint16_t selected_identity = 0;  // index into the client's identities
  static constexpr void wire(auto& io, auto& m) { io("selected_identity", m.selected_identity); }
};
struct PskKeyExchangeModes {  // RFC 8446 §4.2.9
  List<PskKeyExchangeMode, 1, 1, 0xff> ke_modes;
  static constexpr void wire(auto& io, auto& m) { io("ke_modes", m.ke_modes); }
};

// ---- early_data (RFC 8446 §4.2.10)

struct EarlyDataIndicationNewSessionTicket {
  std::uint32_t max_early_data_size = 0;  // octets of plaintext
  static constexpr void wire(auto& io, auto& m) { io("max_early_data_size", m.max_early_data_size); }
};

// ---- supported_versions (RFC 8446 §4.2.1), cookie (§4.2.2)

struct SupportedVersionsClientHello {
  List<ProtocolVersion, 1, 2, 254> versions;
  static constexpr void wire(auto& io, auto& m) { io("versions", m.versions); }
};
struct SupportedVersionsServerHello {
  ProtocolVersion selected_version{};
  static constexpr void wire(auto& io, auto& m) { io("selected_version", m.selected_version); }
};
struct Cookie {
  Opaque<2, 1, 0xffff> cookie;
  static constexpr void wire(auto& io, auto& m) { io("cookie", m.cookie); }
};

// ---- certificate_authorities (RFC 8446 §4.2.4), oid_filters (§4.2.5)

using DistinguishedName = Opaque<2, 1, 0xffff>;  // DER
struct CertificateAuthoritiesExtension {
  List<DistinguishedName, 2, 3, 0xffff> authorities;
  static constexpr void wire(auto& io, auto& m) { io("authorities", m.authorities); }
};
struct OIDFilter {
  Opaque<1, 1, 0xff> certificate_extension_oid;       // DER
  Opaque<2, 0, 0xffff> certificate_extension_values;  // DER
  static constexpr void wire(auto& io, auto& m) {
    io("certificate_extension_oid", m.certificate_extension_oid);
    io("certificate_extension_values", m.certificate_extension_values);
  }
};
struct OIDFilterExtension {
  List<OIDFilter, 2, 0, 0xffff> filters;
  static constexpr void wire(auto& io, auto& m) { io("filters", m.filters); }
};

// ---- trust_anchors (draft-ietf-tls-trust-anchor-ids-04 §4.1)

using TrustAnchorID = RelativeOid<1, 1, 0xff>;
/// What a peer trusts, or as much of it as it says; in no order.
struct RequestedTrustAnchorList {
  List<TrustAnchorID, 2, 0, 0xffff> trust_anchor_list;
  static constexpr void wire(auto& io, auto& m) { io("trust_anchor_list", m.trust_anchor_list); }
};
/// What a server has certificates of, most wanted first.
struct AvailableTrustAnchorList {
  List<TrustAnchorID, 2, 1, 0xffff> trust_anchor_list;
  static constexpr void wire(auto& io, auto& m) { io("trust_anchor_list", m.trust_anchor_list); }
};

// ---- key_share (RFC 8446 §4.2.8)

struct KeyShareEntry {
  NamedGroup group{};
  Opaque<2, 1, 0xffff> key_exchange;
  static constexpr void wire(auto& io, auto& m) {
    io("group", m.group);
    io("key_exchange", m.key_exchange);
  }
};
struct KeyShareClientHello {
  List<KeyShareEntry, 2, 0, 0xffff> client_shares;
  static constexpr void wire(auto& io, auto& m) { io("client_shares", m.client_shares); }
};
struct KeyShareHelloRetryRequest {
  NamedGroup selected_group{};
  static constexpr void wire(auto& io, auto& m) { io("selected_group", m.selected_group); }
};
struct KeyShareServerHello {
  KeyShareEntry server_share;
  static constexpr void wire(auto& io, auto& m) { io("server_share", m.server_share); }
};

// ---- ticket_request (RFC 9149 §3)

struct ClientTicketRequest {
  std::uint8_t new_session_count = 0;
  std::uint8_t resumption_count = 0;
  static constexpr void wire(auto& io, auto& m) {
    io("new_session_count", m.new_session_count);
    io("resumption_count", m.resumption_count);
  }
};
struct ServerTicketRequestHint {
  std::uint8_t expected_count = 0;
  static constexpr void wire(auto& io, auto& m) { io("expected_count", m.expected_count); }
};

// ---- renegotiation_info (RFC 5746 §3.2)

struct RenegotiationInfo {
  Opaque<1, 0, 0xff> renegotiated_connection;
  static constexpr void wire(auto& io, auto& m) { io("renegotiated_connection", m.renegotiated_connection); }
};

}  // namespace handfast::message
