// Figures: what a measurement of a scenario gives, and how programs tell them to each other.
#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace handfast::bench {

/// What handshakes took in some milliseconds, and right after them their primitives: medians, in the figure's
/// unit.
struct Turn {
  double handshake;
  double alone;     ///< the sum of the primitives, each measured alone
  double in_order;  ///< the primitives one after the other, as a handshake calls them
};

/// One number: "server" of a handshake in "us", "send" of a record in "ns", octets, counts. Less is better.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::vector<Turn> turns{};  ///< of handshakes whose primitives are known
};
using Figures = std::vector<Figure>;

/// Zero of no samples. Takes its samples apart.
inline double median(std::vector<double> samples) {
  if (samples.empty()) return 0;
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

inline nlohmann::ordered_json to_json(const Figures& figures) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const Figure& figure : figures) {
    auto& told = object[figure.name] = {{"value", figure.value}, {"unit", figure.unit}};
    for (const auto& [handshake, alone, in_order] : figure.turns)
      told["turns"].push_back({handshake, alone, in_order});
  }
  return object;
}

}  // namespace handfast::bench
