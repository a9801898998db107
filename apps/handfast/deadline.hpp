// A deadline that moves often: it calls back once, when nobody has moved it in time.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

namespace handfast::tool {

/// Moving it costs no system call and no allocation: the timer underneath runs out, looks, and waits again.
/// One thread (the executor's). When it dies it does not call back any more.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  Deadline(const ::asio::any_io_executor& executor, std::move_only_function<void()> on_expiry)
      : state_(std::make_shared<State>(executor, std::move(on_expiry))) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() {
    state_->on_expiry = nullptr;
    state_->at = never_at;
    state_->timer.cancel();
  }

  /// From now on; zero means never. Clears expired().
  void expires_after(std::chrono::milliseconds time) {
    state_->expired = false;
    state_->at = time.count() == 0 ? never_at : Clock::now() + time;
    if (state_->at == never_at) return;
    if (!state_->waiting) {
      wait(state_);
    } else if (state_->at < state_->timer.expiry()) {
      state_->timer.cancel();  // the wait ends, looks, and waits again
    }
  }
  /// Not until it is moved again. expired() stays what it is.
  void never() noexcept { state_->at = never_at; }
  [[nodiscard]] bool expired() const noexcept { return state_->expired; }

 private:
  static constexpr Clock::time_point never_at = Clock::time_point::max();

  struct State {
    State(const ::asio::any_io_executor& executor, std::move_only_function<void()> call)
        : timer(executor), on_expiry(std::move(call)) {}
    ::asio::steady_timer timer;
    std::move_only_function<void()> on_expiry;
    Clock::time_point at = never_at;
    bool waiting = false;
    bool expired = false;
  };

  static void wait(const std::shared_ptr<State>& state) {
    state->waiting = true;
    state->timer.expires_at(state->at);
    state->timer.async_wait([state](const std::error_code&) {
      state->waiting = false;
      if (state->at == never_at) return;
      if (Clock::now() < state->at) return wait(state);
      state->at = never_at;
      state->expired = true;
      if (state->on_expiry) state->on_expiry();
    });
  }

  std::shared_ptr<State> state_;
};

}  // namespace handfast::tool
