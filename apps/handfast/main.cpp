// The tool: subcommands, and what its exit status says.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "bench.hpp"
#include "certs.hpp"
#include "connect.hpp"
#include "explain.hpp"
#include "failure.hpp"
#include "serve.hpp"

namespace handfast::tool {
namespace {

// CLI11's words for a wrong command line, as one sentence. An option that there is none of is told before one
// that is missing: who mistypes it sees both.
Failure usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string what = error.what();
  std::replace(what.begin(), what.end(), '\n', ' ');
  while (what.ends_with('.') || what.ends_with(' ')) what.pop_back();
  std::string command = "handfast";
  std::vector<std::string> unknown = app.remaining();
  for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = chosen[0]->get_subcommands()) {
    command += " " + chosen[0]->get_name();
    const std::vector<std::string> here = chosen[0]->remaining();
    unknown.insert(unknown.end(), here.begin(), here.end());
  }
  const auto end = std::ranges::find(unknown, "--");  // behind it there are no options
  const auto option = std::find_if(unknown.begin(), end,
                                   [](const auto& word) { return word.starts_with('-') && word != "-"; });
  if (option != end) what = fmt::format("there is no option \"{}\"", option->substr(0, option->find('=')));
  return usage_failure(printable(what, 1000), fmt::format("See {} --help.", command)).error();
}

// A program that starts with one of them closed would take the next socket for standard input.
void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) std::abort();
}

// Before the options are known, only their presence tells whether JSON is wanted.
bool wants_json(std::span<char*> arguments) {
  return std::find(arguments.begin(), arguments.end(), std::string_view("--json")) != arguments.end();
}

bool is_unknown_command(const CLI::App& app, std::string_view word) {
  const auto known =
      app.get_subcommands([&](const CLI::App* command) { return command->get_name() == word; });
  return !word.empty() && !word.starts_with('-') && known.empty();
}

int run(std::span<char*> arguments) {
  CLI::App app("TLS that explains itself.", "handfast");
  app.set_version_flag("--version", "handfast " HANDFAST_VERSION);
  app.require_subcommand(1);
  ConnectOptions connect;
  ServeOptions serve;
  CertsOptions certs;
  BenchOptions bench;
  ExplainOptions explain;
  const CLI::App* connect_command = ConnectOptions::add_to(app, connect);
  const CLI::App* serve_command = ServeOptions::add_to(app, serve);
  const CLI::App* explain_command = ExplainOptions::add_to(app, explain);
  const CLI::App* certs_command = CertsOptions::add_to(app, certs);
  const CLI::App* bench_command = BenchOptions::add_to(app, bench);
  if (const std::string_view word = arguments.size() > 1 ? arguments[1] : ""; is_unknown_command(app, word)) {
    const std::string what = fmt::format("there is no subcommand \"{}\"", printable(word));
    return static_cast<int>(
        report(usage_failure(what, "See handfast --help.").error(), wants_json(arguments)));
  }
  try {
    app.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::Success& help) { return app.exit(help); } catch (const CLI::ParseError& error) {
    return static_cast<int>(report(usage_error(app, error), wants_json(arguments)));
  }
  if (connect_command->parsed()) return static_cast<int>(run_connect(connect));
  if (serve_command->parsed()) return static_cast<int>(run_serve(serve));
  if (explain_command->parsed()) return static_cast<int>(run_explain(explain));
  if (certs_command->parsed()) return static_cast<int>(run_certs(*certs_command, certs));
  if (bench_command->parsed()) return static_cast<int>(run_bench(bench));
  return static_cast<int>(ExitCode::bug);
}

}  // namespace
}  // namespace handfast::tool

int main(int count, char** values) {
  using namespace handfast::tool;
  open_standard_streams();
  ::signal(SIGPIPE, SIG_IGN);
  const std::span<char*> arguments(values, static_cast<std::size_t>(count));
  try {
    return run(arguments);
  } catch (...) {
    return static_cast<int>(report(thrown_failure(std::current_exception()), wants_json(arguments)));
  }
}
