// The options about sessions, early data and external keys, of both sides, and what becomes of them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include <handfast/client_session_store.hpp>
#include <handfast/config.hpp>

#include <CLI/App.hpp>

#include "failure.hpp"

namespace handfast::tool {

/// Of handfast connect; empty: not given.
struct ClientSessionOptions {
  std::string file;
  unsigned reconnect = 0;
  std::string psk;
  std::string psk_identity;
  std::string early_data;

  /// Declares them on a subcommand.
  void add_to(CLI::App& command);
  /// Whether sessions are kept at all.
  [[nodiscard]] bool keeps_sessions() const noexcept { return !file.empty() || reconnect != 0; }
};

/// The store with the file's sessions, if there is a file already.
Outcome<std::shared_ptr<ClientSessionCache>> load_sessions(const ClientSessionOptions& options);
/// The store into the file, if one was named.
Outcome<> save_sessions(const ClientSessionOptions& options, const ClientSessionCache& sessions);
/// The external PSK, if one was given.
Outcome<> fill_psk(const ClientSessionOptions& options, ClientSettings& settings);

/// Of handfast serve; empty: not given.
struct ServerSessionOptions {
  unsigned tickets = 2;
  std::string ticket_keys;
  std::string psk_file;
  std::uint32_t early_data = 0;

  /// Declares them on a subcommand.
  void add_to(CLI::App& command);
};

/// What a server keeps over reloads of its configuration.
struct ServerSessions {
  std::shared_ptr<TicketKeys> drawn_keys;        ///< null: they are in a file, or there are none
  std::shared_ptr<SessionCache> cache;           ///< of clients that take no tickets (TLS 1.2); null: none
  std::shared_ptr<StrikeRegister> replay_guard;  ///< null: no early data
};
Outcome<ServerSessions> make_server_sessions(const ServerSessionOptions& options);
/// Files are read anew each time.
Outcome<> fill_sessions(const ServerSessionOptions& options, const ServerSessions& sessions,
                        ServerSettings& settings);

}  // namespace handfast::tool
