// From the packets of a capture to its TLS connections.
#pragma once
#include "capture/connections.hpp"
#include "capture/link.hpp"

namespace handfast::capture {

/// Packets that brought no TCP segment.
struct PassedOver {
  std::uint64_t not_ip = 0;
  std::uint64_t fragments = 0;  ///< of IP packets: they are not put together
  std::uint64_t not_tcp = 0;
};

/// Takes packets one after the other.
class Packets {
 public:
  explicit Packets(LinkType link, Limits limits = {}) : connections_(limits), link_(link) {}

  /// `at` counts from any moment, the same for all.
  void add(Bytes frame, Microseconds at);
  /// The connections with TLS, in the order of their first packets.
  [[nodiscard]] std::vector<Conversation> finish() { return connections_.finish(); }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] const PassedOver& passed_over() const noexcept { return passed_over_; }
  [[nodiscard]] const Counts& counts() const noexcept { return connections_.counts(); }

 private:
  Connections connections_;
  PassedOver passed_over_;
  std::uint64_t count_ = 0;
  std::optional<Microseconds> first_;
  LinkType link_;
};

}  // namespace handfast::capture
