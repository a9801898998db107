// handfast certs show: a file's certificates, or those that a server shows.
#include "certs_show.hpp"

#include <cstdlib>

#include <handfast/certificate.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "connect_session.hpp"
#include "failure.hpp"
#include "files.hpp"
#include "report.hpp"

namespace handfast::tool {
namespace {

// What there is to show, and what went wrong on the way to it.
struct Exhibits {
  std::vector<Octets> certificates;
  std::string from;  ///< "chain.pem", "example.com:443 (192.0.2.1:443)"
  bool live = false;
  std::optional<Failure> failure;  ///< the handshake showed the chain and failed later
  bool resolver_hangs = false;
};

// A file of that name comes first; what names no file and has a colon can only be a server.
bool names_server(const std::string& source) {
  struct stat status{};
  return ::stat(source.c_str(), &status) != 0 && source.find(':') != std::string::npos &&
         source.find('/') == std::string::npos;
}

Outcome<Exhibits> read_exhibits(const std::string& path) {
  const auto content = read_file(path);
  if (!content) {
    Failure failure = content.error();
    if (path.find('/') == std::string::npos) failure.hint += " For a server write HOST:PORT.";
    return std::unexpected(std::move(failure));
  }
  auto certificates = x509::read_certificates(*content);
  if (!certificates) return usage_failure(path, certificates.error());
  Exhibits exhibits;
  exhibits.certificates = std::move(*certificates);
  exhibits.from = path;
  return exhibits;
}

// Whoever asks what a server shows wants to see it above all when it would be refused.
Outcome<ConnectPlan> make_plan(const CertsShowOptions& options) {
  constexpr std::uint16_t default_port = 443;
  auto target = parse_target(options.source, default_port);
  if (!target) return std::unexpected(target.error());
  const std::string& wanted = options.server_name.empty() ? target->host : options.server_name;
  auto name = ServerName::parse(wanted);
  if (!name) return usage_failure(fmt::format("\"{}\"", printable(wanted)), name.error());
  ClientSettings settings;
  if (auto filled = fill_settings(options.tls, settings); !filled) return std::unexpected(filled.error());
  auto credentials = load_credentials(options.tls);
  if (!credentials) return std::unexpected(credentials.error());
  settings.credentials = std::move(*credentials);
  auto config = dangerous::without_verification(std::move(settings));
  if (!config) return usage_failure("these options do not fit together", config.error());
  const auto timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  ConnectPlan plan{std::move(*target), std::move(*name), std::move(*config), timeout};
  plan.handshake_only = true;
  return plan;
}

Outcome<Exhibits> fetch_exhibits(const CertsShowOptions& options) {
  auto plan = make_plan(options);
  if (!plan) return std::unexpected(plan.error());
  ConnectReport report = run_session(*plan);
  Exhibits exhibits;
  exhibits.live = true;
  exhibits.resolver_hangs = report.resolver_hangs;
  exhibits.failure = std::move(report.failure);
  if (report.summary) exhibits.certificates = std::move(report.summary->peer_chain);
  exhibits.from = plan->target.text();
  if (report.address)
    exhibits.from +=
        fmt::format(" ({})", Endpoint{report.address->address().to_string(), report.address->port()}.text());
  return exhibits;
}

std::string days(Time from, Time until) {
  const auto count = std::chrono::floor<std::chrono::days>(until - from).count();
  return count == 1 ? "1 day" : fmt::format("{} days", count);
}

// What everybody looks at first. Validity says nothing about trust.
std::string validity(const x509::CertificateDescription& certificate, Time now) {
  if (now < certificate.not_before)
    return fmt::format("NOT YET VALID, for {}", days(now, certificate.not_before));
  if (now >= certificate.not_after + std::chrono::seconds{1})
    return fmt::format("EXPIRED {} ago", days(certificate.not_after, now));
  return fmt::format("within its dates, {} left", days(now, certificate.not_after));
}

std::string heading(const Exhibits& exhibits) {
  const std::size_t count = exhibits.certificates.size();
  std::string text = fmt::format("{} certificate{} {} {}\n", count, count == 1 ? "" : "s",
                                 exhibits.live ? "shown by" : "in", exhibits.from);
  if (exhibits.live) text += "NOT VERIFIED: shown as the server sent them, whoever that server is\n";
  return text;
}

// The rule and the place. Whose certificate it is, nobody knows here.
std::string defect_text(const Error& error) {
  std::string text = error.detail != nullptr ? error.detail : describe(error);
  if (error.field != nullptr) text += fmt::format(" ({} at octet {})", error.field, error.offset);
  return text;
}

// One certificate; whether it parses.
bool append_text(std::string& text, Bytes der, std::size_t number, const CertsShowOptions& options,
                 Time now) {
  const auto certificate = x509::describe_certificate(der);
  if (!certificate) {
    text += fmt::format("\ncertificate {}: DOES NOT PARSE: {}\n", number, defect_text(certificate.error()));
  } else {
    text += fmt::format("\ncertificate {}: {}\n", number, validity(*certificate, now));
    text += x509::to_text(*certificate);
  }
  if (options.pem) text += x509::certificate_to_pem(der);
  return certificate.has_value();
}

nlohmann::json certificate_json(Bytes der, Time now) {
  const auto certificate = x509::describe_certificate(der);
  nlohmann::json json;
  if (certificate) {
    json = nlohmann::json::parse(x509::to_json(*certificate));
    json["validity"] = now < certificate->not_before                             ? "not_yet_valid"
                       : now >= certificate->not_after + std::chrono::seconds{1} ? "expired"
                                                                                 : "within";
  } else {
    json["error"] = describe(certificate.error());
    json["sha256"] = hex(x509::fingerprint(der));
  }
  json["pem"] = x509::certificate_to_pem(der);
  return json;
}

// Text to print; whether every certificate parses.
struct Exhibition {
  std::string text;
  bool readable = true;
};

Exhibition describe_as_text(const CertsShowOptions& options, const Exhibits& exhibits, Time now) {
  Exhibition shown{heading(exhibits)};
  for (std::size_t i = 0; i < exhibits.certificates.size(); ++i)
    shown.readable &= append_text(shown.text, exhibits.certificates[i], i, options, now);
  return shown;
}

Exhibition describe_as_json(const Exhibits& exhibits, Time now) {
  Exhibition shown;
  nlohmann::json list = nlohmann::json::array();
  for (const Octets& der : exhibits.certificates) {
    list.push_back(certificate_json(der, now));
    shown.readable &= !list.back().contains("error");
  }
  const nlohmann::json json = {{"source", exhibits.live ? "server" : "file"},
                               {"from", exhibits.from},
                               {"verified", false},
                               {"certificates", std::move(list)}};
  shown.text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return shown;
}

Failure no_certificate() {
  Failure failure;
  failure.exit = ExitCode::tls;
  failure.what = "the server showed no certificate";
  failure.fault = Fault::peer;
  failure.peer = "server";
  return failure;
}

ExitCode show_exhibits(const CertsShowOptions& options, const Exhibits& exhibits) {
  if (exhibits.certificates.empty()) return report(exhibits.failure.value_or(no_certificate()), options.json);
  const Time now = system_now();
  const Exhibition shown =
      options.json ? describe_as_json(exhibits, now) : describe_as_text(options, exhibits, now);
  if (const auto printed = write_output(shown.text); !printed) return report(printed.error(), options.json);
  if (exhibits.failure) return report(*exhibits.failure, options.json);
  if (shown.readable) return ExitCode::ok;
  return exhibits.live ? ExitCode::certificate : ExitCode::usage;
}

}  // namespace

CLI::App* CertsShowOptions::add_to(CLI::App& certs, CertsShowOptions& options) {
  CLI::App* command =
      certs.add_subcommand("show", "Print the certificates of a file, or those that a server shows");
  command
      ->add_option(
          "source", options.source,
          "a file with certificates (PEM, or one in DER), or a server: its chain is fetched and not verified")
      ->type_name("FILE|HOST:PORT")
      ->required();
  command->add_option("--server-name", options.server_name, "the name to ask the server for (default: HOST)")
      ->type_name("NAME");
  options.tls.add_to(*command);
  add_seconds(*command, "--timeout", options.timeout,
              "longest wait to resolve, to connect and for the handshake; 0: for ever");
  command->add_flag("--pem", options.pem, "print each certificate's PEM text, too");
  command->add_flag("--json", options.json, "print one JSON object");
  command->footer(
      "Exit status: 0 shown; 2 options, local files, a certificate in the file does not parse; 3 network, "
      "timeout;\n"
      "4 a certificate of the server does not parse; 5 everything else of TLS; 1 a bug in Handfast.");
  return command;
}

ExitCode run_certs_show(const CertsShowOptions& options) {
  const bool live = names_server(options.source);
  const auto exhibits = live ? fetch_exhibits(options) : read_exhibits(options.source);
  if (!exhibits) return report(exhibits.error(), options.json);
  const ExitCode exit = show_exhibits(options, *exhibits);
  if (exhibits->resolver_hangs) std::_Exit(static_cast<int>(exit));
  return exit;
}

}  // namespace handfast::tool
