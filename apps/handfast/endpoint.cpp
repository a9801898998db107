// Hosts and ports as people type them.
#include "endpoint.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace handfast::tool {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// The two parts as written; no port: there was none.
struct Parts {
  std::string_view host;
  std::optional<std::string_view> port;
};

std::optional<Parts> split(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view after = text.substr(end + 1);
    if (after.empty()) return Parts{text.substr(1, end - 1), std::nullopt};
    if (!after.starts_with(':')) return std::nullopt;
    return Parts{text.substr(1, end - 1), after.substr(1)};
  }
  // More than one colon without brackets: an IPv6 address alone.
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
    return Parts{text, std::nullopt};
  return Parts{text.substr(0, colon), text.substr(colon + 1)};
}

Outcome<Endpoint> parse(std::string_view text, const Endpoint& defaults) {
  const auto parts = split(text);
  if (!parts)
    return usage_failure(fmt::format("\"{}\" is no HOST:PORT", printable(text)),
                         "Write [ADDRESS]:PORT for IPv6.");
  Endpoint endpoint = defaults;
  if (!parts->host.empty()) endpoint.host = parts->host;
  if (parts->port) {
    const auto port = parse_port(*parts->port);
    if (!port)
      return usage_failure(fmt::format("\"{}\" is no port", printable(*parts->port)),
                           "Ports are numbers up to 65535.");
    endpoint.port = *port;
  }
  return endpoint;
}

}  // namespace

std::string Endpoint::text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

Outcome<Endpoint> parse_target(std::string_view text, std::uint16_t default_port) {
  auto endpoint = parse(text, Endpoint{"", default_port});
  if (!endpoint) return endpoint;
  if (endpoint->host.empty())
    return usage_failure(fmt::format("\"{}\" names no host", printable(text)), "Write HOST:PORT.");
  if (endpoint->port == 0)
    return usage_failure("nobody can listen on port 0", "Ports to connect to are 1 to 65535.");
  return endpoint;
}

Outcome<Endpoint> parse_listen(std::string_view text, const Endpoint& defaults) {
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return parse(digits ? fmt::format(":{}", text) : std::string(text), defaults);
}

}  // namespace handfast::tool
