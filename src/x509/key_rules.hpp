// What a public key has to satisfy, whoever holds it.
#pragma once
#include <optional>

#include <handfast/finding_codes.hpp>

#include "x509/algorithm.hpp"

namespace handfast::x509 {

/// unsupported_key for a kind, curve, form or size that is not supported, weak_key for an RSA modulus below
/// `min_rsa_bits`; none: nothing speaks against it, as far as a look at it tells.
[[nodiscard]] std::optional<FindingCode> find_key_breach(const KeyInfo& key,
                                                         std::uint16_t min_rsa_bits) noexcept;

/// Numbers that make no key: bad_key for a point beside the curve or an even modulus, unsupported_key for
/// parameters of RSASSA-PSS that are not spoken. Costs about a microsecond.
struct NumbersBreach {
  FindingCode code = FindingCode::bad_key;
  const char* found = "";
};
[[nodiscard]] std::optional<NumbersBreach> find_bad_numbers(const KeyInfo& key);

}  // namespace handfast::x509
