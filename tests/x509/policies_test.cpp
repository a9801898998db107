// Certificate policies after RFC 9618.
#include "x509/policies.hpp"

#include <gtest/gtest.h>

#include "x509/scenario.hpp"

namespace handfast::test {
namespace {

using x509::FindingCode;

const Octets gold = {0x2a, 1};
const Octets silver = {0x2a, 2};
const Octets bronze = {0x2a, 3};
const Octets any = to_octets(oid::any_policy);

/// Certificates below the anchor, the first one issued by it; each is a CA but the last.
class Certificates {
 public:
  void add(std::initializer_list<Octets> extensions, bool self_issued = false) {
    Scenario s;
    CertificateForge forge = s.intermediate;
    const std::string number = std::to_string(forged_.size());
    forge.issuer = common_name("CA " + number);
    forge.subject = self_issued ? forge.issuer : common_name("CA " + number + "a");
    for (const Octets& extension : extensions) forge.set(extension);
    forged_.push_back(forge.sign(shared_key(0)));
  }
  [[nodiscard]] std::optional<FindingCode> check(const x509::PolicyDemands& demands) const {
    std::vector<x509::Certificate> parsed;
    for (const Octets& octets : forged_) parsed.push_back(*x509::Certificate::parse(octets));
    std::vector<const x509::Certificate*> path;
    for (auto certificate = parsed.rbegin(); certificate != parsed.rend(); ++certificate)
      path.push_back(&*certificate);
    return x509::check_policies(path, demands);
  }
  [[nodiscard]] bool good_for(std::initializer_list<Octets> acceptable, bool no_any = false,
                              bool no_mapping = false) const {
    const std::vector<Bytes> views(acceptable.begin(), acceptable.end());
    return !check({views, true, no_any, no_mapping});
  }

 private:
  std::vector<Octets> forged_;
};

TEST(Policies, NothingIsDemandedByDefault) {
  Certificates c;
  c.add({policies({gold})});
  c.add({});
  EXPECT_FALSE(c.check({}));
  EXPECT_EQ(c.check({{}, true, false, false}), FindingCode::policy_required);
}

TEST(Policies, HaveToGoAllTheWay) {
  Certificates c;
  c.add({policies({gold, silver})});
  c.add({policies({gold})});
  EXPECT_TRUE(c.good_for({}));
  EXPECT_TRUE(c.good_for({gold}));
  EXPECT_TRUE(c.good_for({bronze, gold}));
  EXPECT_TRUE(c.good_for({any}));
  EXPECT_FALSE(c.good_for({silver}));
}

TEST(Policies, ALeafMayNotAddOne) {
  Certificates c;
  c.add({policies({gold})});
  c.add({policies({silver})});
  EXPECT_FALSE(c.good_for({}));
}

TEST(Policies, AnyPolicyStandsForAll) {
  Certificates c;
  c.add({policies({any})});
  c.add({policies({gold})});
  EXPECT_TRUE(c.good_for({gold}));
  EXPECT_FALSE(c.good_for({silver}));
  EXPECT_FALSE(c.good_for({gold}, true));
  Certificates all;
  all.add({policies({any})});
  all.add({policies({any})});
  EXPECT_TRUE(all.good_for({silver}));
  Certificates below;
  below.add({policies({gold})});
  below.add({policies({any})});
  EXPECT_TRUE(below.good_for({gold}));
  EXPECT_FALSE(below.good_for({silver}));
}

TEST(Policies, AnyPolicyMayBeInhibited) {
  Certificates c;
  c.add({policies({gold}), inhibit_any_policy(0)});
  c.add({policies({any})});
  EXPECT_FALSE(c.good_for({gold}));
  Certificates later;
  later.add({policies({gold}), inhibit_any_policy(1)});
  later.add({policies({any})});
  later.add({policies({any})});
  EXPECT_FALSE(later.good_for({gold}));
  // A self-issued certificate in between may still say it.
  Certificates rollover;
  rollover.add({policies({gold}), inhibit_any_policy(0)});
  rollover.add({policies({any})}, true);
  rollover.add({policies({gold})});
  EXPECT_TRUE(rollover.good_for({gold}));
}

TEST(Policies, AreMapped) {
  Certificates c;
  c.add({policies({gold}), policy_mappings({{gold, silver}})});
  c.add({policies({silver})});
  EXPECT_TRUE(c.good_for({gold}));
  EXPECT_FALSE(c.good_for({silver}));
  EXPECT_FALSE(c.good_for({gold}, false, true));
}

TEST(Policies, OfAnyPolicyAreMapped) {
  Certificates c;
  c.add({policies({any}), policy_mappings({{gold, silver}})});
  c.add({policies({silver})});
  EXPECT_TRUE(c.good_for({gold}));
  Certificates own;
  own.add({policies({any}), policy_mappings({{gold, silver}})});
  own.add({policies({bronze})});
  EXPECT_TRUE(own.good_for({bronze}));
}

TEST(Policies, OneMayBecomeSeveral) {
  Certificates c;
  c.add({policies({gold}), policy_mappings({{gold, silver}, {gold, bronze}})});
  c.add({policies({bronze})});
  EXPECT_TRUE(c.good_for({gold}));
}

// RFC 5280 §4.2.1.11 [5280:4.2.1.11#2].
TEST(Policies, MappingMayBeInhibited) {
  Certificates c;
  c.add({policies({gold}), policy_constraints({}, 0)});
  c.add({policies({gold}), policy_mappings({{gold, silver}})});
  c.add({policies({silver})});
  EXPECT_FALSE(c.good_for({}));
}

// RFC 5280 §4.2.1.11 [5280:4.2.1.11#1].
TEST(Policies, MayBeDemandedByACaLaterOn) {
  Certificates c;
  c.add({policy_constraints(1, {})});
  c.add({});
  c.add({});
  EXPECT_EQ(c.check({}), FindingCode::policy_required);
  Certificates soon_enough;
  soon_enough.add({policy_constraints(3, {})});
  soon_enough.add({});
  EXPECT_FALSE(soon_enough.check({}));
  Certificates by_the_leaf;
  by_the_leaf.add({});
  by_the_leaf.add({policy_constraints(0, {})});
  EXPECT_EQ(by_the_leaf.check({}), FindingCode::policy_required);
}

TEST(Policies, MappingAnyPolicyIsAlwaysRefused) {
  Certificates c;
  c.add({policies({gold}), policy_mappings({{gold, any}})});
  c.add({policies({gold})});
  EXPECT_EQ(c.check({}), FindingCode::bad_policy_mapping);
}

// The policy tree of RFC 5280 would have 2^20 leaves here; the graph of RFC 9618 has two nodes a level.
TEST(Policies, CrossedMappingsStaySmall) {
  Certificates c;
  for (int i = 0; i < 20; ++i)
    c.add({policies({gold, silver}),
           policy_mappings({{gold, gold}, {gold, silver}, {silver, gold}, {silver, silver}})});
  c.add({policies({gold})});
  EXPECT_TRUE(c.good_for({silver}));
  EXPECT_FALSE(c.good_for({bronze}));
}

}  // namespace
}  // namespace handfast::test
