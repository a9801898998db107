// Headers of TCP.
#include "capture/tcp.hpp"

#include "capture/big_endian.hpp"

namespace handfast::capture {
namespace {

constexpr std::size_t least_header_size = 20;
constexpr std::uint8_t flag_fin = 0x01;
constexpr std::uint8_t flag_syn = 0x02;
constexpr std::uint8_t flag_ack = 0x10;

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  const std::string host = to_string(endpoint.address);
  return (endpoint.address.is_v6 ? "[" + host + "]:" : host + ":") + std::to_string(endpoint.port);
}

std::optional<Segment> read_tcp(const IpPacket& packet) noexcept {
  const Bytes octets = packet.payload;
  if (octets.size() < least_header_size) return std::nullopt;
  const std::size_t header_size = std::size_t{octets[12]} / 16 * 4;
  if (header_size < least_header_size || header_size > octets.size()) return std::nullopt;
  const std::uint8_t flags = octets[13];
  Segment segment;
  segment.source = {packet.source, number16(octets, 0)};
  segment.destination = {packet.destination, number16(octets, 2)};
  segment.sequence = number32(octets, 4);
  if ((flags & flag_ack) != 0) segment.acknowledgment = number32(octets, 8);
  segment.syn = (flags & flag_syn) != 0;
  segment.fin = (flags & flag_fin) != 0;
  segment.payload = octets.subspan(header_size);
  segment.cut = packet.cut;
  return segment;
}

}  // namespace handfast::capture
