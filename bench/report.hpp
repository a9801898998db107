// What a run found, as a table for people and as JSON for programs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "harness/figures.hpp"
#include "harness/scenario.hpp"

namespace handfast::bench {

struct Row {
  const Scenario* scenario = nullptr;
  Figures ours;
  Figures peers;  ///< matched by name; may be empty
};

struct Report {
  std::string peer;  ///< "OpenSSL 3.0.22 ..."; empty: none was measured
  double seconds = 0;
  std::vector<Row> rows;
};

[[nodiscard]] std::string heading(const Report& report);
[[nodiscard]] std::string table_of(const Row& row);
[[nodiscard]] std::string json_of(const Report& report);

}  // namespace handfast::bench
