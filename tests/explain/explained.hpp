// Handshakes in memory, recorded and explained.
#pragma once
#include <string>
#include <vector>

#include <handfast/client_session_store.hpp>
#include <handfast/explain.hpp>
#include <handfast/key_usage.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/session_store.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "message/properties.hpp"
#include "support/pair.hpp"

namespace handfast::test {

/// The client's view of a handshake, of data both ways and of a clean end.
inline inspect::Recording record(ClientSettings client, ServerSettings server, bool secrets = true) {
  inspect::Recorder recorder(secrets);
  auto client_end =
      Connection::client(make(std::move(client)), *ServerName::parse("localhost"), now, &recorder);
  auto server_end = Connection::server(make(std::move(server)), now);
  EXPECT_TRUE(client_end && server_end);
  Pair pair(std::move(*client_end), std::move(*server_end));
  pair.server.deliver(pair.client.send_early(as_bytes("early")));
  pair.client.error.reset();  // most may send none
  pair.run();
  if (pair.done()) {
    pair.server.deliver(pair.client.send(as_bytes("question")));
    pair.client.deliver(pair.server.send(as_bytes("answer")));
    pair.client.connection.close();
    pair.run();
  }
  return std::move(recorder.recording());
}

inline void only(CommonSettings& settings, ProtocolVersion version) {
  settings.policy.min_version = version;
  settings.policy.max_version = version;
}

/// Settings of both sides for the handshakes that the tests look at.
struct Scene {
  ClientSettings client = client_settings();
  ServerSettings server = server_settings();

  [[nodiscard]] inspect::Recording recorded() const { return record(client, server); }
  [[nodiscard]] inspect::Story explained() const { return inspect::explain(recorded()); }
};

inline Scene tls13() { return {}; }
/// TLS 1.2 with RSA key transport.
inline Scene classic() {
  Scene scene;
  static const Credential rsa = [] {
    x509::CertificateTemplate leaf = Authority::leaf_template();
    leaf.key_usage = x509::KeyUsage::key_encipherment | x509::KeyUsage::digital_signature;
    return authority().credential(x509::KeyKind::rsa_2048, leaf);
  }();
  scene.client.policy = policies::classic;
  only(scene.client, ProtocolVersion::tls12);
  scene.client.policy.cipher_suites = {CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA};
  scene.server.policy = policies::classic;
  scene.server.credentials = {rsa};
  return scene;
}
inline Scene ecdhe12() {
  Scene scene;
  only(scene.client, ProtocolVersion::tls12);
  return scene;
}
/// The server wants a group for which no share was sent.
inline Scene retry() {
  Scene scene;
  scene.server.policy.groups = {NamedGroup::secp384r1};
  return scene;
}
inline void make_mutual(Scene& scene) {
  scene.client.credentials = {authority().credential()};
  scene.server.client_authentication = ClientAuthentication::require;
  scene.server.trust = authority().trust();
}

/// The second of two connections, which resumes the first.
inline Scene resumed(Scene scene) {
  scene.client.session_store = std::make_shared<ClientSessionCache>();
  scene.server.ticket_keys = *TicketKeys::make(now);
  [[maybe_unused]] const auto first = record(scene.client, scene.server);
  return scene;
}

/// As resumed(), by what the server keeps: in TLS 1.2 a session id.
inline Scene resumed_by_id(Scene scene) {
  scene.client.session_store = std::make_shared<ClientSessionCache>();
  scene.server.session_store = std::make_shared<SessionCache>();
  [[maybe_unused]] const auto first = record(scene.client, scene.server);
  return scene;
}

/// As resumed(), with data behind the ClientHello.
inline Scene early_data(Scene scene) {
  scene.client.early_data = true;
  scene.server.max_early_data_size = 1000;
  scene.server.replay_guard = *StrikeRegister::make();
  return resumed(std::move(scene));
}

/// A PSK that both sides were given.
inline Scene external_psk() {
  Scene scene = tls13();
  ExternalPsk psk;
  psk.identity = to_octets(as_bytes("the two of us"));
  psk.key.assign(32, 0x17);
  scene.client.external_psks = {std::make_shared<const ExternalPsk>(psk.clone())};
  std::vector<ExternalPsk> psks;
  psks.push_back(std::move(psk));
  scene.server.external_psks = *ExternalPskTable::make(std::move(psks));
  return scene;
}

/// Every scene, by name.
inline std::vector<std::pair<std::string, Scene>> all_scenes() {
  std::vector<std::pair<std::string, Scene>> scenes{
      {"tls13", tls13()}, {"classic", classic()}, {"ecdhe12", ecdhe12()}, {"retry", retry()}};
  for (Scene mutual : {tls13(), ecdhe12()}) {
    make_mutual(mutual);
    scenes.emplace_back("mutual", mutual);
  }
  Scene small = tls13();
  small.client.record_size_limit = 64;
  small.server.record_size_limit = 100;
  small.client.pad_to_multiple_of = 32;
  small.server.pad_to_multiple_of = 32;
  scenes.emplace_back("small records", small);
  for (const CipherSuite suite :
       {CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384, CipherSuite::TLS_RSA_WITH_AES_256_CBC_SHA256}) {
    Scene scene = classic();
    scene.client.policy.cipher_suites = {suite};
    scenes.emplace_back(to_string(suite), scene);
  }
  Scene chacha = ecdhe12();
  chacha.client.policy.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256};
  scenes.emplace_back("chacha", chacha);
  Scene sha384 = tls13();
  sha384.client.policy.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384};
  scenes.emplace_back("sha384", sha384);
  scenes.emplace_back("resumed", resumed(tls13()));
  scenes.emplace_back("resumed, sha384", resumed(sha384));
  scenes.emplace_back("resumed, retry", resumed(retry()));
  scenes.emplace_back("resumed in 1.2", resumed(ecdhe12()));
  scenes.emplace_back("resumed in 1.2 by id", resumed_by_id(ecdhe12()));
  scenes.emplace_back("early data", early_data(tls13()));
  scenes.emplace_back("early data, retry", early_data(retry()));
  scenes.emplace_back("external PSK", external_psk());
  return scenes;
}

/// Empty, or what is wrong with the fields of a dump.
inline std::string broken(const inspect::Dump& dump) {
  const std::string wrong = broken_tree(dump.octets, dump.fields);
  return wrong.empty() ? wrong : dump.title + ": " + wrong;
}

}  // namespace handfast::test
