// Which PSK a server takes, and which tickets it gives.
#include "handshake/server_psk.hpp"

#include <algorithm>

#include "handshake/authentication.hpp"
#include "handshake/delegation.hpp"
#include "schedule/suite.hpp"
#include "session/psk_check.hpp"
#include "session/psk_hash.hpp"

namespace handfast::handshake {
namespace {

using schedule::PskKind;

// Each look-up costs a decryption, or somebody's database: a hello names no more than this.
constexpr std::uint16_t most_identities = 8;
constexpr std::size_t stored_id_size = 32;
constexpr std::size_t longest_stored_id = 255;  // a store may know names that another server gave

// RFC 8446 §4.2.11: a binder for each identity [8446:4.2.11#5].
Result<> check_counts(const message::OfferedPsks& offered) {
  if (offered.identities.count() == offered.binders.count()) return {};
  return fail(ErrorCode::illegal_value, "pre_shared_key has not one binder for each identity");
}

// A PSK serves suites of its hash alone [8446:4.2.11#3] [8446:4.6.1#1].
bool has_suite(const ServerHandshake& hs, crypto::HashAlgorithm hash) noexcept {
  const auto& policy = hs.settings().policy.cipher_suites;
  return std::any_of(policy.begin(), policy.end(), [&](CipherSuite suite) {
    const schedule::SuiteInfo* info = schedule::suite_info(suite);
    return info->version == ProtocolVersion::tls13 && info->hash == hash &&
           hs.hello().cipher_suites.contains(suite);
  });
}

// The hash of the session, if a suite of this connection has it, too.
std::optional<crypto::HashAlgorithm> hash_of(const ServerHandshake& hs, const Session& session) noexcept {
  const schedule::SuiteInfo* suite = schedule::suite_info(session.cipher_suite);
  if (session.version != ProtocolVersion::tls13 || suite == nullptr || !has_suite(hs, suite->hash))
    return std::nullopt;
  return suite->hash;
}

Task<> use_session(ServerHandshake& hs, Bytes identity, std::uint16_t index) {
  Session session = std::move(*hs.answered_session);
  hs.answered_session.reset();
  const auto hash = hash_of(hs, session);
  if (!hash) co_return;
  const bool resumable = co_await is_resumable(hs, session);
  if (!resumable) co_return;
  hs.psk = std::make_unique<ServerPsk>();
  hs.psk->index = index;
  hs.psk->kind = PskKind::resumption;
  hs.psk->hash = *hash;
  hs.psk->key.assign(session.secret.view().begin(), session.secret.view().end());
  hs.psk->identity = to_octets(identity);
  hs.psk->terms = early_data_terms(session);
  hs.psk->session = std::move(session);
}

void use_external(ServerHandshake& hs, ExternalPsk psk, std::uint16_t index) {
  const crypto::HashAlgorithm hash = session::algorithm_of(psk.hash);
  // A client certificate cannot be asked for beside a PSK (RFC 8446 §4.3.2): who must show one shows one
  // [8446:E.1#1].
  if (!has_suite(hs, hash) || hs.settings().client_authentication == ClientAuthentication::require) return;
  hs.psk = std::make_unique<ServerPsk>();
  hs.psk->index = index;
  hs.psk->kind = psk.imported ? PskKind::imported : PskKind::external;
  hs.psk->hash = hash;
  hs.psk->terms = early_data_terms(psk);
  hs.psk->key = std::move(psk.key);
  hs.psk->identity = std::move(psk.identity);
}

Task<> look_up_external(ServerHandshake& hs, Bytes identity) {
  hs.answered_psk.reset();
  ExternalPskStore* const store = hs.settings().external_psks.get();
  if (store == nullptr) co_return;
  Reply<std::optional<ExternalPsk>> reply = store->find(identity);
  if (reply.is_later()) {
    hs.question = PskQuestion{identity};
    co_await hs.answer("an external PSK");
  } else {
    hs.answered_psk = boxed(reply.take());
  }
}

Task<> look_up(ServerHandshake& hs, Bytes identity, std::uint16_t index) {
  co_await find_session(hs, identity, true);
  if (hs.answered_session) {
    co_await use_session(hs, identity, index);
    co_return;
  }
  co_await look_up_external(hs, identity);
  if (hs.answered_psk) use_external(hs, std::move(*hs.answered_psk), index);
  hs.answered_psk.reset();
}

// After HelloRetryRequest: whether the PSK of the first hello is still offered.
bool is_offered_again(ServerHandshake& hs, const message::OfferedPsks& offered) {
  std::uint16_t index = 0;
  for (const message::PskIdentity& identity : offered.identities) {
    if (equal(identity.identity, hs.psk->identity)) {
      hs.psk->index = index;
      return true;
    }
    ++index;
  }
  return false;
}

// The session as a ticket: sealed, or a random name for what is kept here.
Result<Octets> ticket_of(ServerHandshake& hs, const Session& session) {
  const ServerSettings& settings = hs.settings();
  if (settings.ticket_keys) return settings.ticket_keys->seal(session, hs.now);
  Octets id(stored_id_size);
  if (auto filled = hs.config->random().fill(id); !filled) return fail(filled.error());
  settings.session_store->put(id, session, hs.now);
  return id;
}

// `session`: what all tickets of the connection have in common; the rest is filled here.
Result<> send_ticket(ServerHandshake& hs, Session& session, const crypto::MacValue& resumption_master_secret,
                     std::uint8_t number) {
  std::array<std::uint8_t, 4> age_add{};
  if (auto filled = hs.config->random().fill(age_add); !filled) return filled;
  session.age_add = static_cast<std::uint32_t>(age_add[0]) << 24 |
                    static_cast<std::uint32_t>(age_add[1]) << 16 |
                    static_cast<std::uint32_t>(age_add[2]) << 8 | age_add[3];
  const std::array<std::uint8_t, 1> nonce = {number};  // unique in this connection [8446:4.6.1#6]
  const crypto::HashAlgorithm hash = schedule::suite_info(session.cipher_suite)->hash;
  session.secret.assign(schedule::resumption_psk(hash, resumption_master_secret.view(), nonce).view());
  const auto ticket = ticket_of(hs, session);
  if (!ticket)
    return ticket.error().code == ErrorCode::random_failed ? Result<>(fail(ticket.error()))
                                                           : Result<>();  // too long: no ticket
  message::NewSessionTicket message;
  message.ticket_lifetime = static_cast<std::uint32_t>(session.lifetime.count());
  message.ticket_age_add = session.age_add;
  message.ticket_nonce = nonce;
  message.ticket = *ticket;
  if (session.max_early_data_size != 0) message.extensions.early_data = {session.max_early_data_size};
  return hs.send(message);
}

}  // namespace

// RFC 8446 §4.2.9: a mode that both sides take [8446:4.2.9#4] [8446:4.1.1#2].
bool takes_modes(const ServerHandshake& hs) noexcept {
  const auto& modes = hs.hello().extensions.psk_key_exchange_modes;
  if (!modes) return false;
  return modes->ke_modes.contains(PskKeyExchangeMode::psk_dhe_ke) ||
         (hs.settings().allow_psk_without_key_exchange &&
          modes->ke_modes.contains(PskKeyExchangeMode::psk_ke));
}

Task<> find_session(ServerHandshake& hs, Bytes identity, bool sealed) {
  hs.answered_session.reset();
  const ServerSettings& settings = hs.settings();
  if (sealed && settings.ticket_keys) {
    auto opened = settings.ticket_keys->open(identity, hs.now);
    if (opened) {
      hs.answered_session = std::make_unique<Session>(std::move(*opened));
      co_return;
    }
  }
  if (!settings.session_store || identity.size() > longest_stored_id) co_return;
  Reply<std::optional<Session>> reply = settings.session_store->find(identity, hs.now);
  if (reply.is_later()) {
    hs.question = SessionQuestion{identity};
    co_await hs.answer("a session");
  } else {
    hs.answered_session = boxed(reply.take());
  }
}

namespace {

// A session that an external PSK began ends with it: who takes the key out of the store, or gives its
// identity another one, ends both.
Task<bool> is_key_still_there(ServerHandshake& hs, const Session& session) {
  if (session.external_psk_identity.empty()) co_return true;
  const Bytes identity = session.external_psk_identity;
  co_await look_up_external(hs, identity);
  const bool there = hs.answered_psk &&
                     constant_time_equal(session::check_of(hs.answered_psk->key), session.external_psk_check);
  hs.answered_psk.reset();
  co_return there;
}

}  // namespace

// [8446:4.6.1#3] [6066:3#6] The name of this hello.
Task<bool> is_resumable(ServerHandshake& hs, const Session& session) {
  const ServerSettings& settings = hs.settings();
  if (!session.is_alive(hs.now) || session.server_name != hs.summary.server_name) co_return false;
  const bool there = co_await is_key_still_there(hs, session);
  if (!there) co_return false;
  if (settings.client_authentication == ClientAuthentication::none) co_return true;
  if (session.peer_chain.empty() && session.peer_public_key.empty())
    co_return settings.client_authentication == ClientAuthentication::request;
  // The client showed a certificate once; whether that is good enough is decided today.
  if (settings.verification == PeerVerification::full)
    co_return is_trusted_still(hs, settings, nullptr, session, &hs.session_verification);
  co_await ask_about_session(hs, session, nullptr);
  co_return hs.trusted;
}

void resume_peer(ServerHandshake& hs, const Session& session) {
  hs.summary.resumed = true;
  hs.summary.external_psk_identity = session.external_psk_identity;
  keep_session_peer(hs, session);
  if (hs.session_verification) hs.summary.verification = std::move(*hs.session_verification);
  // Judged by is_resumable(), today, or not at all.
  hs.summary.peer_verified =
      hs.peer_showed_itself() && hs.settings().client_authentication != ClientAuthentication::none;
}

void drop_psk(ServerHandshake& hs) noexcept { hs.psk.reset(); }

Task<> find_psk(ServerHandshake& hs) {
  const auto& offered = hs.hello().extensions.pre_shared_key;
  // RFC 8446 §4.1.2: what a second hello may leave out are PSKs that do not fit the suite. The one that was
  // chosen fits it [8446:4.1.2#2].
  if (hs.psk) {
    co_await require(offered.has_value(), ErrorCode::missing_extension, "pre_shared_key");
    co_await check_counts(*offered);
    const bool again = is_offered_again(hs, *offered);
    co_await require(again, ErrorCode::hello_changed, "the PSK that was chosen is not offered any more");
    co_return;
  }
  if (!offered || !takes_modes(hs)) co_return;
  co_await check_counts(*offered);
  std::uint16_t index = 0;
  for (const message::PskIdentity identity : offered->identities) {
    if (index == most_identities) co_return;
    co_await look_up(hs, identity.identity, index);
    if (hs.psk) co_return;
    ++index;
  }
}

Result<> check_binder(ServerHandshake& hs, Bytes whole, const schedule::Transcript& before) {
  if (!hs.psk) return {};
  ServerPsk& psk = *hs.psk;
  psk.secret.emplace(psk.hash, psk.key);
  hs.tell_secret("psk", psk.key);
  const Bytes covered = message::truncated(whole, hs.hello());
  const crypto::Digest digest =
      before.selected() ? before.digest_with(covered) : crypto::hash(psk.hash, covered);
  const crypto::MacValue expected = psk.secret->binder(psk.kind, digest);
  std::uint16_t index = 0;
  for (const message::PskBinderEntry& binder : hs.hello().extensions.pre_shared_key->binders) {
    if (index++ != psk.index) continue;
    if (expected.equals(binder)) return {};
  }
  return fail(ErrorCode::bad_binder);
}

schedule::EarlySecret take_early_secret(ServerHandshake& hs, crypto::HashAlgorithm hash) {
  if (!hs.psk) return schedule::EarlySecret(hash);
  if (hs.psk->session) {
    resume_peer(hs, *hs.psk->session);
  } else {
    hs.summary.external_psk_identity = hs.psk->identity;
  }
  return std::move(*hs.psk->secret);
}

// [8446:4.6.1#4] A week at most.
std::chrono::seconds lifetime_of(const ServerHandshake& hs, const Session& session) noexcept {
  const ServerSettings& settings = hs.settings();
  auto lifetime = settings.session_lifetime;
  if (settings.ticket_keys) lifetime = std::min(lifetime, settings.ticket_keys->lifetime());
  // A row of resumptions ends a week after certificates were checked.
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(session.authenticated +
                                                                     Session::longest_lifetime - hs.now);
  return std::max(std::min(lifetime, left), std::chrono::seconds(0));
}

Session session_of(const ServerHandshake& hs) {
  const Summary& summary = hs.summary;
  Session session;
  session.version = summary.version;
  session.cipher_suite = summary.cipher_suite;
  session.server_name = summary.server_name;
  session.application_protocol = summary.application_protocol;
  session.issued = hs.now;
  const Session* const resumed = hs.psk && hs.psk->session ? &*hs.psk->session : hs.session.get();
  session.authenticated = resumed != nullptr ? resumed->authenticated : authentication_time(hs);
  for (const Bytes certificate : hs.peer_chain) session.peer_chain.push_back(to_octets(certificate));
  session.peer_public_key = summary.peer_public_key;
  session.external_psk_identity = summary.external_psk_identity;
  if (resumed != nullptr)
    session.external_psk_check = resumed->external_psk_check;
  else if (hs.psk)
    session.external_psk_check = session::check_of(hs.psk->key);
  session.peer_verified = summary.peer_verified;
  if (hs.settings().replay_guard && summary.version == ProtocolVersion::tls13) {
    session.max_early_data_size = hs.settings().max_early_data_size;
    session.register_id = hs.settings().replay_guard->register_id();
  }
  return session;
}

unsigned ticket_count(const ServerHandshake& hs) noexcept {
  constexpr unsigned most_tickets = 16;
  const ServerSettings& settings = hs.settings();
  if (!settings.ticket_keys && !settings.session_store) return 0;
  // RFC 8446 §4.2.9: no tickets for modes that the client does not take.
  if (!takes_modes(hs)) return 0;
  if (const auto& request = hs.hello().extensions.ticket_request)
    return std::min<unsigned>(hs.summary.resumed ? request->resumption_count : request->new_session_count,
                              most_tickets);
  return hs.summary.resumed ? std::min<unsigned>(settings.tickets, 1) : settings.tickets;
}

Task<> send_tickets(ServerHandshake& hs, const schedule::MasterSecret& master_secret, unsigned count) {
  if (count == 0) co_return;
  const crypto::MacValue resumption_master_secret =
      master_secret.resumption_master_secret(hs.transcript.digest());
  Session session = session_of(hs);
  session.lifetime = lifetime_of(hs, session);
  if (session.lifetime == std::chrono::seconds(0)) co_return;
  for (unsigned number = 0; number < count; ++number)
    co_await send_ticket(hs, session, resumption_master_secret, static_cast<std::uint8_t>(number));
}

}  // namespace handfast::handshake
