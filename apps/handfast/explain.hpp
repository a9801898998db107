// handfast explain: a handshake, step by step and octet by octet.
#pragma once
#include <string>

#include <CLI/App.hpp>

#include "exit_code.hpp"
#include "tls_options.hpp"

namespace handfast::tool {

/// As typed.
struct ExplainOptions {
  std::string target;  ///< HOST or HOST:PORT; empty with --self
  bool self = false;
  std::string pcap;            ///< a capture; empty: none
  std::string key_log;         ///< with a capture; empty: none
  std::size_t connection = 0;  ///< of the capture; 0: all
  std::string version;         ///< "1.2", "1.3"; empty: the policy decides
  bool mutual = false;
  bool retry = false;
  std::string resume;  ///< "ticket", "id": how the second connection resumes the first; empty: one connection
  bool early_data = false;
  std::string ca;
  std::string server_name;
  bool insecure = false;
  bool secrets = false;
  double timeout = 10;
  bool bytes = false;
  bool json = false;
  std::string html;  ///< a file to write
  TlsOptions tls;    ///< policy, groups, ciphers and protocols only

  static CLI::App* add_to(CLI::App& app, ExplainOptions& options);
};

ExitCode run_explain(const ExplainOptions& options);

}  // namespace handfast::tool
