// Answers to the questions of an asio stream. Nothing here needs asio.
#include <handfast/asio_answer.hpp>

namespace handfast::asio {

// What the handshake then says is sticky in the connection, where its operation finds it.
template <class Give>
void Answer::give(Give answer) {
  const auto core = std::exchange(core_, {}).lock();
  if (!core || core->questions != question_) return;
  answer(core->buffered);
  if (core->wake) core->wake();
}

Answer& Answer::operator=(Answer&& other) noexcept {
  if (this != &other) {
    refuse(AlertDescription::internal_error);
    core_ = std::move(other.core_);
    question_ = other.question_;
  }
  return *this;
}

Answer::~Answer() { refuse(AlertDescription::internal_error); }

void Answer::choose(std::shared_ptr<const ServerConfig> config) {
  give([&](BufferedConnection& buffered) {
    [[maybe_unused]] const auto said =
        buffered.connection().choose_configuration(std::move(config), system_now());
  });
}

void Answer::sign(Bytes signature) {
  give([&](BufferedConnection& buffered) {
    [[maybe_unused]] const auto said = buffered.connection().answer_signature(signature, system_now());
  });
}

void Answer::verify(bool trusted) {
  give([&](BufferedConnection& buffered) {
    [[maybe_unused]] const auto said = buffered.connection().answer_verification(trusted, system_now());
  });
}

void Answer::session(std::optional<Session> found) {
  give([&](BufferedConnection& buffered) {
    [[maybe_unused]] const auto said = buffered.connection().answer_session(std::move(found), system_now());
  });
}

void Answer::psk(std::optional<ExternalPsk> found) {
  give([&](BufferedConnection& buffered) {
    [[maybe_unused]] const auto said = buffered.connection().answer_psk(std::move(found), system_now());
  });
}

void Answer::early_data(EarlyDataVerdict verdict) {
  give([&](BufferedConnection& buffered) {
    [[maybe_unused]] const auto said = buffered.connection().answer_early_data(verdict, system_now());
  });
}

void Answer::refuse(AlertDescription alert) {
  give([&](BufferedConnection& buffered) {
    [[maybe_unused]] const auto said = buffered.connection().refuse(alert);
  });
}

Octets Answer::pass() {
  Octets octets;
  give([&](BufferedConnection& buffered) {
    auto passed = buffered.connection().pass();
    if (!passed) return;
    octets = std::move(*passed);
    const Bytes rest = buffered.unconsumed();
    octets.insert(octets.end(), rest.begin(), rest.end());
  });
  return octets;
}

}  // namespace handfast::asio
