// Figures: what a measurement of a scenario gives, and how programs tell them to each other.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace handfast::bench {

/// One number: "server" of a handshake in "us", "send" of a record in "ns", octets, counts. Less is better.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  /// Of that, what the primitives take, each alone and in the order of a handshake; 0: not known.
  double floor = 0;
  double floor_in_order = 0;
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
    if (figure.floor != 0) told["floor"] = figure.floor;
    if (figure.floor_in_order != 0) told["floor_in_order"] = figure.floor_in_order;
  }
  return object;
}

}  // namespace handfast::bench
