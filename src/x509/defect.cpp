// Defects as errors.
#include "x509/defect.hpp"

#include <handfast/findings.hpp>

namespace handfast::x509 {

Error Defect::error(ErrorCode kind) const noexcept {
  // The table's texts are literals, which end in a zero.
  Error error(kind, finding_info(code).sentence.data());
  error.field = field;
  error.offset = offset;
  return error;
}

}  // namespace handfast::x509
