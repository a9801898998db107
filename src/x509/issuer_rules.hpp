// Rules that bind issuers (RFC 5280 §4, CA/Browser Forum Baseline Requirements): not needed to decide whether
// a path is valid, so they refuse only in the strict profile.
#pragma once
#include <handfast/verify.hpp>

#include "x509/judge.hpp"
#include "x509/path.hpp"
#include "x509/path_rules.hpp"

namespace handfast::x509 {

/// Looks at each certificate of the path and at its anchor's. The Forum's rules for servers' certificates are
/// only asked about where the purpose is a server's.
void judge_issuers_conduct(const Path& path, RuleContext& context, Judge& judge);

}  // namespace handfast::x509
