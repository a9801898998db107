// Handshakes as coroutines.
//
//   Task<T>     a coroutine of the handshake; it starts when it is awaited and owns its frame
//   Operation   what a suspended handshake waits for: a message of the peer, an answer of the application
//   Flow        one handshake: its frames, the operation it waits for, who goes on next
//
// co_await x, where x is a Task, an Operation or a Result<T>, gives the value. A failure ends the whole chain
// of awaiting tasks without exceptions: nobody is resumed, the owner destroys the root frame, and destruction
// cascades down the chain. Everything resumes from one loop (Flow::run), never by symmetric transfer, so the
// machine stack stays flat on every compiler and level of optimisation.
#pragma once
#include <concepts>
#include <coroutine>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include <handfast/error.hpp>

#include "handshake/arena.hpp"

namespace handfast::handshake {

struct PromiseBase;

/// What a suspended handshake waits for. It lives in the frame of the coroutine that awaits it.
class Operation {
 public:
  enum class Status : std::uint8_t { pending, ready, failed };

  /// Tries to complete; resumes nobody.
  virtual Status poll() = 0;
  /// For people: "server_hello", "a signature".
  [[nodiscard]] virtual const char* waits_for() const noexcept = 0;

  Error why;  ///< set when poll() says failed
  PromiseBase* waiter = nullptr;

 protected:
  Operation() = default;
  Operation(const Operation&) = default;
  Operation& operator=(const Operation&) = default;
  ~Operation() = default;
};

/// One handshake in flight. Pinned: frames point to it.
class Flow {
 public:
  explicit Flow(std::size_t arena_size) : arena_(arena_size) {}
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  ~Flow() = default;

  Flow& flow() noexcept { return *this; }
  [[nodiscard]] Arena& arena() noexcept { return arena_; }
  [[nodiscard]] const Operation* waiting() const noexcept { return waiting_; }

  void wait_for(Operation& operation) noexcept { waiting_ = &operation; }
  void go(std::coroutine_handle<> next) noexcept { next_ = next; }

  /// The failure of `promise` is the failure of the root: nobody else hears of it.
  [[gnu::cold]] static void fail(PromiseBase& promise, const Error& error) noexcept;

  /// Runs until an operation is pending or the root is finished.
  void run();

 private:
  Arena arena_;
  Operation* waiting_ = nullptr;
  std::coroutine_handle<> next_;
};

/// What the promises of all tasks have in common.
struct PromiseBase {
  // The first parameter of every coroutine (its object, for member functions) knows the flow. always_inline
  // keeps GCC 12 from a false -Wmismatched-new-delete at -O0.
  template <class Home, class... Args>
  [[gnu::always_inline]] static void* operator new(std::size_t size, Home& home,
                                                   Args&&... /*rest*/) noexcept {
    return home.flow().arena().allocate(size);
  }
  [[gnu::always_inline]] static void operator delete(void* memory) noexcept { Arena::release(memory); }

