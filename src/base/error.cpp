// The one table of errors.
#include <algorithm>
#include <array>

#include <handfast/error.hpp>

namespace handfast {
namespace {

// [5246:7.2.2#6,7,8] [8446:B#1] Alerts that are reserved stand in no row.
constexpr auto table = std::to_array<ErrorInfo>({
    {ErrorCode::truncated, "truncated", Fault::peer, AlertDescription::decode_error,
     "The message ends in the middle of a field.", "The peer or something between sent a damaged message.",
     "RFC 8446 §6.2"},
    {ErrorCode::trailing_data, "trailing_data", Fault::peer, AlertDescription::decode_error,
     "There is data left over after the last field.", "The peer or something between sent a damaged message.",
     "RFC 8446 §6.2"},
    {ErrorCode::vector_too_short, "vector_too_short", Fault::peer, AlertDescription::decode_error,
     "A list is shorter than its minimum.", "The peer built this message wrongly.", "RFC 8446 §3.4"},
    {ErrorCode::vector_too_long, "vector_too_long", Fault::peer, AlertDescription::decode_error,
     "A list is longer than its maximum.", "The peer built this message wrongly.", "RFC 8446 §3.4"},
    {ErrorCode::vector_not_multiple, "vector_not_multiple", Fault::peer, AlertDescription::decode_error,
     "The length of a list is not a multiple of its elements' size.", "The peer built this message wrongly.",
     "RFC 8446 §3.4"},
    {ErrorCode::duplicate_extension, "duplicate_extension", Fault::peer, AlertDescription::decode_error,
     "An extension was sent twice.", "The peer built this message wrongly.", "RFC 8446 §4.2"},
    {ErrorCode::extension_not_last, "extension_not_last", Fault::peer, AlertDescription::illegal_parameter,
     "pre_shared_key must be the last extension.", "The peer built its ClientHello wrongly.",
     "RFC 8446 §4.2.11"},
    {ErrorCode::extension_not_allowed, "extension_not_allowed", Fault::peer,
     AlertDescription::illegal_parameter, "An extension stands in a message where it does not belong.",
     "The peer built this message wrongly.", "RFC 8446 §4.2"},
    {ErrorCode::extension_not_offered, "extension_not_offered", Fault::peer,
     AlertDescription::unsupported_extension, "The peer answered an extension that was not offered.",
     "The peer does not follow the protocol.", "RFC 8446 §4.2"},
    {ErrorCode::missing_extension, "missing_extension", Fault::peer, AlertDescription::missing_extension,
     "An extension that is mandatory here is missing.", "The peer does not follow the protocol.",
     "RFC 8446 §9.2"},
    {ErrorCode::illegal_value, "illegal_value", Fault::peer, AlertDescription::illegal_parameter,
     "A field holds a value that is not allowed here.", "The peer does not follow the protocol.",
     "RFC 8446 §6.2"},
    {ErrorCode::message_too_large, "message_too_large", Fault::peer, AlertDescription::illegal_parameter,
     "A handshake message is larger than this side accepts.",
     "Raise max_handshake_message if such messages are expected.", "RFC 8446 §4"},
    {ErrorCode::unexpected_message, "unexpected_message", Fault::peer, AlertDescription::unexpected_message,
     "A handshake message came that does not belong here.",
     "The peer does not follow the protocol, or messages were injected.", "RFC 8446 §4"},
    {ErrorCode::unexpected_record, "unexpected_record", Fault::peer, AlertDescription::unexpected_message,
     "A record of a type came that does not belong here.",
     "The peer does not follow the protocol, or does not speak TLS at all.", "RFC 8446 §5"},
    {ErrorCode::excess_handshake_data, "excess_handshake_data", Fault::peer,
     AlertDescription::unexpected_message, "Handshake data crosses a change of keys.",
     "The peer does not follow the protocol, or messages were injected.", "RFC 8446 §5.1"},
    {ErrorCode::not_tls, "not_tls", Fault::peer, AlertDescription::protocol_version,
     "The peer does not speak TLS on this port.",
     "Check host and port; a plain-text protocol (HTTP, SMTP, …) may be served here.", "RFC 8446 §5.1"},
    {ErrorCode::too_many_empty_records, "too_many_empty_records", Fault::peer,
     AlertDescription::unexpected_message, "Too many records without content in a row.",
     "The peer wastes this side's time; the connection was ended.", "RFC 8446 §5.4"},
    {ErrorCode::too_many_key_updates, "too_many_key_updates", Fault::peer,
     AlertDescription::unexpected_message, "Too many KeyUpdates without application data.",
     "The peer wastes this side's time; the connection was ended.", "RFC 8446 §4.6.3"},
    {ErrorCode::too_many_warnings, "too_many_warnings", Fault::peer, AlertDescription::unexpected_message,
     "Too many warning alerts in a row.", "The peer wastes this side's time; the connection was ended.",
     "RFC 8446 §6"},
    {ErrorCode::too_many_tickets, "too_many_tickets", Fault::peer, AlertDescription::unexpected_message,
     "Too many session tickets without application data.",
     "The peer wastes this side's time; the connection was ended.", "RFC 8446 §4.6.1"},
    {ErrorCode::record_overflow, "record_overflow", Fault::peer, AlertDescription::record_overflow,
     "A record is longer than allowed.",
     "The peer does not follow the protocol or the agreed record_size_limit.", "RFC 8446 §5.2"},
    {ErrorCode::bad_record_mac, "bad_record_mac", Fault::peer, AlertDescription::bad_record_mac,
     "A record does not decrypt.",
     "Data was damaged or forged on the way, or the two sides derived different keys.", "RFC 8446 §5.2"},
    {ErrorCode::bad_record_header, "bad_record_header", Fault::peer, AlertDescription::decode_error,
     "A record header makes no sense.", "The peer does not follow the protocol.", "RFC 8446 §5.1"},
    {ErrorCode::sequence_exhausted, "sequence_exhausted", Fault::configuration,
     AlertDescription::internal_error, "The record sequence number or the limit of the AEAD is used up.",
     "Reconnect; TLS 1.2 cannot change keys on a running connection.", "RFC 8446 §5.5"},
    {ErrorCode::unsupported_version, "unsupported_version", Fault::peer, AlertDescription::protocol_version,
     "The two sides have no protocol version in common.",
     "TLS 1.0, 1.1 and SSL are not spoken here; update the peer or widen min/max.", "RFC 8446 §4.2.1"},
    {ErrorCode::no_common_cipher_suite, "no_common_cipher_suite", Fault::peer,
     AlertDescription::handshake_failure, "The two sides have no cipher suite in common.",
     "Compare the policies of both sides.", "RFC 8446 §4.1.1"},
    {ErrorCode::no_common_group, "no_common_group", Fault::peer, AlertDescription::handshake_failure,
     "The two sides have no key exchange group in common.", "Compare the groups of both sides.",
     "RFC 8446 §4.1.1"},
    {ErrorCode::no_common_signature_scheme, "no_common_signature_scheme", Fault::peer,
     AlertDescription::handshake_failure,
     "No certificate here fits a signature scheme that the peer accepts.",
     "Compare the signature schemes of both sides with the certificate's key.", "RFC 8446 §4.2.3"},
    {ErrorCode::no_certificate_for_name, "no_certificate_for_name", Fault::peer,
     AlertDescription::unrecognized_name, "There is no certificate for the name that the client asked for.",
     "Add a certificate for this name.", "RFC 6066 §3"},
    {ErrorCode::no_fitting_credential, "no_fitting_credential", Fault::configuration,
     AlertDescription::handshake_failure, "None of our certificates fits what the peer asks for.",
     "Compare the peer's signature schemes, certificate types and authorities with the certificates.",
     "RFC 8446 §4.4.2"},
    {ErrorCode::no_application_protocol, "no_application_protocol", Fault::peer,
     AlertDescription::no_application_protocol,
     "The two sides have no application protocol (ALPN) in common.", "Compare the ALPN lists of both sides.",
     "RFC 7301 §3.2"},
    {ErrorCode::no_common_psk_mode, "no_common_psk_mode", Fault::peer, AlertDescription::handshake_failure,
     "The client takes pre-shared keys in no mode that is taken here.",
     "Let the client offer psk_dhe_ke, or give the server a certificate.", "RFC 8446 §4.2.9"},
    {ErrorCode::bad_key_share, "bad_key_share", Fault::peer, AlertDescription::illegal_parameter,
     "The peer's key share is not valid for its group.", "The peer does not follow the protocol.",
     "RFC 8446 §4.2.8"},
    {ErrorCode::downgrade_detected, "downgrade_detected", Fault::peer, AlertDescription::illegal_parameter,
     "The server's random says that a newer version was possible: somebody forced the connection to an older "
     "one.",
     "Something between the two sides tampers with the handshake.", "RFC 8446 §4.1.3"},
    {ErrorCode::inappropriate_fallback, "inappropriate_fallback", Fault::peer,
     AlertDescription::inappropriate_fallback,
     "The client fell back to an older version although a newer one is spoken here.",
     "Something between the two sides made the first attempt fail.", "RFC 7507 §3"},
    {ErrorCode::hello_retry_loop, "hello_retry_loop", Fault::peer, AlertDescription::unexpected_message,
     "A second HelloRetryRequest came.", "The peer does not follow the protocol.", "RFC 8446 §4.1.4"},
    {ErrorCode::hello_changed, "hello_changed", Fault::peer, AlertDescription::illegal_parameter,
     "The second ClientHello differs from the first where it may not.",
     "The peer does not follow the protocol.", "RFC 8446 §4.1.2"},
    {ErrorCode::bad_cookie, "bad_cookie", Fault::peer, AlertDescription::illegal_parameter,
     "The cookie is not one of ours, or it is too old.", "The client returned a wrong cookie.",
     "RFC 8446 §4.2.2"},
    {ErrorCode::bad_signature, "bad_signature", Fault::peer, AlertDescription::decrypt_error,
     "The peer's signature over the handshake is wrong.",
     "The peer does not hold the key of its certificate, or the handshake was tampered with.",
     "RFC 8446 §4.4.3"},
    {ErrorCode::bad_finished, "bad_finished", Fault::peer, AlertDescription::decrypt_error,
     "The peer's Finished is wrong.",
     "The handshake was tampered with, or the two sides derived different keys.", "RFC 8446 §4.4.4"},
    {ErrorCode::certificate_required, "certificate_required", Fault::peer,
     AlertDescription::certificate_required, "The client has to show a certificate and did not.",
     "Give the client a certificate.", "RFC 8446 §4.4.2.4"},
    {ErrorCode::empty_certificate, "empty_certificate", Fault::peer, AlertDescription::decode_error,
     "The server's certificate list is empty.", "The server does not follow the protocol.",
     "RFC 8446 §4.4.2.4"},
    {ErrorCode::certificate_refused, "certificate_refused", Fault::peer, AlertDescription::bad_certificate,
     "The peer's certificate was refused.", "See the findings for the certificate and the rule.",
     "RFC 5280 §6"},
    {ErrorCode::certificate_expired, "certificate_expired", Fault::peer,
     AlertDescription::certificate_expired, "A certificate of the peer is expired or not yet valid.",
     "Have one that is expired renewed; for one that is not valid yet wait, or correct this machine's clock.",
     "RFC 5280 §4.1.2.5"},
    {ErrorCode::certificate_revoked, "certificate_revoked", Fault::peer,
     AlertDescription::certificate_revoked, "A certificate of the peer is revoked.",
     "The peer needs a new certificate.", "RFC 5280 §6.3"},
    {ErrorCode::unknown_ca, "unknown_ca", Fault::peer, AlertDescription::unknown_ca,
     "The peer's certificate does not lead to a trusted root.",
     "Add the issuing CA to the trusted roots if it is to be trusted; a missing intermediate is the server's "
     "fault.",
     "RFC 5280 §6.1"},
    {ErrorCode::certificate_name_mismatch, "certificate_name_mismatch", Fault::peer,
     AlertDescription::bad_certificate, "The peer's certificate is not for this name.",
     "Check the name; the certificate lists the names it is for.", "RFC 9525 §6"},
    {ErrorCode::certificate_unsupported, "certificate_unsupported", Fault::peer,
     AlertDescription::unsupported_certificate,
     "The peer's certificate is of a kind that is not supported here.",
     "Use RSA of at least 2048 bits, ECDSA on P-256, P-384 or P-521, or Ed25519.", "RFC 8446 §4.4.2.2"},
    {ErrorCode::certificate_malformed, "certificate_malformed", Fault::peer,
     AlertDescription::bad_certificate, "A certificate of the peer does not parse.",
     "The peer's certificate file is damaged.", "RFC 5280 §4.1"},
    {ErrorCode::certificate_status_missing, "certificate_status_missing", Fault::peer,
     AlertDescription::bad_certificate_status_response,
     "A revocation status that is required was not sent or does not hold.",
     "Let the server staple a fresh OCSP response.", "RFC 7633 §4"},
    {ErrorCode::bad_delegated_credential, "bad_delegated_credential", Fault::peer,
     AlertDescription::illegal_parameter, "The peer's delegated credential is not valid.",
     "Compare both clocks; issue a new one for the peer's present certificate.", "RFC 9345 §4.1.3"},
    {ErrorCode::unknown_psk_identity, "unknown_psk_identity", Fault::peer,
     AlertDescription::unknown_psk_identity, "The pre-shared key is not known here.",
     "Compare identity and key on both sides.", "RFC 8446 §6.2"},
    {ErrorCode::bad_binder, "bad_binder", Fault::peer, AlertDescription::decrypt_error,
     "The PSK binder is wrong.", "The two sides hold different keys for this identity.",
     "RFC 8446 §4.2.11.2"},
    {ErrorCode::peer_alert, "peer_alert", Fault::peer, AlertDescription::close_notify,
     "The peer ended the connection with an alert.", "The alert says why; the peer's log may say more.",
     "RFC 8446 §6.2"},
    {ErrorCode::peer_refused_certificate, "peer_refused_certificate", Fault::configuration,
     AlertDescription::close_notify, "The peer refused our certificate.",
     "Check which CA the peer trusts and what our certificate is for.", "RFC 8446 §6.2"},
    {ErrorCode::truncated_stream, "truncated_stream", Fault::network, AlertDescription::close_notify,
     "The stream ended without close_notify: data may be missing at its end.",
     "The peer crashed, was cut off, or does not close as TLS demands.", "RFC 8446 §6.1"},
    {ErrorCode::closed, "closed", Fault::caller, AlertDescription::close_notify, "The connection is closed.",
     "Nothing can be sent or received any more.", "RFC 8446 §6.1"},
    {ErrorCode::timed_out, "timed_out", Fault::network, AlertDescription::close_notify,
     "The peer took too long.", "Try again, or allow more time.", "—"},
    {ErrorCode::transport_failed, "transport_failed", Fault::network, AlertDescription::close_notify,
     "The connection below TLS failed.", "The system's reason stands beside; it is no matter of TLS.", "—"},
    {ErrorCode::not_ready, "not_ready", Fault::caller, AlertDescription::internal_error,
     "The handshake is not finished yet.", "Wait until handshake_done() is true.", "—"},
    {ErrorCode::no_question, "no_question", Fault::caller, AlertDescription::internal_error,
     "There is no open question of this kind to answer.", "Ask pending() first; a question is answered once.",
     "—"},
    {ErrorCode::invalid_argument, "invalid_argument", Fault::caller, AlertDescription::internal_error,
     "An argument is outside of what this call accepts.", "See the documentation of the call.", "—"},
    {ErrorCode::buffer_too_small, "buffer_too_small", Fault::caller, AlertDescription::internal_error,
     "The output buffer is too small for even one record.", "Give at least min_output octets.", "—"},
    {ErrorCode::refused_by_application, "refused_by_application", Fault::caller,
     AlertDescription::access_denied, "The application refused the connection.",
     "This was the answer to a question of the library.", "—"},
    {ErrorCode::signing_failed, "signing_failed", Fault::configuration, AlertDescription::internal_error,
     "Our private key could not sign.", "Check the key or the device that holds it.", "—"},
    {ErrorCode::random_failed, "random_failed", Fault::configuration, AlertDescription::internal_error,
     "The source of randomness failed.", "The system's getrandom() does not work.", "—"},
    {ErrorCode::out_of_memory, "out_of_memory", Fault::configuration, AlertDescription::internal_error,
     "There is not enough memory.", "Raise the memory limit.", "—"},
    {ErrorCode::internal_error, "internal_error", Fault::caller, AlertDescription::internal_error,
     "A bug in Handfast.", "Please report it.", "—"},
    {ErrorCode::bad_pem, "bad_pem", Fault::configuration, AlertDescription::internal_error,
     "This is not valid PEM.", "Give a text file with BEGIN and END lines.", "RFC 7468 §2"},
    {ErrorCode::no_certificate_in_file, "no_certificate_in_file", Fault::configuration,
     AlertDescription::internal_error, "There is no certificate in this file.",
     "Give a PEM file with at least one CERTIFICATE block, or a DER certificate.", "RFC 7468 §5"},
    {ErrorCode::no_private_key_in_file, "no_private_key_in_file", Fault::configuration,
     AlertDescription::internal_error, "There is no private key in this file.",
     "Give PKCS#8, PKCS#1 or SEC1, as PEM or DER.", "RFC 7468 §10"},
    {ErrorCode::bad_private_key, "bad_private_key", Fault::configuration, AlertDescription::internal_error,
     "The private key does not parse or is not valid.", "Check the key file; it may be damaged.",
     "RFC 5958 §2"},
    {ErrorCode::unsupported_private_key, "unsupported_private_key", Fault::configuration,
     AlertDescription::internal_error, "The private key is of a kind that is not supported.",
     "Use RSA of 2048 to 8192 bits, EC on P-256, P-384 or P-521, or Ed25519.", "—"},
    {ErrorCode::passphrase_needed, "passphrase_needed", Fault::configuration,
     AlertDescription::internal_error, "The private key is encrypted and no passphrase was given.",
     "Give the passphrase.", "RFC 5958 §3"},
    {ErrorCode::wrong_passphrase, "wrong_passphrase", Fault::configuration, AlertDescription::internal_error,
     "The passphrase does not open the private key.", "Check the passphrase.", "RFC 8018 §6"},
    {ErrorCode::key_mismatch, "key_mismatch", Fault::configuration, AlertDescription::internal_error,
     "The private key does not belong to the certificate.",
     "Give the key that was made together with this certificate.", "—"},
    {ErrorCode::own_certificate_expired, "own_certificate_expired", Fault::configuration,
     AlertDescription::internal_error, "Our own certificate is expired or not yet valid.",
     "Renew one that is expired; for one that is not valid yet wait, or correct this machine's clock.",
     "RFC 5280 §4.1.2.5"},
    {ErrorCode::own_certificate_malformed, "own_certificate_malformed", Fault::configuration,
     AlertDescription::internal_error, "Our own certificate does not parse.",
     "Check the certificate file; it may be damaged.", "RFC 5280 §4.1"},
    {ErrorCode::own_delegated_credential_unusable, "own_delegated_credential_unusable", Fault::configuration,
     AlertDescription::internal_error,
     "Our delegated credential does not parse or is not for this certificate.",
     "Issue a new one with the key of the certificate that is in use.", "RFC 9345 §4"},
    {ErrorCode::own_certificate_properties_malformed, "own_certificate_properties_malformed",
     Fault::configuration, AlertDescription::internal_error,
     "The properties of our certificate do not parse.", "Fetch the chain anew from its issuer.",
     "draft-ietf-tls-trust-anchor-ids-04 §7"},
    {ErrorCode::unsupported_option, "unsupported_option", Fault::configuration,
     AlertDescription::internal_error, "This combination of options is not supported.",
     "See the documentation of the option.", "—"},
    {ErrorCode::no_trust_anchor, "no_trust_anchor", Fault::configuration, AlertDescription::internal_error,
     "There is no trusted root to verify the peer against.",
     "Give a CA file or install the system's roots (ca-certificates).", "RFC 5280 §6.1.1"},
    {ErrorCode::bad_server_name, "bad_server_name", Fault::configuration, AlertDescription::internal_error,
     "This is not a host name or IP address.", "Give a DNS name (A-labels) or an address.", "RFC 9525 §2"},
    {ErrorCode::stored_state_malformed, "stored_state_malformed", Fault::configuration,
     AlertDescription::internal_error, "Stored sessions or keys are damaged, or of another format.",
     "Restore the file, or delete it: what it held is made anew.", "—"},
    {ErrorCode::file_unwritable, "file_unwritable", Fault::configuration, AlertDescription::internal_error,
     "A file cannot be written.", "Check its path, its folder's permissions and the space on the disk.", "—"},
    {ErrorCode::file_unreadable, "file_unreadable", Fault::configuration, AlertDescription::internal_error,
     "A file cannot be read.", "Check its path and permissions.", "—"},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].code) != i) return false;
  return true;
}
static_assert(in_order(), "the rows stand in the order of ErrorCode, one each");
static_assert(table.size() == static_cast<std::size_t>(ErrorCode::file_unreadable) + 1);

}  // namespace

