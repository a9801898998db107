// Standard input and output, each with a thread that waits.
#include "standard_streams.hpp"

#include <array>
#include <cerrno>
#include <cstdint>

#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace handfast::tool {

StandardInput::StandardInput() : wake_(::eventfd(0, EFD_CLOEXEC)) {
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

StandardInput::~StandardInput() {
  cancel();
  thread_.join();
  ::close(wake_);
}

void StandardInput::cancel() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

::asio::awaitable<std::expected<std::size_t, std::error_code>> StandardInput::read(MutableBytes to) {
  co_return co_await ::asio::co_spawn(thread_, wait_and_read(to), ::asio::use_awaitable);
}

::asio::awaitable<std::expected<std::size_t, std::error_code>> StandardInput::wait_and_read(MutableBytes to) {
  std::array<pollfd, 2> waiting = {{{STDIN_FILENO, POLLIN, 0}, {wake_, POLLIN, 0}}};
  for (;;) {
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno == EINTR) continue;
    if (waiting[1].revents != 0) co_return 0;
    const ssize_t count = ::read(STDIN_FILENO, to.data(), to.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) co_return std::unexpected(std::error_code(errno, std::generic_category()));
    co_return static_cast<std::size_t>(count);
  }
}

::asio::awaitable<std::error_code> StandardOutput::write(Bytes from) {
  co_return co_await ::asio::co_spawn(thread_, write_all(from), ::asio::use_awaitable);
}

::asio::awaitable<std::error_code> StandardOutput::write_all(Bytes from) {
  while (!from.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, from.data(), from.size());
    if (count < 0 && errno == EAGAIN) {
      pollfd waiting{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (count < 0 && errno != EINTR) {
      co_return std::error_code(errno, std::generic_category());
    } else if (count > 0) {
      from = from.subspan(static_cast<std::size_t>(count));
    }
  }
  co_return std::error_code();
}

}  // namespace handfast::tool
