// The blocking stream: the same buffers as every adapter, and poll(2).
#include <cerrno>
#include <climits>
#include <cstring>

#include <handfast/blocking.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace handfast {
namespace {

using Deadline = BlockingTransport::Deadline;

std::unexpected<Error> system_failure(int number) noexcept {
  return fail(ErrorCode::transport_failed, ::strerrordesc_np(number));
}

bool would_block(int number) noexcept { return number == EAGAIN || number == EWOULDBLOCK; }

int milliseconds_left(Deadline deadline) noexcept {
  if (!deadline) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now()).count();
  return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : static_cast<int>(left);
}

// Until the descriptor is ready; a condition like "hung up" counts, for the next call tells what it is.
Result<> wait(int descriptor, short events, Deadline deadline) noexcept {
  pollfd waiting{descriptor, events, 0};
  for (;;) {
    const int ready = ::poll(&waiting, 1, milliseconds_left(deadline));
    if (ready > 0) return {};
    if (ready == 0 && milliseconds_left(deadline) == 0) return fail(ErrorCode::timed_out);
    if (ready < 0 && errno != EINTR) return system_failure(errno);
  }
}

// Tries first and waits only if it must; `call` is the system call, which may not be restarted.
template <class Call>
Result<std::size_t> repeat(int descriptor, short events, Deadline deadline, Call call) noexcept {
  for (;;) {
    const ssize_t count = call();
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    if (!would_block(errno)) return system_failure(errno);
    if (auto ready = wait(descriptor, events, deadline); !ready) return fail(ready.error());
  }
}

bool is_socket(int descriptor) noexcept {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

}  // namespace

