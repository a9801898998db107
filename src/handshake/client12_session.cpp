// Which sessions of TLS 1.2 a client offers, takes up again and keeps.
#include "handshake/client12_session.hpp"

#include <algorithm>

#include "handshake/client_psk.hpp"

// [5077:3.3#2,4] [5077:4#1] A ticket comes where it was promised, is kept after the Finished, and is never
// looked into.
namespace handfast::handshake {
namespace {

// RFC 5246 §F.1.4 advises a day for session ids; a hint of 0 leaves it to the client (RFC 5077 §3.3).
constexpr std::chrono::seconds usual_lifetime{86'400};

// RFC 7627 §5.3: the extension now and then, or neither now nor then [7627:5.3#5,6].
Result<> check_extended_master_secret(const Session& session, const Tls12State& state) {
  if (session.extended_master_secret == state.extended_master_secret) return {};
  return fail(ErrorCode::illegal_value, AlertDescription::handshake_failure,
              "extended_master_secret differs from the session that is resumed");
}

}  // namespace

bool offers_session12(const ClientHandshake& hs) noexcept {
  return hs.session && hs.session->version == ProtocolVersion::tls12;
}

void offer_session12(ClientHandshake& hs) {
  const Session& session = *hs.session;
  if (session.ticket_is_session_id) {
    hs.attempt.session_id12 = session.ticket;
    return;
  }
  hs.attempt.session_ticket = session.ticket;
  hs.attempt.session_id12 = to_octets(hs.attempt.session_id);
}

Result<> accept_session(ClientHandshake& hs, Tls12State& state) {
  const Bytes sent = legacy_session_id(hs.settings(), hs.attempt);
  if (sent.empty() || !equal(state.session_id, sent)) return {};
  // An id that was made up stands for no session.
  if (!offers_session12(hs))
    return fail(ErrorCode::illegal_value, "the server resumes a session that was not offered");
  const Session& session = *hs.session;
  // RFC 5246 §7.4.1.3: the suite is that of the session.
  if (session.cipher_suite != state.suite->suite)
    return fail(ErrorCode::illegal_value, "the session that is resumed has another cipher suite");
  if (auto ok = check_extended_master_secret(session, state); !ok) return ok;
  // RFC 6066 §1.1, §4: what was agreed in the first handshake holds here, too, unasked.
  if (session.max_fragment_length && hs.summary.peer_record_size_limit == 0) {
    state.max_fragment_length = session.max_fragment_length;
    hs.transport.limit_fragments(*session.max_fragment_length);
  }
  state.resumed = true;
  resume_peer(hs);
  return {};
}

Task<SessionTicket12> receive_ticket12(ClientHandshake& hs, const Tls12State& state) {
  if (!state.ticket_follows) co_return SessionTicket12();
  const message::NewSessionTicket12& message = co_await hs.receive<message::NewSessionTicket12>();
  SessionTicket12 ticket;
  ticket.ticket = to_octets(message.ticket);
  ticket.lifetime_hint = std::chrono::seconds(message.ticket_lifetime_hint);
  co_return ticket;
}

void keep_session12(ClientHandshake& hs, const Tls12State& state, const SessionTicket12& ticket) {
  const auto& store = hs.settings().session_store;
  if (!store) return;
  // A session that was resumed keeps the name that it has.
  const bool by_id = ticket.ticket.empty();
  if (by_id && (state.resumed || state.session_id.empty())) return;
  Session session = session_pattern(hs);
  session.secret.assign(state.master_secret.view());
  session.extended_master_secret = state.extended_master_secret;
  session.max_fragment_length = state.max_fragment_length;
  session.issued = hs.now;
  session.lifetime = ticket.lifetime_hint == std::chrono::seconds(0) ? usual_lifetime : ticket.lifetime_hint;
  session.lifetime = std::min(session.lifetime, Session::longest_lifetime);
  // RFC 5077 §3.4: beside a ticket the session id means nothing.
  session.ticket = by_id ? state.session_id : ticket.ticket;
  session.ticket_is_session_id = by_id;
  store->put(session_key(hs), std::move(session), hs.now);
}

}  // namespace handfast::handshake
