// Times in certificates: UTCTime and GeneralizedTime, strictly as RFC 5280 §4.1.2.5 wants them.
#pragma once
#include <chrono>
#include <string>

#include "x509/der.hpp"

namespace handfast::x509 {

/// A Time: YYMMDDHHMMSSZ (years 1950 to 2049) or YYYYMMDDHHMMSSZ, with a date that exists.
std::chrono::sys_seconds read_time(Der& der, const char* field) noexcept;
/// A GeneralizedTime of the same form only.
std::chrono::sys_seconds read_generalized_time(Der& der, const char* field) noexcept;

/// "2026-11-24 03:30:00 UTC".
[[nodiscard]] std::string to_text(std::chrono::sys_seconds time);

/// "2026-11-24T03:30:00Z" (RFC 3339), for data.
[[nodiscard]] std::string to_timestamp(std::chrono::sys_seconds time);

}  // namespace handfast::x509
