// handfast certs verify: is this chain trusted, for this name and purpose, at this time? The whole decision.
#pragma once
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "exit_code.hpp"

namespace handfast::tool {

/// Values as typed; empty: not given.
struct CertsVerifyOptions {
  std::string chain;
  std::string ca;    ///< empty: the system's roots
  std::string name;  ///< empty: names are not compared
  std::string purpose = "server";
  std::string time;  ///< empty: now
  std::vector<std::string> crls;
  std::string ocsp;
  std::string revocation;  ///< empty: follows from --crl and --ocsp
  std::string profile = "standard";
  bool json = false;

  /// Declares the subcommand.
  static CLI::App* add_to(CLI::App& certs, CertsVerifyOptions& options);
};

/// Prints the decision to standard output. ok, certificate (refused), or usage.
ExitCode run_certs_verify(const CertsVerifyOptions& options);

}  // namespace handfast::tool
