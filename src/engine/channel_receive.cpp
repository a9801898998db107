// The receiving half: records in, application data out, and the few messages that come after a handshake.
#include "engine/channel.hpp"
#include "engine/handshake_run.hpp"
#include "message/messages.hpp"

namespace handfast::engine {
namespace {

// Bounds on what a peer may send without bringing data (DESIGN §5).
constexpr std::uint16_t max_key_updates = 32;
constexpr std::uint16_t max_tickets = 64;
constexpr std::uint8_t max_warnings = 4;

// Alerts by which a peer says that it does not like our certificate.
bool refuses_certificate(AlertDescription alert) noexcept {
  switch (alert) {
    case AlertDescription::bad_certificate:
    case AlertDescription::unsupported_certificate:
    case AlertDescription::certificate_revoked:
    case AlertDescription::certificate_expired:
    case AlertDescription::certificate_unknown:
    case AlertDescription::unknown_ca:
    case AlertDescription::certificate_required: return true;
    default: return false;
  }
}

// TLS 1.2: what a peer may say without ending the connection (RFC 5246 §7.2.2, RFC 6066 §3).
bool may_warn_of(AlertDescription alert, bool tls12) noexcept {
  return tls12 &&
         (alert == AlertDescription::no_renegotiation || alert == AlertDescription::unrecognized_name);
}

}  // namespace

void ReceivingHalf::forget() noexcept {
  reader.remove_key();
  traffic_secret.assign({});
  resumption.reset();
}

std::unexpected<Error> Channel::fail_with(const Error& error) noexcept {
  if (!receiving.error) {
    receiving.error = error;
    // RFC 8446 §6: a connection that failed keeps no keys [8446:6#2]; those that seal the alert go with it.
    receiving.forget();
    exporter_secret.assign({});
    if (observer != nullptr) [[unlikely]]
      observer->failed(error);
    // [5246:7.2#1] [5246:7.2.2#2]
    if (receiving.session && error.alert != AlertDescription::close_notify) receiving.session->forget();
    const bool silent = error.code == ErrorCode::peer_alert ||
                        error.code == ErrorCode::peer_refused_certificate ||
                        error.alert == AlertDescription::close_notify;
    if (silent) {
      shared.kill();
    } else {
      shared.owe_alert(error.alert);
    }
  }
  return fail(*receiving.error);
}

Result<Received> Channel::receive(MutableBytes input, HandshakeRun* handshake, Time now) {
  Result<Received> received;  // the one that is returned, so that nothing of it is copied for each record
  if (auto read = read_records(input, handshake, now, *received); !read) received = fail(read.error());
  return received;
}

Result<> Channel::read_records(MutableBytes input, HandshakeRun* handshake, Time now, Received& result) {
  if (receiving.error) return fail(*receiving.error);  // [8446:6#1]
  receiving.now = now;
  for (;;) {
    if (receiving.closed) {  // RFC 8446 §6.1: what comes after close_notify is ignored [8446:6.1#1,2]
      result.used = input.size();
      result.closed = true;
      return {};
    }
    if (handshake != nullptr && (handshake->asks() || handshake_done)) return {};
    const auto record = read_record(input.subspan(result.used));
    if (!record) return fail_with(record.error());
    if (record->kind == record::Record::Kind::incomplete) {
      result.needed = record->size;
      return {};
    }
    if (handshake != nullptr) handshake->note_received(input.subspan(result.used, record->size));
    result.used += record->size;
    if (record->kind == record::Record::Kind::skipped) continue;
    if (auto handled = handle_record(*record, handshake, result); !handled) return fail_with(handled.error());
    if (!result.data.empty() || !result.early_data.empty()) return {};
  }
}

Result<> Channel::handle_record(const record::Record& record, HandshakeRun* handshake, Received& result) {
  const bool running = handshake != nullptr;
  switch (record.type) {
    case ContentType::handshake:
      return running ? handshake->handle_messages(record.content) : handle_late_messages(record.content);
    case ContentType::alert:
      if (running && handshake->has_unread())  // RFC 8446 §5.1 [8446:5.1#2,3]
        return fail(ErrorCode::unexpected_record, "an alert between the parts of a handshake message");
      return handle_alert(record.content, running);
    case ContentType::change_cipher_spec:
      if (running && !record.is_protected) return handshake->handle_change_cipher_spec();
      return fail(ErrorCode::unexpected_record, "change_cipher_spec");
    case ContentType::application_data:
      if (running) return handle_early_data(record, *handshake, result);
      if (auto whole = receiving.messages.check_interleaving(); !whole) return whole;
      if (!record.content.empty()) {
        receiving.key_updates = 0;
        receiving.tickets = 0;
        receiving.warnings = 0;
      }
      result.data = record.content;
      return {};
    default: return fail(ErrorCode::unexpected_record);
  }
}

// RFC 8446 §4.2.10: data under the early keys, up to what the ticket allows.
Result<> Channel::handle_early_data(const record::Record& record, const HandshakeRun& handshake,
                                    Received& result) {
  if (!receiving.early_data)
    return fail(ErrorCode::unexpected_record, "application data during the handshake");
  if (handshake.has_unread())
    return fail(ErrorCode::unexpected_record, "early data between the parts of a handshake message");
  if (record.content.size() > receiving.early_data_left)
    return fail(ErrorCode::unexpected_record, "more early data than the ticket allows");
  receiving.early_data_left -= static_cast<std::uint32_t>(record.content.size());
  result.early_data = record.content;
  return {};
}

Result<> Channel::handle_alert(Bytes alert, bool handshake_running) {
  const auto level = static_cast<AlertLevel>(alert[0]);
  const auto description = static_cast<AlertDescription>(alert[1]);
  if (auto whole = receiving.messages.check_interleaving(); !whole) return whole;
  if (description == AlertDescription::close_notify) {
    if (handshake_running) {
      return fail(ErrorCode::peer_alert, description, "the peer closed during the handshake");
    }
    receiving.closed = true;
    receiving.forget();
    if (version == ProtocolVersion::tls12) shared.owe_close();
    return {};
  }
  // [8446:6#3,4]
  // RFC 8446 §6.1: user_canceled is only a warning, and a close_notify follows it. RFC 8446 §6.2: every other
  // alert of TLS 1.3 is fatal, whatever its level says [8446:6#3,4]; TLS 1.2 has others that are not.
  const bool may_be_tls12 =
      version == ProtocolVersion::tls12 || (handshake_running && receiving.reader.key() == nullptr);
  if (level == AlertLevel::warning &&
      (description == AlertDescription::user_canceled || may_warn_of(description, may_be_tls12)))
    return handle_warning();
  return fail(refuses_certificate(description) ? ErrorCode::peer_refused_certificate : ErrorCode::peer_alert,
              description);
}

Result<> Channel::handle_warning() {
  if (++receiving.warnings > max_warnings) return fail(ErrorCode::too_many_warnings);
  return {};
}

Result<> Channel::handle_late_messages(Bytes fragment) {
  if (auto added = receiving.messages.add(fragment); !added) return added;
  while (const auto message = receiving.messages.next())
    if (auto handled = handle_late_message(*message); !handled) return handled;
  receiving.messages.release();
  return {};
}

// RFC 5246 §7.4.1.1, §7.2.2: renegotiation is refused, on both sides, with a warning [5746:4.2#1].
Result<> Channel::handle_late_message12(const message::HandshakeMessage& message) {
  const HandshakeType expected =
      role_ == Role::client ? HandshakeType::hello_request : HandshakeType::client_hello;
  if (message.type == expected) {
    if (role_ == Role::client && !message.body().empty())
      return fail(ErrorCode::trailing_data, "hello_request");
    shared.owe_no_renegotiation();
    return handle_warning();
  }
  Error error(ErrorCode::unexpected_message, "after the handshake");
  error.message = message.type;
  return fail(error);
}

Result<> Channel::handle_late_message(const message::HandshakeMessage& message) {
  tell_late_message(peer(), message.type, message.whole);
  if (version == ProtocolVersion::tls12) return handle_late_message12(message);
  switch (message.type) {
    case HandshakeType::key_update: return handle_key_update(message);
    case HandshakeType::new_session_ticket:
      if (role_ == Role::client) return handle_ticket(message);
      [[fallthrough]];
    default: {
      // [8446:4.6.2#5] [8446:4.1.2#3] [8446:4.5#3] RFC 8446 §4.6.2: post_handshake_auth is never offered, so
      // that no CertificateRequest may come.
      Error error(ErrorCode::unexpected_message, "after the handshake");
      error.message = message.type;
      return fail(error);
    }
  }
}

// [8446:4.6.3#1,2,4,6]
Result<> Channel::handle_key_update(const message::HandshakeMessage& message) {
  const auto update = wire::decode<message::KeyUpdate>(message.body());
  if (!update) return fail(update.error());
  if (++receiving.key_updates > max_key_updates) return fail(ErrorCode::too_many_key_updates);
  // RFC 8446 §5.1: a KeyUpdate ends its record, for what follows is under other keys.
  if (auto clean = receiving.messages.check_key_change(); !clean) return clean;
  receiving.traffic_secret = schedule::next_traffic_secret(hash, receiving.traffic_secret.view());
  receiving.reader.install(record_key(hash, aead, receiving.traffic_secret.view()));
  shared.end_request();
  if (update->request_update == KeyUpdateRequest::update_requested) shared.owe_key_update();
  return {};
}

// Without a session store a ticket is of no use; it must still be well-formed.
Result<> Channel::handle_ticket(const message::HandshakeMessage& message) {
  const auto ticket = wire::decode<message::NewSessionTicket>(message.body());
  if (!ticket) return fail(ticket.error());
  if (++receiving.tickets > max_tickets) return fail(ErrorCode::too_many_tickets);
  if (receiving.resumption) receiving.resumption->keep(*ticket, receiving.now);
  return {};
}

Result<> Channel::end_of_stream() noexcept {
  if (receiving.error) return fail(*receiving.error);
  if (receiving.closed) return {};
  return fail_with(Error(ErrorCode::truncated_stream));
}

}  // namespace handfast::engine
