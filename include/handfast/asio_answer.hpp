// Answers to the questions of an asio stream, given when the application is ready.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <handfast/buffered.hpp>
#include <handfast/bytes.hpp>
#include <handfast/config.hpp>
#include <handfast/question.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace asio {

namespace detail {

// What a stream and its Answers share; not part of the public contract.
struct Core {
  Core(Connection connection, BufferLimits limits) : buffered(std::move(connection), limits) {}

  BufferedConnection buffered;
  std::uint32_t questions = 0;           // asked so far: an Answer is for the newest only
  std::move_only_function<void()> wake;  // goes on with the handshake that waits for an answer
  bool sending = false;                  // an operation writes to the next layer
};

}  // namespace detail

/// The right to answer one question (Connection::pending) once, in the stream's executor, now or later.
///
/// An answer that comes too late does nothing, and neither does one of another kind than the question. An
/// Answer that dies unused refuses with internal_error. Movable.
class Answer {
 public:
  /// To the question that is open now.
  explicit Answer(const std::shared_ptr<detail::Core>& core) noexcept
      : core_(core), question_(++core->questions) {}
  Answer(Answer&&) noexcept = default;
  Answer& operator=(Answer&& other) noexcept;
  ~Answer();

  /// Answers a ConfigurationQuestion.
  void choose(std::shared_ptr<const ServerConfig> config);
  /// Answers a SignatureQuestion.
  void sign(Bytes signature);
  /// Answers a SessionQuestion or a ClientSessionQuestion.
  void session(std::optional<Session> found);
  /// Answers a PskQuestion.
  void psk(std::optional<ExternalPsk> found);
  /// Answers an EarlyDataQuestion.
  void early_data(EarlyDataVerdict verdict);
  /// Answers a VerificationQuestion.
  void verify(bool trusted);
  /// Ends the connection with this alert; answers every kind of question.
  void refuse(AlertDescription alert);
  /// Answers a ConfigurationQuestion by taking the connection elsewhere: gives all octets that were received.
  /// The handshake ends with ErrorCode::closed, silently. Empty when there is no such question.
  Octets pass();

 private:
  template <class Give>
  void give(Give answer);

  std::weak_ptr<detail::Core> core_;
  std::uint32_t question_;
};

/// What answers a stream's questions: called in the stream's executor for each.
using QuestionHook = std::move_only_function<void(const Question&, Answer)>;

}  // namespace asio
}  // namespace handfast
