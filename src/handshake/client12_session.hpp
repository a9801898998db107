// Sessions of TLS 1.2, the client's side (RFC 5246 §7.3, RFC 5077, RFC 7627 §5.3).
#pragma once
#include <chrono>

#include "handshake/client_handshake.hpp"
#include "handshake/tls12.hpp"

namespace handfast::handshake {

/// Whether a session of TLS 1.2 was found to be offered.
[[nodiscard]] bool offers_session12(const ClientHandshake& handshake) noexcept;

/// Puts that session into the attempt: its ticket, with a session id that tells whether the server takes it,
/// or its session id.
void offer_session12(ClientHandshake& handshake);

/// Whether the ServerHello resumes the session that was offered, and whether it may: state.resumed.
Result<> accept_session(ClientHandshake& handshake, Tls12State& state);

/// A ticket of RFC 5077.
struct SessionTicket12 {
  Octets ticket;  ///< empty: none
  std::chrono::seconds lifetime_hint{};
};
/// The NewSessionTicket, where the ServerHello promised one. Nothing is kept before the server's Finished.
Task<SessionTicket12> receive_ticket12(ClientHandshake& handshake, const Tls12State& state);

/// The session into the store, if it has a new name: the handshake is over and verified.
void keep_session12(ClientHandshake& handshake, const Tls12State& state, const SessionTicket12& ticket);

}  // namespace handfast::handshake
