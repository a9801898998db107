// Internationalised names in ASCII (RFC 3492).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace handfast::x509 {

/// The name with each label that is not ASCII as "xn--" and its Punycode. The labels are taken as they are:
/// lower case and normalised already. None for a text that is not UTF-8.
[[nodiscard]] std::optional<std::string> to_a_labels(std::string_view name);

}  // namespace handfast::x509
