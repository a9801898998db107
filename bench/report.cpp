// Tables and JSON.
#include "report.hpp"

#include <optional>

#include <fmt/format.h>

namespace handfast::bench {
namespace {

const Figure* find(const Figures& figures, std::string_view name) {
  for (const Figure& figure : figures)
    if (figure.name == name) return &figure;
  return nullptr;
}

// Peer by ours, so that more is better; none where there is nothing to compare.
std::optional<double> ratio(const Figure& ours, const Figure* peer) {
  if (peer == nullptr || ours.value <= 0) return std::nullopt;
  return peer->value / ours.value;
}

// Handshakes a second, or millions of octets of data a second.
std::string rate_of(const Scenario& scenario, const Figure& figure) {
  switch (scenario.kind) {
    case Kind::handshake: return fmt::format("{:.0f}/s", 1e6 / figure.value);
    case Kind::records:
      return fmt::format("{:.0f} MB/s", static_cast<double>(scenario.record_size) * 1e3 / figure.value);
    case Kind::memory: break;
  }
  return {};
}

std::string value_of(const Figure* figure) {
  if (figure == nullptr) return "-";
  if (figure->unit == "octets") return fmt::format("{:.0f} octets", figure->value);
  if (figure->unit == "count") return fmt::format("{:g}", figure->value);
  return fmt::format("{:.1f} {}", figure->value, figure->unit);
}

}  // namespace

std::string heading(const Report& report) {
  return fmt::format("{:<17} {:<24} {:>14} {:>13} {:>14} {:>6}\n", "scenario", "", "Handfast", "",
                     report.peer.empty() ? "no peer" : report.peer.substr(0, 14), "ratio");
}

std::string table_of(const Row& row) {
  std::string text;
  for (const Figure& figure : row.ours) {
    const Figure* peer = find(row.peers, figure.name);
    const auto better = ratio(figure, peer);
    text += fmt::format("{:<17} {:<24} {:>14} {:>13} {:>14} {:>6}\n", row.scenario->name, figure.name,
                        value_of(&figure), rate_of(*row.scenario, figure), value_of(peer),
                        better ? fmt::format("{:.2f}", *better) : "-");
  }
  return text;
}

std::string json_of(const Report& report) {
  nlohmann::ordered_json json;
  json["library"] = "Handfast";
  json["peer"] = report.peer.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(report.peer);
  json["seconds"] = report.seconds;
  json["scenarios"] = nlohmann::ordered_json::object();
  for (const Row& row : report.rows) {
    auto& object = json["scenarios"][std::string(row.scenario->name)];
    object = to_json(row.ours);
    for (const Figure& figure : row.ours) {
      const Figure* peer = find(row.peers, figure.name);
      if (peer == nullptr) continue;
      object[figure.name]["peer"] = peer->value;
      if (const auto better = ratio(figure, peer)) object[figure.name]["ratio"] = *better;
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace handfast::bench
