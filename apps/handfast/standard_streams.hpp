// Standard input and output for an event loop. They may be terminals, pipes or files, so each has a thread
// that waits: making them non-blocking would change them for every program that shares them.
#pragma once
#include <cstddef>
#include <expected>
#include <system_error>

#include <handfast/bytes.hpp>

#include <asio/awaitable.hpp>
#include <asio/thread_pool.hpp>

namespace handfast::tool {

class StandardInput {
 public:
  StandardInput();
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput();

  /// Octets read (0: the end, or cancelled), or why nothing can be read.
  ::asio::awaitable<std::expected<std::size_t, std::error_code>> read(MutableBytes to);
  /// Ends a read() that waits and every later one.
  void cancel() noexcept;

 private:
  ::asio::awaitable<std::expected<std::size_t, std::error_code>> wait_and_read(MutableBytes to);
  int wake_;  // an eventfd
  ::asio::thread_pool thread_{1};
};

class StandardOutput {
 public:
  /// All of it, or the error.
  ::asio::awaitable<std::error_code> write(Bytes from);

 private:
  ::asio::awaitable<std::error_code> write_all(Bytes from);
  ::asio::thread_pool thread_{1};
};

}  // namespace handfast::tool
