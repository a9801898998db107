// Handfast as the shim of BoGo, the tests of BoringSSL's TLS: the runner starts this program once a test,
// with flags, and plays the peer over a socket. ./dev bogo runs it.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bogo/exchange.hpp"

namespace {

int run(std::span<char* const> arguments) {
  using namespace handfast::bogo;
  // The runner asks this before all tests, whatever else it passes along.
  if (std::ranges::count(arguments, "-is-handshaker-supported",
                         [](const char* a) { return std::string_view(a); })) {
    std::puts("No");
    return static_cast<int>(Exit::success);
  }
  const auto sets = parse_flags(arguments);
  if (!sets) return static_cast<int>(Exit::unimplemented);
  Stores stores;
  auto keys = handfast::TicketKeys::make(stores.now);
  auto guard = handfast::StrikeRegister::make({.window = std::chrono::seconds(60), .claims = 64});
  if (!keys || !guard) return static_cast<int>(Exit::failure);
  stores.ticket_keys = std::move(*keys);
  stores.replay_guard = std::move(*guard);
  for (int index = 0; index <= sets->initial.resume_count; ++index) {
    const Exit exit = run_connection(*sets, stores, index);
    if (exit != Exit::success) return static_cast<int>(exit);
  }
  return static_cast<int>(Exit::success);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const int code = run({argv + 1, static_cast<std::size_t>(argc - 1)});
  // What a sanitizer has to say comes behind this line and fails the test.
  std::fputs("--- DONE ---\n", stderr);
  return code;
}
