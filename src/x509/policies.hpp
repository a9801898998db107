// Certificate policies (RFC 5280 §6.1, with the policy graph of RFC 9618 instead of the tree).
#pragma once
#include <optional>
#include <span>

#include <handfast/finding_codes.hpp>
#include <handfast/verify.hpp>

#include "x509/certificate.hpp"

namespace handfast::x509 {

/// Whether a path (leaf first, without the anchor) satisfies its own policy constraints and the caller's
/// demands; policy_required or bad_policy_mapping if not. Work and memory grow linearly with what the
/// certificates say.
[[nodiscard]] std::optional<FindingCode> check_policies(std::span<const Certificate* const> path,
                                                        const PolicyDemands& demands);

}  // namespace handfast::x509
