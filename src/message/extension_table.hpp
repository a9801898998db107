// Which extension may stand in which message: the one table (RFC 8446 §4.2 and the documents that extend it).
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include <handfast/types.hpp>

#include "wire/extension_block.hpp"

namespace handfast::message {

/// The messages that carry extensions; TLS 1.2's ServerHello has rules of its own.
enum class ExtensionPlace : std::uint8_t {
  client_hello = 1,
  server_hello = 2,
  server_hello_tls12 = 4,
  hello_retry_request = 8,
  encrypted_extensions = 16,
  certificate = 32,
  certificate_request = 64,
  new_session_ticket = 128,
};

/// A set of messages.
using ExtensionPlaces = std::uint8_t;

constexpr ExtensionPlaces operator|(ExtensionPlace a, ExtensionPlace b) noexcept {
  return static_cast<ExtensionPlaces>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr ExtensionPlaces operator|(ExtensionPlaces a, ExtensionPlace b) noexcept {
  return static_cast<ExtensionPlaces>(a | static_cast<unsigned>(b));
}

struct ExtensionRow {
  ExtensionType type;
  ExtensionPlaces places;
};

namespace places {
inline constexpr auto CH = ExtensionPlace::client_hello;
inline constexpr auto SH = ExtensionPlace::server_hello;
inline constexpr auto SH12 = ExtensionPlace::server_hello_tls12;
inline constexpr auto HRR = ExtensionPlace::hello_retry_request;
inline constexpr auto EE = ExtensionPlace::encrypted_extensions;
inline constexpr auto CT = ExtensionPlace::certificate;
inline constexpr auto CR = ExtensionPlace::certificate_request;
inline constexpr auto NST = ExtensionPlace::new_session_ticket;
inline constexpr ExtensionPlaces only_CH = CH | CH;
inline constexpr ExtensionPlaces only_CR = CR | CR;
}  // namespace places

/// Every extension that Handfast knows, in the order in which it writes them. The order puts padding near the
/// end and pre_shared_key last (RFC 8446 §4.2.11: nothing may follow it).
///
/// What is not listed here (use_srtp, heartbeat, GREASE, …) is unknown: kept, and never refused by the
/// parser.
inline constexpr auto extension_table = [] {
  using namespace places;
  using enum ExtensionType;
  return std::to_array<ExtensionRow>({
      {server_name, CH | EE | SH12},          // RFC 6066 §3
      {max_fragment_length, CH | EE | SH12},  // RFC 6066 §4
      {status_request, CH | CR | CT | SH12},  // RFC 6066 §8, RFC 8446 §4.4.2.1
      {supported_groups, CH | EE | SH12},     // RFC 8446 §4.2.7; SH12: see ServerHello
      {ec_point_formats, CH | SH12},          // RFC 8422 §5.2
      // [5246:7.4.1.4.1#5]
      {signature_algorithms, CH | CR},                           // RFC 8446 §4.2.3
      {application_layer_protocol_negotiation, CH | EE | SH12},  // RFC 7301 §3.1
      {signed_certificate_timestamp, CH | CR | CT | SH12},       // RFC 6962 §3.3.1
      {client_certificate_type, CH | EE | SH12},                 // RFC 7250 §3
      {server_certificate_type, CH | EE | SH12},                 // RFC 7250 §3
      {encrypt_then_mac, CH | SH12},                             // RFC 7366 §2
      {extended_master_secret, CH | SH12},                       // RFC 7627 §5.1
      {compress_certificate, CH | CR},                           // RFC 8879 §3
      {record_size_limit, CH | EE | SH12},                       // RFC 8449 §4
      {delegated_credential, CH | CR | CT},                      // RFC 9345 §4
      {session_ticket, CH | SH12},                               // RFC 5077 §3.2
      {early_data, CH | EE | NST},                               // RFC 8446 §4.2.10
      {supported_versions, CH | SH | HRR},                       // RFC 8446 §4.2.1
      {cookie, CH | HRR},                                        // RFC 8446 §4.2.2
      {psk_key_exchange_modes, only_CH},                         // RFC 8446 §4.2.9
      {certificate_authorities, CH | CR},                        // RFC 8446 §4.2.4
      {trust_anchors, CH | EE | CR | CT},                        // draft-ietf-tls-trust-anchor-ids-04 §4
      {oid_filters, only_CR},                                    // RFC 8446 §4.2.5
      // [8446:4.2.6#2]
      {post_handshake_auth, only_CH},        // RFC 8446 §4.2.6
      {signature_algorithms_cert, CH | CR},  // RFC 8446 §4.2.3
      {key_share, CH | SH | HRR},            // RFC 8446 §4.2.8
      {ticket_request, CH | EE},             // RFC 9149 §3
      {renegotiation_info, CH | SH12},       // RFC 5746 §3.2
      {padding, only_CH},                    // RFC 7685 §3
      {pre_shared_key, CH | SH},             // RFC 8446 §4.2.11
  });
}();

/// Where an extension may stand; none for an unknown one.
constexpr ExtensionPlaces places_of(ExtensionType type) noexcept {
  for (const ExtensionRow& row : extension_table)
    if (row.type == type) return row.places;
  return 0;
}
// What is not known is passed over [5746:3.6#6] [8446:4.1.2#13] [8446:9.3#4,5] [8446:4.3.2#5].
constexpr bool is_known(ExtensionType type) noexcept { return places_of(type) != 0; }
constexpr bool may_stand_in(ExtensionType type, ExtensionPlace place) noexcept {
  return (places_of(type) & static_cast<unsigned>(place)) != 0;
}

/// What all blocks have in common (see wire::ExtensionBlock).
struct KnownExtensions {
  static constexpr bool recognized(ExtensionType type) noexcept { return is_known(type); }
};

/// Whether a block describes exactly the members that the table gives to its message (to one of its messages
/// for ServerHello), in the order of the table.
template <class Known>
consteval bool agrees_with_table(ExtensionPlaces places) {
  const auto types = wire::extension_types<Known>();
  std::size_t next = 0;
  for (const ExtensionRow& row : extension_table) {
    if ((row.places & places) == 0) continue;
    if (next == types.size() || types[next] != row.type) return false;
    ++next;
  }
  return next == types.size();
}
template <class Known>
consteval bool agrees_with_table(ExtensionPlace place) {
  return agrees_with_table<Known>(place | place);
}

}  // namespace handfast::message
