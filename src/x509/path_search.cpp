// The search for paths.
#include "x509/path_search.hpp"

#include "x509/describe_path.hpp"
#include "x509/extension_values.hpp"
#include "x509/name.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {
namespace {

/// Whether the key that signed `subject` may be the one with this identifier: nothing speaks against it.
bool may_be_signed_by(Bytes wanted_identifier, const Certificate& issuer) noexcept {
  if (wanted_identifier.empty()) return true;
  const Bytes identifier = subject_key_identifier(issuer);
  return identifier.empty() || equal(identifier, wanted_identifier);
}

Bytes wanted_key_identifier(const Certificate& certificate) noexcept {
  const auto identifier = authority_key_identifier(certificate);
  return identifier ? identifier->key_identifier : Bytes{};
}

}  // namespace

PathSearch::PathSearch(const VerificationRequest& request, std::span<Candidate> candidates,
                       Verification& result)
    : request_(request),
      candidates_(candidates),
      result_(result),
      signatures_(request.max_signature_checks, request.signature_cache, result.work),
      rules_{request, signatures_, {}} {}

bool PathSearch::find() {
  explaining_ = false;
  const bool found = start();
  too_many_paths_ = gave_up_;
  result_.work.issuers_considered = considered_;
  result_.work.names_compared = rules_.comparisons.used;
  return found;
}

void PathSearch::explain() {
  explaining_ = true;
  start();
  const bool shown = std::any_of(result_.attempts.begin(), result_.attempts.end(),
                                 [](const Attempt& attempt) { return attempt.accepted; });
  if (result_.accepted && !shown) {
    // The first few attempts were others.
    path_ = accepted_;
    finish();
  }
  if (result_.accepted) return;
  if (too_many_paths_) result_.findings.push_back({FindingCode::gave_up_paths, Severity::error, {}});
  if (signatures_.gave_up())
    result_.findings.push_back({FindingCode::gave_up_signatures, Severity::error,
                                std::to_string(result_.work.signature_checks) + " signatures checked"});
}

bool PathSearch::start() {
  path_ = Path{};
  gave_up_ = false;
  rules_.comparisons = {};
  considered_ = 0;
  visits_ = 0;
  Candidate& leaf = candidates_.front();
  path_.push(leaf);
  if (request_.trust == nullptr) return extend();
  // A certificate that is trusted by itself needs no issuer.
  if (const TrustAnchor* anchor = request_.trust->contents().find(leaf.certificate.der, leaf.subject_hash)) {
    path_.anchor = anchor;
    path_.leaf_is_anchor = true;
    if (finish()) return true;
    path_.anchor = nullptr;
    path_.leaf_is_anchor = false;
  }
  return extend();
}

bool PathSearch::stop() const noexcept {
  return gave_up_ || (explaining_ && result_.attempts.size() >= most_attempts);
}

bool PathSearch::extend() {
  const std::uint32_t considered = considered_;
  if (path_.anchor == nullptr && try_anchors()) return true;
  if (path_.full()) {
    record(FindingCode::too_many_intermediates, Judge::whole_path,
           std::to_string(path_.size()) + " certificates");
    return false;
  }
  if (try_candidates()) return true;
  if (considered == considered_ && !stop()) {
    const Candidate& last = path_.back();
    record(last.self_issued ? FindingCode::self_signed_not_trusted : FindingCode::no_issuer, path_.size() - 1,
           joined({"issuer ", quoted_name(last.certificate.issuer)}));
  }
  return false;
}

bool PathSearch::try_anchors() {
  if (request_.trust == nullptr) return false;
  const Candidate& last = path_.back();
  const auto anchors = request_.trust->contents().with_hash(last.issuer_hash);
  if (anchors.empty()) return false;
  const Bytes wanted = wanted_key_identifier(last.certificate);
  for (const bool likely : {true, false})
    for (const TrustAnchor* anchor : anchors) {
      const bool fits = !anchor->certificate || may_be_signed_by(wanted, *anchor->certificate);
      if (fits != likely || !same_name(anchor->subject, last.certificate.issuer)) continue;
      if (try_anchor(*anchor)) return true;
      if (stop()) return false;
    }
  return false;
}

