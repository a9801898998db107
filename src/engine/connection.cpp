// The public faces: Connection, Sender, Receiver.
#include <handfast/connection.hpp>

#include "engine/handshake_run.hpp"
#include "schedule/key_schedule12.hpp"

namespace handfast {

using engine::Channel;
using engine::HandshakeRun;

// ---- the halves

Sender::Sender(std::shared_ptr<Channel> channel) noexcept : channel_(std::move(channel)) {}
Sender::Sender(Sender&&) noexcept = default;
Sender& Sender::operator=(Sender&&) noexcept = default;
Sender::~Sender() = default;
Result<Sent> Sender::send(Bytes data, MutableBytes output) { return channel_->send(data, output); }
std::size_t Sender::transmit(MutableBytes output) { return channel_->transmit(output); }
bool Sender::wants_to_transmit() const noexcept { return channel_->wants_to_transmit(); }
void Sender::update_keys(KeyUpdateRequest request) { channel_->update_keys(request); }
void Sender::close() noexcept { channel_->close(); }
void Sender::rest() noexcept { channel_->rest_sending(); }

Receiver::Receiver(std::shared_ptr<Channel> channel) noexcept : channel_(std::move(channel)) {}
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver& Receiver::operator=(Receiver&&) noexcept = default;
Receiver::~Receiver() = default;
Result<Received> Receiver::receive(MutableBytes input, Time now) {
  return channel_->receive(input, nullptr, now);
}
Result<> Receiver::end_of_stream() noexcept { return channel_->end_of_stream(); }
void Receiver::rest() noexcept { channel_->rest_receiving(); }

// ---- the whole

Connection::Connection(std::unique_ptr<HandshakeRun> handshake, std::shared_ptr<Channel> channel) noexcept
    : handshake_(std::move(handshake)), channel_(std::move(channel)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::client(std::shared_ptr<const ClientConfig> config,
                                      const ServerName& server_name, Time now, inspect::Observer* observer,
                                      std::uint16_t port) {
  auto channel = std::make_shared<Channel>(Role::client);
  channel->observer = observer;
  auto run = std::make_unique<HandshakeRun>(*channel);
  if (auto started = run->start_client(std::move(config), server_name, now, port); !started)
    return fail(started.error());
  return Connection(std::move(run), std::move(channel));
}

Result<Connection> Connection::server(std::shared_ptr<const ServerConfig> config, Time now,
                                      inspect::Observer* observer) {
  auto channel = std::make_shared<Channel>(Role::server);
  channel->observer = observer;
  auto run = std::make_unique<HandshakeRun>(*channel);
  if (auto started = run->start_server(std::move(config), now); !started) return fail(started.error());
  return Connection(std::move(run), std::move(channel));
}

Result<Connection> Connection::server_asking(Time now, inspect::Observer* observer) {
  return server(nullptr, now, observer);
}

Result<Received> Connection::receive(MutableBytes input, Time now) {
  HandshakeRun* const run = channel_->handshake_done ? nullptr : handshake_.get();
  if (run != nullptr) run->set_time(now);
  auto received = channel_->receive(input, run, now);
  if (!received) channel_->end_sending_if_silent();
  // The summary is there until the first data: an idle connection keeps traffic state only.
  if (handshake_ && run == nullptr && received && !received->data.empty()) handshake_.reset();
  return received;
}

Result<> Connection::end_of_stream() noexcept { return channel_->end_of_stream(); }

std::size_t Connection::transmit(MutableBytes output) { return channel_->transmit(output); }
bool Connection::wants_to_transmit() const noexcept { return channel_->wants_to_transmit(); }

// [5246:7.3#3] [8446:2#2]
Result<Sent> Connection::send(Bytes data, MutableBytes output) {
  if (!channel_->handshake_done)
    return fail(channel_->shared.is_dead() ? ErrorCode::closed : ErrorCode::not_ready);
  if (handshake_) [[unlikely]]  // once
    handshake_.reset();
  return channel_->send(data, output);
}

Result<Sent> Connection::send_half_rtt(Bytes data, MutableBytes output) {
  if (channel_->handshake_done) return send(data, output);
  if (channel_->role() == Role::client || !channel_->sending.application_keys)
    return fail(channel_->shared.is_dead() ? ErrorCode::closed : ErrorCode::not_ready);
  return channel_->send(data, output);
}

Result<Sent> Connection::send_early_data(Bytes data, MutableBytes output) {
  if (early_data_room() == 0)
    return fail(channel_->shared.is_dead() ? ErrorCode::closed : ErrorCode::not_ready);
  return channel_->send_early_data(data, output);
}

std::uint32_t Connection::early_data_room() const noexcept { return channel_->sending.early_data_left; }

Role Connection::role() const noexcept { return channel_->role(); }
// [8446:E.5#4]
bool Connection::handshake_done() const noexcept { return channel_->handshake_done; }
const std::optional<Error>& Connection::error() const noexcept { return channel_->receiving.error; }

const char* Connection::waits_for() const noexcept {
  if (!handshake_ || handshake_->handshake() == nullptr) return "nothing";
  const handshake::Operation* operation = handshake_->handshake()->flow().waiting();
  return operation != nullptr ? operation->waits_for() : "nothing";
}

// ---- questions

const Question& Connection::pending() const noexcept {
  static const Question none;
  if (error() || !handshake_ || handshake_->handshake() == nullptr) return none;
  return handshake_->handshake()->question;
}

namespace {

// An error is final: a handshake that was aborted, or whose stream ended, takes no answers any more.
template <class Q>
Result<> check_open(const Connection& connection) noexcept {
  if (connection.error()) return fail(*connection.error());
  if (!std::holds_alternative<Q>(connection.pending())) return fail(ErrorCode::no_question);
  return {};
}

}  // namespace

Result<> Connection::choose_configuration(std::shared_ptr<const ServerConfig> config, Time now) {
  if (auto open = check_open<ConfigurationQuestion>(*this); !open) return open;
  if (!config) return fail(ErrorCode::invalid_argument, "no configuration");
  handshake_->set_time(now);
  handshake_->server()->config = std::move(config);
  handshake_->raw() = {};
  handshake_->handshake()->question = {};
  return handshake_->run();
}

Result<> Connection::refuse(AlertDescription alert) {
  if (error()) return fail(*error());
  if (!handshake_ || !handshake_->asks()) return fail(ErrorCode::no_question);
  [[maybe_unused]] const auto failed = channel_->fail_with(Error(ErrorCode::refused_by_application, alert));
  handshake_->finish();
  return {};
}

Result<Octets> Connection::pass() {
  if (auto open = check_open<ConfigurationQuestion>(*this); !open) return fail(open.error());
  Octets raw = std::move(handshake_->raw());
  channel_->receiving.error = Error(ErrorCode::closed, AlertDescription::close_notify, "passed on");
  channel_->shared.kill();
  handshake_->finish();
  return raw;
}

Result<> Connection::answer_signature(Bytes signature, Time now) {
  if (auto open = check_open<SignatureQuestion>(*this); !open) return open;
  handshake_->set_time(now);
  handshake_->handshake()->signature = to_octets(signature);
  handshake_->handshake()->question = {};
  return handshake_->run();
}

Result<> Connection::answer_verification(bool trusted, Time now) {
  if (auto open = check_open<VerificationQuestion>(*this); !open) return open;
  handshake_->set_time(now);
  handshake_->handshake()->trusted = trusted;
  handshake_->handshake()->question = {};
  return handshake_->run();
}

Result<> Connection::answer_session(std::optional<Session> session, Time now) {
  const bool asked = std::holds_alternative<SessionQuestion>(pending());
  if (auto open = asked ? check_open<SessionQuestion>(*this) : check_open<ClientSessionQuestion>(*this);
      !open)
    return open;
  handshake_->set_time(now);
  handshake_->handshake()->answered_session = handshake::boxed(std::move(session));
  handshake_->handshake()->question = {};
  return handshake_->run();
}

Result<> Connection::answer_psk(std::optional<ExternalPsk> psk, Time now) {
  if (auto open = check_open<PskQuestion>(*this); !open) return open;
  handshake_->set_time(now);
  handshake_->handshake()->answered_psk = handshake::boxed(std::move(psk));
  handshake_->handshake()->question = {};
  return handshake_->run();
}

Result<> Connection::answer_early_data(EarlyDataVerdict verdict, Time now) {
  if (auto open = check_open<EarlyDataQuestion>(*this); !open) return open;
  handshake_->set_time(now);
  handshake_->handshake()->early_data_verdict = verdict;
  handshake_->handshake()->question = {};
  return handshake_->run();
}

// ---- keys, ends, results

Result<> Connection::update_keys(KeyUpdateRequest request) {
  if (!channel_->handshake_done) return fail(ErrorCode::not_ready);
  if (channel_->version == ProtocolVersion::tls12)
    return fail(ErrorCode::unsupported_option, "TLS 1.2 cannot change keys");
  channel_->update_keys(request);
  return {};
}

void Connection::close() noexcept { channel_->close(); }

void Connection::abort(AlertDescription alert) noexcept {
  [[maybe_unused]] const auto failed =
      channel_->fail_with(Error(ErrorCode::closed, alert, "ended by this side"));
}

Result<> Connection::export_keying_material(std::string_view label, std::optional<Bytes> context,
                                            MutableBytes output) const {
  if (!channel_->handshake_done) return fail(ErrorCode::not_ready);
  if (error()) return fail(*error());
  if (channel_->exporter_secret.empty())
    return fail(ErrorCode::unsupported_option, "exporters are off, or TLS 1.2 has no extended_master_secret");
  const Bytes secret = channel_->exporter_secret.view();
  if (!channel_->exporter12)
    // [8446:7.5#1]
    return schedule::exporter(channel_->hash, secret, label, context.value_or(Bytes()), output);
  const engine::Exporter12& inputs = *channel_->exporter12;
  return schedule::exporter12(channel_->hash, secret, label, inputs.client_random, inputs.server_random,
                              context, output);
}

Result<std::array<std::uint8_t, 32>> Connection::channel_binding() const {
  std::array<std::uint8_t, 32> binding{};
  // RFC 9266 §4: label and empty context; TLS 1.2 with extended_master_secret only.
  if (auto exported = export_keying_material("EXPORTER-Channel-Binding", Bytes(), binding); !exported)
    return fail(exported.error());
  return binding;
}

Result<std::array<std::uint8_t, 12>> Connection::tls_unique() const {
  if (!channel_->handshake_done) return fail(ErrorCode::not_ready);
  if (!channel_->exporter12)
    return fail(ErrorCode::unsupported_option, "tls-unique is of TLS 1.2 with extended_master_secret");
  return channel_->exporter12->tls_unique;
}

Result<Summary> Connection::take_summary() {
  if (!handshake_ || !(channel_->handshake_done || error())) return fail(ErrorCode::not_ready);
  handshake_->finish();  // one that failed below the handshake's messages stands still
  std::optional<Summary> summary = handshake_->take_summary();
  handshake_.reset();
  if (!summary) return fail(ErrorCode::not_ready, "the summary was taken before");
  return std::move(*summary);
}

void Connection::rest() noexcept {
  if (channel_->handshake_done) handshake_.reset();
  channel_->rest_sending();
  channel_->rest_receiving();
}

Result<std::pair<Sender, Receiver>> Connection::split() && {
  if (!channel_->handshake_done) return fail(ErrorCode::not_ready);
  handshake_.reset();
  std::pair<Sender, Receiver> halves{Sender(channel_), Receiver(channel_)};
  channel_.reset();
  return halves;
}

}  // namespace handfast
