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
  double undisturbed = 0;  ///< the time that a twentieth of the samples stays below; 0: not a time
  /// Of that, what goes beyond the primitives, each alone and in the order of a handshake.
  std::optional<double> overhead{};
  std::optional<double> overhead_in_order{};
};
using Figures = std::vector<Figure>;

/// What this share of the samples stays below. Zero of no samples. Takes its samples apart.
inline double quantile(std::vector<double> samples, double share) {
  if (samples.empty()) return 0;
  const auto count = static_cast<std::ptrdiff_t>(static_cast<double>(samples.size()) * share);
  std::nth_element(samples.begin(), samples.begin() + count, samples.end());
  return samples[static_cast<std::size_t>(count)];
}
inline double median(std::vector<double> samples) { return quantile(std::move(samples), 0.5); }

inline nlohmann::ordered_json to_json(const Figures& figures) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const Figure& figure : figures) {
    auto& told = object[figure.name] = {{"value", figure.value}, {"unit", figure.unit}};
    if (figure.undisturbed != 0) told["undisturbed"] = figure.undisturbed;
    if (figure.overhead) told["overhead"] = *figure.overhead;
    if (figure.overhead_in_order) told["overhead_in_order"] = *figure.overhead_in_order;
  }
  return object;
}

}  // namespace handfast::bench
