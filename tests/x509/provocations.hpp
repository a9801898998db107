// What provokes each finding: the table that findings_test.cpp goes through.
#pragma once
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "x509/scenario.hpp"

namespace handfast::test {

/// A change to a good scenario that must lead to this finding, and to nothing that decides before it.
struct Provocation {
  x509::FindingCode code;
  std::string name;  ///< of the test: letters and digits
  std::function<void(Scenario&)> provoke;
};

inline void PrintTo(const Provocation& provocation, std::ostream* out) { *out << provocation.name; }

std::vector<Provocation> encoding_provocations();
std::vector<Provocation> path_provocations();
std::vector<Provocation> name_provocations();
std::vector<Provocation> revocation_provocations();
std::vector<Provocation> issuer_provocations();

}  // namespace handfast::test
