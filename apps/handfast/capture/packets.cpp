// Layer by layer.
#include "capture/packets.hpp"

namespace handfast::capture {

void Packets::add(Bytes frame, Microseconds at) {
  ++count_;
  if (!first_) first_ = at;
  const auto ip = read_ip(ip_packet(link_, frame));
  if (!ip) {
    ++passed_over_.not_ip;
    return;
  }
  if (ip->is_fragment) {
    ++passed_over_.fragments;
    return;
  }
  constexpr std::uint8_t tcp = 6;
  const auto segment = ip->protocol == tcp ? read_tcp(*ip) : std::nullopt;
  if (!segment) {
    ++passed_over_.not_tcp;
    return;
  }
  connections_.add(*segment, at - *first_);
}

}  // namespace handfast::capture
