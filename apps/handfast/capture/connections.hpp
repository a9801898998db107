// All TCP connections of a capture, as far as they may carry TLS.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <vector>

#include "capture/conversation.hpp"

namespace handfast::capture {

/// How much is kept.
struct Limits {
  std::size_t direction = 2U << 20U;  ///< octets of a stream
  std::size_t all = 128U << 20U;      ///< octets of all streams
  std::size_t connections = 50000;    ///< segments of later ones are counted only
};

/// What there was besides TLS.
struct Counts {
  std::uint64_t connections = 0;  ///< of TCP that were followed
  std::uint64_t other = 0;        ///< of them: begin with something else than a TLS record
  std::uint64_t silent = 0;       ///< of them: carry no data
  std::uint64_t begun = 0;        ///< of `other`: begin before the capture
  std::uint64_t too_many = 0;     ///< segments that were passed over for the limits' sake
};

/// Sorts segments into connections. A connection is looked at as soon as its first octets are known: what
/// does not begin with a TLS record costs nothing more.
class Connections {
 public:
  explicit Connections(Limits limits = {}) : limits_(limits) {}

  /// `at` counts from the capture's first packet.
  void add(const Segment& segment, Microseconds at);
  /// The connections with TLS, in the order of their first packets.
  [[nodiscard]] std::vector<Conversation> finish();
  /// Complete behind finish().
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  /// One direction.
  struct Flow {
    Endpoint source;
    Stream stream;
    bool has_octets = false;
    bool cut = false;  // packets were captured in part
  };
  struct Connection {
    std::array<Flow, 2> flows;
    Microseconds at{};
    std::optional<std::size_t> client{};  // which flow is the client's; none: no SYN was seen
    bool is_other = false;                // no TLS
  };
  using Key = std::pair<Endpoint, Endpoint>;  // the lower one first

  Connection* find(const Segment& segment, Microseconds at);
  Connection* create(const Key& key, Microseconds at);
  void note_start(Connection& connection, std::size_t sender, const Segment& segment);
  void take(Connection& connection, std::size_t sender, const Segment& segment, Microseconds at);
  void judge(Connection& connection);
  Conversation tell(Connection& connection);

  Limits limits_;
  Counts counts_;
  std::vector<std::unique_ptr<Connection>> all_;
  std::map<Key, Connection*> current_;  // the latest one between two endpoints
  std::size_t cost_ = 0;                // of all streams
};

}  // namespace handfast::capture
