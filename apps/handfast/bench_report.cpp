// Tables and JSON of handfast bench.
#include "bench_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace handfast::tool {
namespace {

// Handshakes a second, or millions of octets of data a second.
std::string rate_of(const BenchScenario& scenario, const BenchFigure& figure) {
  if (figure.unit == "us") return fmt::format("{:.0f}/s", 1e6 / figure.value);
  if (figure.unit != "ns" || scenario.record_size == 0) return {};
  return fmt::format("{:.0f} MB/s", static_cast<double>(scenario.record_size) * 1e3 / figure.value);
}

std::string text_of(double value, const std::string& unit) {
  if (unit == "octets") return fmt::format("{:.0f} octets", value);
  if (unit == "count") return fmt::format("{:g}", value);
  return fmt::format("{:.1f} {}", value, unit);
}

double low_decile(std::vector<double> values) {
  const auto tenth = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 10);
  std::nth_element(values.begin(), tenth, values.end());
  return *tenth;
}

/// What the fastest tenth of the turns stays below, in each of their parts.
struct Deciles {
  double handshake;
  double alone;
  double in_order;
};

// A machine is not equally fast all the time, and differences of large figures suffer most from it. Each of
// the three has its own decile, so that a lucky moment of one is no gain. None: there are not enough to tell.
std::optional<Deciles> deciles_of(const BenchFigure& figure) {
  constexpr std::size_t enough = 20;
  if (figure.turns.size() < enough) return std::nullopt;
  const auto decile_of = [&](double BenchTurn::* part) {
    std::vector<double> values;
    values.reserve(figure.turns.size());
    for (const BenchTurn& turn : figure.turns) values.push_back(turn.*part);
    return low_decile(std::move(values));
  };
  return Deciles{decile_of(&BenchTurn::handshake), decile_of(&BenchTurn::alone),
                 decile_of(&BenchTurn::in_order)};
}

std::string difference_of(double left, double right) { return fmt::format("{:+.1f} us", left - right); }

}  // namespace

std::optional<double> ratio_of(const BenchFigure& figure) noexcept {
  if (!figure.peer || figure.value <= 0) return std::nullopt;
  return *figure.peer / figure.value;
}

std::string table_heading(const BenchReport& report) {
  return fmt::format("{:<17} {:<24} {:>14} {:>13} {:>14} {:>6} {:>10} {:>9}\n", "scenario", "", "Handfast",
                     "", report.peer.empty() ? "no peer" : report.peer.substr(0, 14), "ratio", "over floor",
                     "in order");
}

std::string table_of(const BenchRow& row) {
  std::string text;
  for (const BenchFigure& figure : row.figures) {
    const auto ratio = ratio_of(figure);
    const auto deciles = deciles_of(figure);
    text += fmt::format("{:<17} {:<24} {:>14} {:>13} {:>14} {:>6} {:>10} {:>9}\n", row.scenario.name,
                        figure.name, text_of(figure.value, figure.unit), rate_of(row.scenario, figure),
                        figure.peer ? text_of(*figure.peer, figure.unit) : "-",
                        ratio ? fmt::format("{:.2f}", *ratio) : "-",
                        deciles ? difference_of(deciles->handshake, deciles->alone) : "-",
                        deciles ? difference_of(deciles->handshake, deciles->in_order) : "-");
  }
  return text;
}

std::string json_of(const BenchReport& report) {
  nlohmann::ordered_json json;
  json["library"] = "Handfast";
  json["peer"] = report.peer.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(report.peer);
  json["seconds"] = report.seconds;
  json["scenarios"] = nlohmann::ordered_json::object();
  for (const BenchRow& row : report.rows) {
    auto& scenario = json["scenarios"][row.scenario.name];
    for (const BenchFigure& figure : row.figures) {
      auto& object = scenario[figure.name];
      object = {{"value", figure.value}, {"unit", figure.unit}};
      if (figure.peer) object["peer"] = *figure.peer;
      if (const auto ratio = ratio_of(figure)) object["ratio"] = *ratio;
      if (const auto deciles = deciles_of(figure)) {
        object["undisturbed"] = deciles->handshake;
        object["floor"] = deciles->alone;
        object["floor_in_order"] = deciles->in_order;
        object["overhead"] = deciles->handshake - deciles->alone;
        object["overhead_in_order"] = deciles->handshake - deciles->in_order;
      }
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace handfast::tool
