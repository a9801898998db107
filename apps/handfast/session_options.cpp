// The options about sessions, early data and external keys.
#include "session_options.hpp"

#include <filesystem>

#include <handfast/external_psk.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/ticket_keys.hpp>
#include <handfast/time.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace handfast::tool {
namespace {

int digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Outcome<SecretOctets> parse_key(std::string_view text) {
  SecretOctets key;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) break;
    key.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  if (key.empty() || 2 * key.size() != text.size())
    return usage_failure("--psk: the key is an even number of hexadecimal digits",
                         "Draw one: openssl rand -hex 32.");
  return key;
}

}  // namespace

// ---- the client's

void ClientSessionOptions::add_to(CLI::App& command) {
  command
      .add_option(
          "--early-data", early_data,
          "send this file with the first flight where a session allows it (it can be replayed), else after "
          "the handshake")
      ->type_name("FILE");
  command
      .add_option("--session", file, "resume a session of this file if it has one, and keep new ones there")
      ->type_name("FILE");
  command
      .add_option("--reconnect", reconnect,
                  "make N connections before this one, and try to resume them; data goes over the last")
      ->type_name("N")
      ->check(CLI::Range(0, 1000).description(""));
  command.add_option("--psk", psk, "external key in hexadecimal digits, in place of certificates (TLS 1.3)")
      ->type_name("HEX");
  command.add_option("--psk-identity", psk_identity, "its name, which the server knows it by")
      ->type_name("NAME");
}

Outcome<std::shared_ptr<ClientSessionCache>> load_sessions(const ClientSessionOptions& options) {
  auto sessions = std::make_shared<ClientSessionCache>();
  std::error_code ignored;
  if (options.file.empty() || !std::filesystem::exists(options.file, ignored)) return sessions;
  if (auto loaded = sessions->load(options.file, system_now()); !loaded)
    return usage_failure(fmt::format("--session {}", options.file), loaded.error());
  return sessions;
}

Outcome<> save_sessions(const ClientSessionOptions& options, const ClientSessionCache& sessions) {
  if (options.file.empty()) return {};
  if (auto saved = sessions.save(options.file, system_now()); !saved)
    return usage_failure(fmt::format("--session {}", options.file), saved.error());
  return {};
}

Outcome<> fill_psk(const ClientSessionOptions& options, ClientSettings& settings) {
  if (options.psk.empty() != options.psk_identity.empty())
    return usage_failure("--psk and --psk-identity belong together", "Give both, or neither.");
  if (options.psk.empty()) return {};
  auto key = parse_key(options.psk);
  if (!key) return std::unexpected(key.error());
  auto psk = std::make_shared<ExternalPsk>();
  psk->identity = to_octets(as_bytes(options.psk_identity));
  psk->key = std::move(*key);
  settings.external_psks.push_back(std::move(psk));
  return {};
}

// ---- the server's

void ServerSessionOptions::add_to(CLI::App& command) {
  command.add_option("--tickets", tickets, "session tickets for each client; 0: nothing is resumed")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(0, 16).description(""));
  command
      .add_option("--ticket-keys", ticket_keys,
                  "keys that seal them, shared by several servers (default: drawn, and rotated)")
      ->type_name("FILE");
  command
      .add_option("--early-data", early_data,
                  "octets of early data (0-RTT) that are taken under one ticket, once each; 0: none")
      ->type_name("OCTETS")
      ->capture_default_str();
  command
      .add_option("--psk-file", psk_file, "external keys, a line each: identity:key in hexadecimal digits")
      ->type_name("FILE");
}

Outcome<ServerSessions> make_server_sessions(const ServerSessionOptions& options) {
  ServerSessions sessions;
  if (options.early_data != 0) {
    auto guard = StrikeRegister::make();
    if (!guard) return usage_failure("--early-data", guard.error());
    sessions.replay_guard = std::move(*guard);
  }
  if (options.tickets == 0) return sessions;
  sessions.cache = std::make_shared<SessionCache>();
  if (!options.ticket_keys.empty()) return sessions;
  auto keys = TicketKeys::make(system_now());
  if (!keys) return usage_failure("session tickets", keys.error());
  sessions.drawn_keys = std::move(*keys);
  return sessions;
}

Outcome<> fill_sessions(const ServerSessionOptions& options, const ServerSessions& sessions,
                        ServerSettings& settings) {
  settings.tickets = static_cast<std::uint8_t>(options.tickets);
  settings.ticket_keys = sessions.drawn_keys;
  settings.session_store = sessions.cache;
  settings.max_early_data_size = options.early_data;
  settings.replay_guard = sessions.replay_guard;
  if (options.tickets != 0 && !options.ticket_keys.empty()) {
    auto keys = TicketKeys::load(options.ticket_keys);
    if (!keys) return usage_failure(fmt::format("--ticket-keys {}", options.ticket_keys), keys.error());
    settings.ticket_keys = std::move(*keys);
  }
  if (options.psk_file.empty()) return {};
  auto psks = ExternalPskTable::load(options.psk_file);
  if (!psks) return usage_failure(fmt::format("--psk-file {}", options.psk_file), psks.error());
  settings.external_psks = std::move(*psks);
  return {};
}

}  // namespace handfast::tool
