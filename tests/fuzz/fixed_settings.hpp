// What fuzzers of handshakes run with: fixed keys, a fixed clock, and randomness that repeats.
#pragma once
#include <array>
#include <chrono>
#include <cstdlib>
#include <string>

#include <handfast/connection.hpp>

#include "fuzz/fixed_credentials.hpp"

namespace handfast::fuzz {

inline constexpr Time now{std::chrono::sys_days{std::chrono::year{2027} / 1 / 1}};

/// The same octets in every run: a linear congruence, which is no randomness at all.
class RepeatingSource final : public RandomSource {
 public:
  Result<> fill(MutableBytes output) noexcept override {
    for (std::uint8_t& octet : output) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      octet = static_cast<std::uint8_t>(state_ >> 56);
    }
    return {};
  }
  void restart() noexcept { state_ = 1; }

 private:
  std::uint64_t state_ = 1;
};
inline RepeatingSource& random_source() {
  static RepeatingSource source;
  return source;
}

/// A fuzzer whose set-up fails would test nothing.
template <class T>
T must(Result<T> result) {
  if (!result) std::abort();
  return *std::move(result);
}

inline const Credential& ed25519_credential() {
  static const Credential made =
      must(Credential::from_pem(as_bytes(ed25519_certificate), as_bytes(ed25519_key)));
  return made;
}
inline const Credential& rsa_credential() {
  static const Credential made = must(Credential::from_pem(as_bytes(rsa_certificate), as_bytes(rsa_key)));
  return made;
}

inline std::shared_ptr<const TrustStore> both_certificates() {
  std::string pem(ed25519_certificate);
  pem += rsa_certificate;
  return must(TrustStore::from_pem(as_bytes(pem)));
}

inline ServerSettings server_settings(RandomSource& random) {
  ServerSettings settings;
  settings.policy = policies::classic;
  settings.credentials = {ed25519_credential(), rsa_credential()};
  settings.application_protocols = {"h2", "http/1.1"};
  settings.random = &random;
  settings.trust = both_certificates();
  return settings;
}
inline ClientSettings client_settings(RandomSource& random) {
  ClientSettings settings;
  settings.policy = policies::classic;
  settings.trust = both_certificates();
  settings.credentials = {ed25519_credential()};
  settings.application_protocols = {"h2", "http/1.1"};
  settings.random = &random;
  return settings;
}

/// The ends that a fuzzer plays. They are made once, before anything is fuzzed: making them draws randomness.
struct FixedConfigs {
  std::shared_ptr<const ServerConfig> plain;
  std::shared_ptr<const ServerConfig> mutual;  ///< wants a client's certificate; its cookies are stateless
  std::shared_ptr<const ClientConfig> client;
  ServerName name = must(ServerName::parse("localhost"));

  FixedConfigs() {
    random_source().restart();
    ServerSettings settings = server_settings(random_source());
    plain = must(ServerConfig::make(settings));
    settings.stateless_retry = true;
    settings.client_authentication = ClientAuthentication::require;
    mutual = must(ServerConfig::make(std::move(settings)));
    client = must(ClientConfig::make(client_settings(random_source())));
  }
};
inline const FixedConfigs& fixed_configs() {
  static const FixedConfigs made;
  return made;
}

/// A connection as the first octet of an input asks for it.
inline Connection make_connection(std::uint8_t mode) {
  const FixedConfigs& configs = fixed_configs();
  random_source().restart();
  switch (mode % 4) {
    case 0: return must(Connection::server(configs.plain, now));
    case 1: return must(Connection::server(configs.mutual, now));
    case 2: return must(Connection::server_asking(now));
    default: return must(Connection::client(configs.client, configs.name, now));
  }
}

}  // namespace handfast::fuzz
