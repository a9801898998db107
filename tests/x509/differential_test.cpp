// Chains with random changes, judged by Handfast and by libcrypto's X509_verify_cert. Where the two do not
// agree, docs/conformance/libcrypto.md has to explain it.
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include <handfast/certificate.hpp>

#include <gtest/gtest.h>

#include "support/vectors.hpp"
#include "x509/libcrypto_peer.hpp"
#include "x509/scenario.hpp"

namespace handfast::test {
namespace {

using x509::KeyUsage;
using Random = std::mt19937;

/// A chain and what it is verified against.
struct Case {
  std::vector<Octets> chain;
  std::vector<Octets> trusted;
  std::string host = "www.example.com";
  Time now = moment(2026, 6, 1);
};

/// The findings and errors that the page explains: "`expired`", "`error 79`".
std::set<std::string> explained() {
  std::set<std::string> reasons;
  std::ifstream page(HANDFAST_SOURCE_DIR "/docs/conformance/libcrypto.md");
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| `")) reasons.insert(line.substr(3, line.find('`', 3) - 3));
  return reasons;
}

class Comparison {
 public:
  void compare(const Case& one, const std::string& what) {
    const std::vector<Bytes> chain(one.chain.begin(), one.chain.end());
    const std::vector<Bytes> trusted(one.trusted.begin(), one.trusted.end());
    TrustStore::Builder builder;
    std::string skipped;
    for (const Bytes der : trusted)
      if (auto added = builder.add_certificate(der); !added) skipped = "malformed anchor";
    const auto store = builder.build();
    const auto name = ServerName::parse(one.host);
    x509::VerificationRequest request;
    request.chain = chain;
    request.trust = store.get();
    request.name = &*name;
    request.now = one.now;
    const auto ours = x509::verify(request);
    const PeerVerdict theirs = libcrypto_verdict(chain, trusted, one.host, one.now);
    ++count_;
    accepted_ += ours.ok() ? 1 : 0;
    if (ours.ok() == theirs.accepted) return;
    explain(ours, theirs, skipped, what);
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t accepted() const noexcept { return accepted_; }
  /// How often each reason explained a disagreement.
  [[nodiscard]] const std::map<std::string, std::size_t>& reasons() const noexcept { return reasons_; }

 private:
  void explain(const x509::Verification& ours, const PeerVerdict& theirs, const std::string& skipped,
               const std::string& what) {
    if (ours.ok()) {
      const std::string reason = "error " + std::to_string(theirs.error);
      ++reasons_[reason];
      EXPECT_TRUE(explained_.contains(reason)) << what << ": libcrypto alone refuses: " << theirs.reason;
      return;
    }
    bool found = !skipped.empty() && explained_.contains(skipped);
    if (found) ++reasons_[skipped];
    for (const x509::FindingCode code : codes_of(ours, x509::Severity::warning)) {
      const std::string reason(name_of(code));
      if (!explained_.contains(reason)) continue;
      ++reasons_[reason];
      found = true;
    }
    EXPECT_TRUE(found) << what << ": Handfast alone refuses: " << to_text(ours);
  }

  std::set<std::string> explained_ = explained();
  std::map<std::string, std::size_t> reasons_;
  std::size_t count_ = 0;
  std::size_t accepted_ = 0;
};

Case made_of(const Scenario& s) {
  Case one;
  one.chain = {s.make_leaf(), s.make_intermediate()};
  one.trusted = {s.make_root()};
  one.host = s.name.value_or("www.example.com");
  one.now = s.now;
  return one;
}

/// Flips bits, drops octets or repeats some, in one of the certificates.
std::string damage(Case& one, Random& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::size_t which = below(one.chain.size() + one.trusted.size());
  Octets& octets = which < one.chain.size() ? one.chain[which] : one.trusted[which - one.chain.size()];
  const std::size_t at = below(octets.size());
  const std::size_t kind = below(4);
  if (kind == 0) octets[at] ^= static_cast<std::uint8_t>(1U << below(8));
  if (kind == 1) octets[at] = static_cast<std::uint8_t>(random());
  if (kind == 2) octets.erase(octets.begin() + static_cast<std::ptrdiff_t>(at));
  if (kind == 3) octets.insert(octets.begin() + static_cast<std::ptrdiff_t>(at), octets[at]);
  return "octet " + std::to_string(at) + " of certificate " + std::to_string(which) + ", kind " +
         std::to_string(kind);
}

/// Changes that a signature covers: the certificates are signed anew afterwards.
using Change = std::function<void(Scenario&)>;
const std::vector<std::pair<const char*, Change>>& changes() {
  static const Octets stranger = directory(name({attribute(oid::organization_name, "Stranger")}));
  static const std::vector<std::pair<const char*, Change>> all = {
      {"leaf expired",
       [](Scenario& s) { s.leaf.validity = validity(moment(2025, 1, 1), moment(2026, 5, 31)); }},
      {"leaf of the future",
       [](Scenario& s) { s.leaf.validity = validity(moment(2026, 7, 1), moment(2027, 1, 1)); }},
      {"intermediate expired",
       [](Scenario& s) { s.intermediate.validity = validity(moment(2020, 1, 1), moment(2026, 5, 31)); }},
      {"root expired",
       [](Scenario& s) { s.root.validity = validity(moment(2020, 1, 1), moment(2026, 5, 31)); }},
      {"last second", [](Scenario& s) { s.now = moment(2026, 12, 31); }},
      {"intermediate is no CA", [](Scenario& s) { s.intermediate.set(basic_constraints(false)); }},
      {"intermediate without basicConstraints",
       [](Scenario& s) { s.intermediate.remove(oid::certificate_extension<19>); }},
      {"root without basicConstraints", [](Scenario& s) { s.root.remove(oid::certificate_extension<19>); }},
      {"root is no CA", [](Scenario& s) { s.root.set(basic_constraints(false)); }},
      {"root with path length 0", [](Scenario& s) { s.root.set(basic_constraints(true, 0)); }},
      {"intermediate with path length 0",
       [](Scenario& s) { s.intermediate.set(basic_constraints(true, 0)); }},
      {"intermediate may not sign", [](Scenario& s) { s.intermediate.set(key_usage(KeyUsage::crl_sign)); }},
      {"intermediate without key usage",
       [](Scenario& s) { s.intermediate.remove(oid::certificate_extension<15>); }},
      {"root may not sign", [](Scenario& s) { s.root.set(key_usage(KeyUsage::crl_sign)); }},
      {"leaf for clients", [](Scenario& s) { s.leaf.set(extended_key_usage({oid::client_auth})); }},
      {"leaf for anything",
       [](Scenario& s) { s.leaf.set(extended_key_usage({oid::any_extended_key_usage})); }},
      {"leaf without purposes", [](Scenario& s) { s.leaf.remove(oid::certificate_extension<37>); }},
      {"intermediate for clients",
       [](Scenario& s) { s.intermediate.set(extended_key_usage({oid::client_auth})); }},
      {"intermediate for servers",
       [](Scenario& s) { s.intermediate.set(extended_key_usage({oid::server_auth})); }},
      {"leaf may only agree on keys", [](Scenario& s) { s.leaf.set(key_usage(KeyUsage::key_agreement)); }},
      {"leaf may only sign certificates",
       [](Scenario& s) { s.leaf.set(key_usage(KeyUsage::key_cert_sign)); }},
      {"leaf is a CA", [](Scenario& s) { s.leaf.set(basic_constraints(true)); }},
      {"another name", [](Scenario& s) { s.name = "www.example.org"; }},
      {"wildcard", [](Scenario& s) { s.leaf.set(alternative_names({dns("*.example.com")})); }},
      {"wildcard inside", [](Scenario& s) { s.leaf.set(alternative_names({dns("w*.example.com")})); }},
      {"broad wildcard",
       [](Scenario& s) {
         s.leaf.set(alternative_names({dns("*.com")}));
         s.name = "example.com";
       }},
      {"capital letters", [](Scenario& s) { s.leaf.set(alternative_names({dns("WWW.Example.COM")})); }},
      {"no alternative names", [](Scenario& s) { s.leaf.remove(oid::certificate_extension<17>); }},
      {"unknown critical extension",
       [](Scenario& s) { s.leaf.extensions.push_back(extension(Octets{0x2a, 3}, true, Octets{5, 0})); }},
      {"unknown critical extension of the root",
       [](Scenario& s) { s.root.extensions.push_back(extension(Octets{0x2a, 3}, true, Octets{5, 0})); }},
      {"names permitted", [](Scenario& s) { s.intermediate.set(name_constraints({dns("example.com")})); }},
      {"names not permitted",
       [](Scenario& s) { s.intermediate.set(name_constraints({dns("example.org")})); }},
      {"names excluded", [](Scenario& s) { s.intermediate.set(name_constraints({}, {dns("example.com")})); }},
      {"names excluded by the root",
       [](Scenario& s) { s.root.set(name_constraints({}, {dns("example.com")})); }},
      {"subjects not permitted", [](Scenario& s) { s.intermediate.set(name_constraints({stranger})); }},
      {"constraint with a wildcard",
       [](Scenario& s) { s.intermediate.set(name_constraints({dns("*.example.com")})); }},
      {"constraint with a dot",
       [](Scenario& s) { s.intermediate.set(name_constraints({dns(".example.com")})); }},
      {"intermediate's key", [](Scenario& s) { s.intermediate.key = shared_key(4).info; }},
      {"authority key identifier", [](Scenario& s) { s.leaf.set(authority_key_id(Octets{9})); }},
      {"no authority key identifier", [](Scenario& s) { s.leaf.remove(oid::certificate_extension<35>); }},
      {"leaf of version 1",
       [](Scenario& s) {
         s.leaf.version.clear();
         s.leaf.wrap_extensions = false;
       }},
      {"intermediate of version 1",
       [](Scenario& s) {
         s.intermediate.version.clear();
         s.intermediate.wrap_extensions = false;
       }},
      {"serial zero", [](Scenario& s) { s.leaf.serial = der::integer(0); }},
      {"long serial", [](Scenario& s) { s.leaf.serial = der::integer(Bytes(Octets(30, 0x55))); }},
      {"extension twice", [](Scenario& s) { s.leaf.extensions.push_back(basic_constraints(false)); }},
      // With a policy beside it: libcrypto 3.0 loses the memory of a constraint that stands alone.
      {"policy demanded",
       [](Scenario& s) {
         s.intermediate.set(policies({Octets{0x2a, 1}}));
         s.intermediate.set(policy_constraints(0, {}));
       }},
      {"anyPolicy mapped",
       [](Scenario& s) {
         s.intermediate.set(policy_mappings({{to_octets(oid::any_policy), Octets{0x2a}}}));
       }},
      {"subject in other letters",
       [](Scenario& s) { s.intermediate.subject = common_name("TEST  intermediate"); }},
      {"signed with SHA-1",
       [](Scenario& s) { s.leaf.algorithm = algorithm_identifier(oid::ecdsa_with_sha1); }},
  };
  return all;
}

TEST(Differential, EveryChangeByItselfAndInPairs) {
  Comparison comparison;
  for (const auto& [name, change] : changes()) {
    Scenario s;
    change(s);
    comparison.compare(made_of(s), name);
    for (const auto& [other_name, other] : changes()) {
      Scenario both;
      change(both);
      other(both);
      comparison.compare(made_of(both), std::string(name) + " and " + other_name);
    }
  }
  RecordProperty("chains", std::to_string(comparison.count()));
  RecordProperty("accepted", std::to_string(comparison.accepted()));
  for (const auto& [reason, times] : comparison.reasons()) RecordProperty(reason, std::to_string(times));
  EXPECT_GT(comparison.accepted(), 100U);
}

TEST(Differential, DamagedOctetsOfAForgedChain) {
  Comparison comparison;
  Random random(1);  // NOLINT: the same damage in every run
  Scenario s;
  s.intermediate.set(name_constraints({dns("example.com"), directory(name({}))}));
  s.leaf.set(policies({Octets{0x2a, 1}}));
  const Case good = made_of(s);
  for (int i = 0; i < 6000; ++i) {
    Case one = good;
    const std::string what = damage(one, random);
    comparison.compare(one, what);
  }
  RecordProperty("accepted", std::to_string(comparison.accepted()));
  for (const auto& [reason, times] : comparison.reasons()) RecordProperty(reason, std::to_string(times));
}

TEST(Differential, DamagedOctetsOfRealChains) {
  HANDFAST_VECTORS_OR_SKIP(suite, "limbo.json");
  Comparison comparison;
  Random random(2);  // NOLINT: the same damage in every run
  for (const auto& testcase : suite["testcases"]) {
    if (!testcase["id"].get<std::string>().starts_with("online::")) continue;
    Case good;
    const auto add = [](std::vector<Octets>& to, const nlohmann::json& pem) {
      auto read = x509::read_certificates(as_bytes(pem.get_ref<const std::string&>()));
      ASSERT_TRUE(read);
      for (Octets& der : *read) to.push_back(std::move(der));
    };
    add(good.chain, testcase["peer_certificate"]);
    for (const auto& pem : testcase["untrusted_intermediates"]) add(good.chain, pem);
    // One root is enough: the one that the chain leads to.
    const auto issuer = x509::describe_certificate(good.chain.back())->issuer;
    for (const auto& pem : testcase["trusted_certs"]) {
      std::vector<Octets> root;
      add(root, pem);
      const auto described = x509::describe_certificate(root.front());
      if (described && described->subject == issuer) good.trusted.push_back(root.front());
    }
    good.host = testcase["expected_peer_name"]["value"].get<std::string>();
    using namespace std::chrono;
    good.now = x509::describe_certificate(good.chain.front())->not_before + days(1);
    comparison.compare(good, testcase["id"].get<std::string>());
    for (int i = 0; i < 300; ++i) {
      Case one = good;
      const std::string what = damage(one, random);
      comparison.compare(one, testcase["id"].get<std::string>() + ": " + what);
    }
  }
  RecordProperty("accepted", std::to_string(comparison.accepted()));
  for (const auto& [reason, times] : comparison.reasons()) RecordProperty(reason, std::to_string(times));
}

}  // namespace
}  // namespace handfast::test
