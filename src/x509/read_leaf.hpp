// A verification whose leaf was needed, and read, before.
#pragma once
#include <span>
#include <vector>

#include <handfast/verify.hpp>

#include "x509/path.hpp"

namespace handfast::x509 {

/// The first certificate of a chain, which is not empty, as verify() would read it.
/// Errors: those of Certificate::parse.
[[nodiscard]] Result<std::vector<Candidate>> read_leaf(std::span<const Bytes> chain);

/// As verify(request) is, but the leaf is read already: `leaf` is what read_leaf(request.chain) gave. Empty:
/// it is not.
[[nodiscard]] Verification verify(const VerificationRequest& request, std::vector<Candidate> leaf);

}  // namespace handfast::x509
