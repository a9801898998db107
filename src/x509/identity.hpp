// Whether a certificate is for a name (RFC 9525 §6): subjectAltName only, never the common name.
#pragma once
#include <string>
#include <string_view>

#include <handfast/public_suffixes.hpp>
#include <handfast/server_name.hpp>

#include "x509/certificate.hpp"

namespace handfast::x509 {

enum class IdentityMatch : std::uint8_t {
  yes,
  no,
  no_names,   ///< there is no subjectAltName at all
  too_broad,  ///< only a wildcard that covers strangers' names would match
};
[[nodiscard]] IdentityMatch match_identity(const Certificate& certificate, const ServerName& name,
                                           const PublicSuffixList* suffixes) noexcept;
/// Whether an rfc822Name is this mailbox: the local part octet by octet, the host without letter case.
[[nodiscard]] bool has_mailbox(const Certificate& certificate, std::string_view mailbox) noexcept;
/// The names of a certificate for people: "DNS:a.example, IP:192.0.2.1"; long lists are cut off.
[[nodiscard]] std::string list_names(const Certificate& certificate);

}  // namespace handfast::x509
