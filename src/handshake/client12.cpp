// TLS 1.2, the client's side.
#include <algorithm>

#include "config/credential_contents.hpp"
#include "crypto/key_exchange.hpp"
#include "crypto/rsa_key_transport.hpp"
#include "handshake/authentication.hpp"
#include "handshake/certificate_type.hpp"
#include "handshake/client12_session.hpp"
#include "handshake/client_handshake.hpp"
#include "handshake/tls12.hpp"
#include "x509/certificate.hpp"

namespace handfast::handshake {
namespace {

using schedule::KeyExchange;

// [5246:7.4.1.3#2] Always a full negotiation, unless the server resumes.
// ServerHello: suite, and what the extensions agree on (RFC 5246 §7.4.1.3).
Result<> accept_suite(ClientHandshake& hs, const message::ServerHello& hello, Tls12State& state) {
  if (hs.dropped_change_cipher_spec)
    return fail(ErrorCode::unexpected_record, "change_cipher_spec before ServerHello");
  state.suite = schedule::suite_info(hello.cipher_suite);
  const bool offered = hs.settings().policy.cipher_suites.contains(hello.cipher_suite);
  if (!offered || state.suite == nullptr || state.suite->version != ProtocolVersion::tls12)
    return fail(ErrorCode::illegal_value, "cipher_suite was not offered for TLS 1.2");
  if (hello.legacy_compression_method != 0) return fail(ErrorCode::illegal_value, "compression");
  copy(hello.random, state.server_random);
  state.session_id = to_octets(hello.legacy_session_id_echo);
  return {};
}

Result<> accept_security_extensions(ClientHandshake& hs, const message::ServerHello& hello,
                                    Tls12State& state) {
  const Policy& policy = hs.settings().policy;
  const auto& extensions = hello.extensions;
  state.extended_master_secret = extensions.extended_master_secret.has_value();
  // RFC 7627 §5.2: a client may insist.
  if (policy.require_extended_master_secret && !state.extended_master_secret)
    return fail(ErrorCode::missing_extension, AlertDescription::handshake_failure,
                "the server does not know extended_master_secret, which the policy requires");
  // RFC 5746 §3.4: empty in a first handshake [5746:3.4#2,3].
  if (extensions.renegotiation_info) {
    if (!extensions.renegotiation_info->renegotiated_connection.empty())
      return fail(ErrorCode::illegal_value, AlertDescription::handshake_failure,
                  "renegotiation_info is not empty");
  } else if (policy.require_secure_renegotiation) {  // [5746:4.1#1]
    return fail(ErrorCode::missing_extension, AlertDescription::handshake_failure,
                "the server does not know renegotiation_info, which the policy requires");
  }
  // RFC 7366 §3: only with a CBC suite.
  if (extensions.encrypt_then_mac && !state.suite->cbc)
    return fail(ErrorCode::illegal_value, "encrypt_then_mac with an AEAD suite");
  state.encrypt_then_mac = extensions.encrypt_then_mac.has_value();
  // RFC 8422 §5.2: the server, too, must know uncompressed points [8422:5.2#1,2].
  if (extensions.ec_point_formats &&
      !extensions.ec_point_formats->ec_point_format_list.contains(ECPointFormat::uncompressed))
    return fail(ErrorCode::illegal_value, "ec_point_formats without uncompressed");
  return {};
}

Result<> accept_other_extensions(ClientHandshake& hs, const message::ServerHello& hello, Tls12State& state) {
  const auto& extensions = hello.extensions;
  const ClientSettings& settings = hs.settings();
  hs.summary.server_name_acknowledged = extensions.server_name.has_value();
  state.status_follows = extensions.status_request.has_value();
  state.ticket_follows = extensions.session_ticket.has_value();
  if (extensions.signed_certificate_timestamp)
    hs.summary.signed_certificate_timestamps =
        to_octets(extensions.signed_certificate_timestamp->sct_list.octets());
  if (const auto& alpn = extensions.application_layer_protocol_negotiation) {
    if (auto ok = accept_protocol(hs, *alpn); !ok) return ok;
  }
  if (const auto& length = extensions.max_fragment_length) {
    if (auto ok = accept_fragments(hs, length->max_fragment_length, extensions.record_size_limit.has_value());
        !ok)
      return ok;
    state.max_fragment_length = length->max_fragment_length;
  }
  if (const auto& limit = extensions.record_size_limit) {
    hs.summary.peer_record_size_limit = limit->record_size_limit;
    hs.transport.limit_sent_records(std::min<std::uint16_t>(limit->record_size_limit, 16384));
    hs.transport.limit_received_records(std::min<std::uint16_t>(settings.record_size_limit, 16384));
  }
  return {};
}

// (3) Certificate and perhaps CertificateStatus.
Task<> receive_certificate(ClientHandshake& hs, const Tls12State& state) {
  const bool shown = co_await receive_certificate12(hs, hs.settings());
  co_await require(shown, ErrorCode::empty_certificate);
  if (state.status_follows) {
    const message::HandshakeMessage next = co_await hs.peek();
    if (next.type == HandshakeType::certificate_status) {  // RFC 6066 §8: even now it may be left out
      const message::CertificateStatus& status = co_await hs.receive<message::CertificateStatus>();
      hs.summary.ocsp_response = to_octets(status.response);
    }
  }
}

// (3) ServerKeyExchange: the server's share, signed. Gives our answer and the shared secret.
Task<crypto::Encapsulation> receive_key_exchange(ClientHandshake& hs, const Tls12State& state,
                                                 const crypto::PublicKey& key) {
  const message::ServerKeyExchange& exchange = co_await hs.receive<message::ServerKeyExchange>();
  const NamedGroup group = exchange.params.curve_params.namedcurve;
  const bool offered = crypto::is_classical(group) && hs.settings().policy.groups.contains(group);
  co_await require(offered, ErrorCode::illegal_value, "the server's group was not offered");
  const Octets content = signed_params(hs, state, exchange.params);
  const SignatureScheme scheme = exchange.signed_params.algorithm;
  // [8422:2.1#2]
  co_await check_signature12(hs.settings(), key, scheme, content, exchange.signed_params.signature);
  hs.summary.server_signature = scheme;
  hs.summary.group = group;
  const Octets share = to_octets(exchange.params.public_);
  crypto::Encapsulation ours = co_await crypto::encapsulate(group, share, hs.config->random());
  co_return std::move(ours);
}

// RFC 5246 §7.4.2: the certificate allows what the key exchange does with its key [5246:7.4.2#7,8,12].
std::uint16_t key_usage_of(const schedule::SuiteInfo& suite) noexcept {
  return suite.key_exchange == KeyExchange::rsa ? x509::KeyUsage::key_encipherment
                                                : x509::KeyUsage::digital_signature;
}

// RFC 5246 §7.4.2, RFC 8422 §5.3: its key is of the kind that the suite names [5246:7.4.2#2,6] [8422:2.1#1]
// [8422:2.2#1] [8422:5.3#2].
Result<> check_key_kind(const Policy& policy, const schedule::SuiteInfo& suite,
                        const crypto::PublicKey& key) {
  const crypto::KeyType type = key.type();
  const bool rsa = type == crypto::KeyType::rsa || type == crypto::KeyType::rsa_pss;
  const bool fits = suite.key_exchange == KeyExchange::rsa                  ? type == crypto::KeyType::rsa
                    : suite.authentication == schedule::Authentication::rsa ? rsa
                                                                            : !rsa;
  if (!fits)
    return fail(ErrorCode::certificate_unsupported, "the certificate's key does not fit the cipher suite");
  const auto curve = crypto::curve_of(type);
  if (curve && !policy.groups.contains(*curve))
    return fail(ErrorCode::certificate_unsupported,
                "the certificate's key is on a curve that was not offered");
  return {};
}

struct Request {
  bool received = false;
  Proof proof;
};

// Why a credential is not shown to a server that asks like this; null: it is, with this scheme.
const char* withhold(const ClientHandshake& hs, const Credential& credential,
                     const message::CertificateRequest12& message, SignatureScheme& scheme) {
  if (credential.type() != hs.own_certificate_type) return withheld::kind;
  // RFC 5246 §7.4.4 [5246:7.4.4#1,3] [5246:7.4.6#4,9].
  const auto chosen = choose_scheme(hs.settings().policy, credential, message.supported_signature_algorithms,
                                    ProtocolVersion::tls12);
  if (!chosen) return withheld::scheme;
  scheme = *chosen;
  if (!may_be_shown(credential, message.supported_signature_algorithms)) return withheld::chain;
  const crypto::KeyType type = credential.contents().public_key.type();
  const bool rsa = type == crypto::KeyType::rsa || type == crypto::KeyType::rsa_pss;
  // [5246:7.4.4#2] [5246:7.4.6#2]
  if (!message.certificate_types.contains(rsa ? ClientCertificateType::rsa_sign
                                              : ClientCertificateType::ecdsa_sign))
    return withheld::key_type;
  // RFC 5246 §7.4.4: an empty list leaves the choice to us.
  const bool suits = suits_issuers(credential, false, message.certificate_authorities, true);
  return suits ? nullptr : withheld::authorities;
}

// (3) CertificateRequest, if the server wants to see us.
// [8422:3.1#1]
Result<Request> accept_request(ClientHandshake& hs, const message::CertificateRequest12& message) {
  Request request;
  request.received = true;
  hs.summary.client_certificate_requested = true;
  for (const Credential& credential : hs.settings().credentials) {
    const char* reason = withhold(hs, credential, message, request.proof.scheme);
    if (reason == nullptr) {
      request.proof.credential = &credential;
      break;
    }
    hs.summary.withheld.emplace_back(reason);
  }
  if (auto ok = check_requirement(hs.settings(), request.proof); !ok) return fail(ok.error());
  return request;
}

Task<Request> receive_request(ClientHandshake& hs) {
  const message::HandshakeMessage next = co_await hs.peek();
  if (next.type != HandshakeType::certificate_request) co_return Request();
  const message::CertificateRequest12& message = co_await hs.receive<message::CertificateRequest12>();
  Request request = co_await accept_request(hs, message);
  co_return request;
}

// (5) The pre-master secret under the server's RSA key.
Task<> send_rsa_key_exchange(ClientHandshake& hs, Tls12State& state, const crypto::PublicKey& key,
                             schedule::Transcript& signed_messages) {
  Secret<48> pre_master_secret;
  // RFC 5246 §7.4.7.1: the version of the ClientHello, then 46 random octets [5246:7.4.7.1#1].
  co_await hs.config->random().fill(pre_master_secret.span());
  pre_master_secret.data()[0] = 3;
  pre_master_secret.data()[1] = 3;
  const Octets encrypted = co_await crypto::encrypt_premaster(key, pre_master_secret, hs.config->random());
  message::EncryptedPreMasterSecret exchange;
  exchange.pre_master_secret = encrypted;
  co_await send_both(hs, exchange, signed_messages);
  derive_master_secret(hs, hs.settings(), state, pre_master_secret.view());
}

// (5) Our share of ECDHE.
Result<> send_ecdhe_key_exchange(ClientHandshake& hs, Tls12State& state, const crypto::Encapsulation& ours,
                                 schedule::Transcript& signed_messages) {
  message::ClientECDiffieHellmanPublic exchange;
  exchange.ecdh_Yc = ours.share;
  if (auto sent = send_both(hs, exchange, signed_messages); !sent) return sent;
  derive_master_secret(hs, hs.settings(), state, ours.secret.view());
  return {};
}

// (4) CertificateVerify: a signature over all messages so far.
Task<> send_certificate_verify(ClientHandshake& hs, const Proof& proof,
                               const schedule::Transcript& signed_messages) {
  const Octets content = to_octets(signed_messages.messages());
  const Octets signature = co_await hs.sign(*proof.credential, proof.scheme, content, hs.config->random());
  message::CertificateVerify verify;
  verify.algorithm = proof.scheme;
  verify.signature = signature;
  co_await hs.send(verify);
  hs.summary.client_signature = proof.scheme;
}

// The short handshake of a session that both sides know (RFC 5246 §7.3, RFC 5077 §3.1).
Task<> resume(ClientHandshake& hs, Tls12State& state) {
  hs.transcript.select(state.suite->hash);
  restore_master_secret(hs, hs.settings(), state, *hs.session);
  const SessionTicket12 ticket = co_await receive_ticket12(hs, state);
  const Octets theirs = co_await receive_finished12(hs, state, hs.config->random());
  co_await send_finished12(hs, state, hs.config->random());
  keep_exporter12(hs, state, theirs);
  keep_session12(hs, state, ticket);
}

}  // namespace

//        Client                                               Server
//   (1) ClientHello          -------->
//                            <--------              (2) ServerHello   (here it begins)
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
Task<> client12(ClientHandshake& hs) {
  const message::ServerHello& hello = hs.slot<message::ServerHello>();
  hs.change_cipher_spec = ChangeCipherSpec::refused;
  hs.attempt.shares.clear();
  Tls12State state;
  co_await accept_suite(hs, hello, state);
  co_await accept_security_extensions(hs, hello, state);
  co_await accept_other_extensions(hs, hello, state);
  hs.summary.version = ProtocolVersion::tls12;
  hs.summary.cipher_suite = state.suite->suite;
  hs.summary.extended_master_secret = state.extended_master_secret;
  hs.summary.encrypt_then_mac = state.encrypt_then_mac;
  hs.summary.secure_renegotiation = hello.extensions.renegotiation_info.has_value();
  co_await accept_session(hs, state);
  if (state.resumed) {
    co_await resume(hs, state);
    co_return;
  }

  co_await accept_certificate_types(hs, hello.extensions);
  co_await receive_certificate(hs, state);
  const std::uint16_t usage = key_usage_of(*state.suite);
  // What is wrong with the chain is told first.
  Result<crypto::PublicKey> made = peer_key(hs, usage);
  const bool made_well = made.has_value();
  co_await verify_peer(hs, hs.settings(), &hs.server_name, hs.config->verifies(), made_well);
  const crypto::PublicKey key = co_await std::move(made);
  co_await check_key_kind(hs.settings().policy, *state.suite, key);
  std::optional<crypto::Encapsulation> ecdhe;
  if (state.suite->key_exchange == KeyExchange::ecdhe) {
    crypto::Encapsulation ours = co_await receive_key_exchange(hs, state, key);
    ecdhe.emplace(std::move(ours));
  }
  const Request request = co_await receive_request(hs);
  co_await hs.receive<message::ServerHelloDone>();
  // RFC 5246 §7.4.5: behind it the server waits for us.
  co_await require(hs.ends_flight(), ErrorCode::excess_handshake_data);

  // [5246:7.3#2] [5246:7.4.6#1] [5246:7.4.7#1,2]
  if (request.received) co_await send_certificate12(hs, request.proof.credential);
  note_credential(hs, hs.settings().credentials, request.proof.credential);
  // A CertificateVerify signs the messages themselves (RFC 5246 §7.4.8), so they are kept until then.
  schedule::Transcript signed_messages;
  if (request.proof.credential != nullptr) signed_messages = hs.transcript;
  hs.transcript.select(state.suite->hash);
  if (ecdhe) {
    co_await send_ecdhe_key_exchange(hs, state, *ecdhe, signed_messages);
  } else {
    co_await send_rsa_key_exchange(hs, state, key, signed_messages);
  }
  // [5246:7.4.8#1]
  if (request.proof.credential != nullptr)
    co_await send_certificate_verify(hs, request.proof, signed_messages);

  const Octets ours = co_await send_finished12(hs, state, hs.config->random());
  const SessionTicket12 ticket = co_await receive_ticket12(hs, state);
  co_await receive_finished12(hs, state, hs.config->random());
  keep_exporter12(hs, state, ours);
  keep_session12(hs, state, ticket);
}

}  // namespace handfast::handshake
