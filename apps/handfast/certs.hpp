// handfast certs: certificates judged (certs verify), shown (certs show), and made to delegate (certs
// delegate).
#pragma once
#include <CLI/App.hpp>

#include "certs_delegate.hpp"
#include "certs_show.hpp"
#include "certs_verify.hpp"
#include "exit_code.hpp"

namespace handfast::tool {

struct CertsOptions {
  CertsVerifyOptions verify;
  CertsShowOptions show;
  CertsDelegateOptions delegate;

  /// Declares the subcommand with its three.
  static CLI::App* add_to(CLI::App& app, CertsOptions& options);
};

/// Runs the one that was chosen.
ExitCode run_certs(const CLI::App& command, const CertsOptions& options);

}  // namespace handfast::tool
