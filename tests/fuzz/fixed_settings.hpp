// What fuzzers of handshakes run with: fixed keys, a fixed clock, and randomness that repeats.
#pragma once
#include <array>
#include <chrono>
#include <cstdlib>

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

inline std::shared_ptr<const ServerConfig> server_config(bool mutual) {
  ServerSettings settings;
  settings.policy = policies::classic;
  settings.credentials = {ed25519_credential(), rsa_credential()};
  settings.application_protocols = {"h2", "http/1.1"};
  settings.random = &random_source();
  settings.stateless_retry = mutual;
  settings.trust = must(TrustStore::from_pem(as_bytes(ed25519_certificate)));
  settings.client_authentication = mutual ? ClientAuthentication::require : ClientAuthentication::none;
  return must(ServerConfig::make(std::move(settings)));
}
inline std::shared_ptr<const ClientConfig> client_config() {
  ClientSettings settings;
  settings.policy = policies::classic;
  settings.trust = must(TrustStore::from_pem(as_bytes(ed25519_certificate)));
  settings.credentials = {ed25519_credential()};
  settings.application_protocols = {"h2", "http/1.1"};
  settings.random = &random_source();
  return must(ClientConfig::make(std::move(settings)));
}

}  // namespace handfast::fuzz
