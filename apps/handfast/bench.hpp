// handfast bench: how fast and how lean the library is, beside another one in the same run.
#pragma once
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "exit_code.hpp"

namespace handfast::tool {

struct BenchOptions {
  std::vector<std::string> scenarios;
  std::string peer = "openssl";
  std::string plot;
  double seconds = 1;
  bool list = false;
  bool json = false;

  /// Declares the subcommand.
  static CLI::App* add_to(CLI::App& app, BenchOptions& options);
};

/// Measures and prints.
ExitCode run_bench(const BenchOptions& options);

}  // namespace handfast::tool
