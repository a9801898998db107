// A client and a server joined at the seam below the handshake: whole messages and levels, no records. What
// QUIC would do, and how a test plays a peer that sends wrong messages under right keys.
#pragma once
#include <deque>
#include <functional>

#include <handfast/server_name.hpp>

#include "handshake/client_handshake.hpp"
#include "handshake/server_handshake.hpp"
#include "support/pair.hpp"
#include "wire/codec.hpp"

namespace handfast::test {

/// One end at message level.
class MessageEnd final : public handshake::Transport {
 public:
  struct Message {
    handshake::Level level;
    Octets octets;
    /// A change_cipher_spec travels as a message without octets.
    [[nodiscard]] bool is_change_cipher_spec() const { return octets.empty(); }
    [[nodiscard]] HandshakeType type() const {
      return octets.empty() ? HandshakeType::message_hash : static_cast<HandshakeType>(octets[0]);
    }
  };
  struct Installed {
    handshake::Level level;
    handshake::Direction direction;
    CipherSuite suite;
    Octets secret;
  };

  Octets& outgoing() override { return outgoing_; }
  void expect(std::size_t /*more*/) override {}
  void send_change_cipher_spec() override {
    cut();
    sent.push_back({sending, {}});
  }
  void owe_change_cipher_spec() override { send_change_cipher_spec(); }
  Result<> install(handshake::Level level, handshake::Direction direction, CipherSuite suite,
                   Bytes secret) override {
    if (direction == handshake::Direction::receiving) {
      if (handshake_->has_unread()) return fail(ErrorCode::excess_handshake_data);
      receiving = level;
    } else {
      cut();
      sending = level;
    }
    installed.push_back({level, direction, suite, to_octets(secret)});
    return {};
  }
  Result<> install_tls12(handshake::Direction direction, const handshake::Tls12Keys& keys,
                         RandomSource& /*random*/) override {
    if (direction == handshake::Direction::receiving) {
      receiving = handshake::Level::application;
    } else {
      cut();
      sending = handshake::Level::application;
    }
    installed.push_back({handshake::Level::application, direction, keys.suite, to_octets(keys.key)});
    return {};
  }
  void limit_fragments(MaxFragmentLength length) override { fragments = length; }
  void limit_sent_records(std::uint16_t limit) override { sent_limit = limit; }
  void limit_received_records(std::uint16_t limit) override { received_limit = limit; }
  void pad_sent_records(std::uint16_t /*multiple*/) override {}
  void limit_early_data(std::uint32_t octets) override { early_data_limit = octets; }
  void abandon_early_data() override { sending = handshake::Level::initial; }
  void skip_early_data() override { skips_early_data = true; }

  void start(handshake::Handshake& handshake, handshake::Task<> root) {
    handshake_ = &handshake;
    handshake.now = now;
    root_ = std::move(root);
    root_.start();
    cut();
  }
  void run() {
    handshake_->run();
    cut();
  }
  void deliver(const Message& message) {
    if (failed()) return;
    if (message.is_change_cipher_spec()) {
      take_change_cipher_spec();
      return;
    }
    if (const auto added = handshake_->add(message.octets); !added) {
      early_error = added.error();
      return;
    }
    run();
  }
  [[nodiscard]] bool done() const { return root_.done() && !root_.failure(); }
  [[nodiscard]] bool failed() const { return early_error.has_value() || root_.failure().has_value(); }
  [[nodiscard]] Error error() const {
    if (early_error) return *early_error;
    return root_.failure() ? *root_.failure() : Error();
  }

  std::deque<Message> sent;
  std::vector<Installed> installed;
  std::optional<Error> early_error;
  handshake::Level sending = handshake::Level::initial;
  handshake::Level receiving = handshake::Level::initial;
  int sent_limit = 0;
  int received_limit = 0;
  std::optional<MaxFragmentLength> fragments;
  std::uint32_t early_data_limit = 0;
  bool skips_early_data = false;

