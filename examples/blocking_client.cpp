// A client that waits: fetches / of a host over TLS and prints what was negotiated and what came.
//
//   blocking_client HOST [PORT [CA-FILE]]
#include <cstdio>
#include <string>

#include <handfast/blocking.hpp>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

handfast::Result<> fetch(int socket, const std::string& host, handfast::ClientSettings settings) {
  using namespace handfast;

  const auto config = ClientConfig::make(std::move(settings));
  if (!config) return fail(config.error());
  const auto name = ServerName::parse(host);
  if (!name) return fail(name.error());
  auto connection = Connection::client(*config, *name, system_now());
  if (!connection) return fail(connection.error());

  BlockingStream stream(std::move(*connection), BlockingTransport::descriptor(socket));
  if (auto done = stream.handshake(); !done) return done;
  const auto summary = stream.connection().take_summary();
  if (!summary) return fail(summary.error());
  std::printf("%s %s\n", to_string(summary->version).c_str(), to_string(summary->cipher_suite).c_str());

  const std::string request = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  if (auto done = stream.write(as_bytes(request)); !done) return done;
  Octets buffer(16384);
  for (;;) {
    const auto count = stream.read(buffer);
    if (!count) return fail(count.error());
    if (*count == 0) return stream.shutdown();
    std::fwrite(buffer.data(), 1, *count, stdout);
  }
}

// A connected socket, or -1.
int connect_to(const char* host, const char* port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  int connected = -1;
  for (const addrinfo* at = found; at != nullptr && connected < 0; at = at->ai_next) {
    const int fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (fd < 0) continue;
    if (connect(fd, at->ai_addr, at->ai_addrlen) == 0)
      connected = fd;
    else
      close(fd);
  }
  freeaddrinfo(found);
  return connected;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "blocking_client HOST [PORT [CA-FILE]]\n");
    return 2;
  }
  handfast::ClientSettings settings;
  if (argc > 3) {
    const auto trust = handfast::TrustStore::from_file(argv[3]);
    if (!trust) {
      std::fprintf(stderr, "%s: %s\n", argv[3], handfast::describe(trust.error()).c_str());
      return 1;
    }
    settings.trust = *trust;
  }
  const int socket = connect_to(argv[1], argc > 2 ? argv[2] : "443");
  if (socket < 0) {
    std::perror(argv[1]);
    return 1;
  }
  const auto done = fetch(socket, argv[1], std::move(settings));
  close(socket);
  if (!done) {
    std::fprintf(stderr, "%s\n", handfast::describe(done.error()).c_str());
    return 1;
  }
  return 0;
}
