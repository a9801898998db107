// HTTP/1.1 heads.
#include "http.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace handfast::tool::http {
namespace {

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("!#$%&'*+-.^_`|~").contains(static_cast<char>(c));
  });
}

// RFC 9110 §5.5: visible octets, obs-text, spaces and tabs.
bool is_field_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

// RFC 9112 §3.2: origin-form, or absolute-form as proxies get it.
std::optional<std::string> path_of(std::string_view target) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!same_word(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t slash = target.find('/', scheme.size());
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (!target.starts_with('/')) return std::nullopt;
  const bool visible = std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!visible) return std::nullopt;
  return decode(target.substr(0, target.find_first_of("?#")));
}

// "HTTP/1.1", "HTTP/1.0"; other versions are known by their form.
Status check_version(std::string_view version) noexcept {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return Status::ok;
  return version.starts_with("HTTP/") ? Status::version_not_supported : Status::bad_request;
}

std::optional<std::pair<std::string_view, std::string_view>> parse_field(std::string_view line) noexcept {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return std::nullopt;
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_field_value(value)) return std::nullopt;
  return std::pair(line.substr(0, colon), value);
}

// Takes a line from the front. RFC 9112 §2.2: a bare LF ends one, too.
std::string_view next_line(std::string_view& text) noexcept {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<Status> parse_request_line(std::string_view line, Request& request) {
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return Status::bad_request;
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, second - first - 1);
  if (const Status status = check_version(line.substr(second + 1)); status != Status::ok) return status;
  if (!is_token(request.method)) return Status::bad_request;
  if (request.method != "GET" && request.method != "HEAD") return Status::method_not_allowed;
  auto path = path_of(request.target);
  if (!path) return Status::bad_request;
  request.path = std::move(*path);
  return std::nullopt;
}

}  // namespace

std::string_view reason(Status status) noexcept {
  switch (status) {
    case Status::ok: return "OK";
    case Status::moved_permanently: return "Moved Permanently";
    case Status::bad_request: return "Bad Request";
    case Status::not_found: return "Not Found";
    case Status::method_not_allowed: return "Method Not Allowed";
    case Status::request_timeout: return "Request Timeout";
    case Status::too_early: return "Too Early";
    case Status::head_too_large: return "Request Header Fields Too Large";
    case Status::internal_error: return "Internal Server Error";
    case Status::service_unavailable: return "Service Unavailable";
    case Status::version_not_supported: return "HTTP Version Not Supported";
  }
  return "";
}

std::string_view Request::field(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields)
    if (same_word(key, name)) return value;
  return {};
}

std::optional<std::size_t> find_end(std::string_view text) noexcept {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const std::string_view after = text.substr(at + 1);
    if (after.starts_with('\n')) return at + 2;
    if (after.starts_with("\r\n")) return at + 3;
  }
  return std::nullopt;
}

std::expected<Request, Status> parse(std::string_view head) {
  Request request;
  std::string_view line = next_line(head);
  if (line.empty()) line = next_line(head);  // RFC 9112 §2.2: one empty line before it is tolerated
  if (const auto refusal = parse_request_line(line, request)) return std::unexpected(*refusal);
  const bool needs_host = line.ends_with("HTTP/1.1");
  std::size_t hosts = 0;
  for (line = next_line(head); !line.empty(); line = next_line(head)) {
    const auto field = parse_field(line);
    if (!field) return std::unexpected(Status::bad_request);
    if (same_word(field->first, "host")) ++hosts;
    request.fields.push_back(*field);
  }
  // RFC 9112 §3.2: exactly one Host in HTTP/1.1.
  if (hosts > 1 || (needs_host && hosts == 0)) return std::unexpected(Status::bad_request);
  return request;
}

std::string to_text(const Response& response) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\n", static_cast<int>(response.status), reason(response.status));
  text += fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", fmt::gmtime(std::time(nullptr)));
  text += "Server: handfast\r\n";
  text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", response.content_type,
                      response.content_length);
  if (!response.location.empty()) text += fmt::format("Location: {}\r\n", response.location);
  if (response.status == Status::method_not_allowed) text += "Allow: GET, HEAD\r\n";
  if (!response.cacheable) text += "Cache-Control: no-store\r\n";
  text += "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
  return text;
}

std::string encode_path(std::string_view path) {
  std::string encoded;
  for (const char letter : path) {
    const auto octet = static_cast<unsigned char>(letter);
    if (std::isalnum(octet) != 0 || std::string_view("-._~/").contains(letter)) {
      encoded += letter;
    } else {
      encoded += fmt::format("%{:02X}", octet);
    }
  }
  return encoded;
}

}  // namespace handfast::tool::http
