// handfast connect: options in, report out.
#include "connect.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <handfast/time.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "connect_session.hpp"
#include "files.hpp"

namespace handfast::tool {
namespace {

constexpr std::uint16_t default_port = 443;

Outcome<std::shared_ptr<const ClientConfig>> make_config(const ConnectOptions& options,
                                                         std::shared_ptr<ClientSessionStore> sessions) {
  ClientSettings settings;
  settings.session_store = std::move(sessions);
  if (auto filled = fill_settings(options.tls, settings); !filled) return std::unexpected(filled.error());
  if (auto filled = fill_psk(options.sessions, settings); !filled) return std::unexpected(filled.error());
  settings.early_data = !options.sessions.early_data.empty();
  auto credentials = load_credentials(options.tls);
  if (!credentials) return std::unexpected(credentials.error());
  settings.credentials = std::move(*credentials);
  if (!options.ca.empty()) {
    auto trust = load_trust("--ca", options.ca);
    if (!trust) return std::unexpected(trust.error());
    settings.trust = std::move(*trust);
  }
  if (auto filled = fill_peer_keys(options.tls, !options.ca.empty(), settings); !filled)
    return std::unexpected(filled.error());
  settings.public_suffixes = system_suffixes();
  return make_configuration(options.tls, std::move(settings),
                            options.insecure ? &dangerous::without_verification : &ClientConfig::make);
}

Outcome<ConnectPlan> make_plan(const ConnectOptions& options, std::shared_ptr<ClientSessionStore> sessions) {
  auto target = parse_target(options.target, default_port);
  if (!target) return std::unexpected(target.error());
  const std::string& wanted = options.server_name.empty() ? target->host : options.server_name;
  auto name = ServerName::parse(wanted);
  if (!name) return usage_failure(fmt::format("\"{}\"", printable(wanted)), name.error());
  auto config = make_config(options, std::move(sessions));
  if (!config) return std::unexpected(config.error());
  const auto timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  ConnectPlan plan{std::move(*target), std::move(*name), std::move(*config), timeout, options.half_close};
  if (!options.sessions.early_data.empty()) {
    const auto content = read_file(options.sessions.early_data);
    if (!content) return std::unexpected(content.error());
    plan.early_data.assign(content->begin(), content->end());
  }
  return plan;
}

// Of certificates that were asked for: what became of each that was not shown.
std::string not_shown(const TlsOptions& options, const Summary& summary) {
  std::string text;
  if (!summary.client_certificate_requested) return text;
  const auto add = [&](const std::string& what) { text += fmt::format("  {:<14} {}\n", "not shown", what); };
  for (std::size_t i = 0; i < summary.withheld.size(); ++i)
    add(fmt::format("{}: {}", printable(credential_file(options, i)), summary.withheld[i]));
  if (!summary.credential && summary.withheld.empty())
    add("the server asks for a certificate, and --cert names none");
  return text;
}

void print_summary(const ConnectOptions& options, const ConnectPlan& plan, const ConnectReport& report) {
  std::string text =
      fmt::format("connected to {} ({})\n", plan.target.text(),
                  Endpoint{report.address->address().to_string(), report.address->port()}.text());
  for (const auto& [name, value] : facts(*report.summary, Role::client))
    text += fmt::format("  {:<14} {}\n", name, value);
  text += not_shown(options.tls, *report.summary);
  text += fmt::format("  {:<14} resolve {}, connect {}, handshake {}\n", "time", show(report.resolve_time),
                      show(report.connect_time), show(report.handshake_time));
  std::fputs(text.c_str(), stderr);
}

// The flights that were seen on the wire, joined with what the handshake knows of them.
nlohmann::json flights_json(const ConnectReport& report, const nlohmann::json& known) {
  nlohmann::json flights = nlohmann::json::array();
  for (std::size_t i = 0; i < report.flights.size(); ++i) {
    const ObservedFlight& seen = report.flights[i];
    nlohmann::json flight = {{"from", seen.sent ? "client" : "server"}};
    if (i < known.size() && known[i]["from"] == flight["from"]) flight = known[i];
    const auto after = [&](std::chrono::steady_clock::time_point at) {
      return milliseconds(std::chrono::duration_cast<Microseconds>(at - report.handshake_start));
    };
    flight["wire_octets"] = seen.octets;
    flight["first_ms"] = after(seen.first);
    flight["last_ms"] = after(seen.last);
    flights.push_back(std::move(flight));
  }
  return flights;
}

// What --reconnect is about: how each connection before the last one began.
nlohmann::json earlier_json(std::span<const ConnectReport> earlier) {
  nlohmann::json list = nlohmann::json::array();
  for (const ConnectReport& report : earlier)
    list.push_back({{"version", to_string(report.summary->version)},
                    {"resumed", report.summary->resumed},
                    {"early_data", name_of(report.summary->early_data)},
                    {"handshake_ms", milliseconds(report.handshake_time)}});
  return list;
}

nlohmann::json report_json(const ConnectOptions& options, const ConnectReport& report) {
  nlohmann::json json = to_json(report.summary.value_or(Summary()), Role::client);
  json["target"] = printable(options.target);
  json["address"] = report.address ? nlohmann::json(report.address->address().to_string()) : nlohmann::json();
  json["port"] = report.address ? nlohmann::json(report.address->port()) : nlohmann::json();
  json["flights"] = flights_json(report, json.value("flights", nlohmann::json::array()));
  json["verification"]["mode"] = options.insecure ? "off" : "full";
  json["timings"] = {{"resolve_ms", milliseconds(report.resolve_time)},
                     {"connect_ms", milliseconds(report.connect_time)},
                     {"handshake_ms", milliseconds(report.handshake_time)},
                     {"total_ms", milliseconds(report.total_time)}};
  json["data"] = {{"sent", report.sent}, {"received", report.received}};
  return json;
}

void print(const ConnectOptions& options, const ConnectReport& report,
           std::span<const ConnectReport> earlier = {}) {
  if (!options.json) {
    if (report.failure) std::fputs(to_text(*report.failure).c_str(), stderr);
    return;
  }
  nlohmann::json json = report_json(options, report);
  json["earlier"] = earlier_json(earlier);
  json["error"] = report.failure ? to_json(*report.failure) : nlohmann::json();
  json["exit_code"] = static_cast<int>(report.failure ? report.failure->exit : ExitCode::ok);
  if (report.failure && report.failure->verification)
    json["verification"]["findings"] = nlohmann::json::parse(x509::to_json(*report.failure->verification));
  std::fprintf(stderr, "%s\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

}  // namespace

CLI::App* ConnectOptions::add_to(CLI::App& app, ConnectOptions& options) {
  CLI::App* command = app.add_subcommand(
      "connect", "Connect to a TLS server: standard input goes to it, what it says to standard output");
  command->add_option("host", options.target, "HOST or HOST:PORT (default port 443); IPv6 as [::1]:443")
      ->type_name(" ")
      ->required();
  command->add_option("--ca", options.ca, "PEM file with the trusted roots (default: the system's)")
      ->type_name("FILE");
  command
      ->add_option("--server-name", options.server_name, "the name to ask for and to verify (default: HOST)")
      ->type_name("NAME");
  options.tls.add_to(*command);
  options.sessions.add_to(*command);
  add_seconds(*command, "--timeout", options.timeout,
              "longest wait to resolve, to connect, for the handshake, and for data after the end of "
              "input; 0: for ever");
  command->add_flag("--half-close", options.half_close,
                    "send close_notify at the end of standard input (TLS 1.3)");
  command->add_flag("--insecure", options.insecure, "accept any certificate: for debugging only");
  command->add_flag("--json", options.json,
                    "print one JSON object to standard error at the end, and nothing else there");
  command->footer(
      "Exit status: 0 fine; 2 options, local files; 3 network, timeout; 4 we refused the server's "
      "certificate;\n"
      "5 everything else of TLS, also: the server refused our certificate, or did not close with "
      "close_notify;\n"
      "1 a bug in Handfast. With --json, SIGINT and SIGTERM end it after its object (exit_code: 128 + the "
      "signal).");
  return command;
}

namespace {

ConnectReport connect_once(const ConnectOptions& options, const ConnectPlan& plan) {
  return run_session(plan, [&](const ConnectReport& report) {
    if (!options.json) print_summary(options, plan, report);
  });
}

// Who waits for the object gets it, and then sees the process end by the signal.
[[noreturn]] void end_by_signal(const ConnectOptions& options, ConnectReport report,
                                std::span<const ConnectReport> earlier, int signal) {
  Failure failure;
  failure.exit = static_cast<ExitCode>(128 + signal);  // what a shell makes of it
  failure.what = fmt::format("ended by {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
  report.failure = std::move(failure);
  print(options, report, earlier);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);
}

// Before its plan is made, nothing has happened.
ExitCode refuse(const ConnectOptions& options, Failure failure) {
  ConnectReport report;
  report.failure = std::move(failure);
  print(options, report);
  return report.failure->exit;
}

}  // namespace

ExitCode run_connect(const ConnectOptions& options) {
  std::shared_ptr<ClientSessionCache> sessions;
  if (options.sessions.keeps_sessions()) {
    auto loaded = load_sessions(options.sessions);
    if (!loaded) return refuse(options, std::move(loaded.error()));
    sessions = std::move(*loaded);
  }
  auto plan = make_plan(options, sessions);
  if (!plan) return refuse(options, std::move(plan.error()));
  std::vector<ConnectReport> earlier;
  plan->handshake_only = plan->wants_tickets = options.sessions.reconnect != 0;
  if (options.json)
    plan->on_signal = [&](const ConnectReport& report, int signal) {
      end_by_signal(options, report, earlier, signal);
    };
  ConnectReport report = connect_once(options, *plan);
  while (!report.failure && earlier.size() < options.sessions.reconnect) {
    earlier.push_back(std::move(report));
    plan->handshake_only = earlier.size() < options.sessions.reconnect;
    report = connect_once(options, *plan);
  }
  if (sessions) {
    auto saved = save_sessions(options.sessions, *sessions);
    if (!saved && !report.failure) report.failure = std::move(saved.error());
  }
  std::optional<Failure> lost;
  if (const auto& log = plan->config->settings().key_log; log && log->failure())
    lost = key_log_failure(log->failure());
  if (lost && report.failure && !options.json) std::fputs(to_text(*lost).c_str(), stderr);
  if (lost && !report.failure) report.failure = std::move(lost);
  print(options, report, earlier);
  const ExitCode exit = report.failure ? report.failure->exit : ExitCode::ok;
  if (report.resolver_hangs) std::_Exit(static_cast<int>(exit));
  return exit;
}

}  // namespace handfast::tool
