// A scenario: a root, an intermediate and a server's leaf that are all right in both profiles, and everything
// a test wants to change about them before they are verified.
#pragma once
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <handfast/verify.hpp>

#include "x509/forge.hpp"

namespace handfast::test {

struct Scenario {
  Scenario();

  CertificateForge root;          ///< key 0
  CertificateForge intermediate;  ///< key 1, signed with key 0
  CertificateForge leaf;          ///< key 2, signed with key 1
  const Key* root_key = &shared_key(0);
  const Key* intermediate_key = &shared_key(1);
  const Key* leaf_key = &shared_key(2);
  bool send_intermediate = true;
  bool trust_root = true;
  std::vector<Octets> extra;               ///< sent behind the intermediate
  std::vector<Octets> trusted;             ///< more anchors
  std::function<void(Octets&)> edit_leaf;  ///< after signing

  std::optional<std::string> name = "www.example.com";
  Time now = moment(2026, 6, 1);
  x509::Profile profile = x509::Profile::standard;
  std::vector<Octets> crls;
  Octets ocsp_response;
  bool explain = true;
  std::function<void(x509::VerificationRequest&)> tweak;  ///< the last word on the request

  // The pieces, made from the above at each call.
  [[nodiscard]] Octets make_root() const { return root.sign(*root_key); }
  [[nodiscard]] Octets make_intermediate() const { return intermediate.sign(*root_key); }
  [[nodiscard]] Octets make_leaf() const;
  /// A list of the intermediate's, and of the root's.
  [[nodiscard]] ListForge leaf_list() const;
  [[nodiscard]] ListForge intermediate_list() const;
  /// A response about the leaf.
  [[nodiscard]] ResponseForge leaf_response() const;

  [[nodiscard]] x509::Verification verify() const;
};

/// All findings of a verdict with at least this severity.
std::multiset<x509::FindingCode> codes_of(const x509::Verification& verification, x509::Severity least);
/// Whether this finding is there with exactly this severity.
bool has(const x509::Verification& verification, x509::FindingCode code, x509::Severity severity);

}  // namespace handfast::test
