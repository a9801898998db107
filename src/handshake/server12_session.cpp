// Which sessions of TLS 1.2 a server takes up again, and under which names it gives new ones.
#include "handshake/server12_session.hpp"

#include "handshake/server_psk.hpp"

namespace handfast::handshake {
namespace {

using message::ClientHello;

constexpr std::size_t session_id_size = 32;

// RFC 7627 §5.3: who had the extension and lets it go is attacked [7627:5.3#3].
Result<> check_extended_master_secret(const Session& session, const ClientHello& hello) {
  if (!session.extended_master_secret || hello.extensions.extended_master_secret) return {};
  return fail(ErrorCode::missing_extension, AlertDescription::handshake_failure,
              "extended_master_secret, which the session to be resumed has");
}

// What else sends a client through a full handshake: the session has no extended_master_secret and now could
// have it [7627:5.3#2], its suite is not offered (RFC 5246 §7.4.1.2 [5246:7.4.1.2#3]) or no longer wanted.
bool fits(const ServerHandshake& hs, const Session& session, const ClientHello& hello) {
  const schedule::SuiteInfo* suite = schedule::suite_info(session.cipher_suite);
  return suite != nullptr && suite->version == ProtocolVersion::tls12 &&
         session.extended_master_secret == hello.extensions.extended_master_secret.has_value() &&
         hs.settings().policy.cipher_suites.contains(session.cipher_suite) &&
         hello.cipher_suites.contains(session.cipher_suite);
}

bool shows_ticket(const ClientHello& hello) noexcept {
  return hello.extensions.session_ticket && !hello.extensions.session_ticket->ticket.empty();
}

// RFC 5077 §3.4: who shows a ticket is not known by the session id beside it [5077:3.4#2,3].
Task<> look_up(ServerHandshake& hs) {
  hs.answered_session.reset();
  const ClientHello& hello = hs.hello();
  const bool by_ticket = shows_ticket(hello);
  if (by_ticket && !hs.settings().ticket_keys) co_return;
  const Bytes name =
      by_ticket ? Bytes(hello.extensions.session_ticket->ticket) : Bytes(hello.legacy_session_id);
  if (!name.empty()) co_await find_session(hs, name, by_ticket);
}

// [5077:3.3#5] What comes back is the ticket that was received.
// A ticket that is resumed is good for later ones until half of its time is over.
bool is_worth_a_ticket(const ServerHandshake& hs) noexcept {
  return !hs.session || hs.now - hs.session->issued > hs.session->lifetime / 2;
}

Session session12(const ServerHandshake& hs, const Tls12State& state) {
  Session session = session_of(hs);
  session.secret.assign(state.master_secret.view());
  session.extended_master_secret = state.extended_master_secret;
  session.max_fragment_length = state.max_fragment_length;
  session.lifetime = lifetime_of(hs, session);
  return session;
}

}  // namespace

Task<> find_session12(ServerHandshake& hs) {
  co_await look_up(hs);
  if (!hs.answered_session) co_return;
  std::unique_ptr<Session> session = std::move(hs.answered_session);
  if (session->version != ProtocolVersion::tls12) co_return;
  co_await check_extended_master_secret(*session, hs.hello());
  if (!fits(hs, *session, hs.hello())) co_return;
  const bool resumable = co_await is_resumable(hs, *session);
  if (!resumable) co_return;
  hs.session = std::move(session);
  if (!shows_ticket(hs.hello())) hs.session_id = to_octets(hs.hello().legacy_session_id);
  resume_peer(hs, *hs.session);
}

Result<> name_session(ServerHandshake& hs, Tls12State& state) {
  const ServerSettings& settings = hs.settings();
  const bool asks = hs.hello().extensions.session_ticket.has_value();
  state.ticket_follows = asks && settings.ticket_keys && is_worth_a_ticket(hs);
  if (hs.session) {
    // RFC 5077 §3.4 [5077:3.4#1], RFC 5246 §7.4.1.3: the id comes back and says that the session is resumed.
    state.session_id = to_octets(hs.hello().legacy_session_id);
    return {};
  }
  // RFC 5077 §3.4: with a ticket the session has no id.
  if (state.ticket_follows || !settings.session_store) return {};
  state.session_id.resize(session_id_size);
  return hs.config->random().fill(state.session_id);
}

Result<> send_ticket12(ServerHandshake& hs, const Tls12State& state) {
  if (!state.ticket_follows) return {};
  const Session session = session12(hs, state);
  // RFC 5077 §3.3: what was promised is sent [5077:3.3#1], if need be empty.
  Octets ticket;
  if (session.lifetime > std::chrono::seconds(0)) {
    auto sealed = hs.settings().ticket_keys->seal(session, hs.now);
    if (sealed) ticket = std::move(*sealed);
    if (!sealed && sealed.error().code == ErrorCode::random_failed) return fail(sealed.error());
  }
  message::NewSessionTicket12 message;
  message.ticket_lifetime_hint = static_cast<std::uint32_t>(session.lifetime.count());
  message.ticket = ticket;
  return hs.send(message);
}

void keep_session12(ServerHandshake& hs, const Tls12State& state) {
  if (state.session_id.empty()) return;
  const Session session = session12(hs, state);
  if (session.lifetime == std::chrono::seconds(0)) return;
  hs.session_id = state.session_id;
  hs.settings().session_store->put(hs.session_id, session, hs.now);
}

}  // namespace handfast::handshake
