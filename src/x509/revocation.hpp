// Revocation: what CRLs (RFC 5280 §6.3) and a stapled OCSP response (RFC 6960 §3.2) say about a path.
#pragma once
#include "x509/judge.hpp"
#include "x509/path_rules.hpp"

namespace handfast::x509 {

/// Judges every certificate but the anchor, as the request's policy wants it.
void judge_revocation(const Path& path, RuleContext& context, Judge& judge);

}  // namespace handfast::x509
