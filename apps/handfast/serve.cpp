// handfast serve: options in, a running server out.
#include "serve.hpp"

#include <handfast/time.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "development_ca.hpp"
#include "event_log.hpp"
#include "server.hpp"

namespace handfast::tool {
namespace {

const Endpoint default_listen{"127.0.0.1", 4433};

std::chrono::milliseconds duration(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

Outcome<> fill_client_authentication(const ServeOptions& options, ServerSettings& settings) {
  const bool keys = !options.tls.peer_keys.empty();
  if (options.client_ca.empty() && options.client_auth.empty() && !keys) return {};
  if (options.client_ca.empty() && !keys)
    return usage_failure("--client-auth needs --client-ca or --peer-key",
                         "Name the CA or the keys of the clients that are to be trusted.");
  if (!options.client_ca.empty()) {
    auto trust = load_trust("--client-ca", options.client_ca, TrustStore::KeyUse::often);
    if (!trust) return std::unexpected(trust.error());
    settings.trust = std::move(*trust);
  }
  if (auto filled = fill_peer_keys(options.tls, !options.client_ca.empty(), settings); !filled)
    return std::unexpected(filled.error());
  settings.client_authentication =
      options.client_auth == "request" ? ClientAuthentication::request : ClientAuthentication::require;
  return {};
}

// The advice is filled in when the development certificate is used.
Outcome<std::shared_ptr<const ServerConfig>> make_config(const ServeOptions& options,
                                                         const ServerSessions& sessions,
                                                         std::optional<DevelopmentCertificate>& development) {
  ServerSettings settings;
  if (auto filled = fill_settings(options.tls, settings); !filled) return std::unexpected(filled.error());
  if (settings.application_protocols.empty() && options.mode == "http")
    settings.application_protocols = {"http/1.1"};
  if (auto filled = fill_client_authentication(options, settings); !filled)
    return std::unexpected(filled.error());
  if (auto filled = fill_sessions(options.sessions, sessions, settings); !filled)
    return std::unexpected(filled.error());
  auto credentials = load_credentials(options.tls);
  if (!credentials) return std::unexpected(credentials.error());
  settings.credentials = std::move(*credentials);
  if (settings.credentials.empty()) {
    const auto folder = state_folder();
    if (!folder) return std::unexpected(folder.error());
    auto made = development_certificate(*folder, system_now());
    if (!made) return std::unexpected(made.error());
    settings.credentials.push_back(made->credential);
    development = std::move(*made);
  }
  return make_configuration(options.tls, std::move(settings), &ServerConfig::make);
}

Outcome<ServerPlan> make_plan(const ServeOptions& options,
                              std::optional<DevelopmentCertificate>& development) {
  ServerPlan plan;
  auto listen = parse_listen(options.listen, default_listen);
  if (!listen) return std::unexpected(listen.error());
  plan.listen = std::move(*listen);
  plan.threads = options.threads;
  plan.accept = options.accept;
  plan.session.mode = options.mode == "echo" ? Mode::echo : Mode::http;
  plan.session.explain = options.explain;
  plan.session.handshake_timeout = duration(options.handshake_timeout);
  plan.session.idle_timeout = duration(options.idle_timeout);
  if (!options.root.empty()) {
    if (plan.session.mode != Mode::http) return usage_failure("--root needs --mode http");
    auto files = StaticFiles::open(options.root);
    if (!files) return std::unexpected(std::move(files.error()));
    plan.session.files.emplace(std::move(*files));
  }
  const auto sessions = make_server_sessions(options.sessions);
  if (!sessions) return std::unexpected(sessions.error());
  auto config = make_config(options, *sessions, development);
  if (!config) return std::unexpected(config.error());
  plan.config = std::move(*config);
  plan.reload = [options, sessions = *sessions] {
    std::optional<DevelopmentCertificate> ignored;
    return make_config(options, sessions, ignored);
  };
  return plan;
}

}  // namespace

CLI::App* ServeOptions::add_to(CLI::App& app, ServeOptions& options) {
  CLI::App* command =
      app.add_subcommand("serve", "Serve TLS: a page about each connection, files, or an echo");
  command
      ->add_option("--listen", options.listen,
                   "where; port 0 is any free one, which the first line of output tells")
      ->type_name("ADDR:PORT")
      ->capture_default_str();
  options.tls.add_to(*command);
  options.sessions.add_to(*command);
  command->get_option("--cert")->description(
      "PEM file with a certificate, then its intermediates; several are chosen among by name; none: a "
      "development "
      "certificate for localhost is made");
  command->add_option("--client-ca", options.client_ca, "PEM file with the roots of client certificates")
      ->type_name("FILE");
  command
      ->add_option("--client-auth", options.client_auth,
                   "request or require a client certificate (default: require)")
      ->type_name("MODE")
      ->check(CLI::IsMember({"request", "require"}).description(""));
  command->add_option("--mode", options.mode, "http or echo")
      ->type_name("MODE")
      ->capture_default_str()
      ->check(CLI::IsMember({"http", "echo"}).description(""));
  command->add_flag("--explain", options.explain, "the page explains the handshake of its very connection");
  command->add_option("--root", options.root, "serve the files below this folder, too")->type_name("DIR");
  command->add_option("--threads", options.threads, "threads that serve")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024).description(""));
  command->add_option("--accept", options.accept, "end after so many connections; 0: never")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 53).description(""));
  add_seconds(*command, "--handshake-timeout", options.handshake_timeout, "longest handshake; 0: no limit");
  add_seconds(*command, "--idle-timeout", options.idle_timeout, "longest silence of a client; 0: no limit");
  command->add_flag("--json", options.json,
                    "one JSON object a line on standard output for each event: listening, connection, error, "
                    "...; if it cannot "
                    "start: one object on standard error, as from every subcommand");
  command->add_flag("--quiet", options.quiet, "no line for a connection that went well");
  command->footer(
      "The first line on standard output is \"listening on ADDR:PORT\". SIGTERM or SIGINT drains: no new "
      "connections,\n"
      "the running ones end; a second one stops at once. SIGHUP reads all files anew.\n"
      "Exit status: 0 ended as told; 2 options, local files, descriptors, a key log with gaps; 3 cannot "
      "listen;\n"
      "1 a bug in Handfast.");
  return command;
}

ExitCode run_serve(const ServeOptions& options) {
  EventLog log(options.json, options.quiet);
  std::optional<DevelopmentCertificate> development;
  auto plan = make_plan(options, development);
  if (!plan) return report(plan.error(), options.json);
  Server server(std::move(*plan), log);
  const auto endpoint = server.listen();
  if (!endpoint) return report(endpoint.error(), options.json);
  if (auto told = log.listening(*endpoint); !told) return report(told.error(), options.json);
  if (development) log.advice(how_to_trust(*development, fmt::format("localhost:{}", endpoint->port)));
  const auto ended = server.run();
  return ended ? ExitCode::ok : ended.error().exit;
}

}  // namespace handfast::tool
