// What the shim does with a connection: handshake, checks, data, end.
#include "bogo/exchange.hpp"

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
    stores.client->received = 0;
  }

  Exit run() {
    auto connection = connect();
    if (!connection) return report(connection.error());
    stream_.emplace(std::move(*connection), transport_over(socket_, line_),
                    BufferLimits{.input = 65536, .output = std::size_t{16} << 20});
    stream_->on_question([this](Connection& asking) { answer(asking); });
    if (auto sent = send_early_data(); !sent) return report(sent.error());
    if (auto done = stream_->handshake(); !done) return report(done.error());
    const auto summary = stream_->connection().take_summary();
    if (!summary) return report(summary.error());
    if (summary->early_data == EarlyData::rejected) {
      // The flags for such a handshake hold from here on, and everything is said again.
      if (flags_.expect_accept_early_data) return report("refused early data");
      flags_ = sets_.retry;
      early_data_sent_ = 0;
    }
    if (unmet_.empty()) unmet_ = unmet_expectation(flags_, *summary, index_);
    if (!unmet_.empty()) return report(unmet_);
    if (auto talked = talk(); !talked) return report(talked.error());
    if (std::string unmet = unmet_expectation(flags_, *summary, stores_); !unmet.empty())
      return report(unmet);
    return Exit::success;
  }

 private:
  // A server decides when it has seen the ClientHello, so that the checks of it have their place.
  Result<Connection> connect() {
    if (flags_.server) {
      auto settings = server_settings(flags_, stores_);
      if (!settings) return fail(settings.error());
      settings->key_log = secrets_;
      auto config = ServerConfig::make(std::move(*settings));
      if (!config) return fail(config.error());
      server_config_ = *config;
      return Connection::server_asking(system_now());
    }
    auto settings = client_settings(flags_, stores_);
    if (!settings) return fail(settings.error());
    settings->key_log = secrets_;
    auto config = asks_for_a_verdict(flags_) ? ClientConfig::make(std::move(*settings))
                                             : dangerous::without_verification(std::move(*settings));
    if (!config) return fail(config.error());
    const auto name = ServerName::parse(flags_.host_name.empty() ? "test" : flags_.host_name);
    if (!name) return fail(name.error());
    return Connection::client(*config, *name, system_now());
  }

  // A failure of an answer is the handshake's, which reports it.
  void answer(Connection& connection) {
    if (const auto* hello = std::get_if<ConfigurationQuestion>(&connection.pending())) {
      unmet_ = unmet_expectation(flags_, *hello);
      if (flags_.fail_early_callback) {
        [[maybe_unused]] const auto refused = connection.refuse(AlertDescription::handshake_failure);
      } else if (flags_.fail_ddos_callback || flags_.fail_cert_callback ||
                 (flags_.fail_ocsp_callback && flags_.use_ocsp_callback)) {
        [[maybe_unused]] const auto refused = connection.refuse(AlertDescription::internal_error);
      } else {
        [[maybe_unused]] const auto chosen = connection.choose_configuration(server_config_, system_now());
      }
    } else if (std::holds_alternative<VerificationQuestion>(connection.pending())) {
      verify(connection);
    }
  }

  void verify(Connection& connection) {
    const bool judged = flags_.verify_peer || flags_.require_any_client_certificate;
    if (flags_.verify_fail && judged) {
      // The runner tells by the alert which way the refusal took.
      [[maybe_unused]] const auto refused =
          connection.refuse(flags_.use_custom_verify_callback ? AlertDescription::certificate_unknown
                                                              : AlertDescription::handshake_failure);
    } else if (flags_.fail_ocsp_callback && !flags_.server) {
      [[maybe_unused]] const auto refused =
          connection.refuse(AlertDescription::bad_certificate_status_response);
    } else {
      [[maybe_unused]] const auto trusted = connection.answer_verification(true, system_now());
    }
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

  // All that is written before anything is read.
  [[nodiscard]] std::string first_words() const {
    const int times = line_.hold ? 1 : flags_.shim_writes_first ? flags_.repeat_shim_initial_write : 0;
    std::string words;
    for (int i = 0; i < times; ++i) words += flags_.shim_initial_write;
    return words;
  }

  // As much of it as the session allows; what is left follows when the handshake is done.
  Result<> send_early_data() {
    if (flags_.server || stream_->connection().early_data_room() == 0) return {};
    const std::string words = first_words();
    const auto taken = words.empty() ? Result<std::size_t>(0) : stream_->write_early_data(as_bytes(words));
    if (!taken) return fail(taken.error());
    early_data_sent_ = *taken;
    return {};
  }

  Result<> write_first() {
    line_.hold = flags_.read_with_unfinished_write;
    const std::string words = first_words();
    return stream_->write(as_bytes(words).subspan(early_data_sent_));
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
  std::shared_ptr<TrafficSecrets> secrets_ = std::make_shared<TrafficSecrets>();
  std::shared_ptr<const ServerConfig> server_config_;
  std::optional<BlockingStream> stream_;
  std::string unmet_;
};

}  // namespace

Exit run_connection(const FlagSets& sets, Stores& stores, int index) {
  const Socket socket(index == 0 ? sets.initial : sets.resume);
  Exchange exchange(sets, stores, index, socket);
  return exchange.run();
}

}  // namespace handfast::bogo
