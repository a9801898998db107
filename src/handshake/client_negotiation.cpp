// A client's way to a version: ClientHello, perhaps HelloRetryRequest and a second ClientHello, ServerHello.
#include <algorithm>

#include "handshake/client_early_data.hpp"
#include "handshake/client_handshake.hpp"
#include "handshake/client_psk.hpp"
#include "handshake/tls12.hpp"
#include "message/server_hello.hpp"
#include "schedule/suite.hpp"

namespace handfast::handshake {
namespace {

constexpr std::size_t arena_octets = 2368;  // what TLS 1.3 needs with GCC 12
constexpr std::uint8_t max_hello_requests = 8;

// Draws everything that is random in this connection's hellos.
Result<> prepare(ClientHandshake& hs) {
  RandomSource& random = hs.config->random();
  Attempt& attempt = hs.attempt;
  std::array<std::uint8_t, 70> drawn{};
  if (auto filled = random.fill(drawn); !filled) return filled;
  copy(Bytes(drawn).first(32), attempt.random);
  copy(Bytes(drawn).subspan(32, 32), attempt.session_id);
  if (hs.settings().grease) attempt.grease = draw_grease(Bytes(drawn).subspan(64));
  hs.summary.client_random = attempt.random;
  if (!hs.settings().policy.allows(ProtocolVersion::tls13)) return {};
  // [8446:4.2.8#2,3]
  for (const NamedGroup group : hs.settings().policy.key_shares) {
    auto share = crypto::PrivateShare::generate(group, random);
    if (!share) return fail(share.error());
    attempt.shares.push_back(std::move(*share));
  }
  return {};
}

// Octets of what makes one hello longer than another.
std::size_t variable_octets(const Attempt& attempt) {
  std::size_t octets = attempt.cookie.size() + attempt.session_ticket.size();
  for (const crypto::PrivateShare& share : attempt.shares) octets += share.public_share().size();
  for (const ClientPsk& psk : attempt.psks) octets += psk.identity.size() + crypto::max_digest_size;
  return octets;
}

// Octets of the ServerHello, or a few more than that.
std::size_t answer_octets(const Attempt& attempt) {
  constexpr std::size_t without_share = 104;  // a session id, supported_versions, pre_shared_key, key_share
  std::size_t share = 0;
  for (const crypto::PrivateShare& ours : attempt.shares)
    share = std::max(share, crypto::server_share_size(ours.group()));
  return without_share + share;
}

Result<> send_client_hello(ClientHandshake& hs) {
  hs.transport.expect(variable_octets(hs.attempt));
  Octets& out = hs.transport.outgoing();
  const std::size_t start = out.size();
  const auto offered = append_client_hello(hs.settings(), hs.server_name, hs.attempt, hs.transcript, out);
  if (!offered) return fail(offered.error());
  hs.offered = *offered;
  hs.transcript.expect(out.size() - start + answer_octets(hs.attempt));
  hs.note_sent(HandshakeType::client_hello, Bytes(out).subspan(start));
  return {};
}

// What ServerHello and HelloRetryRequest have in common (RFC 8446 §4.1.3, §4.1.4 [8446:4.1.4#3,7,10]
// [8446:4.2.1#10,11]).
template <class Hello>
Result<> check_hello(const ClientHandshake& hs, const Hello& hello) {
  // RFC 8446 §D.5: whatever else it selects [8446:D.5#8].
  if (hello.legacy_version <= ProtocolVersion::ssl30)
    return fail(ErrorCode::unsupported_version, "the server's hello is one of SSL 3.0");
  if (hello.legacy_version != ProtocolVersion::tls12)
    return fail(ErrorCode::illegal_value, AlertDescription::illegal_parameter,
                "legacy_version is not TLS 1.2");
  // RFC 8446 §4.1.3: the session id comes back as it was sent [8446:4.1.3#4].
  if (!equal(hello.legacy_session_id_echo, legacy_session_id(hs.settings(), hs.attempt)))
    return fail(ErrorCode::illegal_value, "legacy_session_id_echo differs");
  // RFC 8446 §4.1.3: a suite that was not offered is refused [8446:4.1.3#5].
  if (!hs.settings().policy.cipher_suites.contains(hello.cipher_suite))
    return fail(ErrorCode::illegal_value, "cipher_suite was not offered");
  if (hello.legacy_compression_method != 0) return fail(ErrorCode::illegal_value, "compression");
  if (hello.extensions.supported_versions->selected_version != ProtocolVersion::tls13)
    return fail(ErrorCode::illegal_value, "supported_versions selects no version that was offered for it");
  const schedule::SuiteInfo* suite = schedule::suite_info(hello.cipher_suite);
  if (suite == nullptr || suite->version != ProtocolVersion::tls13)
    return fail(ErrorCode::illegal_value, "cipher_suite is not one of TLS 1.3");
  return {};
}

// RFC 8446 §4.2, RFC 5246 §7.4.1.4: nothing is answered that was not asked [8446:4.2#2] [5246:7.4.1.4#2]. A
// cookie comes unasked in a HelloRetryRequest.
Result<> check_offered(const ClientHandshake& hs, const auto& extensions, HandshakeType message) {
  for (const auto& entry : extensions.received()) {
    const ExtensionType type = entry.extension_type;
    if (hs.offered.contains(type) || type == ExtensionType::cookie) continue;
    Error error(ErrorCode::extension_not_offered);
    error.message = message;
    if (const auto name = name_of(type); !name.empty()) error.field = name.data();
    return fail(error);
  }
  return {};
}

// The group of a HelloRetryRequest must be ours and new (RFC 8446 §4.2.8 [8446:4.2.8#5,6]).
Result<> prepare_retry(ClientHandshake& hs, const message::HelloRetryRequest& retry) {
  if (!retry.extensions.key_share && !retry.extensions.cookie)
    return fail(ErrorCode::illegal_value, "HelloRetryRequest would change nothing");  // [8446:4.1.4#4]
  if (retry.extensions.cookie) hs.attempt.cookie = to_octets(retry.extensions.cookie->cookie);
  if (!retry.extensions.key_share) return {};
  const NamedGroup group = retry.extensions.key_share->selected_group;
  if (!hs.settings().policy.groups.contains(group))
    return fail(ErrorCode::illegal_value, "HelloRetryRequest asks for a group that was not offered");
  if (hs.share_of(group) != nullptr)
    return fail(ErrorCode::illegal_value, "HelloRetryRequest asks for a share that was sent");
  auto share = crypto::PrivateShare::generate(group, hs.config->random());
  if (!share) return fail(share.error());
  hs.attempt.shares.clear();
  hs.attempt.shares.push_back(std::move(*share));
  hs.attempt.share_asked = true;
  return {};
}

// HelloRetryRequest and the second ClientHello (RFC 8446 §4.1.4 [8446:4.1.4#6] [8446:4.2.8#7]). Gives the
// suite, which is settled now.
Task<CipherSuite> retry(ClientHandshake& hs, Bytes whole) {
  const auto early = wire::decode<message::HelloRetryRequest>(whole.subspan(wire::message_header_size));
  const schedule::SuiteInfo* suite = early ? schedule::suite_info(early->cipher_suite) : nullptr;
  if (suite != nullptr) {
    // RFC 8446 §4.4.1: the first ClientHello stands in the transcript as its hash.
    hs.transcript.select(suite->hash);
    hs.transcript.replace_with_message_hash();
  }
  const message::HelloRetryRequest& hello = co_await hs.receive<message::HelloRetryRequest>();
  // RFC 8446 §5.1: the server has nothing more to say before the second ClientHello.
  co_await require(!hs.has_unread(), ErrorCode::excess_handshake_data);
  co_await require(hello.extensions.supported_versions.has_value(), ErrorCode::missing_extension,
                   "supported_versions");
  co_await check_hello(hs, hello);
  co_await check_offered(hs, hello.extensions, HandshakeType::server_hello);
  co_await prepare_retry(hs, hello);
  const CipherSuite chosen = hello.cipher_suite;
  retry_psks(hs, schedule::suite_info(chosen)->hash);
  hs.summary.hello_retry = true;
  abandon_early_data(hs);
  if (hs.settings().middlebox_compatibility && !hs.compatibility_record_sent) {
    hs.transport.send_change_cipher_spec();
    hs.compatibility_record_sent = true;
  }
  co_await send_client_hello(hs);
  co_return chosen;
}

// RFC 8446 §D.3: a server that took early data once and speaks no TLS 1.3 now ends the connection
// [8446:D.3#1]. The next one shall not meet the same end: its sessions are forgotten.
Result<> check_no_early_data(const ClientHandshake& hs) {
  if (!hs.attempt.early_data) return {};
  if (hs.settings().session_store) hs.settings().session_store->remove(session_key(hs));
  return fail(ErrorCode::unsupported_version, "an older version where early data was offered");
}

// No TLS 1.3: is that honest, and is it TLS 1.2 at least?
Result<> check_older_version(const ClientHandshake& hs, const message::ServerHello& hello) {
  const Policy& policy = hs.settings().policy;
  // RFC 8446 §4.1.3: the last octets of the random warn of a forced downgrade [8446:4.1.3#13,14].
  const Bytes tail = hello.random.subspan(24);
  const bool marked = equal(tail, downgrade_to_tls12) || equal(tail, downgrade_to_tls11);
  if (marked && policy.allows(ProtocolVersion::tls13)) return fail(ErrorCode::downgrade_detected);
  if (hello.legacy_version == ProtocolVersion::tls12 && policy.allows(ProtocolVersion::tls12)) return {};
  // [5246:E.1#1] [8446:D.1#1] [8446:D.5#8]
  return fail(ErrorCode::unsupported_version, hello.legacy_version < ProtocolVersion::tls12
                                                  ? "the server chose TLS 1.1 or older"
                                                  : "the server chose an older version than is allowed here");
}

}  // namespace

ClientHandshake::ClientHandshake(std::shared_ptr<const ClientConfig> configuration, const ServerName& name,
                                 Transport& engine, std::uint16_t server_port)
    : Handshake(Role::client, engine, arena_octets, octets.data()),
      config(std::move(configuration)),
      server_name(name),
      port(server_port) {
  set_limits({.large = settings().max_handshake_message, .other = 16384});
  if (settings().send_server_name && name.is_dns()) summary.server_name = std::string(name.text());
}

const crypto::PrivateShare* ClientHandshake::share_of(NamedGroup group) const noexcept {
  for (const crypto::PrivateShare& share : attempt.shares)
    if (share.group() == group) return &share;
  return nullptr;
}

Result<> accept_protocol(ClientHandshake& hs, const message::ProtocolNameList& answer) {
  // RFC 7301 §3.1, §3.2 [7301:3.1#3] [7301:3.2#2].
  const std::string chosen(answer.protocol_name_list.front().text());
  const auto& ours = hs.settings().application_protocols;
  if (answer.protocol_name_list.count() != 1 || std::find(ours.begin(), ours.end(), chosen) == ours.end())
    return fail(ErrorCode::illegal_value, "the server chose an application protocol that was not offered");
  hs.summary.application_protocol = chosen;
  return {};
}

Result<> accept_fragments(ClientHandshake& hs, MaxFragmentLength length, bool beside_limit) {
  // RFC 6066 §4: exactly what was asked for [6066:4#4].
  if (length != hs.settings().max_fragment_length)
    return fail(ErrorCode::illegal_value, "max_fragment_length differs");
  if (beside_limit)  // RFC 8449 §5 [8449:5#2]
    return fail(ErrorCode::illegal_value, "max_fragment_length beside record_size_limit");
  hs.transport.limit_fragments(length);
  return {};
}

namespace {

// Up to the ServerHello, which decides the version.
Task<ProtocolVersion> exchange_hellos(ClientHandshake& hs) {
  // [8446:4.1.2#1]
  co_await prepare(hs);
  if (hs.settings().session_store) co_await find_session(hs);
  prepare_psks(hs);
  co_await send_client_hello(hs);
  co_await begin_early_data(hs);
  hs.change_cipher_spec = ChangeCipherSpec::dropped;
  if (hs.settings().policy.allows(ProtocolVersion::tls12)) hs.hello_requests_left = max_hello_requests;

  message::HandshakeMessage reply = co_await hs.peek();
  std::optional<CipherSuite> settled;
  if (message::is_hello_retry_request(reply.whole)) {
    CipherSuite chosen = co_await retry(hs, reply.whole);
    settled = chosen;
    reply = co_await hs.peek();
    co_await require(!message::is_hello_retry_request(reply.whole),
                     ErrorCode::hello_retry_loop);  // [8446:4.1.4#5]
  }

  const message::ServerHello& hello = co_await hs.receive<message::ServerHello>();
  // [8446:4.2.1#9]
  if (!hello.extensions.supported_versions) {
    co_await require(!settled, ErrorCode::illegal_value, "an older version after HelloRetryRequest");
    co_await check_no_early_data(hs);
    co_await check_older_version(hs, hello);
    co_await check_offered(hs, hello.extensions, HandshakeType::server_hello);
    co_await message::check_extensions(hello, ProtocolVersion::tls12);
    co_return ProtocolVersion::tls12;
  }
  hs.hello_requests_left = 0;
  co_await require(!hs.ignored_hello_request, ErrorCode::unexpected_message, "hello_request");
  co_await check_hello(hs, hello);
  co_await check_offered(hs, hello.extensions, HandshakeType::server_hello);
  co_await message::check_extensions(hello, ProtocolVersion::tls13);
  // RFC 8446 §4.1.4: the suite of a HelloRetryRequest stays [8446:4.1.4#9].
  const bool kept = !settled || *settled == hello.cipher_suite;
  co_await require(kept, ErrorCode::illegal_value, "the cipher suite changed after HelloRetryRequest");
  co_return ProtocolVersion::tls13;
}

}  // namespace

// Its frame stays for the whole handshake, so that what the hellos need lives in one that goes.
Task<> negotiate(ClientHandshake& hs) {
  const ProtocolVersion version = co_await exchange_hellos(hs);
  if (version == ProtocolVersion::tls13) {
    co_await client13(hs);
  } else {
    co_await client12(hs);
  }
}

}  // namespace handfast::handshake
