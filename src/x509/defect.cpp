// Defects as errors.
#include "x509/defect.hpp"

#include <handfast/findings.hpp>

namespace handfast::x509 {

Error make_error(ErrorCode kind, FindingCode code) noexcept {
  // The table's texts are literals, which end in a zero.
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage)
  return Error(kind, finding_info(code).sentence.data());
}

Error Defect::error(ErrorCode kind) const noexcept {
  Error error = make_error(kind, code);
  error.field = field;
  error.offset = offset;
  return error;
}

}  // namespace handfast::x509
