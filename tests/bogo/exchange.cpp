// What the shim does with a connection: handshake, checks, data, end.
#include "bogo/exchange.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include <handfast/blocking.hpp>

#include "bogo/expectations.hpp"
#include "bogo/peer.hpp"

namespace handfast::bogo {
namespace {

// An error in the library's words: config.json says which of them stand for which of the runner's.
Exit report(const Error& error) {
  std::fprintf(stderr, ":%s: %s\n", std::string(error.info().name).c_str(), describe(error).c_str());
  return Exit::failure;
}

Exit report(std::string unmet) {
  std::fprintf(stderr, "not as expected: %s\n", unmet.c_str());
  return Exit::failure;
}

/// Keeps the traffic secrets of TLS 1.3, which the runner wants to see.
class TrafficSecrets final : public KeyLog {
 public:
  void write(std::string_view label, Bytes /*client_random*/, Bytes secret) noexcept override {
    if (label == "CLIENT_TRAFFIC_SECRET_0") client = to_octets(secret);
    if (label == "SERVER_TRAFFIC_SECRET_0") server = to_octets(secret);
  }
  Octets client, server;
};

class Exchange {
 public:
  Exchange(const FlagSets& sets, Stores& stores, int index, const Socket& socket)
      : sets_(sets),
        stores_(stores),
        index_(index),
        flags_(index == 0 ? sets.initial : sets.resume),
        socket_(socket) {
    line_.octet_by_octet = flags_.async;
    line_.before_reading = [this] { return flags_.server ? answer_early_data() : write_early_data_late(); };
    stores.client->received = 0;
    if (index != 0) stores.now += std::chrono::seconds(flags_.resumption_delay);
  }

  Exit run() {
    auto connection = connect();
    if (!connection) return report(connection.error());
    stream_.emplace(std::move(*connection), transport_over(socket_, line_),
                    BufferLimits{.input = 65536, .output = std::size_t{16} << 20});
    stream_->set_clock([this] { return stores_.now; });
    stream_->on_question([this](Connection& asking) { answer(asking); });
    send_early_data();
    if (auto done = stream_->handshake(); !done) return report(done.error());
    const auto summary = stream_->connection().take_summary();
    if (!summary) return report(summary.error());
    if (!flags_.server && summary->early_data == EarlyData::rejected) {
      // The flags for such a handshake hold from here on, and everything is said again.
      if (flags_.expect_accept_early_data) return report("refused early data");
      flags_ = sets_.retry;
      early_data_sent_ = 0;
      unverified_ = flags_.verify_fail && (flags_.reverify_on_resume || !summary->resumed);
    }
    if (unmet_.empty()) unmet_ = unmet_expectation(flags_, *summary, index_);
    if (!unmet_.empty()) return report(unmet_);
    if (unverified_) {
      stream_->connection().abort(refusal());
      [[maybe_unused]] const auto told = stream_->shutdown();
      return report("the peer of the session");
    }
    if (auto talked = talk(); !talked) return report(talked.error());
    if (unmet_.empty()) unmet_ = unmet_expectation(flags_, *summary, stores_);
    return unmet_.empty() ? Exit::success : report(unmet_);
  }

 private:
  // A server decides when it has seen the ClientHello, so that the checks of it have their place.
  Result<Connection> connect() {
    if (flags_.server) return Connection::server_asking(stores_.now, &log_);
    auto settings = client_settings(flags_, stores_);
    if (!settings) return fail(settings.error());
    settings->key_log = secrets_;
    auto config = asks_for_a_verdict(flags_) ? ClientConfig::make(std::move(*settings))
                                             : dangerous::without_verification(std::move(*settings));
    if (!config) return fail(config.error());
    const auto name = ServerName::parse(flags_.host_name.empty() ? "test" : flags_.host_name);
    if (!name) return fail(name.error());
    return Connection::client(*config, *name, stores_.now, &log_);
  }

  Result<std::shared_ptr<const ServerConfig>> server_config(Bytes client_hello) {
    auto settings = server_settings(flags_, stores_, client_hello);
    if (!settings) return fail(settings.error());
    settings->key_log = secrets_;
    return ServerConfig::make(std::move(*settings));
  }

