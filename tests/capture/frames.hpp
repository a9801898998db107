// Frames made by hand: TCP over IP over a link, as a capture has them.
#pragma once
#include <string_view>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/types.hpp>

namespace handfast::test {

inline void put(Octets& to, Bytes octets) { to.insert(to.end(), octets.begin(), octets.end()); }
inline void put16(Octets& to, std::size_t number) {
  to.push_back(static_cast<std::uint8_t>(number >> 8U));
  to.push_back(static_cast<std::uint8_t>(number));
}
inline void put32(Octets& to, std::uint32_t number) {
  put16(to, number >> 16U);
  put16(to, number & 0xffffU);
}

inline constexpr std::uint8_t fin = 1;
inline constexpr std::uint8_t syn = 2;
inline constexpr std::uint8_t ack = 16;

/// A segment's header. The client has port 50000 and the server 443, unless told otherwise.
struct Tcp {
  Role from = Role::client;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint8_t flags = ack;
  std::uint16_t client_port = 50000;
  std::uint16_t server_port = 443;
};

inline Octets tcp(const Tcp& header, Bytes payload) {
  const bool client = header.from == Role::client;
  Octets segment;
  put16(segment, client ? header.client_port : header.server_port);
  put16(segment, client ? header.server_port : header.client_port);
  put32(segment, header.sequence);
  put32(segment, header.acknowledgment);
  put16(segment, 0x6000U | header.flags);  // six words of header
  put16(segment, 65535);
  put32(segment, 0);
  put32(segment, 0x020405b4);  // an option: maximum segment size
  put(segment, payload);
  return segment;
}

/// 192.0.2.1 for the client, 192.0.2.2 for the server. `fragment`: flags and offset.
inline Octets ipv4(Role from, Bytes payload, std::uint8_t protocol = 6, std::uint16_t fragment = 0x4000) {
  Octets packet = {0x46, 0};  // six words of header, one of options
  put16(packet, 24 + payload.size());
  put16(packet, 1);
  put16(packet, fragment);
  packet.insert(packet.end(), {64, protocol, 0, 0});
  const std::uint8_t client = from == Role::client ? 1 : 2;
  packet.insert(packet.end(), {192, 0, 2, client, 192, 0, 2, static_cast<std::uint8_t>(3 - client)});
  put32(packet, 0x01010101);
  put(packet, payload);
  return packet;
}

/// 2001:db8::1 for the client, 2001:db8::2 for the server. `next`: what the payload begins with.
inline Octets ipv6(Role from, Bytes payload, std::uint8_t next = 6) {
  Octets packet = {0x60, 0, 0, 0};
  put16(packet, payload.size());
  packet.insert(packet.end(), {next, 64});
  const std::uint8_t client = from == Role::client ? 1 : 2;
  for (const std::uint8_t last : {client, static_cast<std::uint8_t>(3 - client)}) {
    packet.insert(packet.end(), {0x20, 0x01, 0x0d, 0xb8});
    packet.resize(packet.size() + 11);
    packet.push_back(last);
  }
  put(packet, payload);
  return packet;
}

inline Octets ethernet(Bytes packet, const std::vector<std::uint16_t>& tags = {}) {
  Octets frame(12, 0x02);
  for (const std::uint16_t tag : tags) {
    put16(frame, tag);
    put16(frame, 7);
  }
  put16(frame, packet[0] >> 4U == 4 ? 0x0800 : 0x86dd);
  put(frame, packet);
  return frame;
}

/// The frames of a connection, in order: Ethernet and IPv4. Its sequence numbers wrap around early.
class Talk {
 public:
  explicit Talk(std::uint16_t client_port = 50000) : client_port_(client_port) {}

  void open() {
    add(Role::client, {}, syn);
    add(Role::server, {}, syn | ack);
    add(Role::client, {}, ack);
  }
  /// In segments of at most `most` octets.
  void say(Role from, Bytes octets, std::size_t most = 1400) {
    for (; !octets.empty(); octets = octets.subspan(std::min(most, octets.size())))
      add(from, octets.first(std::min(most, octets.size())), ack);
  }
  void close() {
    add(Role::client, {}, fin | ack);
    add(Role::server, {}, fin | ack);
    add(Role::client, {}, ack);
  }

  std::vector<Octets> frames;

 private:
  void add(Role from, Bytes payload, std::uint8_t flags) {
    std::uint32_t& own = next_[from == Role::server ? 1 : 0];
    const std::uint32_t other = next_[from == Role::server ? 0 : 1];
    const Tcp header{from, own, (flags & ack) != 0 ? other : 0, flags, client_port_};
    frames.push_back(ethernet(ipv4(from, tcp(header, payload))));
    own += static_cast<std::uint32_t>(payload.size()) + ((flags & (syn | fin)) != 0 ? 1 : 0);
  }

  std::uint16_t client_port_;
  std::uint32_t next_[2] = {0xfffffff0, 0xffffff00};
};

}  // namespace handfast::test