bool PathSearch::try_anchor(const TrustAnchor& anchor) {
  ++considered_;
  path_.anchor = &anchor;
  const SignatureOutcome outcome =
      link({&anchor.key, anchor.public_key ? &*anchor.public_key : nullptr, nullptr});
  bool accepted = false;
  if (outcome == SignatureOutcome::bad)
    record(FindingCode::bad_signature, path_.size() - 1,
           "checked with the key of a trusted root of that name");
  else if (outcome == SignatureOutcome::good || explaining_)
    accepted = with_link(outcome, [&] { return finish(); });
  path_.anchor = nullptr;
  return accepted;
}

bool PathSearch::try_candidates() {
  const Candidate& last = path_.back();
  const Bytes wanted = candidates_.size() > 2 ? wanted_key_identifier(last.certificate) : Bytes{};
  for (const bool likely : {true, false})
    for (Candidate& candidate : candidates_.subspan(1)) {
      if (candidate.subject_number != last.issuer_number) continue;
      gave_up_ = gave_up_ || ++visits_ > most_visits;
      if (stop()) return false;
      if (in_path(candidate) || may_be_signed_by(wanted, candidate.certificate) != likely) continue;
      if (try_candidate(candidate)) return true;
      if (stop()) return false;
    }
  return false;
}

bool PathSearch::try_candidate(Candidate& candidate) {
  if (++considered_ > most_issuers) {
    gave_up_ = true;
    return false;
  }
  path_.push(candidate);
  bool accepted = false;
  Judge judge(request_.profile, nullptr);
  if (!explaining_) judge_issuer(path_, path_.size() - 1, request_, judge);
  if (!judge.done()) {
    path_.pop();
    const SignatureOutcome outcome = link({&candidate.certificate.key, nullptr, &candidate.key});
    path_.push(candidate);
    if (outcome == SignatureOutcome::bad)
      record(FindingCode::bad_signature, path_.size() - 2, "checked with the key of the certificate above");
    else if (outcome == SignatureOutcome::good || explaining_)
      accepted = with_link(outcome, [&] { return extend(); });
  }
  path_.pop();
  return accepted;
}

/// A path may not meet the same key under the same name twice (RFC 4158 §2.4.2): it would be a loop
/// [5280:6.1#3].
bool PathSearch::in_path(const Candidate& candidate) const noexcept {
  for (std::size_t i = 0; i < path_.size(); ++i)
    if (path_[i].subject_number == candidate.subject_number &&
        equal(path_[i].certificate.key.der, candidate.certificate.key.der))
      return true;
  return false;
}

SignatureOutcome PathSearch::link(const SigningKey& key) {
  const Certificate& subject = path_.back().certificate;
  for (const CheckedLink& known : checked_)
    if (known.subject == &subject && equal(known.issuer_key, key.info->der)) return known.outcome;
  const SignatureOutcome outcome =
      signatures_.check(key, subject.signature_algorithm, subject.signed_octets, subject.signature);
  if (outcome != SignatureOutcome::gave_up) checked_.push_back({&subject, key.info->der, outcome});
  return outcome;
}

bool PathSearch::finish() {
  if (!explaining_) {
    Judge judge(request_.profile, nullptr);
    judge_path(path_, rules_, judge);
    if (judge.refused()) return false;
    accept();
    return true;
  }
  Attempt attempt = describe_path(path_);
  Judge judge(request_.profile, &attempt);
  judge_path(path_, rules_, judge);
  // Everything looks good, but nobody knows who signed it.
  if (unchecked_links_ != 0 && !judge.refused())
    judge.breach(FindingCode::signature_not_checked, Judge::whole_path, [] { return std::string(); });
  attempt.accepted = !judge.refused();
  result_.attempts.push_back(std::move(attempt));
  return !judge.refused();
}

void PathSearch::accept() {
  result_.accepted = true;
  accepted_ = path_;
  result_.path.reserve(path_.size());
  for (std::size_t i = 0; i < path_.size(); ++i) result_.path.push_back(path_[i].position);
  result_.anchor = to_octets(path_.anchor->subject);
}

void PathSearch::record(FindingCode code, std::size_t where, std::string found) {
  if (!explaining_) return;
  Attempt attempt = describe_path(path_);
  Judge judge(request_.profile, &attempt);
  judge.breach(code, where, [&] { return std::move(found); });
  result_.attempts.push_back(std::move(attempt));
}

}  // namespace handfast::x509
