// Any octets as what a peer sends over TCP, to a server or a client: no crash, no leak, no endless loop, an
// error stays an error, and what is said to be consumed is there.
#include <algorithm>

#include "fuzz/fixed_sessions.hpp"

namespace handfast::fuzz {
namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void drain(Connection& connection) {
  std::array<std::uint8_t, 1024> out{};
  while (connection.transmit(out) != 0) {}
}

void say_early(Connection& connection) {
  std::array<std::uint8_t, 2048> out{};
  if (connection.early_data_room() != 0)
    check(static_cast<bool>(connection.send_early_data(as_bytes("early"), out)));
}

// Before the handshake is done; with early data there are keys for it, unless a question is open.
void answer_early(Connection& connection) {
  std::array<std::uint8_t, 2048> out{};
  [[maybe_unused]] const auto sent = connection.send_half_rtt(as_bytes("answer"), out);
}

// One octet of the input says who listens, the next in what pieces the rest arrives.
void run(Bytes data) {
  if (data.size() < 2) return;
  Connection connection =
      data[0] < SessionConfigs::first_mode ? make_connection(data[0]) : make_session_connection(data[0]);
  say_early(connection);
  const std::size_t step = data[1] == 0 ? data.size() : data[1];
  data = data.subspan(2);
  Octets input;
  while (!data.empty()) {
    const std::size_t count = std::min(step, data.size());
    input.insert(input.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(count));
    data = data.subspan(count);
    for (;;) {
      const auto received = connection.receive(input, now);
      drain(connection);
      if (received && !received->early_data.empty()) answer_early(connection);
      if (!received) {
        const auto again = connection.receive(input, now);
        check(!again && again.error().code == received.error().code);
        return;
      }
      check(received->used <= input.size());
      input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(received->used));
      if (received->used == 0) break;
    }
    if (std::holds_alternative<ConfigurationQuestion>(connection.pending())) {
      if (!connection.choose_configuration(fixed_configs().plain, now)) return;
    }
  }
}

}  // namespace
}  // namespace handfast::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  handfast::fuzz::run({data, size});
  return 0;
}
