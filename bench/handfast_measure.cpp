// handfast-bench-handfast: Handfast's side of handfast bench.
#include "handfast_library.hpp"
#include "harness/program.hpp"
#include "primitives.hpp"

namespace handfast::bench {
namespace {

void set_floors(Figures& figures, const Figures& floors) {
  for (Figure& figure : figures)
    for (const Figure& floor : floors)
      if (floor.name == figure.name) figure.floor = floor.value;
}

// Who verifies a chain does so twice: as if never seen before, then as one that was accepted before. The
// primitives are measured beside them, for a machine is not equally fast all the time.
Figures measure_both_ways(const ProgramOptions& options, const Scenario& scenario) {
  const double third = options.seconds / 3;
  Figures figures = measure<HandfastLibrary>(options.folder, scenario, third);
  const Figures floors = measure_floor(options.folder, scenario.name, third);
  Scenario remembered = scenario;
  remembered.signature_cache = true;
  for (Figure& figure : measure<HandfastLibrary>(options.folder, remembered, third)) {
    if (figure.name == "server" && !scenario.mutual) continue;  // it verifies nothing
    figure.name += "_cached";
    figures.push_back(std::move(figure));
  }
  set_floors(figures, floors);
  return figures;
}

Figures measure_one(const ProgramOptions& options, const Scenario& scenario) {
  switch (scenario.kind) {
    case Kind::primitives: return measure_primitives(options.folder, options.seconds);
    case Kind::handshake:
      if (!scenario.resumed) return measure_both_ways(options, scenario);
      break;
    case Kind::tickets:
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
