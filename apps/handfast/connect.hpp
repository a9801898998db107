// handfast connect: a TLS client between standard input, standard output and a server.
#pragma once
#include <string>

#include <CLI/App.hpp>

#include "exit_code.hpp"
#include "session_options.hpp"
#include "tls_options.hpp"

namespace handfast::tool {

struct ConnectOptions {
  std::string target;
  std::string server_name;  ///< empty: the target's host
  std::string ca;           ///< empty: the system's roots
  TlsOptions tls;
  ClientSessionOptions sessions;
  double timeout = 30;  ///< seconds; 0: none
  bool half_close = false;
  bool insecure = false;
  bool json = false;

  /// Declares the subcommand.
  static CLI::App* add_to(CLI::App& app, ConnectOptions& options);
};

/// Runs it and prints its report.
ExitCode run_connect(const ConnectOptions& options);

}  // namespace handfast::tool