const ErrorInfo& error_info(ErrorCode code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return table[std::min(index, table.size() - 1)];
}

std::string_view name_of(ErrorCode value) noexcept { return error_info(value).name; }

std::string_view name_of(Fault value) noexcept {
  switch (value) {
    case Fault::peer: return "peer";
    case Fault::configuration: return "configuration";
    case Fault::caller: return "caller";
    case Fault::network: return "network";
  }
  return {};
}

std::string describe(const Error& error) {
  const ErrorInfo& info = error.info();
  std::string text(info.sentence);
  if (!text.empty() && text.back() == '.') text.pop_back();
  if (error.detail != nullptr) text.append(": ").append(error.detail);
  if (error.in_message() || error.field != nullptr) {
    text += " (";
    if (error.in_message()) text += to_string(error.message);
    if (error.field != nullptr) {
      if (error.in_message()) text += ", ";
      text.append("field ").append(error.field).append(" at octet ").append(std::to_string(error.offset));
    }
    text += ")";
  }
  if (error.code == ErrorCode::peer_alert || error.code == ErrorCode::peer_refused_certificate)
    text.append(" [received alert ").append(to_string(error.alert)).append("]");
  else if (error.alert != AlertDescription::close_notify && info.fault == Fault::peer)
    text.append(" [alert ").append(to_string(error.alert)).append("]");
  return text;
}

}  // namespace handfast