  // A failure of an answer is the handshake's, which reports it.
  void answer(Connection& connection) {
    if (const auto* hello = std::get_if<ConfigurationQuestion>(&connection.pending())) {
      unmet_ = unmet_expectation(flags_, *hello);
      const auto config = server_config(hello->client_hello);
      if (!config) unmet_ = describe(config.error());
      if (flags_.fail_early_callback) {
        [[maybe_unused]] const auto refused = connection.refuse(AlertDescription::handshake_failure);
      } else if (!config || flags_.fail_ddos_callback || flags_.fail_cert_callback ||
                 (flags_.fail_ocsp_callback && flags_.use_ocsp_callback)) {
        [[maybe_unused]] const auto refused = connection.refuse(AlertDescription::internal_error);
      } else {
        [[maybe_unused]] const auto chosen = connection.choose_configuration(*config, stores_.now);
      }
    } else if (const auto* peer = std::get_if<VerificationQuestion>(&connection.pending())) {
      verify(connection, peer->of_session);
    }
  }

  // The runner tells by the alert which way the refusal took.
  [[nodiscard]] AlertDescription refusal() const noexcept {
    return flags_.use_custom_verify_callback ? AlertDescription::certificate_unknown
                                             : AlertDescription::handshake_failure;
  }

  void verify(Connection& connection, bool of_session) {
    const bool raw = !std::get<VerificationQuestion>(connection.pending()).public_key.empty();
    const bool judged = raw || flags_.verify_peer || flags_.require_any_client_certificate;
    if (of_session) {
      // It is offered in any case, and its peer refused when it is resumed: that is what the runner waits
      // for.
      unverified_ = flags_.verify_fail && judged && flags_.reverify_on_resume;
      [[maybe_unused]] const auto trusted = connection.answer_verification(true, stores_.now);
    } else if (flags_.verify_fail && judged) {
      [[maybe_unused]] const auto refused = connection.refuse(refusal());
    } else if (flags_.fail_ocsp_callback && !flags_.server) {
      [[maybe_unused]] const auto refused =
          connection.refuse(AlertDescription::bad_certificate_status_response);
    } else {
      [[maybe_unused]] const auto trusted = connection.answer_verification(true, stores_.now);
    }
  }

  // A server's answers to early data, for which the runner waits before it ends the handshake.
  Result<> answer_early_data() {
    if (!stream_) return {};
    Octets data = stream_->take_early_data();
    if (data.empty()) return {};
    for (std::uint8_t& octet : data) octet ^= 0xff;
    Octets output(data.size() + min_output);
    const auto sent = stream_->connection().send_half_rtt(data, output);
    if (!sent) return fail(sent.error());
    return write_all(socket_, Bytes(output).first(sent->written));
  }

  // A client's early data behind a message of the server.
  Result<> write_early_data_late() {
    const std::string message = "read hs " + std::to_string(flags_.early_write_after_message) + "\n";
    if (early_data_sent_ != 0 || flags_.early_write_after_message == 0 || !log_.text().ends_with(message))
      return {};
    const Bytes words = as_bytes(flags_.shim_initial_write);
    Octets output(words.size() + min_output);
    const auto sent = stream_->connection().send_early_data(words, output);
    if (!sent) return fail(sent.error());
    early_data_sent_ = sent->taken;
    return write_all(socket_, Bytes(output).first(sent->written));
  }

  Result<> talk() {
    if (auto sent = send_keying_material(); !sent) return sent;
    if (flags_.send_alert) {
      constexpr auto decompression_failure = static_cast<AlertDescription>(30);
      stream_->connection().abort(decompression_failure);
      return stream_->shutdown();
    }
    if (flags_.write_different_record_sizes) {
      if (auto sent = write_different_sizes(); !sent) return sent;
    } else {
      if (auto sent = write_first(); !sent) return sent;
      if (!flags_.shim_shuts_down) {
        if (auto echoed = echo(); !echoed) return echoed;
      }
    }
    unmet_ = unmet_expectation(flags_, log_);
    return end();
  }

  Result<> send_keying_material() {
    if (flags_.export_keying_material != 0) {
      Octets material(flags_.export_keying_material);
      if (auto exported = export_material(material); !exported) return exported;
      if (auto sent = stream_->write(material); !sent) return sent;
    }
    if (flags_.tls_unique) {
      const auto binding = stream_->connection().tls_unique();
      if (!binding) return fail(binding.error());
      if (auto sent = stream_->write(*binding); !sent) return sent;
    }
    return flags_.export_traffic_secrets ? send_traffic_secrets() : Result<>();
  }

