// The shim's socket.
#include "bogo/peer.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace handfast::bogo {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(EXIT_FAILURE);
}

int connect_to(const Flags& flags) {
  const int descriptor = ::socket(flags.ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) give_up("socket");
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(flags.port);
  six.sin6_addr = in6addr_loopback;
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(flags.port);
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* address =
      flags.ipv6 ? reinterpret_cast<const sockaddr*>(&six) : reinterpret_cast<const sockaddr*>(&four);
  if (::connect(descriptor, address, flags.ipv6 ? sizeof six : sizeof four) != 0) give_up("connect");
  return descriptor;
}

}  // namespace

Socket::Socket(const Flags& flags) : descriptor_(connect_to(flags)) {
  std::array<std::uint8_t, 8> id{};
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(flags.shim_id >> (8 * i));
  if (::send(descriptor_, id.data(), id.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(id.size()))
    give_up("send");
}

Socket::~Socket() {
  ::shutdown(descriptor_, SHUT_WR);
  std::array<std::uint8_t, 4096> rest{};
  while (::recv(descriptor_, rest.data(), rest.size(), 0) > 0) {}
  ::close(descriptor_);
}

Result<> write_all(const Socket& socket, Bytes octets) {
  BlockingTransport transport = BlockingTransport::descriptor(socket.descriptor());
  while (!octets.empty()) {
    const auto written = transport.write(octets, std::nullopt);
    if (!written) return fail(written.error());
    octets = octets.subspan(*written);
  }
  return {};
}

BlockingTransport transport_over(const Socket& socket, Line& line) {
  BlockingTransport below = BlockingTransport::descriptor(socket.descriptor());
  BlockingTransport transport;
  transport.read = [&line, read = std::move(below.read)](
                       MutableBytes to, BlockingTransport::Deadline deadline) mutable -> Result<std::size_t> {
    if (line.before_reading) {
      if (auto done = line.before_reading(); !done) return fail(done.error());
    }
    return read(line.octet_by_octet ? to.first(1) : to, deadline);
  };
  transport.write = [&line, write = std::move(below.write)](
                        Bytes from, BlockingTransport::Deadline deadline) mutable -> Result<std::size_t> {
    if (line.hold) {
      const std::size_t out = line.held.empty() ? 1 : 0;
      if (out != 0) {
        if (auto written = write(from.first(1), deadline); !written) return written;
      }
      line.held.insert(line.held.end(), from.begin() + static_cast<std::ptrdiff_t>(out), from.end());
      return from.size();
    }
    while (!line.held.empty()) {
      const auto written = write(line.held, deadline);
      if (!written) return written;
      line.held.erase(line.held.begin(), line.held.begin() + static_cast<std::ptrdiff_t>(*written));
    }
    return write(from, deadline);
  };
  return transport;
}

}  // namespace handfast::bogo
