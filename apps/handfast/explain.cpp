// handfast explain: options in; text, JSON or a page out.
#include "explain.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "explain_live.hpp"
#include "explain_self.hpp"
#include "files.hpp"
#include "story_json.hpp"
#include "story_page.hpp"
#include "story_text.hpp"

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
                         "Give HOST[:PORT], or --self for a handshake in memory.");
  if (options.retry || options.mutual || !options.resume.empty() || options.early_data)
    return usage_failure("--retry, --mutual, --resume and --early-data need a server of ours",
                         "They go with --self.");
  return explain_live(options);
}

Outcome<> print(const ExplainOptions& options, const Explained& explained) {
  if (!options.html.empty()) {
    const std::string page = story_page(explained.story, explained.what);
    if (auto written = write_file(options.html, as_bytes(page), 0644); !written) return written;
  }
  if (options.json) {
    nlohmann::json json = to_json(explained.story);
    json["what"] = explained.what;
    json["error"] = explained.failure ? to_json(*explained.failure) : nlohmann::json();
    return write_output(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }
  std::string text = story_text(explained.story, explained.what, options.bytes);
  if (!options.html.empty()) text += fmt::format("\nthe page: {}\n", options.html);
  return write_output(text);
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
  options.tls.add_algorithms_to(*command);
  command->add_option("--ca", options.ca, "PEM file with the trusted roots (default: the system's)")
      ->type_name("FILE");
  command
      ->add_option("--server-name", options.server_name, "the name to ask for and to verify (default: HOST)")
      ->type_name("NAME");
  command->add_flag("--insecure", options.insecure, "accept any certificate: for debugging only");
  command->add_flag("--secrets", options.secrets,
                    "show the connection's secrets too (--self always does): whoever reads them reads all");
  command
      ->add_option("--timeout", options.timeout,
                   "longest wait to resolve, to connect and for the handshake; 0: for ever")
      ->type_name("SECONDS")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e6).description(""));
  command->add_option("--html", options.html, "also write a page that stands for itself")->type_name("FILE");
  command->add_flag("--bytes", options.bytes, "also print every octet with its field, and the key schedule");
  command->add_flag("--json", options.json, "print one JSON object instead");
  command->footer(
      "The nine steps of old: handfast explain --self --policy classic --tls 1.2 shows RSA key transport.\n"
      "Exit status: as handfast connect; a handshake that fails is explained as far as it came.");
  return command;
}

ExitCode run_explain(const ExplainOptions& options) {
  const auto explained = make_explained(options);
  if (!explained) return report(explained.error(), options.json);
  if (auto printed = print(options, *explained); !printed) return report(printed.error(), options.json);
  ExitCode exit = ExitCode::ok;
  if (explained->failure) exit = options.json ? explained->failure->exit : report(*explained->failure, false);
  if (explained->resolver_hangs) std::_Exit(static_cast<int>(exit));
  return exit;
}

}  // namespace handfast::tool
