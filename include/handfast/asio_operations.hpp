// The operations of handfast::asio::stream: what each of them wants next, and the one loop that gets it. A
// part of asio.hpp; nothing here is public contract.
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <handfast/asio_answer.hpp>
#include <handfast/buffered.hpp>
#include <handfast/error_code.hpp>
#include <handfast/time.hpp>

#include <asio/buffer.hpp>
#include <asio/cancellation_state.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>

// Inside handfast, ::asio is the library and asio is this namespace.
namespace [[gnu::visibility("default")]] handfast {
namespace asio {

using error_code = std::error_code;

namespace detail {

// What a task needs before it can go on.
enum class Want { input, output, answer, nothing };

// A task that wants nothing any more has left here how it ended.
struct Outcome {
  error_code error;
  std::size_t octets = 0;
};

struct HandshakeTask {
  static constexpr bool shakes_hands = true;
  Outcome outcome;
  ::asio::enable_partial_cancellation cancellation;

  Want next(Core& core) {
    // What stands behind the handshake is for the reader, and its first data would free the summary: while
    // our last flight goes out, nothing more is consumed.
    if (!core.buffered.connection().handshake_done()) {
      if (const auto advanced = core.buffered.advance(system_now()); !advanced)
        outcome.error = make_error_code(advanced.error());
    }
    if (!core.buffered.output().empty()) return Want::output;
    if (outcome.error || core.buffered.connection().handshake_done()) return Want::nothing;
    return core.buffered.connection().pending().index() != 0 ? Want::answer : Want::input;
  }
};

// As HandshakeTask, until early data comes. What the server has to say goes out first: the client waits for
// it.
template <class Buffers>
struct ReadEarlyDataTask {
  static constexpr bool shakes_hands = true;
  Buffers buffers;
  Outcome outcome;
  ::asio::enable_partial_cancellation cancellation;

  explicit ReadEarlyDataTask(const Buffers& to) : buffers(to) {}

  Want next(Core& core) {
    const Connection& connection = core.buffered.connection();
    if (!outcome.error && outcome.octets == 0) fill(core.buffered);
    if (!core.buffered.output().empty()) return Want::output;
    if (outcome.error || outcome.octets != 0 || ::asio::buffer_size(buffers) == 0) return Want::nothing;
    if (connection.handshake_done()) {
      outcome.error = ::asio::error::eof;
      return Want::nothing;
    }
    return connection.pending().index() != 0 ? Want::answer : Want::input;
  }

 private:
  void fill(BufferedConnection& buffered) {
    for (auto at = ::asio::buffer_sequence_begin(buffers); at != ::asio::buffer_sequence_end(buffers); ++at) {
      const ::asio::mutable_buffer buffer = *at;
      if (buffer.size() == 0) continue;
      const auto count =
          buffered.read_early_data({static_cast<std::uint8_t*>(buffer.data()), buffer.size()}, system_now());
      if (!count) outcome.error = make_error_code(count.error());
      outcome.octets = count.value_or(0);
      return;
    }
  }
};

template <class Buffers>
struct ReadTask {
  Buffers buffers;
  Outcome outcome;
  ::asio::enable_total_cancellation cancellation;  // what arrived is kept for the next read

  explicit ReadTask(const Buffers& to) : buffers(to) {}

  Want next(Core& core) {
    if (outcome.error) return Want::nothing;
    if (::asio::buffer_size(buffers) == 0) return Want::nothing;
    fill(core.buffered);
    if (outcome.error) return core.buffered.output().empty() ? Want::nothing : Want::output;
    if (outcome.octets != 0) return Want::nothing;
    if (core.buffered.closed()) {
      outcome.error = ::asio::error::eof;
      return Want::nothing;
    }
    if (!core.sending) core.buffered.rest();
    return Want::input;
  }

