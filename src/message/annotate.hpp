// Any handshake message, octet by octet: name, place and meaning of every field.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <handfast/error.hpp>

#include "wire/annotator.hpp"

namespace handfast::message {

/// What has been negotiated so far, as far as it decides what a message looks like.
struct AnnotationContext {
  ProtocolVersion version = ProtocolVersion::tls13;
  /// Tells the two forms of TLS 1.2's ClientKeyExchange apart; if it is unknown, the octets have to.
  CipherSuite cipher_suite = CipherSuite::TLS_NULL_WITH_NULL_NULL;
  /// What the sender of the message shows as its certificate (RFC 7250).
  CertificateType certificate_type = CertificateType::X509;
};

/// The explanation of a message, decodable or not.
struct Annotation {
  /// Never empty; the first is the message itself. The leaves cover every octet exactly once.
  std::vector<wire::Field> fields;
  /// Why the message does not decode: the same error as from wire::decode (its offset counts from the body).
  std::optional<Error> error;
  /// Where, as a dotted path: "client_hello.extensions.key_share.client_shares[1].key_exchange".
  std::string path_of_error;
};

/// Explains a whole handshake message, header included. Takes time and memory in proportion to its size, in
/// the worst case some 150 octets for each: whoever accepts messages from strangers bounds that size. A type
/// that is not described, or a message cut off inside of its header, has its octets shown as undecoded, with
/// unexpected_message or truncated as error.
[[nodiscard]] Annotation annotate(Bytes message, const AnnotationContext& context = {});

/// Explains the content of an alert record.
[[nodiscard]] Annotation annotate_alert(Bytes octets);
/// Explains the content of a change_cipher_spec record.
[[nodiscard]] Annotation annotate_change_cipher_spec(Bytes octets);

/// The dotted path of the first error in a message, or an empty text if it decodes.
[[nodiscard]] std::string locate(Bytes message, const AnnotationContext& context = {});

/// The dotted path of one of the fields of an annotation.
[[nodiscard]] std::string path_of(const std::vector<wire::Field>& fields, std::size_t index);

}  // namespace handfast::message
