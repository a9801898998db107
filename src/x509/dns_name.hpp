// DNS names: what may be asked for, what a certificate may say, and when the one is the other (RFC 9525
// §6.3).
#pragma once
#include <string_view>

#include <handfast/public_suffixes.hpp>

#include "x509/text.hpp"

namespace handfast::x509 {

/// A host name to look for: labels of 1 to 63 letters, digits, hyphens (not at the ends) and underscores, at
/// most 253 octets, no trailing dot, the last label not a number.
[[nodiscard]] bool is_reference_name(std::string_view name) noexcept;
/// A dNSName as RFC 5280 §4.2.1.6 wants it: RFC 1123 syntax (no underscore), perhaps "*." in front.
[[nodiscard]] bool is_presented_name(std::string_view name) noexcept;

enum class DnsMatch : std::uint8_t {
  no,
  yes,
  too_broad,  ///< would match, but everything below a public suffix is not one owner's
};
/// `reference` satisfies is_reference_name(); `presented` is whatever a certificate says. A wildcard is the
/// whole left-most label and stands for exactly one label. Null `suffixes`: only top-level domains are
/// public.
[[nodiscard]] DnsMatch match_dns(std::string_view presented, std::string_view reference,
                                 const PublicSuffixList* suffixes) noexcept;
/// Whether "*.`suffix`" is too broad.
[[nodiscard]] bool is_too_broad(std::string_view suffix, const PublicSuffixList* suffixes) noexcept;

}  // namespace handfast::x509
