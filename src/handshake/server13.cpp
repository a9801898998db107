// TLS 1.3, the server's side.
#include <algorithm>

#include "config/credential_contents.hpp"
#include "crypto/key_exchange.hpp"
#include "handshake/certificate_type.hpp"
#include "handshake/compressed_certificate.hpp"
#include "handshake/cookie.hpp"
#include "handshake/observation.hpp"
#include "handshake/secrets13.hpp"
#include "handshake/server_early_data.hpp"
#include "handshake/server_handshake.hpp"
#include "handshake/server_psk.hpp"
#include "handshake/trust_anchors.hpp"
#include "schedule/key_schedule.hpp"
#include "schedule/suite.hpp"

namespace handfast::handshake {
namespace {

using message::ClientHello;

crypto::HashAlgorithm hash_of(CipherSuite suite) noexcept { return schedule::suite_info(suite)->hash; }

// SHA-256 over everything that a second ClientHello must repeat (RFC 8446 §4.1.2 [8446:4.1.2#2]).
crypto::Digest repeated_part(const ClientHello& hello) {
  crypto::Hash hash(crypto::HashAlgorithm::sha256);
  const auto add_number = [&hash](std::uint32_t number) {
    hash.update(Bytes(reinterpret_cast<const std::uint8_t*>(&number), sizeof number));
  };
  const auto add = [&](Bytes octets) {
    add_number(static_cast<std::uint32_t>(octets.size()));
    hash.update(octets);
  };
  add_number(static_cast<std::uint32_t>(hello.legacy_version));
  add(hello.random);
  add(hello.legacy_session_id);
  add(hello.cipher_suites.octets());
  add(hello.legacy_compression_methods);
  for (const wire::RawExtension& extension : hello.extensions.received()) {
    switch (extension.extension_type) {
      case ExtensionType::key_share:
      case ExtensionType::early_data:
      case ExtensionType::cookie:
      case ExtensionType::pre_shared_key:
      case ExtensionType::padding: break;
      default:
        add_number(static_cast<std::uint32_t>(extension.extension_type));
        add(extension.extension_data);
    }
  }
  return hash.digest();
}

// The HelloRetryRequest that answers a first hello, or did so before this second one. Views into both.
message::HelloRetryRequest retry_request(const ClientHello& hello, const RetryState& state, Bytes cookie) {
  message::HelloRetryRequest retry;
  retry.legacy_session_id_echo = hello.legacy_session_id;
  retry.cipher_suite = state.suite;
  // [8446:4.1.4#1,2]
  retry.extensions.supported_versions = {ProtocolVersion::tls13};
  retry.extensions.key_share = {state.group};
  if (!cookie.empty()) retry.extensions.cookie = {cookie};
  // The order of RFC 8448's trace, so that it can be followed to the octet.
  static constexpr std::array<wire::ExtensionSlot, 3> order = {
      wire::ExtensionSlot::member(ExtensionType::key_share),
      wire::ExtensionSlot::member(ExtensionType::cookie),
      wire::ExtensionSlot::member(ExtensionType::supported_versions)};
  retry.extensions.set_order(order);
  return retry;
}

Result<> send_retry(ServerHandshake& hs, const RetryState& state, Bytes cookie) {
  return hs.send(retry_request(hs.hello(), state, cookie));
}

// As it was sent before this second hello, which brings the cookie back.
Result<> append_retry(const ServerHandshake& hs, const RetryState& state, Octets& octets) {
  const ClientHello& hello = hs.hello();
  return wire::append_message(retry_request(hello, state, hello.extensions.cookie->cookie), octets);
}

// What the second hello has to bring back; empty: nothing.
Octets retry_cookie(const ServerHandshake& hs, const RetryState& state) {
  if (!hs.retry_cookie.empty()) return to_octets(hs.retry_cookie);
  if (!hs.settings().stateless_retry) return {};
  return seal_cookie(state, hs.now, hs.settings().cookie_key);
}

// The second ClientHello fits the first and the HelloRetryRequest between them.
Result<> check_second_hello(const ServerHandshake& hs, const RetryState& state, bool with_cookie) {
  const ClientHello& hello = hs.hello();
  if (!(repeated_part(hello) == state.first_hello)) return fail(ErrorCode::hello_changed);
  if (hello.extensions.early_data) return fail(ErrorCode::hello_changed, "early_data");  // [8446:4.2.10#5]
  if (hello.extensions.cookie.has_value() != with_cookie) return fail(ErrorCode::bad_cookie);
  if (!hello.extensions.key_share) return fail(ErrorCode::missing_extension, "key_share");
  const auto& shares = hello.extensions.key_share->client_shares;
  if (shares.count() != 1 || shares.front().group != state.group)
    return fail(ErrorCode::hello_changed, "key_share is not the one that HelloRetryRequest asked for");
  return {};
}

Result<> choose_again(ServerHandshake& hs, const RetryState& state) {
  auto choice = choose(hs, hs.hello(), hash_of(state.suite));
  if (!choice) return fail(choice.error());
  hs.choice = *choice;
  // [8446:4.1.4#8]: the same suite; and the share must be there now.
  if (choice->suite != state.suite || choice->group != state.group || choice->client_share.empty())
    return fail(ErrorCode::hello_changed);
  return {};
}

// HelloRetryRequest and the second ClientHello (RFC 8446 §4.1.4).
Task<> retry(ServerHandshake& hs) {
  hs.transcript.select(hash_of(hs.choice.suite));
  RetryState state;
  state.suite = hs.choice.suite;
  state.group = hs.choice.group;
  state.first_hello = repeated_part(hs.hello());
  state.transcript_hash = hs.transcript.digest();
  hs.transcript.replace_with_message_hash();
  hs.summary.hello_retry = true;
  // RFC 8446 §5.1: the client has nothing more to say before it is asked again.
  co_await require(!hs.has_unread(), ErrorCode::excess_handshake_data);
  const bool early_data = hs.hello().extensions.early_data.has_value();
  const bool compatible = !hs.hello().legacy_session_id.empty();
  const Octets cookie = retry_cookie(hs, state);
  co_await send_retry(hs, state, cookie);
  if (compatible) hs.transport.send_change_cipher_spec();
  // [8446:4.2.11.3#1] Our flight goes on, and its end is awaited behind it.
  if (early_data) {
    reject_early_data(hs, "HelloRetryRequest was needed");
    hs.transport.skip_early_data();
  }

  const schedule::Transcript before = hs.transcript;
  const message::HandshakeMessage whole = co_await hs.peek();
  const ClientHello& hello = co_await hs.receive<ClientHello>();
  if (!cookie.empty()) {
    const bool returned = hello.extensions.cookie && equal(hello.extensions.cookie->cookie, cookie);
    co_await require(returned, ErrorCode::bad_cookie);
  }
  co_await check_second_hello(hs, state, !cookie.empty());
  co_await find_psk(hs);
  co_await choose_again(hs, state);
  co_await check_binder(hs, whole.whole, before);
}

// A second ClientHello whose first one met another connection object: the cookie brings the state back.
Task<> resume_retry(ServerHandshake& hs) {
  const ClientHello& hello = hs.hello();
  co_await require(hs.settings().stateless_retry, ErrorCode::bad_cookie, "none was given out");
  const Bytes cookie = hello.extensions.cookie->cookie;
  const RetryState state = co_await open_cookie(cookie, hs.now, hs.settings().cookie_key);
  co_await check_second_hello(hs, state, true);
  co_await find_psk(hs);
  co_await choose_again(hs, state);
  // The transcript as it would stand: hash of the first hello, the HelloRetryRequest, then this hello.
  const Octets second = to_octets(hs.transcript.messages());
  hs.transcript = schedule::Transcript::of_message_hash(hash_of(state.suite), state.transcript_hash.view());
  Octets request;
  co_await append_retry(hs, state, request);
  hs.transcript.add(request);
  co_await check_binder(hs, second, hs.transcript);
  hs.transcript.add(second);
  hs.summary.hello_retry = true;
}

// Our share and the secret; nothing where the PSK is the only one.
Result<crypto::Encapsulation> agree(ServerHandshake& hs) {
  if (!hs.choice.key_exchange) return crypto::Encapsulation{{}, crypto::SharedSecret(Bytes())};
  hs.summary.group = hs.choice.group;
  return crypto::encapsulate(hs.choice.group, hs.choice.client_share, hs.config->random());
}

Result<> send_hello(ServerHandshake& hs, Bytes share) {
  std::array<std::uint8_t, 32> random{};
  // [8446:4.1.3#3]
  if (auto filled = hs.config->random().fill(random); !filled) return filled;
  message::ServerHello hello;
  hello.random = random;
  hello.legacy_session_id_echo = hs.hello().legacy_session_id;
  hello.cipher_suite = hs.choice.suite;
  // [8446:4.1.3#8] [8446:4.2.1#7]
  hello.extensions.supported_versions = {ProtocolVersion::tls13};
  // [8446:4.2.8#8,9] [8446:4.2.9#6,7]
  if (hs.choice.key_exchange) hello.extensions.key_share = {message::KeyShareEntry{hs.choice.group, share}};
  if (hs.psk) hello.extensions.pre_shared_key = {hs.psk->index};
  // The order of RFC 8448's traces, so that they can be followed to the octet.
  static constexpr std::array<wire::ExtensionSlot, 3> order = {
      wire::ExtensionSlot::member(ExtensionType::pre_shared_key),
      wire::ExtensionSlot::member(ExtensionType::key_share),
      wire::ExtensionSlot::member(ExtensionType::supported_versions)};
  hello.extensions.set_order(order);
  hs.transport.expect(share.size());
  return hs.send(hello);
}

Result<> send_encrypted_extensions(ServerHandshake& hs) {
  const ClientHello& hello = hs.hello();
  message::EncryptedExtensions message;
  message.extensions.set_order(hs.encrypted_extensions);
  if (hs.choice.acknowledge_name) {
    message.extensions.server_name.emplace();
    hs.summary.server_name_acknowledged = true;
  }
  answer_certificate_types(hs, message.extensions);
  const std::array<message::ProtocolName, 1> protocol = {as_bytes(hs.summary.application_protocol)};
  if (!hs.summary.application_protocol.empty())
    message.extensions.application_layer_protocol_negotiation = {protocol};
  if (hs.summary.early_data == EarlyData::accepted) message.extensions.early_data.emplace();
  const std::vector<message::TrustAnchorID> anchors = available_trust_anchors(hs);
  if (!anchors.empty()) message.extensions.trust_anchors = {anchors};
  if (hello.extensions.ticket_request)  // RFC 9149 §3: how many will come
    message.extensions.ticket_request = {static_cast<std::uint8_t>(ticket_count(hs))};
  if (hello.extensions.record_size_limit && hs.settings().record_size_limit != 0) {
    const std::uint16_t theirs = hello.extensions.record_size_limit->record_size_limit;
    hs.summary.peer_record_size_limit = theirs;
    hs.transport.limit_sent_records(std::min<std::uint16_t>(theirs, 16385));
    message.extensions.record_size_limit = {hs.settings().record_size_limit};
    // RFC 8449 §4: a client that sends early data does not know the limit yet.
    if (hs.summary.early_data != EarlyData::accepted)
      hs.transport.limit_received_records(hs.settings().record_size_limit);
  }
  return hs.send(message);
}

Result<> send_certificate_request(ServerHandshake& hs) {
  const ServerSettings& settings = hs.settings();
  message::CertificateRequest request;
  request.extensions.set_order(hs.certificate_request);
  // [8446:4.3.2#3,4]
  if (!request.extensions.contains(ExtensionType::signature_algorithms))
    request.extensions.signature_algorithms = {settings.policy.signature_schemes.span()};
  const std::vector<message::DistinguishedName> authorities = named_authorities(settings);
  if (!authorities.empty()) request.extensions.certificate_authorities = {authorities};
  const CompressionList compressions = offered_compressions(settings);  // RFC 8879 §3
  if (!compressions.empty()) request.extensions.compress_certificate = {compressions};
  if (!settings.delegated_credentials.empty())  // RFC 9345 §4.1.2
    request.extensions.delegated_credential = {settings.delegated_credentials.span()};
  std::vector<message::TrustAnchorID> anchors;
  if (settings.requested_trust_anchors) {
    anchors = listed(*settings.requested_trust_anchors);
    request.extensions.trust_anchors = {anchors};
  }
  hs.summary.client_certificate_requested = true;
  return hs.send(request);
}

// Certificate and CertificateVerify of ours.
Task<> authenticate_ourselves(ServerHandshake& hs) {
  CertificateExtras extras;
  extras.ocsp = hs.hello().extensions.status_request.has_value();
  extras.signed_certificate_timestamps = hs.hello().extensions.signed_certificate_timestamp.has_value();
  extras.trust_anchors = is_requested(*hs.choice.proof.credential, hs.hello().extensions.trust_anchors);
  hs.summary.own_trust_anchor_matched = extras.trust_anchors;
  const CertificateCompression* const compression =
      choose_compression(hs.settings(), hs.hello().extensions.compress_certificate);
  co_await send_certificate(hs, hs.choice.proof.credential, Bytes(), extras, compression);
  note_credential(hs, hs.settings().credentials, hs.choice.proof.credential);
  const SignatureContent content(Role::server, hs.transcript.digest());
  const Octets signature = co_await hs.sign(*hs.choice.proof.credential, hs.choice.proof.scheme,
                                            content.view(), hs.config->random());
  message::CertificateVerify verify;
  verify.algorithm = hs.choice.proof.scheme;
  verify.signature = signature;
  co_await hs.send(verify);
  hs.summary.server_signature = hs.choice.proof.scheme;
}

// [Certificate, CertificateVerify] of the client.
Task<> authenticate_client(ServerHandshake& hs) {
  const message::Certificate certificate = co_await receive_certificate(hs, hs.settings());
  co_await require(certificate.certificate_request_context.empty(), ErrorCode::illegal_value,
                   "certificate_request_context differs");
  if (certificate.certificate_list.empty()) {
    // RFC 8446 §4.4.2.4: no certificate is the client's right, to go on is ours.
    const bool optional = hs.settings().client_authentication == ClientAuthentication::request;
    co_await require(optional, ErrorCode::certificate_required);
    co_return;
  }
  CertificateExtras asked;
  asked.trust_anchors = hs.settings().requested_trust_anchors.has_value();
  asked.delegated_credential = !hs.settings().delegated_credentials.empty();
  co_await check_entries(certificate, asked);
  co_await keep_certificates(hs, hs.settings(), certificate);
  const crypto::Digest before = hs.transcript.digest();
  const SignatureScheme scheme = co_await receive_certificate_verify(hs, hs.settings(), before);
  hs.summary.client_signature = scheme;
  co_await verify_peer(hs, hs.settings(), nullptr, true, true);
}

// What this server makes of the ClientHello, with a HelloRetryRequest where it is needed: PSK and choice.
Task<> accept_hello(ServerHandshake& hs) {
  if (hs.hello().extensions.cookie) {
    co_await resume_retry(hs);
    co_return;
  }
  co_await find_psk(hs);
  Choice choice = co_await choose(hs, hs.hello());
  hs.choice = choice;
  tell_choice(hs, hs.hello(), choice);
  const schedule::Transcript nothing;
  co_await check_binder(hs, hs.transcript.messages(), nothing);
  if (hs.choice.needs_retry()) co_await retry(hs);  // [8446:4.1.1#3]
}

// Keys for what comes from the client: early data, or the rest of its handshake.
Result<> install_receiving_keys(ServerHandshake& hs, Bytes early_traffic_secret, Bytes client_secret) {
  const CipherSuite suite = hs.choice.suite;
  if (hs.summary.early_data == EarlyData::accepted) {
    if (auto installed =
            hs.transport.install(Level::early_data, Direction::receiving, suite, early_traffic_secret);
        !installed)
      return installed;
    hs.transport.limit_early_data(hs.psk->terms.max_size);
    return {};
  }
  if (auto installed = hs.transport.install(Level::handshake, Direction::receiving, suite, client_secret);
      !installed)
    return installed;
  if (hs.hello().extensions.early_data) hs.transport.skip_early_data();  // [8446:4.2.10#4,9]
  return {};
}

// ServerHello, and the keys that come with it.
Result<HandshakeSecrets> answer_hello(ServerHandshake& hs) {
  schedule::EarlySecret early_secret = take_early_secret(hs, hash_of(hs.choice.suite));
  schedule::TrafficSecret early_traffic_secret{Bytes()};
  if (hs.summary.early_data == EarlyData::accepted) {
    early_traffic_secret = early_secret.client_early_traffic_secret(hs.transcript.digest());
    hs.log_secret(hs.settings(), "CLIENT_EARLY_TRAFFIC_SECRET", early_traffic_secret.view());
  }
  const auto key = agree(hs);
  if (!key) return fail(key.error());
  if (auto sent = send_hello(hs, key->share); !sent) return fail(sent.error());
  const bool compatible = !hs.hello().legacy_session_id.empty();
  // [8446:D.4#1]
  if (compatible && !hs.summary.hello_retry) hs.transport.send_change_cipher_spec();

  HandshakeSecrets secrets =
      handshake_secrets(hs, hs.settings(), std::move(early_secret), key->secret.view());
  if (auto installed =
          hs.transport.install(Level::handshake, Direction::sending, hs.choice.suite, secrets.server.view());
      !installed)
    return fail(installed.error());
  if (auto installed = install_receiving_keys(hs, early_traffic_secret.view(), secrets.client.view());
      !installed)
    return fail(installed.error());
  hs.transport.pad_sent_records(hs.settings().pad_to_multiple_of);
  return secrets;
}

// Early data is over; the rest of the client's handshake comes under its own keys.
Task<> receive_end_of_early_data(ServerHandshake& hs, Bytes client_secret) {
  co_await hs.receive<message::EndOfEarlyData>();
  if (hs.summary.peer_record_size_limit != 0)
    hs.transport.limit_received_records(hs.settings().record_size_limit);
  const CipherSuite suite = hs.choice.suite;
  co_await hs.transport.install(Level::handshake, Direction::receiving, suite, client_secret);
}

}  // namespace

//        Client                                               Server
//   ClientHello, [early data] -------->                                (here it begins)
//                            <--------          [HelloRetryRequest]
//   ClientHello              -------->
//                                                         ServerHello
//                                                 EncryptedExtensions
//                                                [CertificateRequest]
//                                                         Certificate
//                                                   CertificateVerify
//                            <--------                       Finished
//   [EndOfEarlyData]
//   [Certificate, CertificateVerify]
//   Finished                 -------->
//                            <--------           [NewSessionTicket…]
// With a PSK the lines of certificates are left out.
Task<> server13(ServerHandshake& hs) {
  hs.change_cipher_spec = ChangeCipherSpec::dropped;
  co_await accept_hello(hs);
  const CipherSuite suite = hs.choice.suite;
  const crypto::HashAlgorithm hash = hash_of(suite);
  hs.summary.cipher_suite = suite;
  hs.transcript.select(hash);

  co_await judge_early_data(hs);
  const HandshakeSecrets secrets = co_await answer_hello(hs);
  const unsigned tickets = ticket_count(hs);  // the hello goes with the next message

  // [8446:4.3.1#1] [8446:4.3.2#1]
  co_await send_encrypted_extensions(hs);
  // RFC 8446 §4.3.2: beside a PSK nobody shows certificates [8446:4.3.2#6].
  const bool ask = !hs.psk && hs.settings().client_authentication != ClientAuthentication::none;
  if (ask) co_await send_certificate_request(hs);
  // [8446:4.4.2#1] [8446:4.4.3#1,3]
  if (!hs.psk) co_await authenticate_ourselves(hs);
  co_await send_finished(hs, hash, secrets.server.view());
  const ApplicationSecrets data = application_secrets(hs, hs.settings(), secrets.master);
  co_await hs.transport.install(Level::application, Direction::sending, suite, data.server.view());

  const bool early_data = hs.summary.early_data == EarlyData::accepted;
  if (early_data) co_await receive_end_of_early_data(hs, secrets.client.view());
  if (ask) co_await authenticate_client(hs);
  co_await receive_finished(hs, hash, secrets.client.view());
  co_await hs.transport.install(Level::application, Direction::receiving, suite, data.client.view());
  co_await send_tickets(hs, secrets.master, tickets);
}

}  // namespace handfast::handshake
