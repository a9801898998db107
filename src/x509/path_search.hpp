// The search for paths (RFC 4158): from the leaf upwards, depth first, bounded in work.
#pragma once
#include <vector>

#include <handfast/verify.hpp>

#include "x509/name_constraints.hpp"
#include "x509/path.hpp"
#include "x509/path_rules.hpp"
#include "x509/signature_check.hpp"

namespace handfast::x509 {

/// Searches in the certificates that were sent and in the trust store. An issuer's name has to match, its key
/// has to verify; key identifiers only say whom to try first (RFC 5280 §4.2.1.1 makes them no more than
/// hints).
class PathSearch {
 public:
  /// `candidates`: the leaf first. Everything must outlive the search.
  PathSearch(const VerificationRequest& request, std::span<Candidate> candidates, Verification& result);

  /// Looks for a path that is accepted, and nothing else: paths are given up at their first breach. True: it
  /// is in the result.
  bool find();
  /// Follows paths to their end and writes down what is the matter with each of the first few; in the end the
  /// one that find() accepted, if there is one.
  void explain();

 private:
  static constexpr std::uint32_t most_issuers = 4096;  // considered in one search
  static constexpr std::uint32_t most_visits = 65536;  // of certificates that have the right name
  static constexpr std::size_t most_attempts = 8;      // written down

  struct CheckedLink {
    const Certificate* subject;
    Bytes issuer_key;  // SubjectPublicKeyInfo: several certificates may hold it
    SignatureOutcome outcome;
  };

  bool start();
  bool extend();
  bool try_anchors();
  bool try_candidates();
  bool try_anchor(const TrustAnchor& anchor);
  bool try_candidate(Candidate& candidate);
  bool finish();
  [[nodiscard]] bool in_path(const Candidate& candidate) const noexcept;
  [[nodiscard]] bool stop() const noexcept;
  SignatureOutcome link(const SigningKey& key);
  void accept();
  void record(FindingCode code, std::size_t where, std::string found);
  /// Goes on above a link; one whose signature is not known to be good never leads to acceptance.
  template <class F>
  bool with_link(SignatureOutcome outcome, F&& go_on) {
    const unsigned before = unchecked_links_;
    if (outcome != SignatureOutcome::good) ++unchecked_links_;
    const bool accepted = go_on();
    unchecked_links_ = before;
    return accepted;
  }

  const VerificationRequest& request_;
  std::span<Candidate> candidates_;
  Verification& result_;
  SignatureChecker signatures_;
  RuleContext rules_;
  Path path_;
  Path accepted_;
  std::vector<CheckedLink> checked_;  // a link is checked once, however many paths use it
  std::uint32_t considered_ = 0;      // issuers, in this search
  std::uint32_t visits_ = 0;          // also of those that turn out to be in the path already
  unsigned unchecked_links_ = 0;      // of the path: only while explaining
  bool explaining_ = false;
  bool gave_up_ = false;
  bool too_many_paths_ = false;  // find() gave up
};

}  // namespace handfast::x509
