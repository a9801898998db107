// ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2).
#pragma once
#include "message/extension_table.hpp"
#include "message/extensions.hpp"

namespace handfast::message {

using Random = Fixed<32>;
using SessionID = Opaque<1, 0, 32>;

/// What a ClientHello may ask for; a member that is set is sent.
struct ClientHelloExtensions : KnownExtensions {
  std::optional<ServerNameList> server_name;
  std::optional<MaxFragmentLengthExtension> max_fragment_length;
  std::optional<CertificateStatusRequest> status_request;
  std::optional<NamedGroupList> supported_groups;
  std::optional<ECPointFormatList> ec_point_formats;
  std::optional<SignatureSchemeList> signature_algorithms;
  std::optional<ProtocolNameList> application_layer_protocol_negotiation;
  std::optional<Empty> signed_certificate_timestamp;
  std::optional<ClientCertTypeClientHello> client_certificate_type;
  std::optional<ServerCertTypeClientHello> server_certificate_type;
  std::optional<Empty> encrypt_then_mac;
  std::optional<Empty> extended_master_secret;
  std::optional<CertificateCompressionAlgorithms> compress_certificate;
  std::optional<RecordSizeLimit> record_size_limit;
  std::optional<SignatureSchemeList> delegated_credential;
  std::optional<SessionTicket> session_ticket;
  std::optional<Empty> early_data;
  std::optional<SupportedVersionsClientHello> supported_versions;
  std::optional<Cookie> cookie;
  std::optional<PskKeyExchangeModes> psk_key_exchange_modes;
  std::optional<CertificateAuthoritiesExtension> certificate_authorities;
  std::optional<RequestedTrustAnchorList> trust_anchors;
  std::optional<Empty> post_handshake_auth;
  std::optional<SignatureSchemeList> signature_algorithms_cert;
  std::optional<KeyShareClientHello> key_share;
  std::optional<ClientTicketRequest> ticket_request;
  std::optional<RenegotiationInfo> renegotiation_info;
  std::optional<Padding> padding;
  std::optional<OfferedPsks> pre_shared_key;

  // RFC 8446 §4.2.11 [8446:4.2.11#9,10] [8446:4.2#4]: the binders cover everything in front of them.
  static constexpr auto last = ExtensionType::pre_shared_key;

  static constexpr bool wire(auto& io, auto& m) {
    using enum ExtensionType;
    return io(server_name, m.server_name) || io(max_fragment_length, m.max_fragment_length) ||
           io(status_request, m.status_request) || io(supported_groups, m.supported_groups) ||
           io(ec_point_formats, m.ec_point_formats) || io(signature_algorithms, m.signature_algorithms) ||
           io(application_layer_protocol_negotiation, m.application_layer_protocol_negotiation) ||
           io(signed_certificate_timestamp, m.signed_certificate_timestamp) ||
           io(client_certificate_type, m.client_certificate_type) ||
           io(server_certificate_type, m.server_certificate_type) ||
           io(encrypt_then_mac, m.encrypt_then_mac) || io(extended_master_secret, m.extended_master_secret) ||
           io(compress_certificate, m.compress_certificate) || io(record_size_limit, m.record_size_limit) ||
           io(delegated_credential, m.delegated_credential) || io(session_ticket, m.session_ticket) ||
           io(early_data, m.early_data) || io(supported_versions, m.supported_versions) ||
           io(cookie, m.cookie) || io(psk_key_exchange_modes, m.psk_key_exchange_modes) ||
           io(certificate_authorities, m.certificate_authorities) || io(trust_anchors, m.trust_anchors) ||
           io(post_handshake_auth, m.post_handshake_auth) ||
           io(signature_algorithms_cert, m.signature_algorithms_cert) || io(key_share, m.key_share) ||
           io(ticket_request, m.ticket_request) || io(renegotiation_info, m.renegotiation_info) ||
           io(padding, m.padding) || io(pre_shared_key, m.pre_shared_key);
  }
};
static_assert(agrees_with_table<ClientHelloExtensions>(ExtensionPlace::client_hello));

struct ClientHello {
  static constexpr auto type = HandshakeType::client_hello;
  static constexpr const char* name = "client_hello";

  // [8446:4.1.2#6] [8446:D.5#7]
  ProtocolVersion legacy_version = ProtocolVersion::tls12;
  Random random;
  SessionID legacy_session_id;
  List<CipherSuite, 2, 2, 0xfffe> cipher_suites;
  Opaque<1, 1, 0xff> legacy_compression_methods;
  // RFC 5246 §7.4.1.2: a client without extensions may leave out the whole block. [8446:4.1.2#14,15]
  // [5246:7.4.1.2#6]
  wire::ExtensionBlock<ClientHelloExtensions, wire::Presence::optional> extensions;

  static constexpr void wire(auto& io, auto& m) {
    io("legacy_version", m.legacy_version);
    io("random", m.random);
    io("legacy_session_id", m.legacy_session_id);
    io("cipher_suites", m.cipher_suites);
    io("legacy_compression_methods", m.legacy_compression_methods);
    io("extensions", m.extensions);
  }
};

/// The part of a ClientHello that PSK binders cover (RFC 8446 §4.2.11.2): everything in front of the list of
/// binders. `message` is the whole handshake message that `hello` was decoded from or encoded to; without
/// pre_shared_key it is returned as it is.
[[nodiscard]] Bytes truncated(Bytes message, const ClientHello& hello);

}  // namespace handfast::message
