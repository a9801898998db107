// A server on asio coroutines: echoes what each client sends, any number of them at once on one thread.
//
//   asio_echo_server CERTIFICATE-FILE KEY-FILE [PORT]        (port 0, the default: prints the one it got)
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <handfast/asio.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

namespace {

using asio::ip::tcp;
using Config = std::shared_ptr<const handfast::ServerConfig>;
using Stream = handfast::asio::stream<tcp::socket>;

asio::awaitable<void> echo(Stream stream) {
  std::error_code error;
  co_await stream.async_handshake(asio::redirect_error(asio::use_awaitable, error));
  std::array<char, 16384> octets{};
  while (!error) {
    const asio::mutable_buffer room = asio::buffer(octets);
    const std::size_t count =
        co_await stream.async_read_some(room, asio::redirect_error(asio::use_awaitable, error));
    const asio::const_buffer came = asio::buffer(octets.data(), count);
    if (!error) co_await asio::async_write(stream, came, asio::redirect_error(asio::use_awaitable, error));
  }
  if (error == asio::error::eof)
    co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
  else
    std::fprintf(stderr, "%s\n", error.message().c_str());
}

asio::awaitable<void> listen(tcp::acceptor& acceptor, Config config) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    auto stream = Stream::server(std::move(socket), config);
    if (stream) asio::co_spawn(acceptor.get_executor(), echo(std::move(*stream)), asio::detached);
  }
}

handfast::Octets read_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

handfast::Result<Config> configure(const char* certificate_file, const char* key_file) {
  const auto credential = handfast::Credential::from_pem(read_file(certificate_file), read_file(key_file));
  if (!credential) return handfast::fail(credential.error());
  handfast::ServerSettings settings;
  settings.credentials.push_back(*credential);
  return handfast::ServerConfig::make(std::move(settings));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "asio_echo_server CERTIFICATE-FILE KEY-FILE [PORT]\n");
    return 2;
  }
  const auto config = configure(argv[1], argv[2]);
  if (!config) {
    std::fprintf(stderr, "%s\n", handfast::describe(config.error()).c_str());
    return 1;
  }
  const auto port = static_cast<unsigned short>(argc > 3 ? std::atoi(argv[3]) : 0);
  asio::io_context context;
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), port));
  std::printf("listening on port %d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  asio::co_spawn(context, listen(acceptor, *config), asio::detached);
  context.run();
}
