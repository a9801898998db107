// Names of this machine itself.
#pragma once
#include <vector>

#include "endpoint.hpp"
#include "net.hpp"

namespace handfast::tool {

/// The loopback addresses if the host is "localhost" or a name below it, else none. RFC 6761 §6.3: nobody
/// else is asked for such a name, so that it works on a machine without /etc/hosts, too.
std::vector<tcp::endpoint> loopback_addresses(const Endpoint& endpoint);

}  // namespace handfast::tool
