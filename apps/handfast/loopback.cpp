// Names of this machine itself.
#include "loopback.hpp"

#include <algorithm>
#include <string_view>

namespace handfast::tool {
namespace {

// RFC 6761 §6.3: "localhost." and all below it, in letters of either case.
bool names_this_machine(std::string_view host) {
  constexpr std::string_view localhost = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < localhost.size()) return false;
  const std::string_view end = host.substr(host.size() - localhost.size());
  const bool same = std::ranges::equal(end, localhost, [](char given, char wanted) {
    return (given >= 'A' && given <= 'Z' ? given - 'A' + 'a' : given) == wanted;
  });
  return same && (host.size() == localhost.size() || host[host.size() - localhost.size() - 1] == '.');
}

}  // namespace

std::vector<tcp::endpoint> loopback_addresses(const Endpoint& endpoint) {
  if (!names_this_machine(endpoint.host)) return {};
  return {{net::ip::address_v4::loopback(), endpoint.port}, {net::ip::address_v6::loopback(), endpoint.port}};
}

}  // namespace handfast::tool
