// The floor under a handshake: what its primitives take, each alone and one after the other.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <handfast/types.hpp>

#include "harness/figures.hpp"
#include "harness/scenario.hpp"
#include "primitives.hpp"

namespace handfast::bench {

/// A way to measure a scenario.
struct Way {
  std::string_view suffix;  ///< behind the names of its figures
  Scenario scenario;
};

/// A chain, if there is one, is verified in up to three ways: as if never seen before, the same without a
/// table for the anchor's key (RSA has none), and as one that was accepted before.
[[nodiscard]] std::vector<Way> ways_of(const Scenario& scenario);
/// Whether this side does the same as in another way: a server that verifies nothing.
[[nodiscard]] constexpr bool is_repeated(const Way& way, Role side) noexcept {
  return side == Role::server && !way.suffix.empty() && !way.scenario.mutual;
}

/// A primitive of a handshake, and the side that comes to it.
struct Step {
  Role side;
  std::string primitive;
};
using Steps = std::vector<Step>;

/// The floor under one way to measure a scenario.
class Floor {
 public:
  Floor(const std::string& folder, const Scenario& way);

  /// Measures the primitives right after these handshakes ("server", "client"), so that both meet the same
  /// machine.
  void measure(const Figures& handshakes, double seconds);
  /// Gives "server" and "client" their turns: one for each measure().
  void set_turns(Figures& figures) const;

 private:
  Steps steps_;
  Operations operations_;
  std::vector<Turn> server_;
  std::vector<Turn> client_;
};

/// Microseconds of each primitive, then the sum of each handshake's on each side ("hs13-ecdsa/server").
/// Throws.
[[nodiscard]] Figures measure_primitives(const std::string& folder, double seconds);

}  // namespace handfast::bench
