// The x509-limbo suite: all cases, and the program that answers them.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "support/vectors.hpp"
#include "x509/limbo_case.hpp"

namespace handfast::test {
namespace {

using Kind = LimboAnswer::Kind;

/// The cases that docs/conformance/limbo.md lists with its reasons.
std::set<std::string> listed_disagreements() {
  std::set<std::string> ids;
  std::ifstream page(HANDFAST_SOURCE_DIR "/docs/conformance/limbo.md");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    const std::size_t end = line.find('`', 3);
    ids.insert(line.substr(3, end - 3));
  }
  return ids;
}

TEST(Limbo, AgreesButForTheListedCases) {
  HANDFAST_VECTORS_OR_SKIP(suite, "limbo.json");
  const LimboRunner runner;
  std::set<std::string> disagreements;
  std::size_t count = 0;
  for (const auto& testcase : suite["testcases"]) {
    const LimboAnswer answer = runner.answer(testcase, system_now());
    const bool wanted = testcase["expected_result"] == "SUCCESS";
    EXPECT_NE(answer.kind, Kind::skip) << testcase["id"];
    if ((answer.kind == Kind::accept) != wanted) disagreements.insert(testcase["id"].get<std::string>());
    ++count;
  }
  EXPECT_EQ(disagreements, listed_disagreements());
  EXPECT_LE(disagreements.size(), 10U);
  RecordProperty("cases", std::to_string(count));
}

// Issue 3: no chain that is good in the strict profile is refused by the default one.
TEST(Limbo, TheDefaultProfileAcceptsWhatTheStrictOneDoes) {
  HANDFAST_VECTORS_OR_SKIP(suite, "limbo.json");
  const LimboRunner strict;
  const LimboRunner standard(x509::Profile::standard);
  for (const auto& testcase : suite["testcases"]) {
    if (strict.answer(testcase, system_now()).kind != Kind::accept) continue;
    EXPECT_EQ(standard.answer(testcase, system_now()).kind, Kind::accept) << testcase["id"];
  }
}

TEST(LimboProgram, AnswersEachLineWithOneLine) {
  HANDFAST_VECTORS_OR_SKIP(suite, "limbo.json");
  const std::string path = testing::TempDir() + "/handfast-limbo-cases";
  {
    std::ofstream out(path);
    std::set<std::string> seen;
    for (const auto& testcase : suite["testcases"])
      if (testcase["id"].get<std::string>().starts_with("online::") &&
          seen.insert(testcase["expected_result"]).second)
        out << testcase.dump() << '\n';
    for (const auto& testcase : suite["testcases"])
      if (testcase["id"].get<std::string>().starts_with("pathological::") &&
          testcase["expected_result"] == "FAILURE" && seen.insert("FAILURE").second)
        out << testcase.dump() << '\n';
    out << "no JSON\n";
  }
  std::string answers;
  FILE* program = ::popen(("'" HANDFAST_LIMBO_PROGRAM "' <'" + path + "'").c_str(), "r");
  ASSERT_NE(program, nullptr);
  for (int c = std::fgetc(program); c != EOF; c = std::fgetc(program)) answers += static_cast<char>(c);
  EXPECT_EQ(::pclose(program), 0);
  std::filesystem::remove(path);
  EXPECT_TRUE(answers.starts_with("ACCEPT\nREJECT ")) << answers;
  EXPECT_NE(answers.find("\nSKIP "), std::string::npos) << answers;
  EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 3) << answers;
}

}  // namespace
}  // namespace handfast::test
