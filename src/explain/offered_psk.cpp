// Binders found in their ClientHello.
#include "explain/offered_psk.hpp"

#include "message/client_hello.hpp"
#include "wire/codec.hpp"

namespace handfast::explain {

std::optional<OfferedPsk> offered_psk(const Dissection& dissection, std::size_t hello, std::size_t place) {
  const Bytes whole = dissection.messages[hello].octets;
  const auto decoded = wire::decode<message::ClientHello>(whole.subspan(wire::message_header_size));
  if (!decoded || !decoded->extensions.pre_shared_key) return std::nullopt;
  const std::size_t uncovered = whole.size() - message::truncated(whole, *decoded).size();
  for (const message::PskBinderEntry& binder : decoded->extensions.pre_shared_key->binders)
    if (place-- == 0) return OfferedPsk{hello, uncovered, to_octets(binder)};
  return std::nullopt;
}

}  // namespace handfast::explain
