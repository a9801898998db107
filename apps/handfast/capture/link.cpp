// From frames to IP packets.
#include "capture/link.hpp"

#include "capture/big_endian.hpp"

namespace handfast::capture {
namespace {

// EtherType values (IEEE 802).
constexpr std::uint16_t ipv4 = 0x0800;
constexpr std::uint16_t ipv6 = 0x86dd;

// IEEE 802.1Q, 802.1ad, and what came before the latter.
constexpr bool is_vlan_tag(std::uint16_t type) noexcept {
  return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

// Behind an EtherType. A tag is two octets and another EtherType.
Bytes behind_type(std::uint16_t type, Bytes rest) noexcept {
  while (is_vlan_tag(type)) {
    if (rest.size() < 4) return {};
    type = number16(rest, 2);
    rest = rest.subspan(4);
  }
  return type == ipv4 || type == ipv6 ? rest : Bytes();
}

// A header of that size with the EtherType somewhere in it.
Bytes behind_header(Bytes frame, std::size_t header_size, std::size_t type_offset) noexcept {
  if (frame.size() < header_size) return {};
  return behind_type(number16(frame, type_offset), frame.subspan(header_size));
}

}  // namespace

Bytes ip_packet(LinkType link, Bytes frame) noexcept {
  switch (link) {
    case LinkType::ethernet: return behind_header(frame, 14, 12);
    case LinkType::linux_cooked: return behind_header(frame, 16, 14);
    case LinkType::linux_cooked2: return behind_header(frame, 20, 0);
    case LinkType::raw: return frame;
    // The family's number and its byte order are those of the machine that captured; the packet itself tells
    // which IP it is.
    case LinkType::null_or_loop: return frame.size() < 4 ? Bytes() : frame.subspan(4);
  }
  return {};
}

}  // namespace handfast::capture
