// The rules of RFC 5280 §6.1 and what the caller demands, for one path whose signatures are good.
#pragma once
#include <handfast/verify.hpp>

#include "x509/judge.hpp"
#include "x509/name_constraints.hpp"
#include "x509/path.hpp"
#include "x509/signature_check.hpp"

namespace handfast::x509 {

/// What all paths of one verification share.
struct RuleContext {
  const VerificationRequest& request;
  SignatureChecker& signatures;
  ComparisonBudget comparisons;
};

/// Everything but signatures of certificates: each certificate by itself, its place in the path, names,
/// constraints, policies, revocation, and the rules for issuers where the judge cares for them.
void judge_path(const Path& path, RuleContext& context, Judge& judge);

/// What makes the certificate at `index` no issuer of those below it: for the search, to give up early.
void judge_issuer(const Path& path, std::size_t index, const VerificationRequest& request, Judge& judge);

}  // namespace handfast::x509
