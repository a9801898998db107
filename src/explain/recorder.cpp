// The observer that keeps what it is told.
#include <handfast/explain.hpp>

namespace handfast::inspect {

void Recorder::record(const Record& record) noexcept {
  if (recording_.records.size() >= limits_.records || octets_ + record.octets.size() > limits_.octets) {
    ++recording_.left_out;
    return;
  }
  octets_ += record.octets.size();
  recording_.records.push_back({.from = record.from,
                                .type = record.type,
                                .is_protected = record.is_protected,
                                .opened = true,
                                .octets = to_octets(record.octets),
                                .content = to_octets(record.content),
                                .at = clock_ ? clock_() : std::chrono::microseconds{}});
}

void Recorder::choice(const Choice& choice) noexcept { recording_.choices.push_back(choice); }

void Recorder::judged(const x509::Verification& verification) noexcept {
  recording_.verification = verification;
}

void Recorder::failed(const Error& error) noexcept { recording_.error = error; }

void Recorder::secret(const DerivedSecret& secret) noexcept {
  recording_.secrets.push_back(
      {std::string(secret.name), SecretOctets(secret.value.begin(), secret.value.end())});
}

}  // namespace handfast::inspect
