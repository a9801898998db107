// Server names: DNS names and addresses from text.
#include <handfast/server_name.hpp>

#include "x509/address.hpp"
#include "x509/dns_name.hpp"

namespace handfast {

Result<ServerName> ServerName::parse(std::string_view text) {
  ServerName name;
  if (const auto ipv4 = x509::parse_ipv4(text)) {
    name.kind_ = Kind::ipv4;
    std::copy(ipv4->begin(), ipv4->end(), name.address_.begin());
  } else if (const auto ipv6 = x509::parse_ipv6(text)) {
    name.kind_ = Kind::ipv6;
    name.address_ = *ipv6;
  } else {
    if (text.ends_with('.')) text.remove_suffix(1);
    if (!x509::is_reference_name(text)) return fail(ErrorCode::bad_server_name);
    name.text_.resize(text.size());
    std::transform(text.begin(), text.end(), name.text_.begin(), x509::lower);
    return name;
  }
  name.text_ = x509::address_text(name.address());
  return name;
}

Bytes ServerName::address() const noexcept {
  switch (kind_) {
    case Kind::dns: return {};
    case Kind::ipv4: return Bytes(address_).first(4);
    case Kind::ipv6: return address_;
  }
  return {};
}

}  // namespace handfast