 private:
  // As an engine does (HandshakeRun::handle_change_cipher_spec).
  void take_change_cipher_spec() {
    using handshake::ChangeCipherSpec;
    if (handshake_->change_cipher_spec == ChangeCipherSpec::dropped) {
      handshake_->dropped_change_cipher_spec = true;
    } else if (handshake_->change_cipher_spec == ChangeCipherSpec::awaited && !handshake_->has_unread()) {
      handshake_->change_cipher_spec = ChangeCipherSpec::received;
      run();
    } else {
      early_error = Error(ErrorCode::unexpected_record, "change_cipher_spec");
    }
  }
  // What is outgoing belongs to the present level; one entry a message.
  void cut() {
    std::size_t at = 0;
    while (at < outgoing_.size()) {
      const std::size_t size = 4 + (static_cast<std::size_t>(outgoing_[at + 1]) << 16 |
                                    static_cast<std::size_t>(outgoing_[at + 2]) << 8 | outgoing_[at + 3]);
      sent.push_back({sending, Octets(outgoing_.begin() + static_cast<std::ptrdiff_t>(at),
                                      outgoing_.begin() + static_cast<std::ptrdiff_t>(at + size))});
      at += size;
    }
    outgoing_.clear();
  }

  Octets outgoing_;
  handshake::Handshake* handshake_ = nullptr;
  handshake::Task<> root_;
};

/// Changes a message on its way; returning false drops it.
using Edit = std::function<bool(MessageEnd::Message&)>;

class MessagePair {
 public:
  MessagePair(ClientSettings client_settings, ServerSettings server_settings,
              std::string_view name = "localhost")
      : client_state(make(std::move(client_settings)), *ServerName::parse(name), client),
        server_state(make(std::move(server_settings)), server) {}
  ~MessagePair() {
    // Frames go before the arenas they live in.
    client = MessageEnd();
    server = MessageEnd();
  }
  MessagePair(const MessagePair&) = delete;
  MessagePair& operator=(const MessagePair&) = delete;
  MessagePair(MessagePair&&) = delete;
  MessagePair& operator=(MessagePair&&) = delete;

  void run() {
    server.start(server_state, handshake::negotiate(server_state));
    client.start(client_state, handshake::negotiate(client_state));
    for (int rounds = 0; rounds < 100 && !(client.sent.empty() && server.sent.empty()); ++rounds) {
      pass(client, server, to_server);
      pass(server, client, to_client);
    }
  }

  MessageEnd client;
  MessageEnd server;
  Edit to_server;
  Edit to_client;
  bool drop_change_cipher_spec = false;
  handshake::ClientHandshake client_state;
  handshake::ServerHandshake server_state;

 private:
  void pass(MessageEnd& from, MessageEnd& to, const Edit& edit) {
    while (!from.sent.empty()) {
      MessageEnd::Message message = std::move(from.sent.front());
      from.sent.pop_front();
      if (edit && !message.is_change_cipher_spec() && !edit(message)) continue;
      if (drop_change_cipher_spec && message.is_change_cipher_spec()) continue;
      to.deliver(message);
    }
  }
};

/// An edit of all messages of type M: decoded, changed, encoded again. Views may point to octets of the
/// caller.
template <class M>
Edit edit_message(std::function<void(M&)> change) {
  return [change](MessageEnd::Message& message) {
    if (message.type() != M::type) return true;
    // The two share a type; one edit means one of them.
    if constexpr (std::is_same_v<M, message::ServerHello>)
      if (message::is_hello_retry_request(message.octets)) return true;
    if constexpr (std::is_same_v<M, message::HelloRetryRequest>)
      if (!message::is_hello_retry_request(message.octets)) return true;
    auto decoded = wire::decode<M>(Bytes(message.octets).subspan(4));
    EXPECT_TRUE(decoded) << (decoded ? "" : describe(decoded.error()));
    change(*decoded);
    Octets out;
    EXPECT_TRUE(wire::append_message(*decoded, out));
    message.octets = std::move(out);
    return true;
  };
}

}  // namespace handfast::test
