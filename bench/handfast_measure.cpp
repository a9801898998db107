// handfast-bench-handfast: Handfast's side of handfast bench.
#include <algorithm>

#include "floor.hpp"
#include "handfast_library.hpp"
#include "harness/program.hpp"

namespace handfast::bench {
namespace {

// In turns so short that the primitives meet the same moods of the machine as the handshakes.
Figures measure_way(const ProgramOptions& options, const Way& way, double seconds) {
  constexpr double turn = 0.01;
  HandfastSetup setup(options.folder, way.scenario);
  Handshakes<HandfastLibrary> handshakes(setup, way.scenario);
  Floor floor(options.folder, way.scenario);
  const int turns = std::max(1, static_cast<int>(seconds / turn));
  for (int i = 0; i < turns; ++i) {
    const Figures measured = handshakes.measure(seconds / turns / 2);
    floor.measure(measured, seconds / turns / 2);
  }
  Figures figures = handshakes.figures();
  floor.set_turns(figures);
  return figures;
}

Figures measure_all_ways(const ProgramOptions& options, const Scenario& scenario) {
  const std::vector<Way> ways = ways_of(scenario);
  Figures all;
  for (const Way& way : ways)
    for (Figure& figure : measure_way(options, way, options.seconds / static_cast<double>(ways.size()))) {
      if (is_repeated(way, figure.name == "server" ? Role::server : Role::client)) continue;
      figure.name += way.suffix;
      all.push_back(std::move(figure));
    }
  return all;
}

Figures measure_one(const ProgramOptions& options, const Scenario& scenario) {
  switch (scenario.kind) {
    case Kind::primitives: return measure_primitives(options.folder, options.seconds);
    case Kind::handshake: return measure_all_ways(options, scenario);
    case Kind::tickets:
    case Kind::names:
    case Kind::records:
    case Kind::memory: break;
  }
  return measure<HandfastLibrary>(options.folder, scenario, options.seconds);
}

}  // namespace
}  // namespace handfast::bench

int main(int argc, char** argv) {
  using namespace handfast::bench;
  return run_program(argc, argv, "Handfast", measure_one);
}
