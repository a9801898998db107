// What two sides agree on, as far as somebody can tell who reads along.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include <handfast/inspect.hpp>

#include "schedule/suite.hpp"

namespace handfast::explain {

/// Grows with the messages that are seen.
class Negotiation {
 public:
  /// A whole handshake message. Those that decide nothing, or do not decode, are passed over.
  void message(Role from, Bytes whole);

  /// What was chosen, from what the client offered. The server shows of its own wishes only what it takes.
  [[nodiscard]] std::vector<inspect::Choice> choices() const;

  [[nodiscard]] bool is_tls13() const noexcept { return version == ProtocolVersion::tls13; }

  bool has_client_hello = false;
  std::optional<ProtocolVersion> version;  ///< none: no ServerHello yet
  CipherSuite cipher_suite{};
  const schedule::SuiteInfo* suite = nullptr;  ///< null: not known here, or not yet
  bool hello_retry = false;
  bool offers_early_data = false;
  bool encrypt_then_mac = false;
  std::array<std::uint8_t, 32> client_random{};
  std::array<std::uint8_t, 32> server_random{};
  std::vector<CipherSuite> offered_suites;

 private:
  void client_hello(Bytes body);
  void server_hello(Bytes whole);
  void certificate_verify(Bytes body);
  void server_key_exchange(Bytes body);
  void encrypted_extensions(Bytes body);
  void choose_protocol(const auto& extension);

  std::vector<std::string> offered_versions_;
  std::vector<std::string> offered_groups_;
  std::vector<std::string> offered_schemes_;
  std::vector<std::string> offered_protocols_;
  std::optional<NamedGroup> group_;
  std::optional<SignatureScheme> scheme_;
  std::string protocol_;
};

}  // namespace handfast::explain
