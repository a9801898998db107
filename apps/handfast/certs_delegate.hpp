// handfast certs delegate: a certificate's key vouches for another key (RFC 9345).
#pragma once
#include <string>

#include <CLI/App.hpp>

#include "exit_code.hpp"
#include "tls_options.hpp"

namespace handfast::tool {

struct CertsDelegateOptions {
  TlsOptions tls;  ///< of these the one certificate, its key and its passphrase
  std::string public_key;
  std::string out;
  unsigned hours = 24;
  bool client = false;

  /// Declares the subcommand.
  static CLI::App* add_to(CLI::App& certs, CertsDelegateOptions& options);
};

/// Writes the delegated credential as PEM.
ExitCode run_certs_delegate(const CertsDelegateOptions& options);

}  // namespace handfast::tool
