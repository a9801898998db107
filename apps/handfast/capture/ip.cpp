// Both versions' headers, and the extension headers of IPv6.
#include "capture/ip.hpp"

#include <algorithm>

#include <arpa/inet.h>

#include "capture/big_endian.hpp"

namespace handfast::capture {
namespace {

constexpr std::size_t header_size4 = 20;
constexpr std::size_t header_size6 = 40;

Address address(Bytes octets) noexcept {
  Address made;
  made.is_v6 = octets.size() == 16;
  copy(octets, made.octets);
  return made;
}

// The payload, of which a snapshot length or the end of the file may have cut something off.
void take_payload(IpPacket& ip, Bytes captured, std::size_t size) noexcept {
  ip.payload = captured.first(std::min(captured.size(), size));
  ip.cut = size - ip.payload.size();
}

std::optional<IpPacket> read_ip4(Bytes packet) noexcept {
  if (packet.size() < header_size4) return std::nullopt;
  const std::size_t header_size = std::size_t{packet[0]} % 16 * 4;
  if (header_size < header_size4 || header_size > packet.size()) return std::nullopt;
  std::size_t total = number16(packet, 2);
  if (total == 0) total = packet.size();  // segmentation is left to the network card
  if (total < header_size) return std::nullopt;
  IpPacket ip;
  ip.source = address(packet.subspan(12, 4));
  ip.destination = address(packet.subspan(16, 4));
  ip.protocol = packet[9];
  ip.is_fragment = (number16(packet, 6) & 0x3fffU) != 0;  // more follow, or some went before
  take_payload(ip, packet.subspan(header_size), total - header_size);
  return ip;
}

// Next Header values (RFC 8200 §4, RFC 7045).
constexpr std::uint8_t hop_by_hop = 0;
constexpr std::uint8_t routing = 43;
constexpr std::uint8_t fragment = 44;
constexpr std::uint8_t authentication = 51;
constexpr std::uint8_t destination_options = 60;
constexpr std::uint8_t mobility = 135;
constexpr std::uint8_t host_identity = 139;
constexpr std::uint8_t shim6 = 140;

// Octets of an extension header of at least eight; 0: this is none.
std::size_t extension_size(std::uint8_t type, Bytes header) noexcept {
  switch (type) {
    case hop_by_hop:
    case routing:
    case destination_options:
    case mobility:
    case host_identity:
    case shim6: return (std::size_t{header[1]} + 1) * 8;
    case fragment: return 8;
    case authentication: return (std::size_t{header[1]} + 2) * 4;  // RFC 4302 §2.2
    default: return 0;
  }
}

std::optional<IpPacket> read_ip6(Bytes packet) noexcept {
  if (packet.size() < header_size6) return std::nullopt;
  std::size_t size = number16(packet, 4);
  Bytes rest = packet.subspan(header_size6);
  if (size == 0) size = rest.size();  // a jumbogram, or left to the network card
  IpPacket ip;
  ip.source = address(packet.subspan(8, 16));
  ip.destination = address(packet.subspan(24, 16));
  ip.protocol = packet[6];
  while (rest.size() >= 8 && !ip.is_fragment) {
    const std::size_t extension = extension_size(ip.protocol, rest);
    if (extension == 0) break;
    if (extension > rest.size() || extension > size) return std::nullopt;
    // RFC 6946: a fragment header may stand around a whole packet.
    if (ip.protocol == fragment) ip.is_fragment = (number16(rest, 2) & 0xfff9U) != 0;
    ip.protocol = rest[0];
    rest = rest.subspan(extension);
    size -= extension;
  }
  take_payload(ip, rest, size);
  return ip;
}

}  // namespace

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.octets.data(), text.data(), text.size());
  return text.data();
}

std::optional<IpPacket> read_ip(Bytes packet) noexcept {
  if (packet.empty()) return std::nullopt;
  switch (packet[0] >> 4U) {
    case 4: return read_ip4(packet);
    case 6: return read_ip6(packet);
    default: return std::nullopt;
  }
}

}  // namespace handfast::capture
