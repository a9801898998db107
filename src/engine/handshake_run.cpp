// The handshake's transport over TLS records.
#include "engine/handshake_run.hpp"

#include <limits>

#include "handshake/client12_session.hpp"
#include "handshake/client_psk.hpp"

namespace handfast::engine {

using handshake::Direction;
using handshake::Level;

Result<> HandshakeRun::start(handshake::Handshake& handshake, Time now) {
  handshake_ = &handshake;
  handshake.observer = channel_.observer;
  handshake.now = now;
  if (!root_) return fail(ErrorCode::out_of_memory);
  root_.start();
  return run();
}

Result<> HandshakeRun::start_client(std::shared_ptr<const ClientConfig> config, const ServerName& name,
                                    Time now, std::uint16_t port) {
  // [8446:5.1#10,14] [8446:D.5#9]
  channel_.sending.writer.set_legacy_record_version(ProtocolVersion::tls10);
  client_ = std::make_unique<handshake::ClientHandshake>(std::move(config), name, *this, port);
  root_ = handshake::negotiate(*client_);
  return start(*client_, now);
}

Result<> HandshakeRun::start_server(std::shared_ptr<const ServerConfig> config, Time now) {
  server_ = std::make_unique<handshake::ServerHandshake>(std::move(config), *this);
  root_ = handshake::negotiate(*server_);
  return start(*server_, now);
}

Result<> HandshakeRun::run() {
  handshake_->run();
  if (!channel_.receiving.session) note_session();
  // What a failed handshake had ready goes out before the alert: the peer needs it to read the alert.
  const Result<> flushed = flush();
  if (root_.failure()) {
    const std::unexpected<Error> failure = channel_.fail_with(*root_.failure());
    finish();
    return failure;
  }
  if (!flushed) {
    const std::unexpected<Error> failure = channel_.fail_with(flushed.error());
    finish();
    return failure;
  }
  if (root_.done()) {
    channel_.handshake_done = true;
    // TLS 1.2: what shares a record with the Finished (a HelloRequest, say) comes after the handshake. In TLS
    // 1.3 the change of keys has refused it.
    const Octets late = to_octets(handshake_->unread());
    finish();
    if (late.empty()) return {};
    if (auto handled = channel_.handle_late_messages(late); !handled)
      return channel_.fail_with(handled.error());
  }
  return {};
}

void HandshakeRun::finish() {
  if (handshake_ == nullptr) return;
  if (channel_.handshake_done) {
    channel_.sending.application_keys = true;
    if (settings().exporters) keep_exporters();
    if (client_) keep_resumption();
  }
  handshake_->summary.peer_certificate_type = handshake_->peer_certificate_type;
  ending_ =
      std::make_unique<Ending>(std::move(handshake_->summary), handshake_->flights,
                               std::move(handshake_->peer_certificates), std::move(handshake_->peer_chain));
  handshake_ = nullptr;
  // [8446:6#2] [5246:7.2.2#1] What is freed is wiped.
  root_ = {};  // frames go before the arena they live in
  client_.reset();
  server_.reset();
  raw_ = {};
}

std::optional<Summary> HandshakeRun::take_summary() {
  if (!ending_) return std::nullopt;
  const std::unique_ptr<Ending> ending = std::move(ending_);
  Summary& summary = ending->summary;
  summary.flights = ending->flights.flights();
  summary.peer_chain.reserve(ending->peer_chain.size());
  for (const Bytes certificate : ending->peer_chain) summary.peer_chain.push_back(to_octets(certificate));
  return std::move(summary);
}

const CommonSettings& HandshakeRun::settings() const noexcept {
  if (client_) return client_->config->settings();
  return server_->config->settings();
}

// From the first record on: half-RTT data counts.
void HandshakeRun::set_update_after() noexcept {
  channel_.sending.update_after = settings().key_update_after_records;
  channel_.sending.writer.key()->set_update_after(channel_.sending.update_after);
}

void HandshakeRun::keep_exporters() {
  channel_.exporter_secret = std::move(handshake_->exporter_secret);
  if (channel_.version != ProtocolVersion::tls12 || channel_.exporter_secret.empty()) return;
  auto inputs = std::make_unique<Exporter12>();
  inputs->client_random = handshake_->summary.client_random;
  inputs->server_random = handshake_->server_random;
  inputs->tls_unique = handshake_->tls_unique;
  channel_.exporter12 = std::move(inputs);
}

// TLS 1.2: as soon as the session has a name in a store.
void HandshakeRun::note_session() {
  if (server_ && !server_->session_id.empty()) {
    channel_.receiving.session = std::make_unique<KeptSession>();
    channel_.receiving.session->sessions = server_->settings().session_store;
    channel_.receiving.session->id = server_->session_id;
  }
  if (client_ && client_->settings().session_store &&
      (handshake::offers_session12(*client_) || channel_.version == ProtocolVersion::tls12)) {
    channel_.receiving.session = std::make_unique<KeptSession>();
    channel_.receiving.session->client_sessions = client_->settings().session_store;
    channel_.receiving.session->key = handshake::session_key(*client_);
  }
}

void HandshakeRun::keep_resumption() {
  if (client_->resumption_master_secret.empty()) return;
  auto resumption = std::make_unique<Resumption>();
  resumption->store = client_->settings().session_store;
  resumption->key = handshake::session_key(*client_);
  resumption->pattern = handshake::session_pattern(*client_);
  resumption->hash = channel_.hash;
  resumption->resumption_master_secret = std::move(client_->resumption_master_secret);
  channel_.receiving.resumption = std::move(resumption);
}

// [8446:5.1#6] Before each change of keys: records end there.
Result<> HandshakeRun::flush() {
  const auto sealed = channel_.seal_messages();
  if (!sealed) return fail(sealed.error());
  if (*sealed == 0) return {};
  // RFC 8446 §5.1: only the first ClientHello's records say TLS 1.0.
  channel_.sending.writer.set_legacy_record_version(ProtocolVersion::tls12);
  handshake_->flights.add_record_octets(handshake_->role(), *sealed);
  return {};
}

void HandshakeRun::send_change_cipher_spec() {
  // An error of flush() comes again with the next message.
  [[maybe_unused]] const auto flushed = flush();
  channel_.append_change_cipher_spec();
}

// [8446:4.4.4#2] Whatever comes next is under these keys.
Result<> HandshakeRun::install(Level level, Direction direction, CipherSuite suite, Bytes traffic_secret) {
  const schedule::SuiteInfo* info = schedule::suite_info(suite);
  if (info == nullptr || !info->aead) return fail(ErrorCode::internal_error, "a suite without an AEAD");
  channel_.hash = info->hash;
  channel_.aead = *info->aead;
  if (direction == Direction::receiving) {
    // RFC 8446 §5.1: handshake messages do not span a change of keys [8446:5.1#4].
    if (handshake_->has_unread()) return fail(ErrorCode::excess_handshake_data);
    channel_.receiving.reader.install(record_key(channel_.hash, channel_.aead, traffic_secret));
    channel_.receiving.early_data = level == Level::early_data;
    if (level == Level::application) channel_.receiving.traffic_secret.assign(traffic_secret);
    return {};
  }
  if (auto flushed = flush(); !flushed) return flushed;
  channel_.sending.writer.install(record_key(channel_.hash, channel_.aead, traffic_secret));
  channel_.sending.early_data_left = 0;
  if (level == Level::application) {
    channel_.sending.traffic_secret.assign(traffic_secret);
    channel_.sending.application_keys = true;
    set_update_after();
  }
  return {};
}

Result<> HandshakeRun::install_tls12(Direction direction, const handshake::Tls12Keys& keys,
                                     RandomSource& random) {
  const schedule::SuiteInfo* info = schedule::suite_info(keys.suite);
  if (info == nullptr) return fail(ErrorCode::internal_error, "a suite that is not known");
  channel_.hash = info->hash;
  channel_.version = ProtocolVersion::tls12;
  if (direction == Direction::receiving) {
    if (handshake_->has_unread()) return fail(ErrorCode::excess_handshake_data);
    channel_.receiving.reader.install(record_key12(*info, keys, random));
    return {};
  }
  if (auto flushed = flush(); !flushed) return flushed;
  channel_.sending.writer.install(record_key12(*info, keys, random));
  return {};
}

// [6066:4#5,6]
void HandshakeRun::limit_fragments(MaxFragmentLength length) {
  const std::size_t octets = std::size_t{256} << static_cast<unsigned>(length);  // RFC 6066 §4: 2^9 … 2^12
  channel_.sending.writer.set_max_fragment(octets);
  // In TLS 1.3 the reader counts the content type, which is no part of the fragment.
  const auto* key = channel_.receiving.reader.key();
  const bool tls13 = key != nullptr && key->protection() == record::Protection::tls13;
  channel_.receiving.reader.set_record_size_limit(octets + (tls13 ? 1 : 0));
}

void HandshakeRun::limit_sent_records(std::uint16_t record_size_limit) {
  channel_.sending.writer.set_record_size_limit(record_size_limit);
}

void HandshakeRun::limit_received_records(std::uint16_t record_size_limit) {
  channel_.receiving.reader.set_record_size_limit(record_size_limit);
}

void HandshakeRun::pad_sent_records(std::uint16_t multiple) { channel_.sending.writer.set_padding(multiple); }

void HandshakeRun::limit_early_data(std::uint32_t octets) {
  (client_ ? channel_.sending.early_data_left : channel_.receiving.early_data_left) = octets;
}

void HandshakeRun::abandon_early_data() {
  channel_.sending.writer.remove_key();
  channel_.sending.early_data_left = 0;
}

// RFC 8446 §4.2.10: as much as would have been taken, or as an earlier configuration promised with the
// ticket. [8446:4.2.10#10,11] What is accepted is opened like everything, or ends the connection.
void HandshakeRun::skip_early_data() {
  const std::uint32_t promised = server_->psk ? server_->psk->terms.max_size : 0;
  const std::uint64_t allowed = std::max(server_->settings().max_early_data_size, promised);
  const std::uint64_t budget =
      std::max<std::uint64_t>(server_->settings().max_skipped_early_data, allowed + allowed / 4);
  channel_.receiving.reader.skip_early_data(
      static_cast<std::uint32_t>(std::min<std::uint64_t>(budget, std::numeric_limits<std::uint32_t>::max())));
}

Result<> HandshakeRun::handle_messages(Bytes fragment) {
  if (auto added = handshake_->add(fragment); !added) return added;
  return run();
}

Result<> HandshakeRun::handle_change_cipher_spec() {
  using handshake::ChangeCipherSpec;
  if (handshake_->has_unread())
    return fail(ErrorCode::unexpected_record, "change_cipher_spec between the parts of a handshake message");
  switch (handshake_->change_cipher_spec) {
    case ChangeCipherSpec::dropped: handshake_->dropped_change_cipher_spec = true; return {};
    case ChangeCipherSpec::awaited: handshake_->change_cipher_spec = ChangeCipherSpec::received; return run();
    case ChangeCipherSpec::received:
    case ChangeCipherSpec::refused: break;
  }
  return fail(ErrorCode::unexpected_record, "change_cipher_spec");
}

void HandshakeRun::note_received(Bytes record) {
  if (handshake_ == nullptr) return;
  const Role peer = channel_.peer();
  handshake_->flights.add_record_octets(peer, record.size());
  if (server_ && !server_->config) raw_.insert(raw_.end(), record.begin(), record.end());
}

}  // namespace handfast::engine
