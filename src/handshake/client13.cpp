// TLS 1.3, the client's side.
#include <algorithm>

#include "handshake/authentication.hpp"
#include "handshake/certificate_type.hpp"
#include "handshake/client_early_data.hpp"
#include "handshake/client_handshake.hpp"
#include "handshake/client_psk.hpp"
#include "handshake/compressed_certificate.hpp"
#include "handshake/delegation.hpp"
#include "handshake/secrets13.hpp"
#include "handshake/trust_anchors.hpp"
#include "schedule/key_schedule.hpp"
#include "schedule/suite.hpp"
#include "x509/certificate.hpp"

namespace handfast::handshake {
namespace {

// The secret that both sides share after the ServerHello's key_share; empty: there is only the PSK.
Result<crypto::SharedSecret> agree(ClientHandshake& hs, const message::ServerHello& hello, bool with_psk) {
  // RFC 8446 §4.2.8: the server must send a share, for a group we sent one for [8446:4.2.8#10,11], unless a
  // PSK may go without (§4.2.9).
  if (!hello.extensions.key_share) {
    if (with_psk && hs.settings().allow_psk_without_key_exchange) return crypto::SharedSecret(Bytes());
    return fail(ErrorCode::missing_extension, "key_share");
  }
  const message::KeyShareEntry& theirs = hello.extensions.key_share->server_share;
  const crypto::PrivateShare* ours = hs.share_of(theirs.group);
  // [8446:2#1]
  if (ours == nullptr) return fail(ErrorCode::bad_key_share, "the server answered a share that was not sent");
  hs.summary.group = theirs.group;
  return ours->decapsulate(theirs.key_exchange);
}

// What the ServerHello's key exchange gives; no share is kept behind it, and no PSK.
Task<HandshakeSecrets> exchange_keys(ClientHandshake& hs, std::optional<std::size_t> psk,
                                     crypto::HashAlgorithm hash) {
  const message::ServerHello& hello = hs.slot<message::ServerHello>();
  const crypto::SharedSecret shared = co_await agree(hs, hello, psk.has_value());
  hs.attempt.shares.clear();
  schedule::EarlySecret early_secret =
      psk ? std::move(hs.attempt.psks[*psk].secret) : schedule::EarlySecret(hash);
  hs.attempt.psks.clear();
  co_return handshake_secrets(hs, hs.settings(), std::move(early_secret), shared.view());
}

Result<> accept_extensions(ClientHandshake& hs, const message::EncryptedExtensions& message) {
  const auto& extensions = message.extensions;
  for (const auto& entry : extensions.received()) {
    if (hs.offered.contains(entry.extension_type)) continue;
    Error error(ErrorCode::extension_not_offered);
    error.message = message.type;
    if (const auto name = name_of(entry.extension_type); !name.empty()) error.field = name.data();
    return fail(error);
  }
  hs.summary.server_name_acknowledged = extensions.server_name.has_value();
  keep_available(hs, extensions.trust_anchors);
  if (const auto& alpn = extensions.application_layer_protocol_negotiation) {
    if (auto ok = accept_protocol(hs, *alpn); !ok) return ok;
  }
  if (const auto& length = extensions.max_fragment_length) {
    if (auto ok = accept_fragments(hs, length->max_fragment_length, extensions.record_size_limit.has_value());
        !ok)
      return ok;
  }
  if (const auto& limit = extensions.record_size_limit) {
    // RFC 8449 §4: beyond what the protocol allows the limit is the protocol's.
    hs.summary.peer_record_size_limit = limit->record_size_limit;
    hs.transport.limit_sent_records(std::min<std::uint16_t>(limit->record_size_limit, 16385));
    hs.transport.limit_received_records(hs.settings().record_size_limit);
  }
  return {};
}

Task<> receive_encrypted_extensions(ClientHandshake& hs, std::optional<std::size_t> psk) {
  const message::EncryptedExtensions& extensions = co_await hs.receive<message::EncryptedExtensions>();
  co_await accept_extensions(hs, extensions);
  co_await accept_early_data(hs, extensions, psk);
  if (!psk) co_await accept_certificate_types(hs, extensions.extensions);
}

// What the server wants to see of us.
struct Request {
  bool received = false;
  bool ocsp = false;
  bool signed_certificate_timestamps = false;
  bool trust_anchors = false;                           // the credential was chosen by them
  const CertificateCompression* compression = nullptr;  // of our Certificate; null: none
  Proof proof;                                          // no credential: nothing of ours fits
};

// Why a credential is not shown to a server that asks like this; null: it is, with this scheme.
const char* withhold(const ClientHandshake& hs, const Credential& credential, const auto& extensions,
                     SignatureScheme& scheme) {
  if (credential.type() != hs.own_certificate_type) return withheld::kind;
  const auto chosen = choose_scheme13(hs, hs.settings().policy, credential,
                                      extensions.signature_algorithms->supported_signature_algorithms,
                                      extensions.delegated_credential);
  if (!chosen) return withheld::scheme;
  scheme = *chosen;
  const auto& for_chains = extensions.signature_algorithms_cert ? extensions.signature_algorithms_cert
                                                                : extensions.signature_algorithms;
  // RFC 8446 §4.4.2.3 [8446:4.4.2.3#2].
  if (!may_be_shown(credential, for_chains->supported_signature_algorithms)) return withheld::chain;
  const bool suits = suits_issuers(credential, is_requested(credential, extensions.trust_anchors),
                                   authorities_of(extensions), true);
  return suits ? nullptr : withheld::authorities;
}

// The first of our credentials that fits the request, but rather one whose trust anchor it asks for.
Proof choose_proof(ClientHandshake& hs, const auto& extensions) {
  const auto& credentials = hs.settings().credentials;
  Proof proof;
  const auto asked_for = std::ranges::find_if(credentials, [&](const Credential& credential) {
    return is_requested(credential, extensions.trust_anchors) &&
           withhold(hs, credential, extensions, proof.scheme) == nullptr;
  });
  for (const Credential& credential : credentials) {
    const char* reason = withhold(hs, credential, extensions, proof.scheme);
    if (reason == nullptr && asked_for != credentials.end() && &credential != &*asked_for)
      reason = withheld::trust_anchors;
    if (reason == nullptr) {
      proof.credential = &credential;
      break;
    }
    hs.summary.withheld.emplace_back(reason);
  }
  return proof;
}

Result<Request> accept_request(ClientHandshake& hs, const message::CertificateRequest& message) {
  // RFC 8446 §4.3.2: the context is empty during the handshake [8446:4.3.2#3].
  if (!message.certificate_request_context.empty())
    return fail(ErrorCode::illegal_value, "certificate_request_context is not empty");
  const auto& extensions = message.extensions;
  // [8446:4.3.2#4]
  if (!extensions.signature_algorithms) return fail(ErrorCode::missing_extension, "signature_algorithms");
  if (auto distinct = check_compressions(extensions.compress_certificate); !distinct)
    return fail(distinct.error());
  Request request;
  request.received = true;
  request.ocsp = extensions.status_request.has_value();
  request.signed_certificate_timestamps = extensions.signed_certificate_timestamp.has_value();
  request.compression = choose_compression(hs.settings(), extensions.compress_certificate);
  request.proof = choose_proof(hs, extensions);
  request.trust_anchors = request.proof.credential != nullptr &&
                          is_requested(*request.proof.credential, extensions.trust_anchors);
  hs.summary.client_certificate_requested = true;
  if (auto ok = check_requirement(hs.settings(), request.proof); !ok) return fail(ok.error());
  return request;
}

Task<Request> receive_request(ClientHandshake& hs) {
  const message::HandshakeMessage next = co_await hs.peek();
  if (next.type != HandshakeType::certificate_request) co_return Request();
  const message::CertificateRequest& message = co_await hs.receive<message::CertificateRequest>();
  Request request = co_await accept_request(hs, message);
  co_return request;
}

Result<> accept_certificate(ClientHandshake& hs, const message::Certificate& certificate) {
  // RFC 8446 §4.4.2: the server's context is empty [8446:4.4.2#5,12]; §4.4.2.4: an empty list is a
  // decode_error [8446:4.4.2.4#1].
  if (!certificate.certificate_request_context.empty())
    return fail(ErrorCode::illegal_value, "certificate_request_context is not empty");
  if (certificate.certificate_list.empty()) return fail(ErrorCode::empty_certificate);
  CertificateExtras asked;
  asked.ocsp = hs.settings().request_ocsp;
  asked.signed_certificate_timestamps = hs.settings().request_signed_certificate_timestamps;
  asked.trust_anchors = hs.settings().requested_trust_anchors.has_value();
  asked.delegated_credential = !hs.settings().delegated_credentials.empty();
  if (auto allowed = check_entries(certificate, asked); !allowed) return allowed;
  return keep_certificates(hs, hs.settings(), certificate);
}

// Certificate and CertificateVerify of the server.
Task<> authenticate_server(ClientHandshake& hs) {
  const message::Certificate certificate = co_await receive_certificate(hs, hs.settings());
  co_await accept_certificate(hs, certificate);
  const crypto::Digest before = hs.transcript.digest();
  const SignatureScheme scheme = co_await receive_certificate_verify(hs, hs.settings(), before);
  hs.summary.server_signature = scheme;
  co_await verify_peer(hs, hs.settings(), &hs.server_name, hs.config->verifies(), true);
}

// Certificate and CertificateVerify of ours, as far as asked for.
Task<> authenticate_ourselves(ClientHandshake& hs, const Request& request) {
  CertificateExtras extras;
  extras.ocsp = request.ocsp;
  extras.signed_certificate_timestamps = request.signed_certificate_timestamps;
  extras.trust_anchors = request.trust_anchors;
  hs.summary.own_trust_anchor_matched = request.trust_anchors;
  co_await send_certificate(hs, request.proof.credential, Bytes(), extras, request.compression);
  note_credential(hs, hs.settings().credentials, request.proof.credential);
  if (request.proof.credential == nullptr) co_return;
  const SignatureContent content(Role::client, hs.transcript.digest());
  const Octets signature =
      co_await hs.sign(*request.proof.credential, request.proof.scheme, content.view(), hs.config->random());
  message::CertificateVerify verify;
  verify.algorithm = request.proof.scheme;
  verify.signature = signature;
  co_await hs.send(verify);
  hs.summary.client_signature = request.proof.scheme;
}

// What we send next is protected by the handshake keys.
Result<> send_under_handshake_keys(ClientHandshake& hs, Bytes client_secret) {
  if (hs.settings().middlebox_compatibility && !hs.compatibility_record_sent)
    hs.transport.owe_change_cipher_spec();
  return hs.transport.install(Level::handshake, Direction::sending, hs.summary.cipher_suite, client_secret);
}

Result<> end_early_data(ClientHandshake& hs, Bytes client_secret) {
  // [8446:4.5#1,2]
  if (auto sent = hs.send(message::EndOfEarlyData()); !sent) return sent;
  return send_under_handshake_keys(hs, client_secret);
}

}  // namespace

//        Client                                               Server
//   ClientHello, [early data] -------->
//                            <--------          [HelloRetryRequest]
//   ClientHello              -------->
//                            <--------                  ServerHello   (here it begins)
//                                               EncryptedExtensions
//                                              [CertificateRequest]
//                                      Certificate, CertificateVerify
//                            <--------                     Finished
//   [EndOfEarlyData]
//   [Certificate, CertificateVerify]
//   Finished                 -------->
Task<> client13(ClientHandshake& hs) {
  const message::ServerHello& hello = hs.slot<message::ServerHello>();
  const CipherSuite suite = hello.cipher_suite;
  const crypto::HashAlgorithm hash = schedule::suite_info(suite)->hash;
  hs.summary.version = ProtocolVersion::tls13;
  hs.summary.cipher_suite = suite;
  hs.transcript.select(hash);

  const std::optional<std::size_t> psk = co_await accept_psk(hs, hello, hash);
  const HandshakeSecrets secrets = co_await exchange_keys(hs, psk, hash);
  co_await hs.transport.install(Level::handshake, Direction::receiving, suite, secrets.server.view());
  // Behind early data the keys change when the server has said what becomes of it.
  const bool early_data = hs.attempt.early_data;
  if (!early_data) co_await send_under_handshake_keys(hs, secrets.client.view());
  hs.transport.pad_sent_records(hs.settings().pad_to_multiple_of);

  co_await receive_encrypted_extensions(hs, psk);
  const bool accepted = hs.summary.early_data == EarlyData::accepted;
  if (early_data && !accepted) co_await send_under_handshake_keys(hs, secrets.client.view());
  Request request;
  if (!psk) {  // RFC 8446 §2.2: who holds the PSK is proven by it
    Request received = co_await receive_request(hs);
    request = received;
    co_await authenticate_server(hs);
  }
  co_await receive_finished(hs, hash, secrets.server.view());
  const ApplicationSecrets data = application_secrets(hs, hs.settings(), secrets.master);
  co_await hs.transport.install(Level::application, Direction::receiving, suite, data.server.view());

  if (accepted) co_await end_early_data(hs, secrets.client.view());
  // [8446:4.4.2#2,3,4] [8446:4.4.3#2,3]
  if (request.received) co_await authenticate_ourselves(hs, request);
  co_await send_finished(hs, hash, secrets.client.view());
  if (hs.settings().session_store)
    hs.resumption_master_secret = secrets.master.resumption_master_secret(hs.transcript.digest());
  co_await hs.transport.install(Level::application, Direction::sending, suite, data.client.view());
}

}  // namespace handfast::handshake
