// Errors: what went wrong, whose fault it is, which alert says so, and what to do about it.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// Every way to fail. error_info() tells the rest.
enum class ErrorCode : std::uint16_t {
  // What the peer sent does not parse.
  truncated,
  trailing_data,
  vector_too_short,
  vector_too_long,
  vector_not_multiple,
  duplicate_extension,
  extension_not_last,
  extension_not_allowed,
  extension_not_offered,
  missing_extension,
  illegal_value,
  message_too_large,
  // What the peer sent does not fit the flow.
  unexpected_message,
  unexpected_record,
  excess_handshake_data,
  not_tls,
  too_many_empty_records,
  too_many_key_updates,
  too_many_warnings,
  too_many_tickets,
  // Records.
  record_overflow,
  bad_record_mac,
  bad_record_header,
  sequence_exhausted,
  // Negotiation.
  unsupported_version,
  no_common_cipher_suite,
  no_common_group,
  no_common_signature_scheme,
  no_certificate_for_name,
  no_fitting_credential,
  no_application_protocol,
  no_common_psk_mode,
  bad_key_share,
  downgrade_detected,
  inappropriate_fallback,
  hello_retry_loop,
  hello_changed,
  bad_cookie,
  // Authentication.
  bad_signature,
  bad_finished,
  certificate_required,
  empty_certificate,
  certificate_refused,
  certificate_expired,
  certificate_revoked,
  unknown_ca,
  certificate_name_mismatch,
  certificate_unsupported,
  certificate_malformed,
  certificate_status_missing,
  bad_delegated_credential,
  unknown_psk_identity,
  bad_binder,
  // Ends.
  peer_alert,
  peer_refused_certificate,
  truncated_stream,
  closed,
  timed_out,
  transport_failed,
  // Local.
  not_ready,
  no_question,
  invalid_argument,
  buffer_too_small,
  refused_by_application,
  signing_failed,
  random_failed,
  out_of_memory,
  internal_error,
  // Configuration and files.
  bad_pem,
  no_certificate_in_file,
  no_private_key_in_file,
  bad_private_key,
  unsupported_private_key,
  passphrase_needed,
  wrong_passphrase,
  key_mismatch,
  own_certificate_expired,
  own_certificate_malformed,
  own_delegated_credential_unusable,
  own_certificate_properties_malformed,
  unsupported_option,
  no_trust_anchor,
  bad_server_name,
  stored_state_malformed,
  file_unwritable,
  file_unreadable,
};

/// Who has to act.
enum class Fault : std::uint8_t {
  peer,           ///< the other side (or whoever tampers with the line)
  configuration,  ///< this side's settings, files or machine
  caller,         ///< the program that uses the library
  network,        ///< what lies between
};
std::string_view name_of(Fault value) noexcept;
std::string_view name_of(ErrorCode value) noexcept;

/// One row of the table that all messages come from.
struct ErrorInfo {
  /// The code that the row is about.
  ErrorCode code;
  std::string_view name;  ///< as in ErrorCode
  /// Whose fault it is.
  Fault fault;
  AlertDescription alert;     ///< what the peer is told; close_notify: no alert is sent
  std::string_view sentence;  ///< what happened
  std::string_view hint;      ///< what to do
  std::string_view section;   ///< where it is specified
};
/// Never fails: each code has a row.
const ErrorInfo& error_info(ErrorCode code) noexcept;

/// Why a call failed. Small, trivially copyable, owns nothing: its texts are literals.
struct Error {
  /// What went wrong.
  ErrorCode code = ErrorCode::internal_error;
  AlertDescription alert = AlertDescription::internal_error;  ///< sent, or received if code is peer_alert
  HandshakeType message = HandshakeType::message_hash;        ///< message_hash: in none
  std::uint32_t offset = 0;                                   ///< octets into the message or file
  const char* field = nullptr;                                ///< innermost field, or null
  const char* detail = nullptr;                               ///< what exactly, or null

  Error() noexcept = default;
  /// The alert comes from the table.
  explicit Error(ErrorCode c, const char* what = nullptr) noexcept
      : code(c), alert(error_info(c).alert), detail(what) {}
  /// With another alert than the table's, for rules that name one.
  Error(ErrorCode c, AlertDescription a, const char* what = nullptr) noexcept
      : code(c), alert(a), detail(what) {}

  /// The table's row of the code.
  [[nodiscard]] const ErrorInfo& info() const noexcept { return error_info(code); }
  /// Whose fault it is.
  [[nodiscard]] Fault fault() const noexcept { return info().fault; }
  /// Whether a handshake message is named.
  [[nodiscard]] bool in_message() const noexcept { return message != HandshakeType::message_hash; }
};
static_assert(sizeof(Error) == 24);

/// One line for people: sentence, detail, message, field and offset, alert. No trailing period or newline.
std::string describe(const Error& error);

/// A value or the reason why there is none. Not looking at it is a compile-time error.
template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

[[gnu::cold, gnu::noinline]] inline std::unexpected<Error> fail(const Error& error) noexcept {
  return std::unexpected<Error>(error);
}
[[gnu::cold, gnu::noinline]] inline std::unexpected<Error> fail(ErrorCode code,
                                                                const char* detail = nullptr) noexcept {
  return std::unexpected<Error>(Error(code, detail));
}
[[gnu::cold, gnu::noinline]] inline std::unexpected<Error> fail(ErrorCode code, AlertDescription alert,
                                                                const char* detail = nullptr) noexcept {
  return std::unexpected<Error>(Error(code, alert, detail));
}

}  // namespace handfast
