// Every finding of the table is provoked, refuses what it has to refuse, and carries its texts.
#include <algorithm>

#include <gtest/gtest.h>

#include "x509/provocations.hpp"

namespace handfast::test {
namespace {

using x509::Binds;
using x509::Profile;
using x509::Severity;

std::vector<Provocation> all_provocations() {
  std::vector<Provocation> all;
  for (auto part : {encoding_provocations(), path_provocations(), name_provocations(),
                    revocation_provocations(), issuer_provocations()})
    std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

class FindingTest : public testing::TestWithParam<Provocation> {
 protected:
  static x509::Verification run(Profile profile) {
    Scenario scenario;
    scenario.profile = profile;
    GetParam().provoke(scenario);
    return scenario.verify();
  }
};

TEST(Scenario, IsGoodInBothProfiles) {
  for (const Profile profile : {Profile::standard, Profile::webpki_strict}) {
    Scenario scenario;
    scenario.profile = profile;
    const auto verification = scenario.verify();
    EXPECT_TRUE(verification.ok()) << to_text(verification);
    EXPECT_TRUE(codes_of(verification, Severity::warning).empty()) << to_text(verification);
    EXPECT_EQ(verification.path, (std::vector<std::uint16_t>{0, 1}));
    EXPECT_TRUE(equal(verification.anchor, scenario.root.subject));
  }
}

TEST_P(FindingTest, RefusesWhomItBinds) {
  const x509::FindingInfo& info = finding_info(GetParam().code);
  const auto standard = run(Profile::standard);
  const auto strict = run(Profile::webpki_strict);
  EXPECT_FALSE(strict.ok());
  EXPECT_TRUE(has(strict, info.code, Severity::error)) << to_text(strict);
  EXPECT_EQ(strict.error.code, info.error) << to_text(strict);
  EXPECT_EQ(strict.error.alert, error_info(info.error).alert);
  if (info.binds == Binds::verifiers) {
    EXPECT_FALSE(standard.ok());
    EXPECT_TRUE(has(standard, info.code, Severity::error)) << to_text(standard);
    EXPECT_EQ(standard.error.code, info.error) << to_text(standard);
  } else {
    EXPECT_TRUE(standard.ok()) << to_text(standard);
    EXPECT_TRUE(has(standard, info.code, Severity::warning)) << to_text(standard);
  }
}

TEST_P(FindingTest, IsPrintedWithItsTexts) {
  const x509::FindingInfo& info = finding_info(GetParam().code);
  const auto verification = run(Profile::webpki_strict);
  const std::string text = to_text(verification);
  EXPECT_NE(text.find(info.sentence), std::string::npos) << text;
  EXPECT_NE(text.find(info.hint), std::string::npos) << text;
  const std::string json = to_json(verification);
  EXPECT_NE(json.find("\"" + std::string(info.name) + "\""), std::string::npos) << json;
}

INSTANTIATE_TEST_SUITE_P(All, FindingTest, testing::ValuesIn(all_provocations()),
                         [](const auto& test) { return test.param.name; });

TEST(Findings, EachOneHasAProvocation) {
  const auto provocations = all_provocations();
  for (const x509::FindingInfo& info : x509::all_findings()) {
    const bool provoked =
        std::any_of(provocations.begin(), provocations.end(),
                    [&](const Provocation& provocation) { return provocation.code == info.code; });
    EXPECT_TRUE(provoked) << info.name;
  }
}

TEST(Findings, HaveNamesSentencesHintsAndSections) {
  for (const x509::FindingInfo& info : x509::all_findings()) {
    EXPECT_EQ(name_of(info.code), info.name);
    EXPECT_EQ(info.sentence.back(), '.') << info.name;
    EXPECT_EQ(info.hint.back(), '.') << info.name;
    EXPECT_FALSE(info.section.empty()) << info.name;
    EXPECT_NE(error_info(info.error).alert, AlertDescription::close_notify) << info.name;
  }
}

}  // namespace
}  // namespace handfast::test
