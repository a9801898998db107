// The PSKs that a server takes, and the tickets that it gives (RFC 8446 §4.2.11, §4.6.1).
#pragma once
#include <handfast/session.hpp>

#include "handshake/server_handshake.hpp"
#include "schedule/key_schedule.hpp"

namespace handfast::handshake {

/// Whether a PSK could be used at all: a mode that both sides take.
[[nodiscard]] bool takes_modes(const ServerHandshake& handshake) noexcept;

/// Looks the identities of hello() up, in the client's order, until one may be used: handshake.psk then holds
/// it. One that was chosen before (HelloRetryRequest) has to be there again, and is not looked up twice.
Task<> find_psk(ServerHandshake& handshake);

/// The PSK is not used after all.
void drop_psk(ServerHandshake& handshake) noexcept;

/// The binder of the PSK that was chosen (RFC 8446 §4.2.11.2 [8446:4.2.11#4]), in constant time. `whole`:
/// the ClientHello message; `before`: the transcript in front of it. Errors: bad_binder.
Result<> check_binder(ServerHandshake& handshake, Bytes whole, const schedule::Transcript& before);

/// The early secret of the chosen PSK, or the one of no PSK; once. Fills the summary.
[[nodiscard]] schedule::EarlySecret take_early_secret(ServerHandshake& handshake, crypto::HashAlgorithm hash);

/// How many tickets this client gets, by its hello() and our configuration (RFC 9149 §3, §4).
[[nodiscard]] unsigned ticket_count(const ServerHandshake& handshake) noexcept;
/// Sends so many NewSessionTickets. The transcript ends with the client's Finished.
Task<> send_tickets(ServerHandshake& handshake, const schedule::MasterSecret& master_secret, unsigned count);

/// How long a session may be resumed from now on; 0: not at all.
[[nodiscard]] std::chrono::seconds lifetime_of(const ServerHandshake& handshake,
                                               const Session& session) noexcept;

/// What this server keeps of the connection; the secret is the caller's to fill.
[[nodiscard]] Session session_of(const ServerHandshake& handshake);

/// What both versions demand of a session before it is resumed: its time, its server name, and a client
/// certificate that today's configuration would take (RFC 6066 §3 [6066:3#6], RFC 8446 §4.6.1). The
/// application may be asked; the session lives until it answers.
Task<bool> is_resumable(ServerHandshake& handshake, const Session& session);

/// The session is resumed: its peer is the peer of this connection. Fills the summary.
void resume_peer(ServerHandshake& handshake, const Session& session);

/// Finds the session behind a ticket or an id; handshake.answered_session then holds it. `sealed`: look into
/// ticket_keys, too.
Task<> find_session(ServerHandshake& handshake, Bytes identity, bool sealed);

}  // namespace handfast::handshake
