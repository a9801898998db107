// What TLS 1.3 sends after or beside the main handshake: NewSessionTicket (RFC 8446 §4.6.1), KeyUpdate
// (§4.6.3), EndOfEarlyData (§4.5).
#pragma once
#include "message/extension_table.hpp"
#include "message/extensions.hpp"

namespace handfast::message {

// [8446:4.6.1#7]
struct NewSessionTicketExtensions : KnownExtensions {
  std::optional<EarlyDataIndicationNewSessionTicket> early_data;

  static constexpr bool wire(auto& io, auto& m) {
    using enum ExtensionType;
    return io(early_data, m.early_data);
  }
};
static_assert(agrees_with_table<NewSessionTicketExtensions>(ExtensionPlace::new_session_ticket));

struct NewSessionTicket {
  static constexpr auto type = HandshakeType::new_session_ticket;
  static constexpr const char* name = "new_session_ticket";

  std::uint32_t ticket_lifetime = 0;  // seconds
  std::uint32_t ticket_age_add = 0;   // milliseconds, modulo 2^32
  Opaque<1, 0, 0xff> ticket_nonce;
  Opaque<2, 1, 0xffff> ticket;
  wire::ExtensionBlock<NewSessionTicketExtensions, wire::Presence::required, 0, 0xfffe> extensions;

  static constexpr void wire(auto& io, auto& m) {
    io("ticket_lifetime", m.ticket_lifetime);
    io("ticket_age_add", m.ticket_age_add);
    io("ticket_nonce", m.ticket_nonce);
    io("ticket", m.ticket);
    io("extensions", m.extensions);
  }
};

struct KeyUpdate {
  static constexpr auto type = HandshakeType::key_update;
  static constexpr const char* name = "key_update";

  // RFC 8446 §4.6.3 [8446:4.6.3#3]: any other value is refused with illegal_parameter.
  Between<KeyUpdateRequest::update_not_requested, KeyUpdateRequest::update_requested> request_update;

  static constexpr void wire(auto& io, auto& m) { io("request_update", m.request_update); }
};

struct EndOfEarlyData : Empty {
  static constexpr auto type = HandshakeType::end_of_early_data;
  static constexpr const char* name = "end_of_early_data";
};

}  // namespace handfast::message
