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
// How long, and through how much unread data, a client may take to read our last words.
constexpr std::chrono::milliseconds linger_time{1000};
constexpr std::size_t linger_octets = 1 << 20;
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
  const bool ready = co_await shake_hands();
  if (ready && settings_.mode == Mode::http) co_await serve_http();
  if (ready && settings_.mode == Mode::echo) co_await echo();
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
  co_await stream_->async_handshake(into(error));
  deadline_.never();
  if (error) {
    fail(error, "the client did not finish the handshake in time");
    co_return false;
  }
  if (auto summary = stream_->take_summary()) report_.summary = std::move(*summary);
  early_data_ = stream_->take_early_data();
  report_.early = early_data_.size();
  co_return true;
}

// Octets put into buffer_; 0: the session is to end. What came early comes first: pages and echoes may be
// asked for twice (RFC 8470 §3).
net::awaitable<std::size_t> Session::read() {
  if (buffer_.empty()) buffer_.resize(small_buffer);
  if (!early_data_.empty()) {
    const std::size_t count = std::min(buffer_.size(), early_data_.size());
    copy(Bytes(early_data_).first(count), buffer_);
    early_data_.erase(early_data_.begin(), early_data_.begin() + static_cast<std::ptrdiff_t>(count));
    report_.received += count;
    co_return count;
  }
  std::error_code error;
  reading_ = true;
  const std::size_t count = co_await stream_->async_read_some(net::buffer(buffer_), into(error));
  reading_ = false;
  const bool drained = draining_ && error == net::error::operation_aborted;
  if (error && error != net::error::eof && !drained) fail(error, "the client was silent for too long");
  report_.received += count;
  co_return count;
}

net::awaitable<bool> Session::write(Bytes data) {
  while (!data.empty()) {
    deadline_.expires_after(settings_.idle_timeout);
    std::error_code error;
    const std::size_t count =
        co_await stream_->async_write_some(net::buffer(data.data(), data.size()), into(error));
    report_.sent += count;
    if (error) {
      fail(error, "the client did not take our data in time");
      co_return false;
    }
    data = data.subspan(count);
  }
  deadline_.never();
  co_return true;
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
  std::string head;
  deadline_.expires_after(draining_ ? drain_grace : settings_.idle_timeout);  // for the whole head
  for (;;) {
    const std::size_t count = co_await read();
    if (count == 0) co_return;  // browsers connect ahead of need: no request is no failure
    head += as_text(Bytes(buffer_.data(), count));
    if (const auto end = http::find_end(head)) {
      head.resize(*end);
      break;
    }
    if (head.size() > http::max_head) break;
  }
  co_await respond(head);
}

net::awaitable<void> Session::respond(std::string_view head) {
  auto request =
      head.size() > http::max_head ? std::unexpected(http::Status::head_too_large) : http::parse(head);
  http::Response response;
  if (!request) {
    response.status = request.error();
    report_.request = printable(head.substr(0, head.find_first_of("\r\n")));
    co_await respond_text(std::move(response), error_page(request.error()), false);
    co_return;
  }
  report_.request = printable(fmt::format("{} {}", request->method, request->target));
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
  } else if (!shows_page) {
    response.status = http::Status::not_found;
  }
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
  co_await write(as_bytes(text));
}

net::awaitable<void> Session::respond_file(const http::Request& request, const StaticFile& file) {
  report_.status = http::Status::ok;
  http::Response response;
  response.content_type = file.content_type();
  response.content_length = file.size();
  response.cacheable = true;
  const std::string head = http::to_text(response);
  buffer_.resize(full_buffer);
  bool going = co_await write(as_bytes(head));
  std::uint64_t offset = 0;
  while (going && !request.is_head() && offset < file.size()) {
    const std::size_t wanted = std::min<std::uint64_t>(buffer_.size(), file.size() - offset);
    const std::size_t count = file.read(offset, buffer_.data(), wanted);
    if (count == 0) {
      // It has become shorter than we said: the client has to see that something is missing.
      stream_->connection().abort(AlertDescription::internal_error);
      report_.failure = usage_failure("the file became shorter while it was sent").error();
      co_return;
    }
    offset += count;
    going = co_await write(Bytes(buffer_.data(), count));
  }
}

net::awaitable<void> Session::close() {
  if (!broken_ && stream_->next_layer().is_open()) {
    std::error_code ignored;
    deadline_.expires_after(linger_time);
    co_await stream_->async_shutdown(into(ignored));
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
  while (!error && total < linger_octets) {
    const std::size_t count =
        co_await stream_->next_layer().async_read_some(net::buffer(buffer_), into(error));
    total += count;
  }
}

}  // namespace handfast::tool
