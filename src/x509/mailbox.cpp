// Mailboxes.
#include "x509/mailbox.hpp"

#include <algorithm>

#include "x509/dns_name.hpp"

namespace handfast::x509 {
namespace {

/// Dot-string of RFC 5321 §4.1.2: atoms joined by single dots.
bool is_dot_string(std::string_view local) noexcept {
  if (local.empty() || local.front() == '.' || local.back() == '.') return false;
  if (local.find("..") != std::string_view::npos) return false;
  return std::all_of(local.begin(), local.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"(),:;<>@[\\]").find(c) == std::string_view::npos;
  });
}

/// Quoted-string: printable characters, quotes and backslashes escaped.
bool is_quoted_string(std::string_view local) noexcept {
  if (local.size() < 2 || local.front() != '"' || local.back() != '"') return false;
  local = local.substr(1, local.size() - 2);
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (local[i] < ' ' || local[i] >= 0x7f || local[i] == '"') return false;
    if (local[i] != '\\') continue;
    ++i;  // whatever is escaped
    if (i == local.size()) return false;
  }
  return true;
}

}  // namespace

std::optional<Mailbox> parse_mailbox(std::string_view text) noexcept {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const Mailbox mailbox{text.substr(0, at), text.substr(at + 1)};
  if (!is_dot_string(mailbox.local) && !is_quoted_string(mailbox.local)) return std::nullopt;
  if (!is_reference_name(mailbox.host)) return std::nullopt;
  return mailbox;
}

}  // namespace handfast::x509
