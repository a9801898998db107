// Verification, from the request to the verdict.
#include <limits>

#include <handfast/verify.hpp>

#include "x509/name.hpp"
#include "x509/path_search.hpp"
#include "x509/read_leaf.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {
namespace {

// More certificates than this are not looked at.
constexpr std::size_t most_certificates = 4096;

std::string defect_text(std::size_t position, const Defect& defect) {
  return joined({"certificate ", std::to_string(position), ", ", defect.field != nullptr ? defect.field : "",
                 " at octet ", std::to_string(defect.offset)});
}

/// The number of the first name that is the same; of a new one, `own`.
std::uint32_t number_of(Bytes name, std::uint64_t hash, std::span<const Candidate> known,
                        std::uint32_t own) noexcept {
  for (const Candidate& candidate : known) {
    if (candidate.subject_hash == hash && same_name(candidate.certificate.subject, name))
      return candidate.subject_number;
    if (candidate.issuer_hash == hash && same_name(candidate.certificate.issuer, name))
      return candidate.issuer_number;
  }
  return own;
}

void number_names(Candidate& candidate, std::span<const Candidate> known) noexcept {
  const Certificate& certificate = candidate.certificate;
  candidate.subject_hash = name_hash(certificate.subject);
  candidate.issuer_hash = name_hash(certificate.issuer);
  const auto own = 2U * candidate.position;
  candidate.subject_number = number_of(certificate.subject, candidate.subject_hash, known, own);
  candidate.self_issued =
      candidate.subject_hash == candidate.issuer_hash && same_name(certificate.subject, certificate.issuer);
  candidate.issuer_number = candidate.self_issued
                                ? candidate.subject_number
                                : number_of(certificate.issuer, candidate.issuer_hash, known, own + 1);
}

/// Whether the same certificate was sent before.
bool contains(std::span<const Candidate> candidates, const Candidate& candidate) noexcept {
  return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& known) {
    return known.subject_number == candidate.subject_number &&
           equal(known.certificate.der, candidate.certificate.der);
  });
}

/// Reads the certificate at `position` behind those that were read, unless it is one of them.
std::optional<Defect> read_candidate(Bytes certificate, std::size_t position,
                                     std::vector<Candidate>& candidates) {
  Candidate& candidate = candidates.emplace_back();
  const std::span<const Candidate> known(candidates.data(), candidates.size() - 1);
  candidate.position = static_cast<std::uint16_t>(position);
  const auto defect = Certificate::parse_into(candidate.certificate, certificate);
  if (!defect) number_names(candidate, known);
  if (defect || contains(known, candidate)) candidates.pop_back();
  return defect;
}

/// The certificates that parse, behind those that did already, leaf first; empty if the leaf does not.
void read_chain(const VerificationRequest& request, std::vector<Candidate>& candidates,
                Verification& result) {
  const std::size_t count = std::min(request.chain.size(), most_certificates);
  candidates.reserve(count);
  for (std::size_t i = candidates.size(); i < count; ++i) {
    const auto defect = read_candidate(request.chain[i], i, candidates);
    if (!defect) continue;
    // One that nobody needs may be damaged; whether it is needed, the search finds out.
    result.findings.push_back(
        {defect->code, i == 0 ? Severity::error : Severity::warning, defect_text(i, *defect)});
    if (i == 0) return;
  }
}

/// How soon a finding decides what the peer is told, when several refuse: the trouble with a path first, the
/// name last.
int rank(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::certificate_revoked: return 0;
    case ErrorCode::unknown_ca: return 1;
    case ErrorCode::certificate_malformed: return 2;
    case ErrorCode::certificate_expired: return 3;
    case ErrorCode::certificate_unsupported: return 4;
    case ErrorCode::certificate_refused: return 5;
    case ErrorCode::certificate_status_missing: return 6;
    case ErrorCode::certificate_name_mismatch: return 7;
    default: return 8;
  }
}

/// The finding of an attempt that decides.
const Finding* deciding(const Attempt& attempt) noexcept {
  const Finding* best = nullptr;
  const auto look = [&](const Finding& finding) {
    if (finding.severity != Severity::error) return;
    if (best == nullptr || rank(finding.info().error) < rank(best->info().error)) best = &finding;
  };
  for (const Finding& finding : attempt.findings) look(finding);
  for (const ExaminedCertificate& certificate : attempt.certificates)
    for (const Finding& finding : certificate.findings) look(finding);
  return best;
}

std::size_t count_errors(const Attempt& attempt) noexcept {
  const auto is_error = [](const Finding& finding) { return finding.severity == Severity::error; };
  auto count = std::count_if(attempt.findings.begin(), attempt.findings.end(), is_error);
  for (const ExaminedCertificate& certificate : attempt.certificates)
    count += std::count_if(certificate.findings.begin(), certificate.findings.end(), is_error);
  return static_cast<std::size_t>(count);
}

/// How far an attempt is from success: those that reach an anchor come first.
std::size_t distance(const Attempt& attempt) noexcept {
  const Finding* const finding = deciding(attempt);
  const bool reaches = finding == nullptr || finding->info().error != ErrorCode::unknown_ca;
  return (reaches ? 0U : 1000U) + count_errors(attempt);
}

/// What concerns no single path comes first: then nobody knows what the other paths would have been worth.
Error verdict(const Verification& result) {
  const Finding* finding = nullptr;
  for (const Finding& general : result.findings)
    if (finding == nullptr && general.severity == Severity::error) finding = &general;
  const Attempt* best = nullptr;
  for (const Attempt& attempt : result.attempts)
    if (best == nullptr || distance(attempt) < distance(*best)) best = &attempt;
  if (finding == nullptr && best != nullptr) finding = deciding(*best);
  if (finding == nullptr) return Error(ErrorCode::unknown_ca);
  return make_error(finding->info().error, finding->code);
}

}  // namespace

Result<std::vector<Candidate>> read_leaf(std::span<const Bytes> chain) {
  // Without room for the others yet: the chain may be long, and nobody be asked about it.
  std::vector<Candidate> candidates;
  if (const auto defect = read_candidate(chain.front(), 0, candidates)) return fail(defect->error());
  return candidates;
}

Verification verify(const VerificationRequest& request) { return verify(request, {}); }

Verification verify(const VerificationRequest& request, std::vector<Candidate> candidates) {
  Verification result;
  if (request.chain.empty()) {
    result.findings.push_back({FindingCode::empty_chain, Severity::error, {}});
    result.error = verdict(result);
    return result;
  }
  read_chain(request, candidates, result);
  if (candidates.empty()) {
    result.error = verdict(result);
    return result;
  }
  PathSearch search(request, candidates, result);
  const bool accepted = search.find();
  if (accepted && !request.explain) {
    result.findings.clear();
    return result;
  }
  search.explain();
  if (!accepted) result.error = verdict(result);
  return result;
}

}  // namespace handfast::x509
