// TLS 1.2: master secret, Finished, and the shapes of its certificates.
#include "handshake/tls12.hpp"

#include <vector>

#include "config/credential_contents.hpp"
#include "handshake/authentication.hpp"
#include "handshake/certificate_type.hpp"
#include "wire/codec.hpp"
#include "x509/certificate.hpp"

namespace handfast::handshake {
namespace {

crypto::Digest transcript_digest(const Handshake& hs) noexcept { return hs.transcript.digest(); }

// The master secret is known: it goes to the key log, and the PRF is keyed with it.
void use_master_secret(Handshake& hs, const CommonSettings& settings, Tls12State& state) {
  hs.log_secret(settings, "CLIENT_RANDOM", state.master_secret.view());
  state.prf_key.emplace(state.suite->hash, state.master_secret.view());
}

Role other(Role role) noexcept { return role == Role::client ? Role::server : Role::client; }

Result<> install(Handshake& hs, Tls12State& state, Direction direction, RandomSource& random) {
  if (!state.key_block)
    state.key_block.emplace(*state.suite, *state.prf_key, hs.summary.client_random, state.server_random);
  const schedule::KeyBlock12& block = *state.key_block;
  const Role writer = direction == Direction::sending ? hs.role() : other(hs.role());
  Tls12Keys keys;
  keys.suite = state.suite->suite;
  keys.mac_key = block.mac_key(writer);
  keys.key = block.key(writer);
  keys.iv = block.iv(writer);
  keys.encrypt_then_mac = state.encrypt_then_mac;
  return hs.transport.install_tls12(direction, keys, random);
}

}  // namespace

Octets signed_params(const Handshake& hs, const Tls12State& state, const message::ServerECDHParams& params) {
  const Bytes client_random = hs.summary.client_random;
  const std::size_t randoms = client_random.size() + state.server_random.size();
  Octets content(randoms + wire::encoded_size(params));
  copy(client_random, content);
  copy(state.server_random, MutableBytes(content).subspan(client_random.size()));
  [[maybe_unused]] const auto encoded = wire::encode(params, MutableBytes(content).subspan(randoms));
  return content;
}

void derive_master_secret(Handshake& hs, const CommonSettings& settings, Tls12State& state,
                          Bytes pre_master_secret) {
  const crypto::HashAlgorithm hash = state.suite->hash;
  hs.tell_secret("pre_master_secret", pre_master_secret);
  // RFC 7627 §4: bound to everything up to and with the ClientKeyExchange [7627:5.1#1] [7627:5.2#4].
  state.master_secret =
      state.extended_master_secret
          ? schedule::extended_master_secret12(hash, pre_master_secret, transcript_digest(hs))
          : schedule::master_secret12(hash, pre_master_secret, hs.summary.client_random, state.server_random);
  use_master_secret(hs, settings, state);
}

void restore_master_secret(Handshake& hs, const CommonSettings& settings, Tls12State& state,
                           const Session& session) {
  state.master_secret.assign(session.secret.view());
  use_master_secret(hs, settings, state);
}

Result<Octets> send_finished12(Handshake& hs, Tls12State& state, RandomSource& random) {
  // RFC 5246 §7.1: the next record is under the new keys [5246:7.1#1,2] [5246:7.3#4].
  hs.transport.send_change_cipher_spec();
  if (auto installed = install(hs, state, Direction::sending, random); !installed)
    return fail(installed.error());
  // [5246:7.4.9#2]
  const auto verify_data = schedule::verify_data12(hs.role(), *state.prf_key, transcript_digest(hs));
  message::Finished finished;
  finished.verify_data = verify_data.view();
  if (auto sent = hs.send(finished); !sent) return fail(sent.error());
  return to_octets(verify_data.view());
}

Task<Octets> receive_finished12(Handshake& hs, Tls12State& state, RandomSource& random) {
  co_await hs.receive_change_cipher_spec();
  co_await install(hs, state, Direction::receiving, random);
  const auto expected = schedule::verify_data12(other(hs.role()), *state.prf_key, transcript_digest(hs));
  const message::Finished& finished = co_await hs.receive<message::Finished>();
  // RFC 5246 §7.4.9: twelve octets, compared in constant time [5246:7.4.9#1].
  co_await check_verify_data(finished.verify_data, expected.view());
  co_return to_octets(expected.view());
}

void keep_exporter12(Handshake& hs, const Tls12State& state, Bytes first_verify_data) {
  if (!state.extended_master_secret)
    return;  // [7627:5.4#1,2,3,4] RFC 7627 §5.4, RFC 9266: nothing binds the connection otherwise
  hs.exporter_secret.assign(state.master_secret.view());
  hs.server_random = state.server_random;
  copy(first_verify_data, hs.tls_unique);
}

namespace {

void keep_chain(Handshake& hs, const message::Certificate12& certificate) {
  const Bytes list = certificate.certificate_list.octets();
  hs.peer_certificates = to_octets(list);
  for (const message::ASN1Cert& entry : certificate.certificate_list) {
    const auto offset = static_cast<std::size_t>(entry.data() - list.data());
    hs.peer_chain.push_back(Bytes(hs.peer_certificates).subspan(offset, entry.size()));
  }
}

}  // namespace

Task<bool> receive_certificate12(Handshake& hs, const CommonSettings& settings) {
  if (hs.peer_certificate_type == CertificateType::RawPublicKey) {
    const message::RawPublicKey12& shown = co_await hs.receive<message::RawPublicKey12>();
    if (shown.asn1_subject_public_key_info.empty()) co_return false;
    co_await keep_raw_public_key(hs, settings, shown.asn1_subject_public_key_info);
    co_return true;
  }
  const message::Certificate12& shown = co_await hs.receive<message::Certificate12>();
  if (shown.certificate_list.empty()) co_return false;
  keep_chain(hs, shown);
  co_return true;
}

Result<> send_certificate12(Handshake& hs, const Credential* credential) {
  if (credential != nullptr && credential->type() == CertificateType::RawPublicKey) {
    message::RawPublicKey12 shown;
    shown.asn1_subject_public_key_info = credential->public_key_info();
    return hs.send(shown);
  }
  std::vector<message::ASN1Cert> entries;
  if (credential != nullptr) entries.assign(credential->chain().begin(), credential->chain().end());
  message::Certificate12 certificate;
  certificate.certificate_list = entries;
  return hs.send(certificate);
}

Result<> check_signature12(const CommonSettings& settings, const crypto::PublicKey& key,
                           SignatureScheme scheme, Bytes content, Bytes signature) {
  // RFC 5246 §7.4.3: a scheme of our signature_algorithms, and one of this key [5246:7.4.3#2,4]
  // [5246:7.4.8#2,3].
  if (!settings.policy.signature_schemes.contains(scheme))
    return fail(ErrorCode::illegal_value, "the signature scheme was not offered");
  if (!key.matches(scheme, ProtocolVersion::tls12))
    return fail(ErrorCode::illegal_value, "the signature scheme is not for this certificate's key");
  return key.verify(*crypto::algorithm_of(scheme), content, signature);
}

}  // namespace handfast::handshake