 private:
  void fill(BufferedConnection& buffered) {
    for (auto at = ::asio::buffer_sequence_begin(buffers); at != ::asio::buffer_sequence_end(buffers); ++at) {
      const ::asio::mutable_buffer buffer = *at;
      const auto count =
          buffered.read({static_cast<std::uint8_t*>(buffer.data()), buffer.size()}, system_now());
      // What came before an error is given out first; the error is sticky and comes again.
      if (!count && outcome.octets == 0) outcome.error = make_error_code(count.error());
      if (!count || *count < buffer.size()) {
        outcome.octets += count.value_or(0);
        return;
      }
      outcome.octets += *count;
    }
  }
};

// `Write`: BufferedConnection::write, or write_half_rtt. `Last`: close_notify follows when all is taken.
template <class Buffers, Result<std::size_t> (BufferedConnection::*Write)(Bytes), bool Last = false>
struct WriteTask {
  Buffers buffers;
  Outcome outcome;
  bool closed = false;
  ::asio::enable_partial_cancellation cancellation;

  explicit WriteTask(const Buffers& from) : buffers(from) {}

  Want next(Core& core) {
    // A read that met an error sends its alert meanwhile: nothing is taken any more.
    if (core.sending) return fail(core.buffered.connection().error());
    // What a cancelled write left goes first.
    if (!core.buffered.output().empty()) return Want::output;
    const std::size_t size = ::asio::buffer_size(buffers);
    if (outcome.octets != 0 || outcome.error || closed || (!Last && size == 0)) return Want::nothing;
    take_all(core.buffered);
    closed = Last && !outcome.error && outcome.octets == size;
    if (closed) core.buffered.connection().close();
    return core.buffered.output().empty() ? Want::nothing : Want::output;
  }

 private:
  Want fail(const std::optional<Error>& error) {
    outcome.error = error ? make_error_code(*error) : error_code(::asio::error::in_progress);
    return Want::nothing;
  }
  void take_all(BufferedConnection& buffered) {
    if (::asio::buffer_size(buffers) == 0) {
      (void)take(buffered, {});  // whether the connection is one that can be ended
      return;
    }
    for (auto at = ::asio::buffer_sequence_begin(buffers); at != ::asio::buffer_sequence_end(buffers); ++at) {
      const ::asio::const_buffer buffer = *at;
      if (buffer.size() == 0) continue;
      if (!take(buffered, {static_cast<const std::uint8_t*>(buffer.data()), buffer.size()})) return;
    }
  }
  // False: the output is full, or there was an error.
  bool take(BufferedConnection& buffered, Bytes data) {
    const auto count = (buffered.*Write)(data);
    if (!count && outcome.octets == 0) outcome.error = make_error_code(count.error());
    if (!count) return false;
    outcome.octets += *count;
    return *count == data.size();
  }
};

struct ShutdownTask {
  Outcome outcome;
  ::asio::enable_partial_cancellation cancellation;

  Want next(Core& core) {
    core.buffered.connection().close();
    return core.buffered.output().empty() ? Want::nothing : Want::output;
  }
};

// Runs a task on a stream: gets what the task wants from the next layer or from the question hook, until it
// wants nothing. The stages are what it waits for.
template <class Stream, class Task>
class Operation {
 public:
  Operation(Stream& stream, Task task) : stream_(&stream), task_(std::move(task)) {}

  template <class Self>
  void operator()(Self& self, error_code error = {}, std::size_t count = 0) {
    Core& core = *stream_->core_;
    switch (std::exchange(stage_, Stage::running)) {
      case Stage::start: self.reset_cancellation_state(task_.cancellation); break;
      case Stage::input: arrived(core, error, count); break;
      case Stage::output: went(core, error, count); break;
      case Stage::answer:
        core.wake = nullptr;
        if (core.buffered.connection().pending().index() != 0) stop(::asio::error::operation_aborted);
        break;
      case Stage::end: complete(self); return;
      case Stage::running: break;
    }
    proceed(self, core);
  }

 private:
  enum class Stage { start, running, input, output, answer, end };

