// Walks through a Wycheproof file; how many cases ran is part of the test.
#pragma once
#include <string>

#include <gtest/gtest.h>

#include "support/vectors.hpp"

namespace handfast::crypto::test {

using handfast::test::from_hex;
using handfast::test::to_hex;
using nlohmann::json;

/// One case, with its group's parameters.
struct Case {
  const json& group;
  const json& test;

  [[nodiscard]] Octets octets(const char* field) const { return from_hex(test.at(field).get<std::string>()); }
  [[nodiscard]] std::string result() const { return test.at("result").get<std::string>(); }
  [[nodiscard]] bool valid() const { return result() == "valid"; }
  [[nodiscard]] bool invalid() const { return result() == "invalid"; }
  [[nodiscard]] bool has_flag(const char* flag) const {
    for (const json& each : test.at("flags"))
      if (each == flag) return true;
    return false;
  }
  [[nodiscard]] std::string name() const {
    return "tcId " + std::to_string(test.at("tcId").get<int>()) + ": " +
           test.at("comment").get<std::string>() + " (" + result() + ")";
  }
};

/// Calls `run` for each case of the groups that `wanted` picks and returns how many there were.
template <class Wanted, class Run>
int for_each_case(const json& file, Wanted wanted, Run run) {
  int count = 0;
  for (const json& group : file.at("testGroups")) {
    if (!wanted(group)) continue;
    for (const json& test : group.at("tests")) {
      const Case each{group, test};
      SCOPED_TRACE(each.name());
      run(each);
      ++count;
    }
  }
  return count;
}
template <class Run>
int for_each_case(const json& file, Run run) {
  return for_each_case(file, [](const json& /*group*/) { return true; }, run);
}

}  // namespace handfast::crypto::test
