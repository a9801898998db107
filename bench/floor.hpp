// The floor under a handshake: what its primitives take, each alone and one after the other.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/figures.hpp"
#include "harness/scenario.hpp"
#include "primitives.hpp"

namespace handfast::bench {

enum class Side : std::uint8_t { server, client };

/// A way to measure a scenario.
struct Way {
  std::string_view suffix;  ///< behind the names of its figures
  Scenario scenario;
};

/// A chain, if there is one, is verified in up to three ways: as if never seen before, the same without a
/// table for the anchor's key (RSA has none), and as one that was accepted before.
[[nodiscard]] std::vector<Way> ways_of(const Scenario& scenario);
/// Whether this side does the same as in another way: a server that verifies nothing.
[[nodiscard]] constexpr bool is_repeated(const Way& way, Side side) noexcept {
  return side == Side::server && !way.suffix.empty() && !way.scenario.mutual;
}

/// A primitive of a handshake, and the side that comes to it.
struct Step {
  Side side;
  std::string primitive;
};
using Steps = std::vector<Step>;

/// Measures primitives, each alone.
class Alone {
 public:
  Alone(const std::string& folder, const Names& names) : operations_(make_operations(folder, names)) {}

  [[nodiscard]] const Operations& operations() const noexcept { return operations_; }
  void measure(double seconds);
  [[nodiscard]] Figures figures() const;

 private:
  Operations operations_;
  std::map<std::string, std::vector<double>, std::less<>> ticks_;
};

/// Measures the primitives of a handshake one after the other, in the order in which the sides come to them.
class InOrder {
 public:
  /// `operations` stay the caller's.
  InOrder(const Operations& operations, Steps steps);

  [[nodiscard]] const Steps& steps() const noexcept { return steps_; }
  void measure(double seconds);
  /// All that one side comes to.
  [[nodiscard]] Figure time_of(Side side) const;

 private:
  void sample(bool counts);

  Steps steps_;
  std::vector<const std::function<void()>*> operations_;
  std::vector<double> server_ticks_;
  std::vector<double> client_ticks_;
};

/// The floor under one way to measure a scenario.
class Floor {
 public:
  Floor(const std::string& folder, const Scenario& way);

  void measure(double seconds) {
    in_order_.measure(seconds / 2);
    alone_.measure(seconds / 2);
  }
  /// Sets both overheads of "server" and "client".
  void set_overhead(Figures& figures) const;

 private:
  Alone alone_;
  InOrder in_order_;
};

/// Microseconds of each primitive, then the sum of each handshake's on each side ("hs13-ecdsa/server").
/// Throws.
[[nodiscard]] Figures measure_primitives(const std::string& folder, double seconds);

}  // namespace handfast::bench
