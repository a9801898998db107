// Sessions of TLS 1.2, the server's side (RFC 5246 §7.3, RFC 5077, RFC 7627 §5.3).
#pragma once
#include "handshake/server_handshake.hpp"
#include "handshake/tls12.hpp"

namespace handfast::handshake {

/// The session that the ClientHello names by ticket or id, if it may be resumed today: handshake.session then
/// holds it, and its peer is the peer of this connection.
Task<> find_session12(ServerHandshake& handshake);

/// Under which name the client will know the session: state.session_id, state.ticket_follows.
Result<> name_session(ServerHandshake& handshake, Tls12State& state);

/// The NewSessionTicket, if the ServerHello promised one. In a full handshake the client's Finished is
/// verified by then [5077:3.3#3].
Result<> send_ticket12(ServerHandshake& handshake, const Tls12State& state);

/// The new session into session_store, if the client knows it by an id.
void keep_session12(ServerHandshake& handshake, const Tls12State& state);

}  // namespace handfast::handshake
