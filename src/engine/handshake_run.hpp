// A handshake in progress on a channel: it maps levels and messages to records and keys.
#pragma once
#include <memory>
#include <optional>

#include "engine/channel.hpp"
#include "handshake/client_handshake.hpp"
#include "handshake/server_handshake.hpp"

namespace handfast::engine {

/// Made by Connection, freed when the handshake is over and its summary is taken.
class HandshakeRun final : public handshake::Transport {
 public:
  explicit HandshakeRun(Channel& channel) noexcept : channel_(channel) {}
  HandshakeRun(const HandshakeRun&) = delete;
  HandshakeRun& operator=(const HandshakeRun&) = delete;
  virtual ~HandshakeRun() = default;

  // --- for Connection
  /// The channel's observer, if it has one, is told of the handshake, too.
  Result<> start_client(std::shared_ptr<const ClientConfig> config, const ServerName& name, Time now,
                        std::uint16_t port);
  Result<> start_server(std::shared_ptr<const ServerConfig> config, Time now);
  /// Null when the handshake is over.
  [[nodiscard]] handshake::Handshake* handshake() noexcept { return handshake_; }
  [[nodiscard]] handshake::ServerHandshake* server() noexcept { return server_.get(); }
  [[nodiscard]] bool asks() const noexcept {
    return handshake_ != nullptr && handshake_->question.index() != 0;
  }
  /// Goes on after messages or an answer.
  Result<> run();
  /// Frees everything but the summary.
  void finish();
  /// None: it was taken before.
  [[nodiscard]] std::optional<Summary> take_summary();
  void set_time(Time now) noexcept {
    if (handshake_ != nullptr) handshake_->now = now;
  }
  /// The octets received so far, kept while the configuration is not chosen.
  [[nodiscard]] Octets& raw() noexcept { return raw_; }

  // --- for Channel
  Result<> handle_messages(Bytes fragment);
  Result<> handle_change_cipher_spec();
  /// Part of a message has come, and not all of it.
  [[nodiscard]] bool has_unread() const noexcept { return handshake_ != nullptr && handshake_->has_unread(); }
  void note_received(Bytes record);

  // --- for the handshake
  Octets& outgoing() override { return channel_.open_messages(); }
  void expect(std::size_t more) override { channel_.make_room(more); }
  void send_change_cipher_spec() override;
  void owe_change_cipher_spec() override { channel_.sending.change_cipher_spec_owed = true; }
  Result<> install(handshake::Level level, handshake::Direction direction, CipherSuite suite,
                   Bytes traffic_secret) override;
  Result<> install_tls12(handshake::Direction direction, const handshake::Tls12Keys& keys,
                         RandomSource& random) override;
  void limit_fragments(MaxFragmentLength length) override;
  void limit_sent_records(std::uint16_t record_size_limit) override;
  void limit_received_records(std::uint16_t record_size_limit) override;
  void pad_sent_records(std::uint16_t multiple) override;
  void limit_early_data(std::uint32_t octets) override;
  void abandon_early_data() override;
  void skip_early_data() override;

 private:
  Result<> flush();
  void keep_exporters();
  void keep_resumption();
  void note_session();
  [[nodiscard]] const CommonSettings& settings() const noexcept;
  void set_update_after() noexcept;
  Result<> start(handshake::Handshake& handshake, Time now);

  /// A summary, and what completes it if somebody wants it.
  struct Ending {
    Summary summary;
    handshake::FlightLog flights;
    Octets peer_certificates;
    std::vector<Bytes> peer_chain;  ///< views into peer_certificates
  };

  Channel& channel_;
  Octets raw_;
  // The order matters: the coroutine's frames live in the handshake's arena and go first.
  std::unique_ptr<handshake::ClientHandshake> client_;
  std::unique_ptr<handshake::ServerHandshake> server_;
  handshake::Handshake* handshake_ = nullptr;
  handshake::Task<> root_;
  std::unique_ptr<Ending> ending_;
};

}  // namespace handfast::engine
