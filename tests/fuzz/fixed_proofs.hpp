// What else may prove a peer, for fuzzers of handshakes: delegated credentials, raw public keys, and
// certificates that are compressed. The fuzzed end takes all of them, and so do the peers that the seeds come
// from.
#pragma once
#include <handfast/certificate_compression.hpp>
#include <handfast/delegated_credential.hpp>
#include <handfast/issue.hpp>

#include "fuzz/fixed_settings.hpp"

namespace handfast::fuzz {

/// A certificate that may delegate, and what was delegated to. The same octets in every run.
class Delegator {
 public:
  Delegator()
      : key_(must(x509::IssuerKey::generate(x509::KeyKind::ed25519, random_))),
        delegated_key_(must(x509::IssuerKey::generate(x509::KeyKind::ed25519, random_))) {
    x509::CertificateTemplate leaf;
    leaf.common_name = "localhost";
    leaf.dns_names = {"localhost"};
    leaf.not_before = now - std::chrono::hours{1};
    leaf.not_after = now + std::chrono::days{30};
    leaf.delegation_usage = true;
    const auto ca = must(x509::IssuerKey::from_pem(as_bytes(ed25519_key)));
    certificate_ = must(x509::issue_certificate(leaf, key_.subject_public_key_info(),
                                                {ed25519_credential().chain().front(), ca}, random_));
  }

  [[nodiscard]] Credential credential() const {
    return must(Credential::from_pem(certificate_, key_.to_pem()));
  }
  /// A chain that a delegated credential proves.
  [[nodiscard]] Credential delegated(Role role) {
    const Octets info = delegated_key_.subject_public_key_info();
    DelegationTemplate content;
    content.role = role;
    content.public_key = info;
    content.scheme = SignatureScheme::ed25519;
    content.not_after = now + std::chrono::hours{24};
    const Octets made = must(issue_delegated_credential(credential(), content, now, random_));
    return must(Credential::delegated(certificate_, made, delegated_key_.to_pem()));
  }

 private:
  RepeatingSource random_;
  x509::IssuerKey key_;
  x509::IssuerKey delegated_key_;
  Octets certificate_;
};

inline Credential raw_credential() { return must(Credential::raw_public_key(as_bytes(ed25519_key))); }

template <class Settings>
Settings taking_all(Settings settings, Role role) {
  settings.delegated_credentials = {SignatureScheme::ed25519};
  settings.certificate_compression = certificate_compression::all();
  settings.peer_certificate_types = {CertificateType::X509, CertificateType::RawPublicKey};
  settings.trusted_public_keys = {to_octets(raw_credential().public_key_info())};
  settings.credentials = {Delegator().delegated(role), raw_credential(), ed25519_credential()};
  return settings;
}

/// A server that asks for the client's proof, and a client: both take and show every kind.
inline ServerSettings proof_server_settings(RandomSource& random) {
  ServerSettings settings = taking_all(server_settings(random), Role::server);
  settings.client_authentication = ClientAuthentication::require;
  return settings;
}
inline ClientSettings proof_client_settings(RandomSource& random) {
  return taking_all(client_settings(random), Role::client);
}

/// The ends with proofs that a fuzzer plays. First octets of inputs from first_mode to last_mode are for
/// them.
struct ProofConfigs {
  static constexpr std::uint8_t first_mode = 64;
  static constexpr std::uint8_t last_mode = 127;
  /// In the order of their modes.
  enum Mode : std::uint8_t { server = first_mode, client };

  std::shared_ptr<const ServerConfig> serving;
  std::shared_ptr<const ClientConfig> calling;

  ProofConfigs() {
    random_source().restart();
    serving = must(ServerConfig::make(proof_server_settings(random_source())));
    calling = must(ClientConfig::make(proof_client_settings(random_source())));
  }
};
inline const ProofConfigs& proof_configs() {
  static const ProofConfigs made;
  return made;
}

/// The mode that the first octet of an input asks for.
[[nodiscard]] constexpr ProofConfigs::Mode proof_mode(std::uint8_t octet) noexcept {
  return octet % 2 == 0 ? ProofConfigs::server : ProofConfigs::client;
}

}  // namespace handfast::fuzz
