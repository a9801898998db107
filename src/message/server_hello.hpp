// ServerHello and HelloRetryRequest (RFC 8446 §4.1.3, §4.1.4, RFC 5246 §7.4.1.3): one message on the wire,
// two meanings, told apart by the random.
#pragma once
#include "message/client_hello.hpp"

namespace handfast::message {

/// What a server may answer, in TLS 1.3 or in TLS 1.2: the parser does not know the version yet. Once it is
/// known, ask check_extensions().
///
/// supported_groups is not specified for a ServerHello of TLS 1.2, but some load balancers send it; it is
/// read and has no meaning.
// [8446:4.1.3#7] [8446:4.2.9#5] Nothing else parses here.
struct ServerHelloExtensions : KnownExtensions {
  std::optional<Empty> server_name;
  std::optional<MaxFragmentLengthExtension> max_fragment_length;
  std::optional<Empty> status_request;
  std::optional<NamedGroupList> supported_groups;
  std::optional<ECPointFormatList> ec_point_formats;
  std::optional<ProtocolNameList> application_layer_protocol_negotiation;
  std::optional<SignedCertificateTimestampList> signed_certificate_timestamp;
  std::optional<ClientCertTypeServer> client_certificate_type;
  std::optional<ServerCertTypeServer> server_certificate_type;
  std::optional<Empty> encrypt_then_mac;
  std::optional<Empty> extended_master_secret;
  std::optional<RecordSizeLimit> record_size_limit;
  std::optional<Empty> session_ticket;
  std::optional<SupportedVersionsServerHello> supported_versions;
  std::optional<KeyShareServerHello> key_share;
  std::optional<RenegotiationInfo> renegotiation_info;
  std::optional<PreSharedKeyServerHello> pre_shared_key;

  static constexpr bool wire(auto& io, auto& m) {
    using enum ExtensionType;
    return io(server_name, m.server_name) || io(max_fragment_length, m.max_fragment_length) ||
           io(status_request, m.status_request) || io(supported_groups, m.supported_groups) ||
           io(ec_point_formats, m.ec_point_formats) ||
           io(application_layer_protocol_negotiation, m.application_layer_protocol_negotiation) ||
           io(signed_certificate_timestamp, m.signed_certificate_timestamp) ||
           io(client_certificate_type, m.client_certificate_type) ||
           io(server_certificate_type, m.server_certificate_type) ||
           io(encrypt_then_mac, m.encrypt_then_mac) || io(extended_master_secret, m.extended_master_secret) ||
           io(record_size_limit, m.record_size_limit) || io(session_ticket, m.session_ticket) ||
           io(supported_versions, m.supported_versions) || io(key_share, m.key_share) ||
           io(renegotiation_info, m.renegotiation_info) || io(pre_shared_key, m.pre_shared_key);
  }
};
static_assert(agrees_with_table<ServerHelloExtensions>(ExtensionPlace::server_hello |
                                                       ExtensionPlace::server_hello_tls12));

struct ServerHello {
  static constexpr auto type = HandshakeType::server_hello;
  static constexpr const char* name = "server_hello";

  // [8446:4.1.3#1,6] [8446:4.2.1#8] [8446:D.5#7] The compression method is null.
  ProtocolVersion legacy_version = ProtocolVersion::tls12;
  Random random;
  SessionID legacy_session_id_echo;
  CipherSuite cipher_suite{};
  std::uint8_t legacy_compression_method = 0;
  // RFC 5246 §7.4.1.3: a server without extensions may leave out the whole block.
  wire::ExtensionBlock<ServerHelloExtensions, wire::Presence::optional> extensions;

  static constexpr void wire(auto& io, auto& m) {
    io("legacy_version", m.legacy_version);
    io("random", m.random);
    io("legacy_session_id_echo", m.legacy_session_id_echo);
    io("cipher_suite", m.cipher_suite);
    io("legacy_compression_method", m.legacy_compression_method);
    io("extensions", m.extensions);
  }
};

/// RFC 8446 §4.1.3: the random that makes a ServerHello a HelloRetryRequest, SHA-256 of "HelloRetryRequest".
inline constexpr std::array<std::uint8_t, 32> hello_retry_request_random = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

struct HelloRetryRequestExtensions : KnownExtensions {
  std::optional<SupportedVersionsServerHello> supported_versions;
  std::optional<Cookie> cookie;
  std::optional<KeyShareHelloRetryRequest> key_share;

  static constexpr bool wire(auto& io, auto& m) {
    using enum ExtensionType;
    return io(supported_versions, m.supported_versions) || io(cookie, m.cookie) || io(key_share, m.key_share);
  }
};
static_assert(agrees_with_table<HelloRetryRequestExtensions>(ExtensionPlace::hello_retry_request));

struct HelloRetryRequest {
  static constexpr auto type = HandshakeType::server_hello;
  static constexpr const char* name = "hello_retry_request";

  ProtocolVersion legacy_version = ProtocolVersion::tls12;
  Random random = hello_retry_request_random;
  SessionID legacy_session_id_echo;
  CipherSuite cipher_suite{};
  std::uint8_t legacy_compression_method = 0;
  wire::ExtensionBlock<HelloRetryRequestExtensions, wire::Presence::required, 6> extensions;

  static constexpr void wire(auto& io, auto& m) {
    io("legacy_version", m.legacy_version);
    io("random", m.random);
    io("legacy_session_id_echo", m.legacy_session_id_echo);
    io("cipher_suite", m.cipher_suite);
    io("legacy_compression_method", m.legacy_compression_method);
    io("extensions", m.extensions);
  }
};

/// Whether a whole handshake message (with its header) is a HelloRetryRequest, decodable or not.
// [8446:4.1.3#9]
[[nodiscard]] bool is_hello_retry_request(Bytes message) noexcept;

/// Whether each extension of a ServerHello may stand there in this version (RFC 8446 §4.2).
/// Error: extension_not_allowed, naming the extension.
[[nodiscard]] Result<> check_extensions(const ServerHello& hello, ProtocolVersion version);

}  // namespace handfast::message
