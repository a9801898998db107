// handfast certs show: certificates as a person wants to read them, of a file or of a server.
#pragma once
#include <string>

#include <CLI/App.hpp>

#include "exit_code.hpp"
#include "tls_options.hpp"

namespace handfast::tool {

struct CertsShowOptions {
  std::string source;       ///< a file, or HOST:PORT
  std::string server_name;  ///< empty: the host
  TlsOptions tls;
  double timeout = 30;  ///< seconds; 0: none
  bool pem = false;
  bool json = false;

  /// Declares the subcommand.
  static CLI::App* add_to(CLI::App& certs, CertsShowOptions& options);
};

/// Prints the certificates to standard output. usage also when one in the file does not parse.
ExitCode run_certs_show(const CertsShowOptions& options);

}  // namespace handfast::tool
