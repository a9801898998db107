// Mailboxes (RFC 5321 §4.1.2) in rfc822Name.
#pragma once
#include <optional>
#include <string_view>

namespace handfast::x509 {

struct Mailbox {
  std::string_view local;  ///< as written, quotes included; letter case counts
  std::string_view host;   ///< letter case does not count
};
/// "local@host" with exactly one "@" outside of a quoted local part, both sides good; none otherwise.
[[nodiscard]] std::optional<Mailbox> parse_mailbox(std::string_view text) noexcept;

}  // namespace handfast::x509
