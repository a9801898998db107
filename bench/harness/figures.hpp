// Figures: what a measurement of a scenario gives, and how programs tell them to each other.
#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace handfast::bench {

/// One number: "server" of a handshake in "us", "send" of a record in "ns", octets, counts. Less is better.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  /// Of handshakes: the same while nothing disturbed them, and what of that goes beyond the primitives, each
  /// alone and in the order of a handshake.
  std::optional<double> undisturbed{};
  std::optional<double> overhead{};
  std::optional<double> overhead_in_order{};
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
    if (figure.undisturbed) told["undisturbed"] = *figure.undisturbed;
    if (figure.overhead) told["overhead"] = *figure.overhead;
    if (figure.overhead_in_order) told["overhead_in_order"] = *figure.overhead_in_order;
  }
  return object;
}

}  // namespace handfast::bench