  template <class Self>
  void proceed(Self& self, Core& core) {
    while (!stopped_) {
      const Want want = task_.next(core);
      if (want != Want::nothing && was_cancelled(self)) {
        stop(::asio::error::operation_aborted);
        break;
      }
      switch (want) {
        case Want::input: return read(self, core);
        case Want::output:
          if (write_error_) return read(self, core);
          // The operation that is sending sends this along.
          if (core.sending) return finish(self);
          return write(self, core);
        case Want::answer:
          if (ask(core)) break;
          return wait(self, core);
        case Want::nothing: return finish(self);
      }
    }
    finish(self);
  }

  // A cancellation while the next layer's operation was complete already. Versions of asio that keep this to
  // themselves (1.22) cancel what is waited for at the moment only.
  template <class Self>
  static bool was_cancelled(Self& self) {
    if constexpr (requires { self.cancelled(); }) {
      return self.cancelled() != ::asio::cancellation_type::none;
    } else {
      return false;
    }
  }

  void stop(error_code error) {
    stopped_ = true;
    if (!task_.outcome.error) task_.outcome.error = error;
  }

  template <class Self>
  void read(Self& self, Core& core) {
    const MutableBytes space = core.buffered.input();
    stage_ = Stage::input;
    immediate_ = false;
    stream_->next_layer_.async_read_some(::asio::buffer(space.data(), space.size()), std::move(self));
  }

  void arrived(Core& core, error_code error, std::size_t count) {
    core.buffered.received(count);
    if (error && write_error_) return stop(write_error_);
    if (error == ::asio::error::eof) {
      if (const auto ended = core.buffered.end_of_stream(); !ended) stop(make_error_code(ended.error()));
    } else if (error) {
      stop(error);
    }
  }

  template <class Self>
  void write(Self& self, Core& core) {
    const Bytes output = core.buffered.output();
    stage_ = Stage::output;
    immediate_ = false;
    core.sending = true;
    stream_->next_layer_.async_write_some(::asio::buffer(output.data(), output.size()), std::move(self));
  }

  void went(Core& core, error_code error, std::size_t count) {
    core.sending = false;
    core.buffered.sent(count);
    if (!error) return;
    // A peer that ended the handshake may have said why: read its alert before giving up.
    const bool hung_up = error == ::asio::error::broken_pipe || error == ::asio::error::connection_reset;
    if (requires { Task::shakes_hands; } && hung_up && !core.buffered.connection().handshake_done() &&
        !task_.outcome.error) {
      write_error_ = error;
    } else {
      stop(error);
    }
  }

  // True when the question was answered at once.
  bool ask(Core& core) {
    const Question& question = core.buffered.connection().pending();
    const std::size_t asked = question.index();
    Answer answer(stream_->core_);
    if (stream_->hook_) {
      stream_->hook_(question, std::move(answer));
    } else {
      answer.refuse(AlertDescription::internal_error);
    }
    return core.buffered.connection().pending().index() != asked;
  }

  template <class Self>
  void wait(Self& self, Core& core) {
    if (!stream_->answer_) stream_->answer_.emplace(stream_->get_executor());
    stream_->answer_->expires_at(std::chrono::steady_clock::time_point::max());
    core.wake = [timer = &*stream_->answer_] { timer->cancel(); };
    stage_ = Stage::answer;
    immediate_ = false;
    stream_->answer_->async_wait(std::move(self));
  }

  template <class Self>
  void finish(Self& self) {
    if (!std::exchange(immediate_, false)) return complete(self);
    // A handler never runs inside the call that starts its operation.
    stage_ = Stage::end;
    ::asio::post(stream_->get_executor(), std::move(self));
  }

  template <class Self>
  void complete(Self& self) {
    const Outcome outcome = task_.outcome;
    if constexpr (requires { task_.buffers; }) {
      self.complete(outcome.error, outcome.octets);
    } else {
      self.complete(outcome.error);
    }
  }

  Stream* stream_;
  Task task_;
  error_code write_error_;
  Stage stage_ = Stage::start;
  bool stopped_ = false;
  bool immediate_ = true;  // nothing was waited for yet
};

}  // namespace detail
}  // namespace asio
}  // namespace handfast
