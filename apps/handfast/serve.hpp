// handfast serve: a TLS server to try clients against, and to look at what they negotiate.
#pragma once
#include <cstdint>
#include <string>

#include <CLI/App.hpp>

#include "exit_code.hpp"
#include "session_options.hpp"
#include "tls_options.hpp"

namespace handfast::tool {

struct ServeOptions {
  std::string listen = "127.0.0.1:4433";
  TlsOptions tls;
  ServerSessionOptions sessions;
  std::string client_ca;
  std::string client_auth;
  std::string mode = "http";
  std::string root;
  unsigned threads = 1;
  std::uint64_t accept = 0;
  double handshake_timeout = 10;  ///< seconds; 0: none
  double idle_timeout = 60;
  bool explain = false;
  bool json = false;
  bool quiet = false;

  /// Declares the subcommand.
  static CLI::App* add_to(CLI::App& app, ServeOptions& options);
};

/// Serves until it is told to end.
ExitCode run_serve(const ServeOptions& options);

}  // namespace handfast::tool
