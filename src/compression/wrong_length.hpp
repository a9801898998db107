// What is wrong with compressed certificates.
#pragma once
#include <handfast/error.hpp>

namespace handfast::certificate_compression {

/// RFC 8879 §4: bad_certificate for what does not decompress to exactly the length that was declared.
inline std::unexpected<Error> wrong_length() noexcept {
  return fail(ErrorCode::certificate_malformed, "it does not decompress to the length that was declared");
}

}  // namespace handfast::certificate_compression
