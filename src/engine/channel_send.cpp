// The sending half: application data straight into the caller's output, everything else through the flight.
#include "engine/channel.hpp"
#include "message/messages.hpp"

namespace handfast::engine {

void SharedWord::owe_alert(AlertDescription alert) noexcept {
  const std::uint32_t wanted =
      alert_owed | dead | static_cast<std::uint32_t>(static_cast<std::uint32_t>(alert) << alert_shift);
  std::uint32_t bits = bits_.load(std::memory_order_relaxed);
  while ((bits & alert_owed) == 0 &&
         !bits_.compare_exchange_weak(bits, bits | wanted, std::memory_order_relaxed)) {}
}

std::optional<AlertDescription> SharedWord::owed_alert() const noexcept {
  const std::uint32_t bits = bits_.load(std::memory_order_relaxed);
  if ((bits & alert_owed) == 0) return std::nullopt;
  return static_cast<AlertDescription>((bits >> alert_shift) & 0xff);
}

record::RecordKey record_key(crypto::HashAlgorithm hash, crypto::AeadAlgorithm aead, Bytes traffic_secret) {
  const schedule::TrafficKeys keys = schedule::traffic_keys(hash, traffic_secret, aead);
  return record::RecordKey::tls13(aead, keys.key.view(), keys.iv.view());
}

record::RecordKey record_key12(const schedule::SuiteInfo& suite, const handshake::Tls12Keys& keys,
                               RandomSource& random) {
  if (suite.aead) return record::RecordKey::tls12(*suite.aead, keys.key, keys.iv);
  return record::RecordKey::tls12_cbc(suite.cbc->mac, keys.mac_key, keys.key, keys.encrypt_then_mac, random);
}

std::size_t Channel::drain(MutableBytes output) noexcept {
  const Bytes waiting = Bytes(sending.flight).subspan(sending.flight_taken);
  const std::size_t count = std::min(waiting.size(), output.size());
  copy(waiting.first(count), output);
  sending.flight_taken += count;
  if (sending.flight_taken == sending.flight.size()) {
    sending.flight = Octets();  // gives the memory back
    sending.flight_taken = 0;
  }
  return count;
}

void Channel::append_change_cipher_spec() {
  if (sending.closed) return;
  static constexpr std::array<std::uint8_t, 6> record = {20, 3, 3, 0, 1, 1};
  sending.flight.insert(sending.flight.end(), record.begin(), record.end());
  sending.change_cipher_spec_owed = false;
  if (observer != nullptr)
    observer->record({.from = role_,
                      .type = ContentType::change_cipher_spec,
                      .octets = record,
                      .content = Bytes(record).last(1)});
}

Result<> Channel::append_records(ContentType type, Bytes content) {
  if (sending.change_cipher_spec_owed) append_change_cipher_spec();
  const std::size_t start = sending.flight.size();
  sending.flight.resize(start + sending.writer.written_size(content.size()));
  const auto written = write_records(type, content, MutableBytes(sending.flight).subspan(start));
  sending.flight.resize(start + (written ? written->written : 0));
  if (!written) return fail(written.error());
  // The rest of a message that is cut would come under no key.
  if (written->taken < content.size()) return fail(ErrorCode::sequence_exhausted);
  return {};
}

// A flight grows message by message. Usual is a server's with a chain of two P-256 certificates, and a
// client's hello without its key shares.
void Channel::make_room(std::size_t more) {
  const std::size_t usual = role_ == Role::server ? 960 : 256;
  Octets& flight = sending.flight;
  if (flight.capacity() < usual) flight.reserve(flight.size() + usual + more);
}

Octets& Channel::open_messages() {
  Octets& flight = sending.flight;
  if (sending.messages_record) return flight;
  make_room(0);
  if (sending.change_cipher_spec_owed) append_change_cipher_spec();
  sending.messages_record = flight.size();
  sending.messages_start = flight.size() + sending.writer.content_offset().value_or(0);
  flight.resize(sending.messages_start);
  return flight;
}

Result<std::size_t> Channel::seal_messages() {
  if (!sending.messages_record) return 0;
  Octets& flight = sending.flight;
  const std::size_t record = *std::exchange(sending.messages_record, std::nullopt);
  const std::size_t size = flight.size() - sending.messages_start;
  // RFC 8446 §6.1: close_notify is the last that a side sends, also in the middle of a handshake.
  const bool closed = sending.closed;
  const bool in_place = observer == nullptr && size <= sending.writer.max_content() &&
                        sending.writer.content_offset() == sending.messages_start - record;
  if (closed || size == 0 || !in_place) {
    const Octets messages(flight.end() - static_cast<std::ptrdiff_t>(size), flight.end());
    flight.resize(record);
    if (closed) return fail(ErrorCode::closed);
    if (auto appended = append_records(ContentType::handshake, messages); !appended)
      return fail(appended.error());
    return flight.size() - record;
  }
  flight.resize(record + sending.writer.written_size(size));
  const MutableBytes out = MutableBytes(flight).subspan(record);
  const auto written =
      sending.writer.write(ContentType::handshake, Bytes(flight).subspan(sending.messages_start, size), out);
  flight.resize(record + (written ? written->written : 0));
  if (!written) return fail(written.error());
  return written->written;
}

Result<> Channel::append_key_update(KeyUpdateRequest request) {
  if (request == KeyUpdateRequest::update_requested && !shared.begin_request())
    request = KeyUpdateRequest::update_not_requested;
  const std::array<std::uint8_t, 5> message = {static_cast<std::uint8_t>(HandshakeType::key_update), 0, 0, 1,
                                               static_cast<std::uint8_t>(request)};
  // RFC 8446 §4.6.3: the KeyUpdate itself still goes under the old key [8446:4.6.3#5].
  if (auto sealed = append_records(ContentType::handshake, message); !sealed) return sealed;
  tell_late_message(role_, HandshakeType::key_update, message);
  sending.traffic_secret = schedule::next_traffic_secret(hash, sending.traffic_secret.view());
  sending.writer.install(record_key(hash, aead, sending.traffic_secret.view()));
  sending.writer.key()->set_update_after(sending.update_after);
  ++sending.generation;
  return {};
}

// The last that this side says; its keys have no use any more. It, too, comes behind an owed
// change_cipher_spec: what is between the two sides may wait for one before the first protected record (RFC
// 8446 §D.4).
Result<> Channel::append_last(AlertLevel level, AlertDescription description) {
  const std::array<std::uint8_t, 2> message = {static_cast<std::uint8_t>(level),
                                               static_cast<std::uint8_t>(description)};
  auto sealed = append_records(ContentType::alert, message);
  sending.closed = true;
  sending.forget();
  return sealed;
}

void Channel::end_sending_if_silent() noexcept {
  if (!shared.is_dead() || shared.owed_alert()) return;
  sending.closed = true;
  sending.forget();  // [8446:6#2]
}

// Everything that goes before data: alerts end the connection, so they make the rest moot.
Result<> Channel::append_owed() {
  if (sending.closed) return {};
  // RFC 5246 §7.2.2, RFC 8446 §6.2: fatal, and the last that is said [5246:7.2.2#3,4] [8446:6#3]
  // [8446:6.2#1,2,3].
  if (const auto alert = shared.owed_alert()) return append_last(AlertLevel::fatal, *alert);
  end_sending_if_silent();
  if (sending.closed) return {};
  // RFC 9846 §4.7.3: no generation beyond 2^48 - 1, even when asked.
  constexpr std::uint64_t last_generation = (std::uint64_t{1} << 48) - 1;
  if (handshake_done && !sending.traffic_secret.empty() && sending.generation < last_generation) {
    const bool asked = shared.take_key_update();
    if (asked || sending.writer.update_due()) {
      if (auto done = append_key_update(KeyUpdateRequest::update_not_requested); !done) return done;
    }
  }
  if (shared.take_no_renegotiation()) {
    static constexpr std::array<std::uint8_t, 2> message = {
        static_cast<std::uint8_t>(AlertLevel::warning),
        static_cast<std::uint8_t>(AlertDescription::no_renegotiation)};
    if (auto done = append_records(ContentType::alert, message); !done) return done;
  }
  // [8446:6.1#3]
  if (owes_close()) return append_last(AlertLevel::warning, AlertDescription::close_notify);
  return {};
}

std::size_t Channel::transmit(MutableBytes output) {
  std::size_t written = drain(output);
  if (!sending.flight.empty()) return written;
  // A key that is used up can seal no alert either: the peer sees the stream end.
  if (!append_owed()) sending.closed = true;
  written += drain(output.subspan(written));
  return written;
}

bool Channel::wants_to_transmit() const noexcept {
  if (!sending.flight.empty()) return true;
  if (sending.closed) return false;
  return shared.owed_alert().has_value() || (handshake_done && shared.anything_owed()) ||
         (owes_close() && !shared.is_dead());
}

Result<Sent> Channel::send(Bytes data, MutableBytes output) {
  Sent sent;
  if (sending.closed || owes_close() || shared.is_dead()) {
    end_sending_if_silent();
    return fail(ErrorCode::closed);
  }
  while (sent.taken < data.size()) {
    if (owes_before_data()) {
      sent.written += transmit(output.subspan(sent.written));
      if (!sending.flight.empty() || sending.closed) break;
    }
    const auto written =
        write_records(ContentType::application_data, data.subspan(sent.taken), output.subspan(sent.written));
    if (!written) {
      if (sent.written != 0) break;  // what is sealed must go out; the next call says why there was no more
      return fail(written.error());
    }
    sent.taken += written->taken;
    sent.written += written->written;
    if (!sending.writer.update_due()) break;  // the output is full, or all is taken
  }
  return sent;
}

Result<Sent> Channel::send_early_data(Bytes data, MutableBytes output) {
  const auto sent = send(data.first(std::min<std::size_t>(data.size(), sending.early_data_left)), output);
  if (sent) sending.early_data_left -= static_cast<std::uint32_t>(sent->taken);
  return sent;
}

void Channel::update_keys(KeyUpdateRequest request) {
  // TLS 1.2 has no traffic secret: what would be derived from none, everybody could derive.
  if (sending.closed || shared.is_dead() || sending.traffic_secret.empty()) return;
  // Fails only when the key is used up, which the next send reports.
  [[maybe_unused]] const auto appended = append_key_update(request);
}

void Channel::rest_sending() noexcept { sending.writer.rest(); }

void Channel::rest_receiving() noexcept {
  receiving.reader.rest();
  receiving.messages.release();
}

}  // namespace handfast::engine
