// Which PSKs a client offers.
#include "handshake/client_psk.hpp"

#include <algorithm>

#include "handshake/authentication.hpp"
#include "handshake/client12_session.hpp"
#include "handshake/client_early_data.hpp"
#include "handshake/delegation.hpp"
#include "schedule/suite.hpp"
#include "session/psk_check.hpp"
#include "session/psk_hash.hpp"

namespace handfast::handshake {
namespace {

using schedule::PskKind;

// Whether a suite that this client offers has the hash: without one no server could take the PSK.
bool offers_hash(const Policy& policy, crypto::HashAlgorithm hash) noexcept {
  return std::any_of(policy.cipher_suites.begin(), policy.cipher_suites.end(), [hash](CipherSuite suite) {
    const schedule::SuiteInfo* info = schedule::suite_info(suite);
    return info->version == ProtocolVersion::tls13 && info->hash == hash;
  });
}

bool fits_policy(const Policy& policy, const Session& session) noexcept {
  const schedule::SuiteInfo* suite = schedule::suite_info(session.cipher_suite);
  if (suite == nullptr || suite->version != session.version || !policy.allows(session.version)) return false;
  if (session.version == ProtocolVersion::tls13) return offers_hash(policy, suite->hash);
  // RFC 7627 §5.3, §5.4: where the extension is required, a session without it is not offered [7627:5.4#5].
  return policy.cipher_suites.contains(session.cipher_suite) &&
         (session.extended_master_secret || !policy.require_extended_master_secret);
}

// RFC 7250: what the server showed then would have to be of a kind that is accepted now.
bool takes_kind(const CommonSettings& settings, const Session& session) noexcept {
  if (!session.external_psk_identity.empty()) return true;  // it showed nothing
  return settings.peer_certificate_types.contains(
      session.peer_public_key.empty() ? CertificateType::X509 : CertificateType::RawPublicKey);
}

// What a store gives may come from a file or another program: a name that fits no hello would end the
// connection.
bool has_name(const Session& session) noexcept {
  constexpr std::size_t longest_ticket = 32'768;  // beside it all other extensions have room
  const std::size_t longest = session.ticket_is_session_id ? 32 : longest_ticket;
  return !session.ticket.empty() && session.ticket.size() <= longest;
}

// Whether the external PSK that began this session is still there, and its key is the same.
bool has_external(const ClientSettings& settings, const Session& session) {
  return std::ranges::any_of(settings.external_psks, [&session](const auto& psk) {
    return equal(psk->identity, session.external_psk_identity) &&
           constant_time_equal(session::check_of(psk->key), session.external_psk_check);
  });
}

// Of the external PSK that proved both sides of this connection; empty: none did.
Octets external_check(const ClientHandshake& hs) {
  if (hs.summary.resumed) return hs.session->external_psk_check;
  const crypto::HashAlgorithm hash = schedule::suite_info(hs.summary.cipher_suite)->hash;
  for (const auto& psk : hs.settings().external_psks)
    if (equal(psk->identity, hs.summary.external_psk_identity) && session::algorithm_of(psk->hash) == hash)
      return session::check_of(psk->key);
  return {};
}

// Whom a session was verified for at the time is no news today: roots, revocation lists, time and profile are
// looked at as they are now. (RFC 8446 §4.6.1 asks for less: that the name fits the certificate
// [8446:4.6.1#2].)
Task<> judge_session(ClientHandshake& hs) {
  hs.session_trusted = false;
  const Session& session = *hs.session;
  // A session that an external PSK began ends with it.
  if (!session.external_psk_identity.empty()) {
    hs.session_trusted = has_external(hs.settings(), session);
    co_return;
  }
  const bool shown = !session.peer_chain.empty() || !session.peer_public_key.empty();
  if (!hs.config->verifies() || !shown) co_return;
  if (hs.settings().verification == PeerVerification::ask) {
    co_await ask_about_session(hs, session, &hs.server_name);
    hs.session_trusted = hs.trusted;
    co_return;
  }
  if (!session.peer_verified) co_return;
  hs.session_trusted =
      is_trusted_still(hs, hs.settings(), &hs.server_name, session, &hs.session_verification);
}

// RFC 8446 §4.2.11.1: milliseconds since the ticket came in, hidden by what only the server can take off.
std::uint32_t obfuscated_age(const Session& session, Time now) noexcept {
  const auto age = std::max<std::int64_t>((now - session.issued).count(), 0);
  return static_cast<std::uint32_t>(age) + session.age_add;
}

void add_session(ClientHandshake& hs) {
  const Session& session = *hs.session;
  if (session.version != ProtocolVersion::tls13) return;
  const crypto::HashAlgorithm hash = schedule::suite_info(session.cipher_suite)->hash;
  hs.attempt.psks.push_back({.kind = PskKind::resumption,
                             .hash = hash,
                             .secret = schedule::EarlySecret(hash, session.secret.view()),
                             .identity = session.ticket,
                             .obfuscated_ticket_age = obfuscated_age(session, hs.now),
                             .terms = early_data_terms(session)});
  hs.tell_secret("psk", session.secret.view());
}

void add_external(ClientHandshake& hs, const ExternalPsk& psk) {
  const crypto::HashAlgorithm hash = session::algorithm_of(psk.hash);
  if (!offers_hash(hs.settings().policy, hash)) return;
  // RFC 8446 §4.2.11: an external identity has no age; 0 is what is sent [8446:4.2.11#1].
  hs.attempt.psks.push_back({.kind = psk.imported ? PskKind::imported : PskKind::external,
                             .hash = hash,
                             .secret = schedule::EarlySecret(hash, psk.key),
                             .identity = psk.identity,
                             .obfuscated_ticket_age = 0,
                             .terms = early_data_terms(psk)});
  hs.tell_secret("psk", psk.key);
}

}  // namespace

SessionKey session_key(const ClientHandshake& hs) {
  return {.server_name = std::string(hs.server_name.text()),
          .port = hs.port,
          .application_protocols = hs.settings().application_protocols,
          .configuration = to_octets(hs.config->session_context())};
}

Task<> find_session(ClientHandshake& hs) {
  const SessionKey key = session_key(hs);
  Reply<std::optional<Session>> reply = hs.settings().session_store->take(key, hs.now);
  if (reply.is_later()) {
    hs.question = ClientSessionQuestion{&key};
    co_await hs.answer("a session");
    hs.session = std::move(hs.answered_session);
  } else {
    hs.session = boxed(reply.take());
  }
  // [8446:4.2.11.1#1]
  const bool usable = hs.session && hs.session->is_alive(hs.now) && has_name(*hs.session) &&
                      fits_policy(hs.settings().policy, *hs.session) &&
                      takes_kind(hs.settings(), *hs.session);
  if (!usable) {
    hs.session.reset();
    co_return;
  }
  co_await judge_session(hs);
  // Without verification whoever showed itself is good enough; a PSK that is gone is not.
  const bool matters = hs.config->verifies() || !hs.session->external_psk_identity.empty();
  if (matters && !hs.session_trusted) hs.session.reset();
}

void prepare_psks(ClientHandshake& hs) {
  if (offers_session12(hs)) offer_session12(hs);
  if (!hs.settings().policy.allows(ProtocolVersion::tls13)) return;
  if (hs.session) add_session(hs);
  for (const auto& psk : hs.settings().external_psks) add_external(hs, *psk);
  prepare_early_data(hs);
}

void retry_psks(ClientHandshake& hs, crypto::HashAlgorithm hash) {
  auto& psks = hs.attempt.psks;
  std::erase_if(psks, [hash](const ClientPsk& psk) { return psk.hash != hash; });
  if (!psks.empty() && psks.front().kind == PskKind::resumption)
    psks.front().obfuscated_ticket_age = obfuscated_age(*hs.session, hs.now);
}

Result<std::optional<std::size_t>> accept_psk(ClientHandshake& hs, const message::ServerHello& hello,
                                              crypto::HashAlgorithm hash) {
  if (!hello.extensions.pre_shared_key) return std::nullopt;
  // RFC 8446 §4.2.11: one that was offered, and of the suite's hash [8446:4.2.11#6,7].
  const std::size_t selected = hello.extensions.pre_shared_key->selected_identity;
  if (selected >= hs.attempt.psks.size())
    return fail(ErrorCode::illegal_value, "selected_identity is beyond what was offered");
  const ClientPsk& psk = hs.attempt.psks[selected];
  if (psk.hash != hash)
    return fail(ErrorCode::illegal_value,
                "the PSK that was selected is not for the hash of the cipher suite");
  if (psk.kind != PskKind::resumption) {
    hs.summary.external_psk_identity = psk.identity;
    return selected;
  }
  resume_peer(hs);
  return selected;
}

void resume_peer(ClientHandshake& hs) {
  hs.summary.resumed = true;
  hs.summary.external_psk_identity = hs.session->external_psk_identity;
  keep_session_peer(hs, *hs.session);
  if (hs.session_verification) hs.summary.verification = std::move(*hs.session_verification);
  hs.summary.peer_verified = hs.session_trusted && hs.peer_showed_itself();
}

Session session_pattern(const ClientHandshake& hs) {
  const Summary& summary = hs.summary;
  Session session;
  session.version = summary.version;
  session.cipher_suite = summary.cipher_suite;
  session.server_name = hs.server_name.text();
  session.application_protocol = summary.application_protocol;
  session.authenticated = summary.resumed ? hs.session->authenticated : authentication_time(hs);
  for (const Bytes certificate : hs.peer_chain) session.peer_chain.push_back(to_octets(certificate));
  session.peer_public_key = summary.peer_public_key;
  session.external_psk_identity = summary.external_psk_identity;
  session.external_psk_check = external_check(hs);
  session.ocsp_response = summary.ocsp_response;
  // An answer of the application is no verification that could be done again.
  session.peer_verified = summary.peer_verified && hs.settings().verification == PeerVerification::full;
  return session;
}

}  // namespace handfast::handshake
