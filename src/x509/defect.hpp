// Defects: why octets do not parse as the structure that they should be.
#pragma once
#include <cstdint>

#include <handfast/error.hpp>
#include <handfast/finding_codes.hpp>

namespace handfast::x509 {

/// The rule that is broken, the field in which, and where. Small; its text is a literal.
struct Defect {
  FindingCode code = FindingCode::der_truncated;
  const char* field = nullptr;  ///< as in the RFC: "tbsCertificate.validity"
  std::uint32_t offset = 0;     ///< octets from the start of what was parsed

  /// An error of `kind` with the field, the offset and the rule's sentence.
  [[nodiscard]] Error error(ErrorCode kind = ErrorCode::certificate_malformed) const noexcept;
};

/// An error of `kind` whose detail is the finding's sentence.
[[nodiscard]] Error make_error(ErrorCode kind, FindingCode code) noexcept;

}  // namespace handfast::x509
