// A connection in memory, captured.
#include "fuzz/capture_seeds.hpp"

#include <handfast/explain.hpp>

#include "capture/frames.hpp"
#include "fuzz/capture_input.hpp"
#include "fuzz/fixed_settings.hpp"

namespace handfast::fuzz {
namespace {

/// One end, and what has arrived there.
struct End {
  Connection connection;
  Octets input;

  bool send_to(End& peer) {
    bool sent = false;
    std::array<std::uint8_t, 4096> out{};
    while (const std::size_t count = connection.transmit(out)) {
      test::put(peer.input, Bytes(out).first(count));
      sent = true;
    }
    return sent;
  }
  void say(std::string_view data, End& peer) {
    std::array<std::uint8_t, 1024> out{};
    const auto sent = must(connection.send(as_bytes(data), out));
    test::put(peer.input, Bytes(out).first(sent.written));
  }
  void receive() {
    for (;;) {
      const auto received = must(connection.receive(input, now));
      if (received.used == 0) return;
      input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(received.used));
    }
  }
};

void talk(End& client, End& server) {
  for (bool busy = true; busy;) {
    busy = client.send_to(server);
    server.receive();
    busy = server.send_to(client) || busy;
    client.receive();
  }
}

void append_hex(Octets& to, Bytes octets) {
  for (const std::uint8_t octet : octets)
    for (const unsigned digit : {octet / 16U, octet % 16U}) to.push_back(as_bytes("0123456789abcdef")[digit]);
}

Octets key_log(const inspect::Recording& recording) {
  Octets text;
  for (const auto& secret : recording.secrets) {
    test::put(text, as_bytes(secret.name + " "));
    append_hex(text, Bytes(recording.records.front().octets).subspan(5 + 4 + 2, 32));
    text.push_back(' ');
    append_hex(text, secret.value);
    text.push_back('\n');
  }
  return text;
}

}  // namespace

Octets capture_seed(ClientSettings client_settings, ServerSettings server_settings) {
  inspect::Recorder recorder(true);
  End client{must(Connection::client(must(ClientConfig::make(std::move(client_settings))),
                                     fixed_configs().name, now, &recorder)),
             {}};
  End server{must(Connection::server(must(ServerConfig::make(std::move(server_settings))), now)), {}};
  talk(client, server);
  if (!client.connection.handshake_done() || !server.connection.handshake_done()) std::abort();
  client.say("question", server);
  server.receive();
  server.say("answer", client);
  client.receive();
  client.connection.close();
  talk(client, server);

  const inspect::Recording& recording = recorder.recording();
  test::Talk packets;
  packets.open();
  for (const auto& record : recording.records) packets.say(record.from, record.octets);
  packets.close();
  const Octets secrets = key_log(recording);
  CaptureInput input;
  input.key_log = secrets;
  input.frames.assign(packets.frames.begin(), packets.frames.end());
  return input.written();
}

}  // namespace handfast::fuzz
