// handfast explain: options in; text, JSON or a page out.
#include "explain.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "explain_capture.hpp"
#include "explain_live.hpp"
#include "explain_output.hpp"
#include "explain_self.hpp"

namespace handfast::tool {
namespace {

Outcome<Explained> make_explained(const ExplainOptions& options) {
  if (options.self) {
    if (!options.target.empty())
      return usage_failure("--self runs both ends here, so that it takes no HOST", "Leave one of them out.");
    return explain_self(options);
  }
  if (options.target.empty())
    return usage_failure("what is to be explained?",
                         "Give HOST[:PORT], --self for a handshake in memory, or --pcap for a capture.");
  if (!options.key_log.empty() || options.connection != 0)
    return usage_failure("--keylog and --connection say what to make of a capture", "They go with --pcap.");
  if (options.retry || options.mutual || !options.resume.empty() || options.early_data)
    return usage_failure("--retry, --mutual, --resume and --early-data need a server of ours",
                         "They go with --self.");
  return explain_live(options);
}

// The same end for both kinds: what there is to tell is printed, then what went wrong.
ExitCode finish(const ExplainOptions& options, auto& explained) {
  if (auto printed = print(options, explained); !printed) return report(printed.error(), options.json);
  if (!explained.failure) return ExitCode::ok;
  return options.json ? explained.failure->exit : report(*explained.failure, false);
}

Outcome<> check_capture_options(const ExplainOptions& options) {
  const bool of_self =
      options.self || options.retry || options.mutual || !options.resume.empty() || options.early_data;
  const TlsOptions& tls = options.tls;
  const bool of_algorithms = !tls.groups.empty() || !tls.ciphers.empty() || !tls.compressions.empty() ||
                             !tls.trust_anchors.empty() || !tls.application_protocols.empty();
  if (of_self || of_algorithms || !options.version.empty() || !options.target.empty())
    return usage_failure("--pcap explains what was captured, and takes no options of a handshake to be made",
                         "Leave HOST, --self and what goes with them out.");
  return {};
}

ExitCode run_explain_capture(const ExplainOptions& options) {
  if (auto good = check_capture_options(options); !good) return report(good.error(), options.json);
  auto capture = explain_capture(options);
  if (!capture) return report(capture.error(), options.json);
  return finish(options, *capture);
}

}  // namespace

CLI::App* ExplainOptions::add_to(CLI::App& app, ExplainOptions& options) {
  CLI::App* command =
      app.add_subcommand("explain", "Show a handshake step by step: every octet, every secret, and why");
  command->add_option("host", options.target, "HOST or HOST:PORT (default port 443) to shake hands with")
      ->type_name(" ");
  command->add_flag("--self", options.self, "run client and server in memory, with certificates made for it");
  command->add_option("--tls", options.version, "the version: 1.2 or 1.3 (default: the newest of the policy)")
      ->type_name("V");
  command->add_flag("--mutual", options.mutual, "with --self: the server asks for a client certificate");
  command->add_flag("--retry", options.retry, "with --self: the server answers with a HelloRetryRequest");
  command
      ->add_flag("--resume{ticket}", options.resume,
                 "with --self: the second connection of two, which resumes the first; --resume=id: the "
                 "server keeps the session instead of sealing it into a ticket")
      ->check(CLI::IsMember({"ticket", "id"}).description(""));
  command->add_flag("--early-data", options.early_data,
                    "with --self: as --resume, and the client sends its request with the first flight");
  command->add_option("--pcap", options.pcap, "explain the TLS connections of a capture (pcap or pcapng)")
      ->type_name("FILE");
  command
      ->add_option("--keylog", options.key_log,
                   "with --pcap: the connections' secrets (SSLKEYLOGFILE format), to open what they protect")
      ->type_name("FILE");
  command->add_option("--connection", options.connection, "with --pcap: this connection only, counted from 1")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""));
  options.tls.add_algorithms_to(*command);
  command->add_option("--ca", options.ca, "PEM file with the trusted roots (default: the system's)")
      ->type_name("FILE");
  command
      ->add_option("--server-name", options.server_name, "the name to ask for and to verify (default: HOST)")
      ->type_name("NAME");
  command->add_flag("--insecure", options.insecure, "accept any certificate: for debugging only");
  command->add_flag("--secrets", options.secrets,
                    "show the connection's secrets too (--self always does): whoever reads them reads all");
  add_seconds(*command, "--timeout", options.timeout,
              "longest wait to resolve, to connect and for the handshake; 0: for ever");
  command->add_option("--html", options.html, "also write a page that stands for itself")->type_name("FILE");
  command->add_flag("--bytes", options.bytes, "also print every octet with its field, and the key schedule");
  command->add_flag("--json", options.json, "print one JSON object instead");
  command->footer(
      "The nine steps of old: handfast explain --self --policy classic --tls 1.2 shows RSA key transport.\n"
      "Exit status: as handfast connect; a handshake that fails is explained as far as it came. With --pcap: "
      "0, "
      "or 2 where the file is damaged or has no TLS connection.");
  return command;
}

ExitCode run_explain(const ExplainOptions& options) {
  if (!options.pcap.empty()) return run_explain_capture(options);
  const auto explained = make_explained(options);
  if (!explained) return report(explained.error(), options.json);
  const ExitCode exit = finish(options, *explained);
  if (explained->resolver_hangs) std::_Exit(static_cast<int>(exit));
  return exit;
}

}  // namespace handfast::tool
