// Sessions, tickets and external keys for fuzzers of handshakes: the fuzzed end knows them, and so do the
// peers that the seeds come from.
#pragma once
#include <handfast/client_session_store.hpp>
#include <handfast/external_psk.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/ticket_keys.hpp>

#include "fuzz/fixed_settings.hpp"

namespace handfast::fuzz {

inline constexpr std::uint32_t early_data_octets = 200;
inline constexpr RegisterId register_id{9, 9, 9};

/// Takes all early data, so that an input means the same in every run.
class TrustingGuard final : public ReplayGuard {
 public:
  [[nodiscard]] RegisterId register_id() const noexcept override { return fuzz::register_id; }
  Reply<EarlyDataVerdict> check(const EarlyDataClaim& /*claim*/, Time /*now*/) override {
    return EarlyDataVerdict::accepted;
  }
};

/// Always gives the same session, and keeps none.
class OneSession final : public ClientSessionStore {
 public:
  explicit OneSession(Session session) noexcept : session_(std::move(session)) {}
  Reply<std::optional<Session>> take(const SessionKey& /*key*/, Time /*now*/) override {
    return std::optional(session_.clone());
  }
  void put(const SessionKey& /*key*/, Session /*session*/, Time /*now*/) noexcept override {}
  void remove(const SessionKey& /*key*/) noexcept override {}

 private:
  Session session_;
};

inline std::shared_ptr<TicketKeys> fixed_ticket_keys(RandomSource& random) {
  const std::string name(31, '1');
  const std::string key(64, '7');
  const std::string text = "next " + name + "2 " + key + "\ncurrent " + name + "3 " + key + "\n";
  return must(TicketKeys::import(as_bytes(text), {}, &random));
}

inline ExternalPsk fixed_psk() {
  ExternalPsk psk;
  psk.identity = to_octets(as_bytes("device"));
  psk.key.assign(32, 5);
  psk.max_early_data_size = early_data_octets;
  return psk;
}

/// A session of that version, with its ticket.
inline Session fixed_session(ProtocolVersion version) {
  const bool tls13 = version == ProtocolVersion::tls13;
  Session session;
  session.version = version;
  session.cipher_suite =
      tls13 ? CipherSuite::TLS_AES_128_GCM_SHA256 : CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
  session.secret.assign(Octets(tls13 ? 32 : 48, 6));
  session.extended_master_secret = true;
  session.server_name = "localhost";
  session.issued = session.authenticated = now;
  session.lifetime = std::chrono::hours(2);
  session.age_add = 0x01020304;
  if (tls13) {
    session.max_early_data_size = early_data_octets;
    session.register_id = register_id;
  }
  session.peer_chain = {to_octets((tls13 ? ed25519_credential() : rsa_credential()).chain().front())};
  session.peer_verified = true;
  // What a ticket holds is the server's view; the client's chain is none of it.
  Session sealed = session.clone();
  sealed.peer_chain.clear();
  sealed.peer_verified = false;
  RepeatingSource random;
  session.ticket = must(fixed_ticket_keys(random)->seal(sealed, now));
  return session;
}

inline ServerSettings session_server_settings(RandomSource& random) {
  ServerSettings settings = server_settings(random);
  settings.ticket_keys = fixed_ticket_keys(random);
  std::vector<ExternalPsk> psks;
  psks.push_back(fixed_psk());
  settings.external_psks = must(ExternalPskTable::make(std::move(psks)));
  settings.allow_psk_without_key_exchange = true;
  settings.max_early_data_size = early_data_octets;
  settings.replay_guard = std::make_shared<TrustingGuard>();
  settings.application_protocols.clear();
  return settings;
}

/// A client with a session of that version. One of TLS 1.3 has an external PSK behind it, and early data.
inline ClientSettings session_client_settings(RandomSource& random, ProtocolVersion version) {
  ClientSettings settings = client_settings(random);
  settings.session_store = std::make_shared<OneSession>(fixed_session(version));
  settings.application_protocols.clear();
  settings.allow_psk_without_key_exchange = true;
  settings.ticket_request = TicketRequest{2, 1};
  if (version == ProtocolVersion::tls12) return settings;
  settings.external_psks = {std::make_shared<const ExternalPsk>(fixed_psk())};
  settings.early_data = true;
  return settings;
}

/// The ends with sessions that a fuzzer plays. First octets of inputs below 128 are for those without.
struct SessionConfigs {
  static constexpr std::uint8_t first_mode = 128;
  /// In the order of their modes.
  enum Mode : std::uint8_t { server = first_mode, repaired_server, client13, client12 };

  std::shared_ptr<const ServerConfig> serving;
  std::shared_ptr<const ClientConfig> with_session13;
  std::shared_ptr<const ClientConfig> with_session12;

  SessionConfigs() {
    random_source().restart();
    serving = must(ServerConfig::make(session_server_settings(random_source())));
    with_session13 =
        must(ClientConfig::make(session_client_settings(random_source(), ProtocolVersion::tls13)));
    with_session12 =
        must(ClientConfig::make(session_client_settings(random_source(), ProtocolVersion::tls12)));
  }
};
inline const SessionConfigs& session_configs() {
  static const SessionConfigs made;
  return made;
}

/// The mode that the first octet of an input asks for.
[[nodiscard]] constexpr SessionConfigs::Mode session_mode(std::uint8_t octet) noexcept {
  return static_cast<SessionConfigs::Mode>(SessionConfigs::first_mode + octet % 4);
}

/// A connection with sessions as the first octet of an input asks for it.
inline Connection make_session_connection(std::uint8_t octet) {
  const SessionConfigs& configs = session_configs();
  const ServerName& name = fixed_configs().name;
  random_source().restart();
  switch (session_mode(octet)) {
    case SessionConfigs::client13: return must(Connection::client(configs.with_session13, name, now));
    case SessionConfigs::client12: return must(Connection::client(configs.with_session12, name, now));
    default: return must(Connection::server(configs.serving, now));
  }
}

}  // namespace handfast::fuzz