BlockingTransport BlockingTransport::descriptor(int file_descriptor) {
  if (is_socket(file_descriptor)) {
    return {[file_descriptor](MutableBytes to, Deadline deadline) {
              return repeat(file_descriptor, POLLIN, deadline,
                            [&] { return ::recv(file_descriptor, to.data(), to.size(), MSG_DONTWAIT); });
            },
            [file_descriptor](Bytes from, Deadline deadline) {
              return repeat(file_descriptor, POLLOUT, deadline, [&] {
                return ::send(file_descriptor, from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
              });
            }};
  }
  // Without MSG_DONTWAIT it has to be asked before each call.
  return {[file_descriptor](MutableBytes to, Deadline deadline) -> Result<std::size_t> {
            if (auto ready = wait(file_descriptor, POLLIN, deadline); !ready) return fail(ready.error());
            return repeat(file_descriptor, POLLIN, deadline,
                          [&] { return ::read(file_descriptor, to.data(), to.size()); });
          },
          [file_descriptor](Bytes from, Deadline deadline) -> Result<std::size_t> {
            if (auto ready = wait(file_descriptor, POLLOUT, deadline); !ready) return fail(ready.error());
            return repeat(file_descriptor, POLLOUT, deadline,
                          [&] { return ::write(file_descriptor, from.data(), from.size()); });
          }};
}

BlockingStream::BlockingStream(Connection connection, BlockingTransport transport,
                               BufferLimits limits) noexcept
    : buffered_(std::move(connection), limits), transport_(std::move(transport)) {}
BlockingStream::BlockingStream(BlockingStream&&) noexcept = default;
BlockingStream& BlockingStream::operator=(BlockingStream&&) noexcept = default;
BlockingStream::~BlockingStream() = default;

Deadline BlockingStream::deadline() const noexcept {
  if (!timeout_) return std::nullopt;
  return std::chrono::steady_clock::now() + *timeout_;
}

Result<> BlockingStream::flush(Deadline deadline) {
  for (Bytes output = buffered_.output(); !output.empty(); output = buffered_.output()) {
    const auto count = transport_.write(output, deadline);
    if (!count) return fail(count.error());
    buffered_.sent(*count);
  }
  return {};
}

Result<> BlockingStream::receive(Deadline deadline) {
  const MutableBytes input = buffered_.input();
  const auto count = transport_.read(input, deadline);
  if (!count) return fail(count.error());
  if (*count == 0) return buffered_.end_of_stream();
  buffered_.received(*count);
  return {};
}

// The alert is worth a try; the error is what the caller has to know.
std::unexpected<Error> BlockingStream::fail_telling_peer(const Error& error, Deadline deadline) {
  [[maybe_unused]] const auto told = flush(deadline);
  return fail(error);
}

void BlockingStream::ask() {
  const std::size_t question = connection().pending().index();
  if (hook_) hook_(connection());
  if (question != 0 && connection().pending().index() == question) [[maybe_unused]]
    const auto refused = connection().refuse(AlertDescription::internal_error);
}

Result<> BlockingStream::handshake() { return handshake_until(deadline()); }

Result<> BlockingStream::handshake_until(Deadline deadline) {
  if (connection().handshake_done()) return {};
  for (;;) {
    const auto advanced = buffered_.advance(clock_());
    if (!advanced) return fail_telling_peer(advanced.error(), deadline);
    if (auto flushed = flush(deadline); !flushed) return flushed;
    if (connection().handshake_done()) return {};
    if (connection().pending().index() != 0) {
      ask();
    } else if (auto received = receive(deadline); !received) {
      return received;
    }
  }
}

Result<std::size_t> BlockingStream::read(MutableBytes to) {
  const Deadline until = deadline();
  if (auto ready = handshake_until(until); !ready) return fail(ready.error());
  if (to.empty()) return 0;
  for (;;) {
    const auto count = buffered_.read(to, clock_());
    if (!count) return fail_telling_peer(count.error(), until);
    if (*count != 0 || buffered_.closed()) return *count;
    buffered_.rest();
    if (auto received = receive(until); !received) return fail(received.error());
  }
}

Result<> BlockingStream::write(Bytes data) {
  const Deadline until = deadline();
  if (auto ready = handshake_until(until); !ready) return ready;
  return write_all(data, &BufferedConnection::write, until);
}

Result<> BlockingStream::write_half_rtt(Bytes data) {
  return write_all(data, &BufferedConnection::write_half_rtt, deadline());
}

Result<> BlockingStream::write_all(Bytes data, Result<std::size_t> (BufferedConnection::*seal)(Bytes),
                                   Deadline deadline) {
  while (!data.empty()) {
    const auto taken = (buffered_.*seal)(data);
    if (!taken) return fail_telling_peer(taken.error(), deadline);
    data = data.subspan(*taken);
    if (auto flushed = flush(deadline); !flushed) return flushed;
  }
  return {};
}

Result<std::size_t> BlockingStream::write_early_data(Bytes data) {
  // Whether there is a session to send it under may be a question.
  while (connection().pending().index() != 0) ask();
  std::size_t total = 0;
  for (;;) {
    const auto taken = buffered_.write_early_data(data.subspan(total));
    if (!taken) return fail(taken.error());
    total += *taken;
    if (total == data.size() || connection().early_data_room() == 0) return total;
    if (auto flushed = flush(deadline()); !flushed) return fail(flushed.error());
  }
}

Result<std::size_t> BlockingStream::read_early_data(MutableBytes to) {
  const Deadline until = deadline();
  if (to.empty()) return 0;
  for (;;) {
    const auto count = buffered_.read_early_data(to, clock_());
    if (!count) return fail_telling_peer(count.error(), until);
    // The client waits for our flight, whoever reads.
    if (auto flushed = flush(until); !flushed) return fail(flushed.error());
    if (*count != 0 || connection().handshake_done()) return *count;
    if (connection().pending().index() != 0) {
      ask();
    } else if (auto received = receive(until); !received) {
      return fail(received.error());
    }
  }
}

Result<> BlockingStream::shutdown() {
  connection().close();
  return flush(deadline());
}

}  // namespace handfast
