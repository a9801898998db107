// What went over a connection, in the words that the runner compares with.
#pragma once
#include <map>
#include <string>

#include <handfast/inspect.hpp>

namespace handfast::bogo {

/// Writes down handshake messages, alerts and change_cipher_spec, each in a line.
class RecordLog final : public inspect::Observer {
 public:
  explicit RecordLog(Role role) : role_(role) {}
  void record(const inspect::Record& record) noexcept override;
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The last message of that kind that came from the peer, header included; empty: none did.
  [[nodiscard]] const Octets& received(HandshakeType type) { return received_[type]; }

 private:
  void messages(Role from, const std::string& direction);
  Role role_;
  std::map<Role, Octets> unfinished_;  ///< messages that go on in the next record
  std::map<HandshakeType, Octets> received_;
  std::string text_;
};

}  // namespace handfast::bogo
