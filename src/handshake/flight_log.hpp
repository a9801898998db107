// Which messages went which way, for the summary: bounded, inline, no allocation.
#pragma once
#include <array>
#include <cstdint>

#include <handfast/summary.hpp>

namespace handfast::handshake {

/// Keeps the first messages of a handshake in order (later ones are counted in the last flight only).
class FlightLog {
 public:
  void add(Role from, HandshakeType type, std::size_t octets) noexcept {
    if (count_ == 0 || from != last_) next_flight(from);
    if (count_ < entries_.size())
      entries_[count_++] = {type, static_cast<std::uint8_t>(flights_ - 1U),
                            static_cast<std::uint32_t>(octets)};
  }
  /// Record octets on the wire in that direction; they belong to its newest flight.
  void add_record_octets(Role from, std::size_t octets) noexcept {
    if (count_ == 0 || from != last_) {
      // Sent messages are logged before their records; received ones after: keep these for the next flight.
      (from == Role::client ? early_client_ : early_server_) += static_cast<std::uint32_t>(octets);
      return;
    }
    record_octets_[flights_ - 1U] += static_cast<std::uint32_t>(octets);
  }
  [[nodiscard]] std::vector<FlightSummary> flights() const;

 private:
  struct Entry {
    HandshakeType type = HandshakeType::hello_request;
    std::uint8_t flight = 0;
    std::uint32_t octets = 0;
  };
  void next_flight(Role from) noexcept {
    last_ = from;
    if (flights_ < from_.size()) ++flights_;
    from_[flights_ - 1U] = from;
    auto& early = from == Role::client ? early_client_ : early_server_;
    record_octets_[flights_ - 1U] += early;
    early = 0;
  }

  std::array<Entry, 20> entries_{};
  std::array<Role, 8> from_{};
  std::array<std::uint32_t, 8> record_octets_{};
  std::uint32_t early_client_ = 0;
  std::uint32_t early_server_ = 0;
  std::size_t count_ = 0;
  unsigned flights_ = 0;
  Role last_ = Role::client;
};

}  // namespace handfast::handshake
