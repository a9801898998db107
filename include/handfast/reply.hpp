// Replies: what a store says when it is asked, now or later.
#pragma once
#include <optional>
#include <utility>

namespace [[gnu::visibility("default")]] handfast {

/// A store says so when it has to ask somebody else first. The handshake then waits: Connection::pending
/// holds the question, and its answer goes to the connection, not to the store.
struct Later {};

/// A store's answer, or that it comes later.
template <class T>
class [[nodiscard]] Reply {
 public:
  /// The answer.
  Reply(T answer) : answer_(std::move(answer)) {}
  /// It comes later.
  Reply(Later /*later*/) noexcept {}

  /// Whether there is no answer yet.
  [[nodiscard]] bool is_later() const noexcept { return !answer_.has_value(); }
  /// The answer, once; there must be one.
  T take() { return *std::exchange(answer_, std::nullopt); }

 private:
  std::optional<T> answer_;
};

}  // namespace handfast
