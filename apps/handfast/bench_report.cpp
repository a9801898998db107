// Tables and JSON of handfast bench.
#include "bench_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace handfast::tool {
namespace {

// The peer has one way to verify a chain, with which all of ours are compared.
std::string_view side_of(std::string_view name) noexcept {
  for (const std::string_view variant : {"_plain", "_cached"})
    if (name.ends_with(variant)) name.remove_suffix(variant.size());
  return name;
}

const BenchFigure* peer_of(const BenchRow& row, const BenchFigure& ours) noexcept {
  return find_figure(row.peers, side_of(ours.name));
}

// Handshakes a second, or millions of octets of data a second.
std::string rate_of(const BenchScenario& scenario, const BenchFigure& figure) {
  if (figure.unit == "us") return fmt::format("{:.0f}/s", 1e6 / figure.value);
  if (figure.unit != "ns" || scenario.record_size == 0) return {};
  return fmt::format("{:.0f} MB/s", static_cast<double>(scenario.record_size) * 1e3 / figure.value);
}

std::string text_of(const BenchFigure* figure) {
  if (figure == nullptr) return "-";
  if (figure->unit == "octets") return fmt::format("{:.0f} octets", figure->value);
  if (figure->unit == "count") return fmt::format("{:g}", figure->value);
  return fmt::format("{:.1f} {}", figure->value, figure->unit);
}

std::string overhead_of(const std::optional<double>& microseconds) {
  return microseconds ? fmt::format("{:+.1f} us", *microseconds) : "-";
}

}  // namespace

std::optional<double> ratio_of(const BenchRow& row, const BenchFigure& ours) noexcept {
  const BenchFigure* const peer = peer_of(row, ours);
  if (peer == nullptr || ours.value <= 0) return std::nullopt;
  return peer->value / ours.value;
}

std::string table_heading(const BenchReport& report) {
  return fmt::format("{:<17} {:<24} {:>14} {:>13} {:>14} {:>6} {:>10} {:>9}\n", "scenario", "", "Handfast",
                     "", report.peer.empty() ? "no peer" : report.peer.substr(0, 14), "ratio", "over floor",
                     "in order");
}

std::string table_of(const BenchRow& row) {
  std::string text;
  for (const BenchFigure& figure : row.ours) {
    const auto ratio = ratio_of(row, figure);
    text += fmt::format("{:<17} {:<24} {:>14} {:>13} {:>14} {:>6} {:>10} {:>9}\n", row.scenario.name,
                        figure.name, text_of(&figure), rate_of(row.scenario, figure),
                        text_of(peer_of(row, figure)), ratio ? fmt::format("{:.2f}", *ratio) : "-",
                        overhead_of(figure.overhead), overhead_of(figure.overhead_in_order));
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
    for (const BenchFigure& figure : row.ours) {
      auto& object = scenario[figure.name];
      object = {{"value", figure.value}, {"unit", figure.unit}};
      if (const BenchFigure* peer = peer_of(row, figure)) object["peer"] = peer->value;
      if (const auto ratio = ratio_of(row, figure)) object["ratio"] = *ratio;
      if (figure.overhead) object["overhead"] = *figure.overhead;
      if (figure.overhead_in_order) object["overhead_in_order"] = *figure.overhead_in_order;
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace handfast::tool
