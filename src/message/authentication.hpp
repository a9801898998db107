// The messages by which a side proves who it is in TLS 1.3: CertificateRequest (RFC 8446 §4.3.2),
// Certificate, CertificateVerify and Finished (§4.4), CompressedCertificate (RFC 8879).
#pragma once
#include "message/extension_table.hpp"
#include "message/extensions.hpp"

namespace handfast::message {

struct CertificateRequestExtensions : KnownExtensions {
  std::optional<Empty> status_request;
  std::optional<SignatureSchemeList> signature_algorithms;
  std::optional<Empty> signed_certificate_timestamp;
  std::optional<CertificateCompressionAlgorithms> compress_certificate;
  std::optional<SignatureSchemeList> delegated_credential;
  std::optional<CertificateAuthoritiesExtension> certificate_authorities;
  std::optional<RequestedTrustAnchorList> trust_anchors;
  std::optional<OIDFilterExtension> oid_filters;
  std::optional<SignatureSchemeList> signature_algorithms_cert;

  static constexpr bool wire(auto& io, auto& m) {
    using enum ExtensionType;
    return io(status_request, m.status_request) || io(signature_algorithms, m.signature_algorithms) ||
           io(signed_certificate_timestamp, m.signed_certificate_timestamp) ||
           io(compress_certificate, m.compress_certificate) ||
           io(delegated_credential, m.delegated_credential) ||
           io(certificate_authorities, m.certificate_authorities) || io(trust_anchors, m.trust_anchors) ||
           io(oid_filters, m.oid_filters) || io(signature_algorithms_cert, m.signature_algorithms_cert);
  }
};
static_assert(agrees_with_table<CertificateRequestExtensions>(ExtensionPlace::certificate_request));

struct CertificateRequest {
  static constexpr auto type = HandshakeType::certificate_request;
  static constexpr const char* name = "certificate_request";

  Opaque<1, 0, 0xff> certificate_request_context;
  wire::ExtensionBlock<CertificateRequestExtensions, wire::Presence::required, 2> extensions;

  static constexpr void wire(auto& io, auto& m) {
    io("certificate_request_context", m.certificate_request_context);
    io("extensions", m.extensions);
  }
};

struct CertificateEntryExtensions : KnownExtensions {
  std::optional<CertificateStatusBody> status_request;
  std::optional<SignedCertificateTimestampList> signed_certificate_timestamp;
  std::optional<DelegatedCredential> delegated_credential;
  std::optional<Empty> trust_anchors;  // the chain was chosen by what the peer asked for

  static constexpr bool wire(auto& io, auto& m) {
    using enum ExtensionType;
    return io(status_request, m.status_request) ||
           io(signed_certificate_timestamp, m.signed_certificate_timestamp) ||
           io(delegated_credential, m.delegated_credential) || io(trust_anchors, m.trust_anchors);
  }
};
static_assert(agrees_with_table<CertificateEntryExtensions>(ExtensionPlace::certificate));

struct CertificateEntry {
  Opaque<3, 1, 0xffffff> cert_data;  // DER
  wire::ExtensionBlock<CertificateEntryExtensions, wire::Presence::required> extensions;

  static constexpr void wire(auto& io, auto& m) {
    io("cert_data", m.cert_data);
    io("extensions", m.extensions);
  }
};

struct Certificate {
  static constexpr auto type = HandshakeType::certificate;
  static constexpr const char* name = "certificate";

  Opaque<1, 0, 0xff> certificate_request_context;
  List<CertificateEntry, 3, 0, 0xffffff> certificate_list;

  static constexpr void wire(auto& io, auto& m) {
    io("certificate_request_context", m.certificate_request_context);
    io("certificate_list", m.certificate_list);
  }
};

struct CompressedCertificate {
  static constexpr auto type = HandshakeType::compressed_certificate;
  static constexpr const char* name = "compressed_certificate";

  CertificateCompressionAlgorithm algorithm{};
  wire::Uint24 uncompressed_length;
  Opaque<3, 1, 0xffffff> compressed_certificate_message;

  static constexpr void wire(auto& io, auto& m) {
    io("algorithm", m.algorithm);
    io("uncompressed_length", m.uncompressed_length);
    io("compressed_certificate_message", m.compressed_certificate_message);
  }
};

/// Also TLS 1.2's (RFC 5246 §7.4.8): its hash and signature octets are what TLS 1.3 calls a SignatureScheme.
struct CertificateVerify {
  static constexpr auto type = HandshakeType::certificate_verify;
  static constexpr const char* name = "certificate_verify";

  SignatureScheme algorithm{};
  Opaque<2, 0, 0xffff> signature;

  static constexpr void wire(auto& io, auto& m) {
    io("algorithm", m.algorithm);
    io("signature", m.signature);
  }
};

/// Also TLS 1.2's (RFC 5246 §7.4.9), where it has 12 octets. TLS 1.3: as long as the hash. The length is for
/// the handshake to check.
struct Finished {
  static constexpr auto type = HandshakeType::finished;
  static constexpr const char* name = "finished";

  Rest verify_data;

  static constexpr void wire(auto& io, auto& m) { io("verify_data", m.verify_data); }
};

}  // namespace handfast::message