  Result<> export_material(MutableBytes material) {
    const Bytes context = as_bytes(flags_.export_context);
    return stream_->connection().export_keying_material(
        flags_.export_label, flags_.use_export_context ? std::optional(context) : std::nullopt, material);
  }

  // The length of both in the order of this machine, then what we read under, then what we write under.
  Result<> send_traffic_secrets() {
    const Octets& reading = flags_.server ? secrets_->client : secrets_->server;
    const Octets& writing = flags_.server ? secrets_->server : secrets_->client;
    const auto size = static_cast<std::uint16_t>(reading.size());
    Octets octets(sizeof size);
    std::memcpy(octets.data(), &size, sizeof size);
    octets.insert(octets.end(), reading.begin(), reading.end());
    octets.insert(octets.end(), writing.begin(), writing.end());
    return stream_->write(octets);
  }

  Result<> write_different_sizes() {
    static constexpr std::array sizes = {0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769};
    for (const int size : sizes)
      if (auto sent = stream_->write(Octets(static_cast<std::size_t>(size), 0x42)); !sent) return sent;
    return {};
  }

  // How often the first words are written before anything is read.
  [[nodiscard]] int first_writes() const noexcept {
    return line_.hold ? 1 : flags_.shim_writes_first ? flags_.repeat_shim_initial_write : 0;
  }

  // As many of them as the session allows, a record each; the others follow when the handshake is done.
  void send_early_data() {
    if (flags_.server || flags_.early_write_after_message != 0) return;
    for (int i = 0; i < first_writes(); ++i) {
      const auto taken = stream_->write_early_data(as_bytes(flags_.shim_initial_write));
      if (!taken) return;
      early_data_sent_ += *taken;
    }
  }

  Result<> write_first() {
    line_.hold = flags_.read_with_unfinished_write;
    std::size_t sent_early = early_data_sent_;
    for (int i = 0; i < first_writes(); ++i) {
      const Bytes words = as_bytes(flags_.shim_initial_write);
      const std::size_t skipped = std::min(sent_early, words.size());
      sent_early -= skipped;
      if (auto sent = stream_->write(words.subspan(skipped)); !sent) return sent;
    }
    return {};
  }

  // Until the peer ends, in whatever way.
  Result<> echo() {
    Octets buffer(flags_.read_size == 0 ? 512 : flags_.read_size);
    for (;;) {
      if (flags_.key_update_before_read) update_keys();
      const auto count = stream_->read(buffer);
      if (!count && count.error().code == ErrorCode::truncated_stream) return {};
      if (!count) return fail(count.error());
      if (*count == 0) return {};
      line_.hold = false;
      if (flags_.key_update) update_keys();
      if (flags_.use_exporter_between_reads) {
        std::array<std::uint8_t, 32> material{};
        if (auto exported = export_material(material); !exported) return exported;
      }
      for (std::size_t i = 0; i < *count; ++i) buffer[i] ^= 0xff;
      if (auto sent = stream_->write(Bytes(buffer).first(*count)); !sent) return sent;
    }
  }

  // TLS 1.2 has no KeyUpdate; the runner knows.
  void update_keys() {
    [[maybe_unused]] const auto updated =
        stream_->connection().update_keys(KeyUpdateRequest::update_not_requested);
  }

  // The runner closes without reading on unless it says that it looks at close_notify.
  Result<> end() {
    const auto shut = stream_->shutdown();
    if (!flags_.check_close_notify) return {};
    if (!shut) return shut;
    Octets buffer(512);
    for (;;) {
      const auto count = stream_->read(buffer);
      if (!count) return fail(count.error());
      if (*count == 0) return {};
    }
  }

  const FlagSets& sets_;
  Stores& stores_;
  int index_;
  Flags flags_;  // of this connection
  const Socket& socket_;
  std::size_t early_data_sent_ = 0;  // octets of the first write
  Line line_;
  RecordLog log_{flags_.server ? Role::server : Role::client};
  std::shared_ptr<TrafficSecrets> secrets_ = std::make_shared<TrafficSecrets>();
  std::optional<BlockingStream> stream_;
  std::string unmet_;
  bool unverified_ = false;  // the session's peer is not to be trusted any more
};

}  // namespace

Exit run_connection(const FlagSets& sets, Stores& stores, int index) {
  const Socket socket(index == 0 ? sets.initial : sets.resume);
  Exchange exchange(sets, stores, index, socket);
  return exchange.run();
}

}  // namespace handfast::bogo
