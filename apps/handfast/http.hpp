// As much of HTTP/1.1 (RFC 9112) as `handfast serve` needs: one request head in, one response head out.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace handfast::tool::http {

/// Longest request head that is read, in octets.
inline constexpr std::size_t max_head = 16384;

enum class Status : std::uint16_t {
  ok = 200,
  moved_permanently = 301,
  bad_request = 400,
  not_found = 404,
  method_not_allowed = 405,
  request_timeout = 408,
  too_early = 425,
  head_too_large = 431,
  internal_error = 500,
  service_unavailable = 503,
  version_not_supported = 505,
};
/// "Not Found".
std::string_view reason(Status status) noexcept;

/// A request's head. Views into the text that was parsed.
struct Request {
  std::string_view method;
  std::string_view target;  ///< as sent
  std::string path;         ///< decoded, absolute, without query; may hold any octet but NUL
  std::vector<std::pair<std::string_view, std::string_view>> fields;

  [[nodiscard]] bool is_head() const noexcept { return method == "HEAD"; }
  /// Of the first field of that name, letter case ignored; empty: none.
  [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
};

/// Where the head ends (after the empty line), or none yet.
std::optional<std::size_t> find_end(std::string_view text) noexcept;
/// Parses a whole head. The status says how to refuse it.
std::expected<Request, Status> parse(std::string_view head);

/// What a response says of itself; the body follows.
struct Response {
  Status status = Status::ok;
  std::string_view content_type = "text/html; charset=utf-8";
  std::uint64_t content_length = 0;
  std::string location;    ///< of a redirection
  bool cacheable = false;  ///< else no-store
};
/// The head with its empty line; the connection is closed after the body.
std::string to_text(const Response& response);

/// Percent-encodes what may not stand in a path; '/' stays.
std::string encode_path(std::string_view path);

}  // namespace handfast::tool::http
