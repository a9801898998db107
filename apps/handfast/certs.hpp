// handfast certs: certificates judged (certs verify) and shown (certs show).
#pragma once
#include <CLI/App.hpp>

#include "certs_show.hpp"
#include "certs_verify.hpp"
#include "exit_code.hpp"

namespace handfast::tool {

struct CertsOptions {
  CertsVerifyOptions verify;
  CertsShowOptions show;

  /// Declares the subcommand with its two.
  static CLI::App* add_to(CLI::App& app, CertsOptions& options);
};

/// Runs the one that was chosen.
ExitCode run_certs(const CLI::App& command, const CertsOptions& options);

}  // namespace handfast::tool
