// The PSKs that a client offers, and what becomes of them (RFC 8446 §4.2.11).
#pragma once
#include <handfast/session.hpp>

#include "handshake/client_handshake.hpp"

namespace handfast::handshake {

/// Under which key sessions with this server are kept.
[[nodiscard]] SessionKey session_key(const ClientHandshake& handshake);

/// Asks the session store, which there must be, for a session that may be offered to this server and passes
/// every check of today. If there is none, the handshake has none.
Task<> find_session(ClientHandshake& handshake);

/// Puts what is offered into the attempt: the session, if there is one, in TLS 1.3 the external PSKs behind
/// it, and whether there will be early data.
void prepare_psks(ClientHandshake& handshake);

/// HelloRetryRequest chose a suite: PSKs of another hash go, ages are told anew, early data is over
/// (RFC 8446 §4.1.2, §4.2.10).
void retry_psks(ClientHandshake& handshake, crypto::HashAlgorithm hash);

/// The server's pre_shared_key, if there is one: the index of the PSK that it took, one of ours and of this
/// suite's hash. Then the handshake has its early secret from it, and the summary says so.
Result<std::optional<std::size_t>> accept_psk(ClientHandshake& handshake, const message::ServerHello& hello,
                                              crypto::HashAlgorithm hash);

/// The session is resumed: its peer is the peer of this connection, judged anew before the session was
/// offered.
void resume_peer(ClientHandshake& handshake);

/// What the client keeps to make sessions out of tickets, filled when the handshake is over.
[[nodiscard]] Session session_pattern(const ClientHandshake& handshake);

}  // namespace handfast::handshake
