// One connection of handfast serve.
#include "session.hpp"

#include <algorithm>

#include <asio/write.hpp>
#include <fmt/format.h>

#include "endpoint.hpp"
#include "explained.hpp"
#include "page.hpp"
#include "story_page.hpp"

namespace handfast::tool {
namespace {

// What a page shows: a handshake and the request behind it.
constexpr inspect::RecorderLimits recorded_at_most{.records = 64, .octets = 256 << 10};
// An idle connection keeps the small one; a busy one grows to a record's size.
constexpr std::size_t small_buffer = 2048;
constexpr std::size_t full_buffer = 16384;
// Of a file as much as the stream seals and sends at once: four records.
constexpr std::size_t file_buffer = 65536;
constexpr std::size_t page_size = 4096;
// How long, and through how much unread data, a client may take to read our last words.
constexpr std::chrono::milliseconds linger_time{1000};
constexpr std::size_t most_unread = 1 << 20;
// When the server drains, a client that has not asked yet gets so long: its request may be on its way.
constexpr std::chrono::milliseconds drain_grace{1000};

std::string client_text(const tcp::socket& socket) {
  std::error_code error;
  const tcp::endpoint endpoint = socket.remote_endpoint(error);
  return error ? "?" : Endpoint{endpoint.address().to_string(), endpoint.port()}.text();
}

}  // namespace

Session::Session(const SessionSettings& settings, tcp::socket socket,
                 std::shared_ptr<const ServerConfig> config)
    : settings_(settings),
      config_(std::move(config)),
      socket_(std::move(socket)),
      deadline_(socket_.get_executor(), [this] { interrupt(); }) {
  report_.client = client_text(socket_);
}

// A read that is given up leaves the connection whole; after a write or in a handshake it is of no more use.
void Session::interrupt() {
  std::error_code ignored;
  if (reading_) {
    stream_->next_layer().cancel(ignored);
  } else {
    stream_->next_layer().close(ignored);
  }
}

void Session::drain() {
  draining_ = true;
  if (!reading_ || !report_.request.empty()) return;
  if (settings_.mode == Mode::echo) return interrupt();
  if (report_.received == 0) deadline_.expires_after(drain_grace);
}

net::awaitable<void> Session::run() {
  const auto start = std::chrono::steady_clock::now();
  ready_ = co_await shake_hands();
  // A request that came early may have its answer.
  if (ready_ && settings_.mode == Mode::http && !report_.status) co_await serve_http();
  if (ready_ && settings_.mode == Mode::echo) co_await echo();
  if (stream_) co_await close();
  report_.duration =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
}

void Session::fail(const std::error_code& error, std::string_view late) {
  if (const auto& sticky = stream_->error(); sticky && to_error(error)) {
    report_.failure = tls_failure(*sticky, Role::server);
    if (auto summary = stream_->take_summary())
      report_.failure->verification = std::move(summary->verification);
  } else if (deadline_.expired()) {
    report_.failure = timeout_failure(std::string(late));
  } else {
    report_.failure = network_failure("the connection broke", error);
    broken_ = true;
  }
  report_.failure->peer = "client";
}

net::awaitable<bool> Session::shake_hands() {
  std::error_code error;
  socket_.set_option(tcp::no_delay(true), error);
  if (settings_.explain)
    recorder_ = std::make_unique<inspect::Recorder>(false, stopwatch(), recorded_at_most);
  auto connection = Connection::server(std::move(config_), system_now(), recorder_.get());
  if (!connection) {
    report_.failure = tls_failure(connection.error(), Role::server);
    co_return false;
  }
  stream_.emplace(std::move(socket_), std::move(*connection));
  deadline_.expires_after(settings_.handshake_timeout);
  if (settings_.mode == Mode::http) {
    co_await serve_http_early();
  } else {
    co_await echo_early();
  }
  deadline_.never();
  if (report_.failure) co_return false;
  if (auto summary = stream_->take_summary()) report_.summary = std::move(*summary);
  co_return true;
}

// Early data in buffer_; 0: no more comes, for the handshake is done, or has failed.
net::awaitable<std::size_t> Session::read_early() {
  if (buffer_.empty()) buffer_.resize(small_buffer);
  std::error_code error;
  const std::size_t count = co_await stream_->async_read_early_data(net::buffer(buffer_), into(error));
  if (error && error != net::error::eof) fail(error, "the client did not finish the handshake in time");
  report_.early += count;
  report_.received += count;
  co_return count;
}

// Octets put into buffer_; 0: the session is to end.
net::awaitable<std::size_t> Session::read() {
  if (buffer_.empty()) buffer_.resize(small_buffer);
  std::error_code error;
  reading_ = true;
  const std::size_t count = co_await stream_->async_read_some(net::buffer(buffer_), into(error));
  reading_ = false;
  const bool drained = draining_ && error == net::error::operation_aborted;
  if (error && error != net::error::eof && !drained) fail(error, "the client was silent for too long");
  report_.received += count;
  co_return count;
}

// Before the handshake is done, its time is the limit.
net::awaitable<bool> Session::write(Bytes data, bool last) {
  while (!data.empty()) {
    if (ready_) deadline_.expires_after(settings_.idle_timeout);
    std::error_code error;
    const net::const_buffer rest(data.data(), data.size());
    std::size_t count = 0;
    if (last && ready_) {
      count = co_await stream_->async_write_last(rest, into(error));
      ended_ = !error && count == data.size();
    } else {
      count = co_await stream_->async_write_half_rtt(rest, into(error));
    }
    report_.sent += count;
    if (!ready_) report_.half_rtt += count;
    if (error) {
      fail(error, "the client did not take our data in time");
      co_return false;
    }
    data = data.subspan(count);
  }
  if (ready_) deadline_.never();
  co_return true;
}

// An echo may be heard twice.
net::awaitable<void> Session::echo_early() {
  for (;;) {
    const std::size_t count = co_await read_early();
    if (count == 0) co_return;
    const bool written = co_await write(Bytes(buffer_.data(), count));
    if (!written) co_return;
  }
}

// RFC 8470 §3, §5.2: a request that came early is answered early if it is safe to, and else has to come
// again. One whose end comes later is a request like all others.
net::awaitable<void> Session::serve_http_early() {
  while (!report_.failure) {
    const std::size_t count = co_await read_early();
    if (count == 0) co_return;
    if (is_head_whole()) continue;  // a body, say
    head_ += as_text(Bytes(buffer_.data(), count));
    if (is_head_whole()) co_await respond();
  }
}

net::awaitable<void> Session::echo() {
  while (!draining_) {
    deadline_.expires_after(settings_.idle_timeout);
    const std::size_t count = co_await read();
    if (count == 0) co_return;
    const bool written = co_await write(Bytes(buffer_.data(), count));
    if (!written) co_return;
    if (count == buffer_.size()) buffer_.resize(full_buffer);
  }
}

net::awaitable<void> Session::serve_http() {
  deadline_.expires_after(draining_ ? drain_grace : settings_.idle_timeout);  // for the whole head
  while (!is_head_whole()) {
    const std::size_t count = co_await read();
    if (count == 0) co_return;  // browsers connect ahead of need: no request is no failure
    head_ += as_text(Bytes(buffer_.data(), count));
  }
  co_await respond();
}

bool Session::is_head_whole() const noexcept {
  return head_.size() > http::max_head || http::find_end(head_);
}

std::expected<http::Request, http::Status> Session::parse_head() {
  const std::string_view head =
      std::string_view(head_).substr(0, http::find_end(head_).value_or(head_.size()));
  auto request =
      head.size() > http::max_head ? std::unexpected(http::Status::head_too_large) : http::parse(head);
  report_.request = printable(request ? fmt::format("{} {}", request->method, request->target)
                                      : head.substr(0, head.find_first_of("\r\n")));
  // What is not safe may be a replay, and must not be done before the client is known to be there.
  if (!ready_ && !request && request.error() == http::Status::method_not_allowed)
    return std::unexpected(http::Status::too_early);
  return request;
}

net::awaitable<void> Session::respond() {
  const auto request = parse_head();
  http::Response response;
  if (!request) {
    response.status = request.error();
    co_await respond_text(std::move(response), error_page(request.error()), false);
    co_return;
  }
  const auto missing = std::unexpected(http::Status::not_found);
  auto file = settings_.files ? settings_.files->find(request->path) : missing;
  if (file) {
    co_await respond_file(*request, *file);
    co_return;
  }
  const bool shows_page = !settings_.files || request->path == "/";
  if (file.error() == http::Status::moved_permanently) {
    response.status = file.error();
    const std::size_t first = request->path.find_first_not_of('/');
    response.location = "/" + http::encode_path(std::string_view(request->path).substr(first)) + "/";
  } else if (!shows_page || file.error() == http::Status::service_unavailable) {
    response.status = file.error();
  }
  // The page tells of the whole handshake, and waits for its end.
  if (!ready_ && response.status == http::Status::ok) co_return;
  std::string body =
      response.status == http::Status::ok ? page_of_connection(*request) : error_page(response.status);
  co_await respond_text(std::move(response), std::move(body), request->is_head());
}

std::string Session::page_of_connection(const http::Request& request) {
  if (!recorder_) return connection_page(*report_.summary, report_.client, request);
  return story_page(inspect::explain(recorder_->recording()),
                    "This very connection, which brought this page to " + report_.client);
}

net::awaitable<void> Session::respond_text(http::Response response, std::string body, bool head_only) {
  report_.status = response.status;
  response.content_length = body.size();
  const std::string text = http::to_text(response) + (head_only ? std::string() : body);
  co_await write(as_bytes(text), true);
}

net::awaitable<void> Session::respond_file(const http::Request& request, const StaticFile& file) {
  report_.status = http::Status::ok;
  http::Response response;
  response.content_type = file.content_type();
  response.content_length = file.size();
  response.cacheable = true;
  const std::string head = http::to_text(response);
  const std::uint64_t size = request.is_head() ? 0 : file.size();
  buffer_.resize(std::min<std::uint64_t>(file_buffer, head.size() + size));
  copy(as_bytes(head), buffer_);
  std::size_t filled =
      head.size();  // the head goes with the first piece: one record, one packet for small ones
  std::uint64_t offset = 0;
  bool going = true;
  while (going && offset < size) {
    std::size_t wanted = std::min<std::uint64_t>(buffer_.size() - filled, size - offset);
    if (offset + wanted < size) wanted -= wanted % page_size;  // the next piece starts where a page does
    const std::size_t count = file.read(offset, buffer_.data() + filled, wanted);
    if (count == 0) {
      // It has become shorter than we said: the client has to see that something is missing.
      stream_->connection().abort(AlertDescription::internal_error);
      report_.failure = usage_failure("the file became shorter while it was sent").error();
      co_return;
    }
    offset += count;
    filled += count;
    going = co_await write(Bytes(buffer_.data(), filled), offset == size);
    filled = 0;
  }
  if (filled != 0) co_await write(Bytes(buffer_.data(), filled), true);
}

net::awaitable<void> Session::close() {
  if (!broken_ && stream_->next_layer().is_open()) {
    std::error_code ignored;
    deadline_.expires_after(linger_time);
    if (!ended_) co_await stream_->async_shutdown(into(ignored));
    co_await linger();
  }
  deadline_.never();
  std::error_code ignored;
  stream_->next_layer().close(ignored);
}

// A socket that is closed with unread data sends a reset, and with it the peer loses our last words.
net::awaitable<void> Session::linger() {
  std::error_code error;
  stream_->next_layer().shutdown(tcp::socket::shutdown_send, error);
  if (buffer_.empty()) buffer_.resize(small_buffer);
  std::size_t total = 0;
  while (!error && total < most_unread) {
    const std::size_t count =
        co_await stream_->next_layer().async_read_some(net::buffer(buffer_), into(error));
    total += count;
  }
}

}  // namespace handfast::tool
