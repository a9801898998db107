// A caller of Handfast as a server's event loop would be one: one input and one output buffer a thread.
#include "handfast_library.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <handfast/certificate.hpp>
#include <handfast/issue.hpp>

namespace handfast::bench {
namespace {

CipherSuite suite_of(Suite suite) {
  switch (suite) {
    case Suite::aes_128_gcm: return CipherSuite::TLS_AES_128_GCM_SHA256;
    case Suite::aes_256_gcm: return CipherSuite::TLS_AES_256_GCM_SHA384;
    case Suite::chacha20_poly1305: return CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
    case Suite::ecdhe_ecdsa_aes_128_gcm: return CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
    case Suite::rsa_aes_128_gcm: return CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256;
  }
  throw std::logic_error("a suite without a name");
}

// The default policy, narrowed to what the scenario is about.
Policy policy_of(const Scenario& scenario) {
  const NamedGroup group = scenario.group == Group::x25519 ? NamedGroup::x25519 : NamedGroup::X25519MLKEM768;
  const ProtocolVersion version = scenario.is_tls12() ? ProtocolVersion::tls12 : ProtocolVersion::tls13;
  Policy policy = policies::standard;
  policy.name = "bench";
  policy.min_version = policy.max_version = version;
  policy.cipher_suites = {suite_of(scenario.suite)};
  policy.groups = {group};
  // RFC 8422 §5.3: in TLS 1.2 the curve of the certificate is among them.
  if (scenario.is_tls12()) policy.groups.add(NamedGroup::secp256r1);
  policy.key_shares = {group};
  return policy;
}

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

Octets read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Octets content{std::istreambuf_iterator<char>(file), {}};
  if (!file || content.empty()) throw std::runtime_error("cannot read " + path);
  return content;
}

std::string name_of_key(KeyType key) { return key == KeyType::ecdsa ? "ecdsa" : "rsa"; }

std::string authority_path(const std::string& folder, KeyType key) {
  return folder + "/" + name_of_key(key) + "-authority.pem";
}

Credential read_credential(const std::string& folder, const std::string& role, KeyType key) {
  const std::string prefix = folder + "/" + name_of_key(key) + "-" + role;
  return value_of(Credential::from_pem(read_file(prefix + ".pem"), read_file(prefix + ".key")));
}

void remember_signatures(const Scenario& scenario, CommonSettings& settings) {
  if (scenario.signature_cache) settings.signature_cache = std::make_shared<x509::SignatureCache>();
}

std::shared_ptr<const TrustStore> read_trust(const std::string& folder, const Scenario& scenario) {
  using enum TrustStore::KeyUse;
  return value_of(
      TrustStore::from_file(authority_path(folder, scenario.key), scenario.plain_keys ? seldom : often));
}

std::shared_ptr<const ClientConfig> client_config(const std::string& folder, const Scenario& scenario) {
  ClientSettings settings;
  settings.policy = policy_of(scenario);
  remember_signatures(scenario, settings);
  settings.trust = read_trust(folder, scenario);
  if (scenario.mutual) settings.credentials = {read_credential(folder, "client", scenario.key)};
  // Without a place for sessions a client gets no tickets.
  if (scenario.resumed || scenario.tickets != 0)
    settings.session_store = std::make_shared<ClientSessionCache>();
  return value_of(ClientConfig::make(std::move(settings)));
}

// Sites whose names nobody asks for, two each, all with one key.
std::vector<Credential> other_sites(std::size_t count) {
  std::vector<Credential> sites;
  if (count == 0) return sites;
  const auto key = value_of(x509::IssuerKey::generate(x509::KeyKind::ec_p256, system_random()));
  x509::CertificateTemplate content;
  content.not_before = system_now() - std::chrono::hours(1);
  content.not_after = system_now() + std::chrono::hours(24);
  content.server_auth = true;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "site-" + std::to_string(i) + ".example";
    content.common_name = name;
    content.dns_names = {name, "*." + name};
    const Octets certificate = value_of(x509::issue_self_signed(content, key, system_random()));
    sites.push_back(
        value_of(Credential::from_pem(as_bytes(x509::certificate_to_pem(certificate)), key.to_pem())));
  }
  return sites;
}

std::shared_ptr<const ServerConfig> server_config(const std::string& folder, const Scenario& scenario) {
  ServerSettings settings;
  settings.policy = policy_of(scenario);
  remember_signatures(scenario, settings);
  settings.credentials = other_sites(scenario.certificates - 1);
  settings.credentials.push_back(read_credential(folder, "server", scenario.key));
  if (scenario.resumed || scenario.tickets != 0)
    settings.ticket_keys = value_of(TicketKeys::make(system_now()));
  if (scenario.tickets != 0) settings.tickets = scenario.tickets;
  if (scenario.mutual) {
    settings.trust = read_trust(folder, scenario);
    settings.client_authentication = ClientAuthentication::require;
  }
  return value_of(ServerConfig::make(std::move(settings)));
}

}  // namespace

HandfastSetup::HandfastSetup(const std::string& folder, const Scenario& scenario)
    : client_(client_config(folder, scenario)),
      server_(server_config(folder, scenario)),
      name_(value_of(ServerName::parse("localhost"))) {}

HandfastEndpoint::HandfastEndpoint(HandfastSetup& setup, bool is_client, Wire& in, Wire& out)
    : setup_(setup),
      in_(in),
      out_(out),
      input_((is_client ? setup.client_input_ : setup.server_input_).span()),
      now_(system_now()),
      connection_(value_of(is_client
                               ? Connection::client(setup.client_, setup.name_, now_, setup.client_observer_)
                               : Connection::server(setup.server_, now_))) {}

void HandfastEndpoint::transmit() {
  const MutableBytes output = setup_.output_.span();
  while (const std::size_t count = connection_.transmit(output)) out_.write(output.first(count));
}

// One read of the socket, then every whole record of it; how many octets of data these brought.
std::size_t HandfastEndpoint::consume() {
  end_ += in_.read(input_.subspan(end_));
  std::size_t data = 0;
  while (begin_ != end_) {
    const auto received = connection_.receive(input_.subspan(begin_, end_ - begin_), now_);
    if (!received) throw std::runtime_error(describe(received.error()));
    data += received->data.size();
    if (received->used == 0) break;
    begin_ += received->used;
  }
  if (begin_ != 0) {
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  return data;
}

void HandfastEndpoint::advance() {
  while (!in_.empty()) consume();
  transmit();
}

void HandfastEndpoint::send(Bytes data) {
  const MutableBytes output = setup_.output_.span();
  while (!data.empty()) {
    const auto sent = connection_.send(data, output);
    if (!sent) throw std::runtime_error(describe(sent.error()));
    out_.write(output.first(sent->written));
    data = data.subspan(sent->taken);
  }
}

bool HandfastEndpoint::resumed() { return value_of(connection_.take_summary()).resumed; }

void HandfastEndpoint::receive(std::size_t expected) {
  for (std::size_t got = 0; got < expected; got += consume())
    if (in_.empty()) throw std::runtime_error("data got lost");
}

}  // namespace handfast::bench
