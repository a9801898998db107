// handfast-limbo: reads cases of x509-limbo, one JSON object a line, and answers each with one line:
// ACCEPT, REJECT reason, or SKIP reason.
#include <iostream>

#include "x509/limbo_case.hpp"

int main() {
  using Kind = handfast::test::LimboAnswer::Kind;
  const handfast::test::LimboRunner runner;
  for (std::string line; std::getline(std::cin, line);) {
    handfast::test::LimboAnswer answer;
    try {
      answer = runner.answer(nlohmann::json::parse(line), handfast::system_now());
    } catch (const nlohmann::json::exception& error) { answer.reason = error.what(); }
    switch (answer.kind) {
      case Kind::accept: std::cout << "ACCEPT" << std::endl; break;
      case Kind::reject: std::cout << "REJECT " << answer.reason << std::endl; break;
      case Kind::skip: std::cout << "SKIP " << answer.reason << std::endl; break;
    }
  }
}
