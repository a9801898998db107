// What handfast bench found: as a table for people, as JSON for programs, as a picture.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench_program.hpp"

namespace handfast::tool {

struct BenchRow {
  BenchScenario scenario;
  BenchFigures figures;
};

struct BenchReport {
  std::string peer;  ///< "OpenSSL 3.0.22 ..."; empty: none was measured
  double seconds = 0;
  std::vector<BenchRow> rows;
};

/// Peer's figure by ours, so that more is better. None: there is nothing to compare.
[[nodiscard]] std::optional<double> ratio_of(const BenchFigure& figure) noexcept;

[[nodiscard]] std::string table_heading(const BenchReport& report);
[[nodiscard]] std::string table_of(const BenchRow& row);
/// {"library", "peer", "seconds", "scenarios": {NAME: {FIGURE: {"value", "unit", "peer", "ratio",
/// "undisturbed", "floor", "floor_in_order", "overhead", "overhead_in_order"}}}}: the last five for
/// handshakes of which there are enough; the overheads are what "undisturbed" has above the two floors.
[[nodiscard]] std::string json_of(const BenchReport& report);
/// A bar for each ratio, with a line at 1; no scripts, no fonts from elsewhere.
[[nodiscard]] std::string svg_of(const BenchReport& report);

}  // namespace handfast::tool
