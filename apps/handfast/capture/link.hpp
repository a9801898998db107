// Frames: what stands around an IP packet on the link where it was captured.
#pragma once
#include <cstdint>

#include <handfast/bytes.hpp>

namespace handfast::capture {

/// What a frame looks like. The names are those of libpcap's LINKTYPE_ and DLT_ values.
enum class LinkType : std::uint8_t {
  null_or_loop,   ///< four octets of an address family (NULL, LOOP)
  ethernet,       ///< EN10MB, with or without VLAN tags
  raw,            ///< nothing (RAW, IPV4, IPV6)
  linux_cooked,   ///< LINUX_SLL
  linux_cooked2,  ///< LINUX_SLL2
};

/// The IP packet inside, with whatever padding is behind it; empty: there is none.
[[nodiscard]] Bytes ip_packet(LinkType link, Bytes frame) noexcept;

}  // namespace handfast::capture
