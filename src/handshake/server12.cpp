// TLS 1.2, the server's side.
#include <algorithm>

#include "config/credential_contents.hpp"
#include "crypto/key_exchange.hpp"
#include "crypto/rsa_key_transport.hpp"
#include "handshake/authentication.hpp"
#include "handshake/certificate_type.hpp"
#include "handshake/observation.hpp"
#include "handshake/server12_session.hpp"
#include "handshake/tls12.hpp"
#include "x509/certificate.hpp"

namespace handfast::handshake {
namespace {

using message::ClientHello;
using schedule::KeyExchange;

Result<> draw_random(ServerHandshake& hs, Tls12State& state) {
  // [5246:7.4.1.3#1] [8446:4.1.3#2,3]
  if (auto filled = hs.config->random().fill(state.server_random); !filled) return filled;
  // RFC 8446 §4.1.3: a server that could do better says so where an attacker cannot hide it
  // [8446:4.1.3#10,11].
  if (hs.settings().policy.allows(ProtocolVersion::tls13))
    copy(downgrade_to_tls12, MutableBytes(state.server_random).subspan(24));
  return {};
}

// Which sizes hold from here on (RFC 8449 §4, RFC 6066 §4).
void agree_on_sizes(ServerHandshake& hs, Tls12State& state, message::ServerHello& answer) {
  const ClientHello& hello = hs.hello();
  if (hello.extensions.record_size_limit && hs.settings().record_size_limit != 0) {
    const std::uint16_t theirs = hello.extensions.record_size_limit->record_size_limit;
    const auto ours = std::min<std::uint16_t>(hs.settings().record_size_limit, 16384);
    hs.summary.peer_record_size_limit = theirs;
    answer.extensions.record_size_limit = {ours};
    hs.transport.limit_sent_records(std::min<std::uint16_t>(theirs, 16384));
    hs.transport.limit_received_records(ours);
  } else if (hs.session) {
    // RFC 6066 §1.1, §4: what was agreed in the first handshake holds here, too, and is not said again
    // [6066:1.1#2].
    state.max_fragment_length = hs.session->max_fragment_length;
  } else if (hello.extensions.max_fragment_length) {
    // [6066:4#2]
    state.max_fragment_length = hello.extensions.max_fragment_length->max_fragment_length;
    answer.extensions.max_fragment_length = {*state.max_fragment_length};
  }
  if (state.max_fragment_length) hs.transport.limit_fragments(*state.max_fragment_length);
}

// SignedCertificateTimestampList of our certificate, if the client asked and we have one (RFC 6962 §3.3.1).
Result<> add_timestamps(const ServerHandshake& hs, message::ServerHello& answer) {
  const Credential* const credential = hs.choice.proof.credential;
  if (credential == nullptr || !hs.hello().extensions.signed_certificate_timestamp) return {};
  if (credential->contents().timestamps.empty()) return {};
  auto list = wire::decode<message::SignedCertificateTimestampList>(credential->contents().timestamps);
  if (!list) return fail(ErrorCode::internal_error, "our certificate timestamps do not parse");
  answer.extensions.signed_certificate_timestamp = *list;
  return {};
}

// What the client offered against attacks on TLS 1.2 itself is taken.
void accept_security_extensions(ServerHandshake& hs, Tls12State& state) {
  const ClientHello& hello = hs.hello();
  // RFC 7627 §5.2 [7627:5.2#2].
  state.extended_master_secret = hello.extensions.extended_master_secret.has_value();
  state.encrypt_then_mac = state.suite->cbc && hello.extensions.encrypt_then_mac;  // RFC 7366 §3
  hs.summary.extended_master_secret = state.extended_master_secret;
  hs.summary.encrypt_then_mac = state.encrypt_then_mac;
  // RFC 5746 §3.6: as an extension or as a suite that is none [5746:3.6#1,2].
  hs.summary.secure_renegotiation =
      hello.extensions.renegotiation_info ||
      hello.cipher_suites.contains(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
}

// (2) ServerHello.
Result<> send_hello(ServerHandshake& hs, Tls12State& state) {
  const ClientHello& hello = hs.hello();
  message::ServerHello answer;
  answer.random = state.server_random;
  answer.legacy_session_id_echo = state.session_id;
  answer.cipher_suite = hs.choice.suite;  // and no supported_versions [8446:4.2.1#6]
  // [5246:7.4.1.4#1] [8446:4.2#1] Each only where the client asked.
  auto& extensions = answer.extensions;
  // [6066:3#4,5]
  if (hs.choice.acknowledge_name) {
    extensions.server_name.emplace();
    hs.summary.server_name_acknowledged = true;
  }
  // RFC 5746 §3.6, §4.3: said even though nothing is ever renegotiated here [5746:3.6#4] [5746:4.3#1].
  if (hs.summary.secure_renegotiation) extensions.renegotiation_info.emplace();
  // [7627:5.3#4]
  if (state.extended_master_secret) extensions.extended_master_secret.emplace();
  if (state.encrypt_then_mac) extensions.encrypt_then_mac.emplace();
  static constexpr std::array<ECPointFormat, 1> formats = {ECPointFormat::uncompressed};
  if (state.suite->key_exchange == KeyExchange::ecdhe && hello.extensions.ec_point_formats)
    extensions.ec_point_formats = {formats};
  const std::array<message::ProtocolName, 1> protocol = {as_bytes(hs.summary.application_protocol)};
  if (!hs.summary.application_protocol.empty())
    extensions.application_layer_protocol_negotiation = {protocol};
  // [6066:8#3,4]
  answer_certificate_types(hs, extensions);
  if (state.status_follows) extensions.status_request.emplace();
  if (state.ticket_follows) extensions.session_ticket.emplace();  // [5077:3.2#3,4]
  if (auto added = add_timestamps(hs, answer); !added) return added;
  agree_on_sizes(hs, state, answer);
  return hs.send(answer);
}

// (3) CertificateStatus: the stapled response.
Result<> send_status(ServerHandshake& hs, const Tls12State& state) {
  if (!state.status_follows) return {};
  message::CertificateStatus status;
  status.response = hs.choice.proof.credential->contents().ocsp_response;
  return hs.send(status);
}

// (3) ServerKeyExchange: our share, signed.
Task<> send_key_exchange(ServerHandshake& hs, const Tls12State& state, const crypto::PrivateShare& share) {
  message::ServerECDHParams params;
  params.curve_params.namedcurve = share.group();
  params.public_ = share.public_share();
  const Octets content = signed_params(hs, state, params);
  const Octets signature =
      co_await hs.sign(*hs.choice.proof.credential, hs.choice.proof.scheme, content, hs.config->random());
  message::ServerKeyExchange exchange;
  exchange.params = params;
  exchange.signed_params.algorithm = hs.choice.proof.scheme;
  exchange.signed_params.signature = signature;
  co_await hs.send(exchange);
  hs.summary.server_signature = hs.choice.proof.scheme;
  hs.summary.group = share.group();
}

// (3) CertificateRequest.
Result<> send_certificate_request(ServerHandshake& hs) {
  static constexpr std::array types = {ClientCertificateType::ecdsa_sign, ClientCertificateType::rsa_sign};
  const ServerSettings& settings = hs.settings();
  message::CertificateRequest12 request;
  request.certificate_types = types;
  request.supported_signature_algorithms = settings.policy.signature_schemes.span();
  const std::vector<message::DistinguishedName> authorities = named_authorities(settings);
  request.certificate_authorities = authorities;
  hs.summary.client_certificate_requested = true;
  return hs.send(request);
}

// RFC 5246 §7.4.6: handshake_failure, for certificate_required is of TLS 1.3 [5246:7.4.6#1].
Result<> allow_no_certificate(const ServerHandshake& hs) {
  if (hs.settings().client_authentication == ClientAuthentication::request) return {};
  return fail(ErrorCode::certificate_required, AlertDescription::handshake_failure);
}

// (4) The client's Certificate. Gives whether there was one.
Task<bool> receive_certificate(ServerHandshake& hs) {
  const bool shown = co_await receive_certificate12(hs, hs.settings());
  if (!shown) {
    co_await allow_no_certificate(hs);
    co_return false;
  }
  co_await verify_peer(hs, hs.settings(), nullptr, true, false);
  co_return true;
}

// (5) ClientKeyExchange with RSA: whatever is wrong with it, the handshake goes on under some secret and
// fails at the Finished, so that nothing tells a wrong padding from a right one (RFC 5246 §7.4.7.1
// [5246:7.4.7.1#2,3,4]).
Task<> receive_rsa_key_exchange(ServerHandshake& hs, Tls12State& state,
                                schedule::Transcript& signed_messages) {
  const message::EncryptedPreMasterSecret& exchange =
      co_await hs.receive<message::EncryptedPreMasterSecret>();
  co_await note_signed(exchange, signed_messages);
  const crypto::PrivateKey& key = *hs.choice.proof.credential->contents().private_key;
  const ProtocolVersion offered = hs.hello_version;
  Secret<48> pre_master_secret =
      co_await crypto::decrypt_premaster(key, exchange.pre_master_secret, offered, hs.config->random());
  derive_master_secret(hs, hs.settings(), state, pre_master_secret.view());
}

// (5) ClientKeyExchange with ECDHE.
Task<> receive_ecdhe_key_exchange(ServerHandshake& hs, Tls12State& state, const crypto::PrivateShare& share,
                                  schedule::Transcript& signed_messages) {
  const message::ClientECDiffieHellmanPublic& exchange =
      co_await hs.receive<message::ClientECDiffieHellmanPublic>();
  co_await note_signed(exchange, signed_messages);
  const crypto::SharedSecret shared = co_await share.decapsulate(exchange.ecdh_Yc);
  derive_master_secret(hs, hs.settings(), state, shared.view());
}

// (4) CertificateVerify over all messages before it (RFC 5246 §7.4.8).
Task<> receive_certificate_verify(ServerHandshake& hs, const schedule::Transcript& signed_messages) {
  crypto::PublicKey key = co_await peer_key(hs, x509::KeyUsage::digital_signature);
  hs.peer_leaf = {};  // the chain was verified when it came
  const message::CertificateVerify& verify = co_await hs.receive<message::CertificateVerify>();
  const SignatureScheme scheme = verify.algorithm;
  co_await check_signature12(hs.settings(), key, scheme, signed_messages.messages(), verify.signature);
  hs.summary.client_signature = scheme;
}

// The short handshake of a session that both sides know (RFC 5246 §7.3, RFC 5077 §3.1).
Task<> resume(ServerHandshake& hs, Tls12State& state) {
  hs.transcript.select(state.suite->hash);
  restore_master_secret(hs, hs.settings(), state, *hs.session);
  co_await send_hello(hs, state);
  co_await send_ticket12(hs, state);
  const Octets ours = co_await send_finished12(hs, state, hs.config->random());
  co_await receive_finished12(hs, state, hs.config->random());
  keep_exporter12(hs, state, ours);
}

// What suite and ClientHello say of this handshake.
Task<Tls12State> begin(ServerHandshake& hs) {
  Tls12State state;
  state.suite = schedule::suite_info(hs.choice.suite);
  accept_security_extensions(hs, state);
  hs.hello_version = hs.hello().legacy_version;
  hs.summary.cipher_suite = hs.choice.suite;
  co_await draw_random(hs, state);
  co_await name_session(hs, state);
  co_return std::move(state);
}

}  // namespace

//        Client                                               Server
//   (1) ClientHello          -------->                                 (here it begins)
//                                                   (2) ServerHello
//                                    (3) Certificate, [CertificateStatus],
//                            [ServerKeyExchange], [CertificateRequest],
//                            <--------              ServerHelloDone
//   (4) [Certificate]
//   (5) ClientKeyExchange
//       [CertificateVerify]
//   (6) both derive the master secret and the session keys
//   (7) ChangeCipherSpec, Finished  -------->
//                                                  [NewSessionTicket]
//                            <--------  (8) ChangeCipherSpec, Finished
//   (9) application data     <------->              application data
// A session that is resumed leaves out (3) to (6), and (8) comes before (7).
Task<> server12(ServerHandshake& hs) {
  hs.change_cipher_spec = ChangeCipherSpec::refused;
  // RFC 5246 §7.3: the client waits for our flight, so that nothing stands behind its hello.
  const bool alone = !hs.has_unread();
  co_await require(alone, ErrorCode::excess_handshake_data, "behind a ClientHello");
  co_await find_session12(hs);
  if (hs.session) {
    Choice choice = co_await choose_resumed12(hs, hs.hello());
    hs.choice = choice;
    tell_choice(hs, hs.hello(), choice);
    Tls12State resumed = co_await begin(hs);
    co_await resume(hs, resumed);
    co_return;
  }
  Choice choice = co_await choose12(hs, hs.hello());
  hs.choice = choice;
  tell_choice(hs, hs.hello(), choice);
  Tls12State state = co_await begin(hs);
  state.status_follows =
      hs.hello().extensions.status_request && !choice.proof.credential->contents().ocsp_response.empty();

  co_await send_hello(hs, state);
  // [5246:7.4.2#1,3]
  co_await send_certificate12(hs, choice.proof.credential);
  note_credential(hs, hs.settings().credentials, choice.proof.credential);
  co_await send_status(hs, state);
  std::optional<crypto::PrivateShare> share;
  if (state.suite->key_exchange == KeyExchange::ecdhe) {
    crypto::PrivateShare drawn = co_await crypto::PrivateShare::generate(choice.group, hs.config->random());
    share.emplace(std::move(drawn));
    co_await send_key_exchange(hs, state, *share);
  }
  const bool ask = hs.settings().client_authentication != ClientAuthentication::none;
  if (ask) co_await send_certificate_request(hs);
  co_await hs.send(message::ServerHelloDone());

  bool shown = false;
  if (ask) {
    bool received = co_await receive_certificate(hs);
    shown = received;
  }
  schedule::Transcript signed_messages;
  if (shown) signed_messages = hs.transcript;
  hs.transcript.select(state.suite->hash);
  if (share) {
    co_await receive_ecdhe_key_exchange(hs, state, *share, signed_messages);
  } else {
    co_await receive_rsa_key_exchange(hs, state, signed_messages);
  }
  if (shown) co_await receive_certificate_verify(hs, signed_messages);

  const Octets theirs = co_await receive_finished12(hs, state, hs.config->random());
  co_await send_ticket12(hs, state);
  co_await send_finished12(hs, state, hs.config->random());
  keep_exporter12(hs, state, theirs);
  keep_session12(hs, state);
}

}  // namespace handfast::handshake
