// Sessions and the octets that they are stored as.
#include <handfast/session.hpp>

#include "session/session_format.hpp"

namespace handfast {
namespace {

using session::Moment;
using session::StoredSession;

constexpr RegisterId no_register{};

std::uint8_t flags_of(const Session& session) noexcept {
  unsigned flags = 0;
  if (session.extended_master_secret) flags |= session::extended_master_secret_flag;
  if (session.peer_verified) flags |= session::peer_verified_flag;
  if (session.ticket_is_session_id) flags |= session::ticket_is_session_id_flag;
  if (session.register_id) flags |= session::has_register_flag;
  if (!session.peer_public_key.empty()) flags |= session::raw_public_key_flag;
  if (!session.external_psk_identity.empty()) flags |= session::external_psk_flag;
  return static_cast<std::uint8_t>(flags);
}

/// A view of `session` and `chain`.
Result<StoredSession> describe(const Session& session, std::span<const StoredSession::Certificate> chain) {
  const auto issued = Moment::of(session.issued);
  const auto authenticated = Moment::of(session.authenticated);
  if (!issued || !authenticated) return fail(ErrorCode::invalid_argument, "session: a time has no room");
  if (session.lifetime.count() < 0 || session.lifetime > Session::longest_lifetime)
    return fail(ErrorCode::invalid_argument, "session: the lifetime is beyond 7 days");
  if (chain.size() > session::most_certificates)
    return fail(ErrorCode::invalid_argument, "session: more than 100 certificates");
  StoredSession stored;
  stored.version = session.version;
  stored.cipher_suite = session.cipher_suite;
  stored.secret = session.secret.view();
  stored.flags = flags_of(session);
  stored.server_name = as_bytes(session.server_name);
  stored.application_protocol = as_bytes(session.application_protocol);
  stored.issued = *issued;
  stored.authenticated = *authenticated;
  stored.lifetime = static_cast<std::uint32_t>(session.lifetime.count());
  stored.age_add = session.age_add;
  stored.max_early_data_size = session.max_early_data_size;
  stored.register_id = Bytes(session.register_id ? *session.register_id : no_register);
  if (session.max_fragment_length)
    stored.max_fragment_length = static_cast<std::uint8_t>(*session.max_fragment_length);
  stored.peer_chain = chain;
  stored.ocsp_response = Bytes(session.ocsp_response);
  stored.ticket = Bytes(session.ticket);
  return stored;
}

/// What the description of the format cannot say, so that there is one encoding of each session.
Result<> check(const StoredSession& stored) noexcept {
  const bool tls12 = stored.version == ProtocolVersion::tls12;
  if (stored.secret.size() != 48 && (tls12 || stored.secret.size() != 32))
    return fail(ErrorCode::stored_state_malformed, "the secret has a wrong length");
  if (stored.peer_chain.count() > session::most_certificates)
    return fail(ErrorCode::stored_state_malformed, "more than 100 certificates");
  if (stored.lifetime > Session::longest_lifetime.count())
    return fail(ErrorCode::stored_state_malformed, "the lifetime is beyond 7 days");
  if ((stored.flags & session::has_register_flag) == 0 && !equal(stored.register_id, no_register))
    return fail(ErrorCode::stored_state_malformed, "a register that is none");
  const bool raw = (stored.flags & session::raw_public_key_flag) != 0;
  const bool external = (stored.flags & session::external_psk_flag) != 0;
  if (raw && external) return fail(ErrorCode::stored_state_malformed, "a raw public key and an external PSK");
  if (raw && stored.peer_chain.count() != 1)
    return fail(ErrorCode::stored_state_malformed, "a raw public key does not stand alone");
  if (external && stored.peer_chain.count() != 2)
    return fail(ErrorCode::stored_state_malformed, "an external PSK is not an identity and a check");
  return {};
}

}  // namespace

Session Session::clone() const {
  Session copied;
  copied.version = version;
  copied.cipher_suite = cipher_suite;
  copied.secret = secret.clone();
  copied.extended_master_secret = extended_master_secret;
  copied.server_name = server_name;
  copied.application_protocol = application_protocol;
  copied.issued = issued;
  copied.authenticated = authenticated;
  copied.lifetime = lifetime;
  copied.age_add = age_add;
  copied.max_early_data_size = max_early_data_size;
  copied.register_id = register_id;
  copied.max_fragment_length = max_fragment_length;
  copied.peer_chain = peer_chain;
  copied.peer_public_key = peer_public_key;
  copied.external_psk_identity = external_psk_identity;
  copied.external_psk_check = external_psk_check;
  copied.ocsp_response = ocsp_response;
  copied.peer_verified = peer_verified;
  copied.ticket = ticket;
  copied.ticket_is_session_id = ticket_is_session_id;
  return copied;
}

bool Session::is_alive(Time now) const noexcept {
  if (now + clock_tolerance < issued) return false;
  // RFC 8446 §4.6.1 [8446:4.6.1#4,5]: no session outlives 7 days, nor does a row of sessions made of each
  // other.
  return now < issued + std::min(lifetime, longest_lifetime) && now < authenticated + longest_lifetime;
}

Result<SecretOctets> Session::encode() const {
  std::vector<StoredSession::Certificate> chain(peer_chain.begin(), peer_chain.end());
  // One of the three: who proved itself by an external PSK showed nothing.
  if (!peer_public_key.empty()) chain = {Bytes(peer_public_key)};
  if (!external_psk_identity.empty()) chain = {Bytes(external_psk_identity), Bytes(external_psk_check)};
  const auto stored = describe(*this, chain);
  if (!stored) return fail(stored.error());
  SecretOctets octets(wire::encoded_size(*stored));
  if (auto encoded = wire::encode(*stored, octets); !encoded)
    return fail(ErrorCode::invalid_argument, "session: a field has no room in the format");
  return octets;
}

Result<Session> Session::decode(Bytes encoded) {
  const auto stored = wire::decode<StoredSession>(encoded);
  if (!stored) {
    Error error = stored.error();
    error.code = ErrorCode::stored_state_malformed;
    error.alert = error_info(error.code).alert;
    return fail(error);
  }
  if (auto sound = check(*stored); !sound) return fail(sound.error());
  Session session;
  session.version = stored->version;
  session.cipher_suite = stored->cipher_suite;
  session.secret.assign(stored->secret);
  session.extended_master_secret = (stored->flags & session::extended_master_secret_flag) != 0;
  session.peer_verified = (stored->flags & session::peer_verified_flag) != 0;
  session.ticket_is_session_id = (stored->flags & session::ticket_is_session_id_flag) != 0;
  session.server_name = stored->server_name.text();
  session.application_protocol = stored->application_protocol.text();
  session.issued = stored->issued.time();
  session.authenticated = stored->authenticated.time();
  session.lifetime = std::chrono::seconds(stored->lifetime);
  session.age_add = stored->age_add;
  session.max_early_data_size = stored->max_early_data_size;
  if ((stored->flags & session::has_register_flag) != 0)
    copy(stored->register_id, session.register_id.emplace());
  if (stored->max_fragment_length != 0)
    session.max_fragment_length = static_cast<MaxFragmentLength>(stored->max_fragment_length.value);
  for (const StoredSession::Certificate& certificate : stored->peer_chain)
    session.peer_chain.push_back(to_octets(certificate));
  if ((stored->flags & session::raw_public_key_flag) != 0) {
    session.peer_public_key = std::move(session.peer_chain.front());
    session.peer_chain.clear();
  }
  if ((stored->flags & session::external_psk_flag) != 0) {
    session.external_psk_identity = std::move(session.peer_chain.front());
    session.external_psk_check = std::move(session.peer_chain.back());
    session.peer_chain.clear();
  }
  session.ocsp_response = to_octets(stored->ocsp_response);
  session.ticket = to_octets(stored->ticket);
  return session;
}

}  // namespace handfast
