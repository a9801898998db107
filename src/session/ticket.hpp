// Tickets: sessions sealed under a key of their own.
#pragma once
#include <handfast/session.hpp>

#include "session/key_set.hpp"

namespace handfast::session {

/// Seals a session. Errors: invalid_argument, random_failed.
Result<Octets> seal_ticket(const TicketKey& key, const Session& session, RandomSource& random);
/// The name of the key that a ticket says it is under; empty: it is too short for a ticket.
[[nodiscard]] Bytes ticket_key_name(Bytes ticket) noexcept;
/// Opens a ticket; time is not looked at. Errors: unknown_psk_identity.
Result<Session> open_ticket(const TicketKey& key, Bytes ticket);

}  // namespace handfast::session
