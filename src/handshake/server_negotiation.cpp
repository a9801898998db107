// A server's way to a version: ClientHello, the choice of configuration, the choice of version.
#include <algorithm>

#include "handshake/observation.hpp"

namespace handfast::handshake {
namespace {

constexpr std::size_t arena_octets = 2240;  // what TLS 1.3 needs with GCC 12

std::string lower_case(std::string_view name) {
  std::string text(name);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// RFC 6066 §3: at most one name of a type, and a host name is a DNS name [6066:3#2].
Result<> check_names(const message::ClientHello& hello) {
  if (!hello.extensions.server_name) return {};
  int host_names = 0;
  for (const message::ServerName& name : hello.extensions.server_name->server_name_list) {
    if (name.name_type != NameType::host_name) continue;
    if (++host_names > 1) return fail(ErrorCode::illegal_value, "server_name holds two host names");
    if (std::find(name.host_name.begin(), name.host_name.end(), 0) != name.host_name.end())
      return fail(ErrorCode::illegal_value, "the host name in server_name holds a zero octet");
  }
  return {};
}

ConfigurationQuestion configuration_question(const ServerHandshake& hs, Bytes whole) {
  const message::ClientHello& hello = hs.hello();
  ConfigurationQuestion question;
  question.server_name = hs.summary.server_name;
  question.client_hello = whole;
  if (hello.extensions.application_layer_protocol_negotiation) {
    for (const auto& name : hello.extensions.application_layer_protocol_negotiation->protocol_name_list)
      question.application_protocols.push_back(name.text());
  }
  if (hello.extensions.supported_versions) {
    for (const ProtocolVersion version : hello.extensions.supported_versions->versions)
      question.versions.push_back(version);
  } else {
    question.versions.push_back(hello.legacy_version);
  }
  return question;
}

// RFC 7507 §3: a client that fell back must have had a reason, whether its version is spoken here or not.
Result<> check_fallback(const Policy& policy, const message::ClientHello& hello, ProtocolVersion highest) {
  if (highest < policy.max_version && hello.cipher_suites.contains(CipherSuite::TLS_FALLBACK_SCSV))
    return fail(ErrorCode::inappropriate_fallback);
  return {};
}

// RFC 8446 §4.2.1: the extension alone decides when it is there [8446:4.2.1#2,3,4,5] [8446:D.2#1].
Result<ProtocolVersion> choose_version(const Policy& policy, const message::ClientHello& hello) {
  // RFC 8446 §D.5: whatever else it offers [8446:D.5#8].
  if (hello.legacy_version <= ProtocolVersion::ssl30)
    return fail(ErrorCode::unsupported_version, "the client's hello is one of SSL 3.0");
  const auto& versions = hello.extensions.supported_versions;
  for (const ProtocolVersion version : {ProtocolVersion::tls13, ProtocolVersion::tls12}) {
    if (!policy.allows(version)) continue;
    // [5246:E.1#2] [5746:3.6#5]
    const bool offered = versions ? versions->versions.contains(version)
                                  : version == ProtocolVersion::tls12 && hello.legacy_version >= version;
    if (!offered) continue;
    if (auto honest = check_fallback(policy, hello, version); !honest) return fail(honest.error());
    return version;
  }
  if (!versions) {
    if (auto honest = check_fallback(policy, hello, hello.legacy_version); !honest)
      return fail(honest.error());
  }
  if (!versions && hello.legacy_version < ProtocolVersion::tls12)
    // [5246:E.1#3] [8446:D.2#2] [8446:D.5#8]
    return fail(ErrorCode::unsupported_version, "the client speaks TLS 1.1 at most");
  return fail(ErrorCode::unsupported_version);
}

// RFC 8446 §5: none before the first ClientHello. Only a hello that brings a cookie back may be the second,
// and TLS 1.2 has none [8446:5#3].
Result<> check_early_change_cipher_spec(const ServerHandshake& hs) {
  if (!hs.dropped_change_cipher_spec) return {};
  if (hs.settings().stateless_retry && hs.hello().extensions.cookie &&
      hs.summary.version == ProtocolVersion::tls13)
    return {};
  return fail(ErrorCode::unexpected_record, "change_cipher_spec before ClientHello");
}

}  // namespace

ServerHandshake::ServerHandshake(std::shared_ptr<const ServerConfig> configuration, Transport& engine)
    : Handshake(Role::server, engine, arena_octets, octets.data()), config(std::move(configuration)) {
  if (config) set_limits({.large = settings().max_handshake_message, .other = 16384});
}

namespace {

// The ClientHello, and the version that answers it.
Task<ProtocolVersion> receive_hello(ServerHandshake& hs) {
  // RFC 8446 §4.2.2: a server that keeps no state may meet the second hello first [8446:4.2.2#3]; one without
  // a configuration does not know yet whether it keeps any.
  if (!hs.config || hs.settings().stateless_retry) hs.change_cipher_spec = ChangeCipherSpec::dropped;
  const message::HandshakeMessage whole = co_await hs.peek();
  const message::ClientHello& hello = co_await hs.receive<message::ClientHello>();
  copy(hello.random, hs.summary.client_random);
  co_await check_names(hello);
  hs.summary.server_name = lower_case(requested_name(hello));
  if (!hs.config) {
    hs.question = configuration_question(hs, whole.whole);
    co_await hs.answer("the choice of a configuration");
    hs.set_limits({.large = hs.settings().max_handshake_message, .other = 16384});
  }
  const ProtocolVersion version = co_await choose_version(hs.settings().policy, hello);
  hs.summary.version = version;
  co_await check_early_change_cipher_spec(hs);
  tell_version(hs, hello, version);
  co_return version;
}

}  // namespace

// Its frame stays for the whole handshake, so that what the hello needs lives in one that goes.
Task<> negotiate(ServerHandshake& hs) {
  const ProtocolVersion version = co_await receive_hello(hs);
  if (version == ProtocolVersion::tls13) {
    co_await server13(hs);
  } else {
    co_await server12(hs);
  }
}

}  // namespace handfast::handshake
