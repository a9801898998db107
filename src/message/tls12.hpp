// The messages that only TLS 1.2 has, or has in another shape (RFC 5246 §7.4, RFC 8422 §5, RFC 5077, RFC
// 6066).
#pragma once
#include "message/authentication.hpp"

namespace handfast::message {

struct HelloRequest : Empty {
  static constexpr auto type = HandshakeType::hello_request;
  static constexpr const char* name = "hello_request";
};

using ASN1Cert = Opaque<3, 1, 0xffffff>;  // DER
struct Certificate12 {                    // RFC 5246 §7.4.2
  static constexpr auto type = HandshakeType::certificate;
  static constexpr const char* name = "certificate";

  List<ASN1Cert, 3, 0, 0xffffff> certificate_list;

  static constexpr void wire(auto& io, auto& m) { io("certificate_list", m.certificate_list); }
};

/// The same message where a raw public key was agreed on (RFC 7250 §3).
struct RawPublicKey12 {
  static constexpr auto type = HandshakeType::certificate;
  static constexpr const char* name = "certificate";

  Opaque<3, 0, 0xffffff> asn1_subject_public_key_info;  // DER; empty: none is shown

  static constexpr void wire(auto& io, auto& m) {
    io("ASN1_subjectPublicKeyInfo", m.asn1_subject_public_key_info);
  }
};

/// The OCSP staple that follows the Certificate.
struct CertificateStatus : CertificateStatusBody {  // RFC 6066 §8
  static constexpr auto type = HandshakeType::certificate_status;
  static constexpr const char* name = "certificate_status";
};

/// A signature with its scheme (RFC 5246 §4.7).
struct DigitallySigned {
  SignatureScheme algorithm{};
  Opaque<2, 0, 0xffff> signature;

  static constexpr void wire(auto& io, auto& m) {
    io("algorithm", m.algorithm);
    io("signature", m.signature);
  }
};

// Uncompressed, which crypto::encapsulate() checks [8422:5.1.2#1].
using ECPoint = Opaque<1, 1, 0xff>;
struct ECParameters {  // RFC 8422 §5.4
  // Explicit curves are refused with illegal_parameter.
  Between<ECCurveType::named_curve> curve_type;
  NamedGroup namedcurve{};

  static constexpr void wire(auto& io, auto& m) {
    io("curve_type", m.curve_type);
    io("namedcurve", m.namedcurve);
  }
};
struct ServerECDHParams {  // RFC 8422 §5.4
  ECParameters curve_params;
  ECPoint public_;  // "public" is taken in C++

  static constexpr void wire(auto& io, auto& m) {
    io("curve_params", m.curve_params);
    io("public", m.public_);
  }
};
struct ServerKeyExchange {  // RFC 8422 §5.4: ECDHE only
  static constexpr auto type = HandshakeType::server_key_exchange;
  static constexpr const char* name = "server_key_exchange";

  ServerECDHParams params;
  DigitallySigned signed_params;  // over both randoms and the octets of params

  static constexpr void wire(auto& io, auto& m) {
    io("params", m.params);
    io("signed_params", m.signed_params);
  }
};

struct CertificateRequest12 {  // RFC 5246 §7.4.4
  static constexpr auto type = HandshakeType::certificate_request;
  static constexpr const char* name = "certificate_request";

  List<ClientCertificateType, 1, 1, 0xff> certificate_types;
  List<SignatureScheme, 2, 2, 0xfffe> supported_signature_algorithms;
  List<DistinguishedName, 2, 0, 0xffff> certificate_authorities;

  static constexpr void wire(auto& io, auto& m) {
    io("certificate_types", m.certificate_types);
    io("supported_signature_algorithms", m.supported_signature_algorithms);
    io("certificate_authorities", m.certificate_authorities);
  }
};

struct ServerHelloDone : Empty {  // RFC 5246 §7.4.5
  static constexpr auto type = HandshakeType::server_hello_done;
  static constexpr const char* name = "server_hello_done";
};

/// ClientKeyExchange of RSA key transport (RFC 5246 §7.4.7.1).
struct EncryptedPreMasterSecret {
  static constexpr auto type = HandshakeType::client_key_exchange;
  static constexpr const char* name = "client_key_exchange";

  // [5246:7.4.7.1#5]
  Opaque<2, 0, 0xffff> pre_master_secret;  // encrypted: as long as the modulus

  static constexpr void wire(auto& io, auto& m) { io("pre_master_secret", m.pre_master_secret); }
};

/// ClientKeyExchange of ECDHE (RFC 8422 §5.7).
struct ClientECDiffieHellmanPublic {
  static constexpr auto type = HandshakeType::client_key_exchange;
  static constexpr const char* name = "client_key_exchange";

  ECPoint ecdh_Yc;

  static constexpr void wire(auto& io, auto& m) { io("ecdh_Yc", m.ecdh_Yc); }
};

using CertificateVerify12 = CertificateVerify;
using Finished12 = Finished;

struct NewSessionTicket12 {  // RFC 5077 §3.3
  static constexpr auto type = HandshakeType::new_session_ticket;
  static constexpr const char* name = "new_session_ticket";

  std::uint32_t ticket_lifetime_hint = 0;  // seconds
  Opaque<2, 0, 0xffff> ticket;             // empty: none after all

  static constexpr void wire(auto& io, auto& m) {
    io("ticket_lifetime_hint", m.ticket_lifetime_hint);
    io("ticket", m.ticket);
  }
};

}  // namespace handfast::message
