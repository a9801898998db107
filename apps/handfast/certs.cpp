// handfast certs: which of its subcommands.
#include "certs.hpp"

#include <CLI/CLI.hpp>

namespace handfast::tool {

CLI::App* CertsOptions::add_to(CLI::App& app, CertsOptions& options) {
  CLI::App* command =
      app.add_subcommand("certs", "Judge certificate chains, show certificates, let them delegate");
  command->require_subcommand(1);
  CertsVerifyOptions::add_to(*command, options.verify);
  CertsShowOptions::add_to(*command, options.show);
  CertsDelegateOptions::add_to(*command, options.delegate);
  return command;
}

ExitCode run_certs(const CLI::App& command, const CertsOptions& options) {
  if (command.got_subcommand("verify")) return run_certs_verify(options.verify);
  if (command.got_subcommand("delegate")) return run_certs_delegate(options.delegate);
  return run_certs_show(options.show);
}

}  // namespace handfast::tool
