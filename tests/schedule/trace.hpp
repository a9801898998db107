// The traces of RFC 8448, step by step, as the shared vectors hold them.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "support/vectors.hpp"

namespace handfast::test {

inline const std::vector<std::string> trace_names{"simple_1rtt", "resumed_0rtt", "hello_retry_request",
                                                  "client_auth", "compatibility_mode"};

/// One step of a trace. A step without values only says whose earlier step it equals.
struct TraceStep {
  std::string who;
  std::string name;
  std::map<std::string, Octets> values;

  [[nodiscard]] bool is(std::string_view start) const { return name.starts_with(start); }
  [[nodiscard]] bool has(const std::string& value) const { return values.contains(value); }
  [[nodiscard]] const Octets& operator[](const std::string& value) const { return values.at(value); }
};

inline std::vector<TraceStep> read_trace(const nlohmann::json& file, const std::string& name) {
  std::vector<TraceStep> steps;
  for (const auto& step : file.at("traces").at(name)) {
    steps.push_back({step.at("who"), step.at("step"), {}});
    if (step.contains("values"))
      for (const auto& [key, value] : step.at("values").items())
        steps.back().values.emplace(key, from_hex(value.get<std::string>()));
  }
  return steps;
}

}  // namespace handfast::test