  Flow* flow = nullptr;
  std::coroutine_handle<> self;
  PromiseBase* awaiter = nullptr;  ///< the task that awaits this one
  std::optional<Error> failure;
  std::source_location where;  ///< the co_await this task stands at
};

inline void Flow::fail(PromiseBase& promise, const Error& error) noexcept {
  PromiseBase* root = &promise;
  while (root->awaiter != nullptr) root = root->awaiter;
  root->failure = error;
}

inline void Flow::run() {
  for (;;) {
    if (next_) {
      std::exchange(next_, nullptr).resume();
      continue;
    }
    Operation* const operation = waiting_;
    if (operation == nullptr) return;
    const Operation::Status status = operation->poll();
    if (status == Operation::Status::pending) return;
    waiting_ = nullptr;
    if (status == Operation::Status::ready) {
      go(operation->waiter->self);
    } else {
      fail(*operation->waiter, operation->why);
    }
  }
}

template <class T>
class Task;

namespace detail {

// The two below refer to what is awaited: a temporary that the frame holds until the expression ends. A copy
// would make every co_await cost the frame twice the room.

template <class T>
struct ResultAwaiter {  // co_await Result<T>
  Result<T>& result;
  [[nodiscard]] bool await_ready() const noexcept { return result.has_value(); }
  template <class P>
  void await_suspend(std::coroutine_handle<P> handle) noexcept {
    Flow::fail(handle.promise(), result.error());
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) return *std::move(result);
  }
};

template <class Op>
struct OperationAwaiter {  // co_await some operation
  Op& operation;
  Operation::Status status = Operation::Status::pending;
  bool await_ready() {
    status = operation.poll();
    return status == Operation::Status::ready;
  }
  template <class P>
  void await_suspend(std::coroutine_handle<P> handle) noexcept {
    if (status == Operation::Status::failed) {
      Flow::fail(handle.promise(), operation.why);
      return;
    }
    operation.waiter = &handle.promise();
    handle.promise().flow->wait_for(operation);
  }
  decltype(auto) await_resume() { return operation.take(); }
};

struct FinalAwaiter {  // the end of a task: whoever awaits it goes on
  [[nodiscard]] static bool await_ready() noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> handle) const noexcept {
    PromiseBase& promise = handle.promise();
    if (promise.failure) [[unlikely]] {
      Flow::fail(promise, *promise.failure);  // only after bad_alloc
      return;
    }
    if (promise.awaiter != nullptr) promise.flow->go(promise.awaiter->self);
  }
  void await_resume() const noexcept {}
};

template <class T>
struct ValueSlot {
  std::optional<T> value;
  template <class U = T>
  void return_value(U&& given) {
    value.emplace(std::forward<U>(given));
  }
  T take() { return *std::move(value); }
};
template <>
struct ValueSlot<void> {
  static void return_void() noexcept {}
  static void take() noexcept {}
};

template <class T>
struct Promise : PromiseBase, ValueSlot<T> {
  template <class Home, class... Args>
  explicit Promise(Home& home, Args&&... /*rest*/) noexcept {
    flow = &home.flow();
    self = std::coroutine_handle<Promise>::from_promise(*this);
  }
  static Task<T> get_return_object_on_allocation_failure() noexcept { return Task<T>(); }
  Task<T> get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
  }
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { failure = Error(ErrorCode::out_of_memory); }

  template <class U>
  auto await_transform(Task<U> task, std::source_location at = std::source_location::current()) noexcept {
    where = at;
    return typename Task<U>::Awaiter{std::move(task)};
  }
  template <class U>
  auto await_transform(Result<U>&& result, std::source_location at = std::source_location::current()) {
    where = at;
    return ResultAwaiter<U>{result};
  }
  template <std::derived_from<Operation> Op>
  auto await_transform(Op&& operation, std::source_location at = std::source_location::current()) {
    where = at;
    return OperationAwaiter<Op>{operation};
  }
};

}  // namespace detail

/// A coroutine of a handshake. Await it where it is made.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() noexcept = default;
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  struct Awaiter {
    Task task;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> handle) noexcept {
      if (!task.handle_) [[unlikely]] {
        Flow::fail(handle.promise(), Error(ErrorCode::out_of_memory));
        return;
      }
      task.handle_.promise().awaiter = &handle.promise();
      handle.promise().flow->go(task.handle_);
    }
    T await_resume() { return task.handle_.promise().take(); }
  };

  // For the owner of the root.

  /// False when there was no memory for the frame.
  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
  /// Starts the root and runs until it waits or ends.
  void start() {
    Flow& flow = *handle_.promise().flow;
    flow.go(handle_);
    flow.run();
  }
  [[nodiscard]] bool done() const noexcept {
    return handle_ && (handle_.promise().failure || handle_.done());
  }
  /// The failure of a root that is done, if it failed.
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return handle_.promise().failure; }

 private:
  friend promise_type;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Handle handle_{};
};

}  // namespace handfast::handshake
