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

// The figures of those that verify a chain, with this behind their names.
void add_variant(Figures& figures, const ProgramOptions& options, const Scenario& variant, double seconds,
                 std::string_view suffix) {
  for (Figure& figure : measure<HandfastLibrary>(options.folder, variant, seconds)) {
    if (figure.name == "server" && !variant.mutual) continue;  // it verifies nothing
    figure.name += suffix;
    figures.push_back(std::move(figure));
  }
}

// A chain is verified in up to three ways: as if never seen before, the same without a table for the anchor's
// key (RSA has none), and as one that was accepted before. The primitives are measured beside them, for a
// machine is not equally fast all the time.
Figures measure_all_ways(const ProgramOptions& options, const Scenario& scenario) {
  const bool has_tables = scenario.key == KeyType::ecdsa;
  const double share = options.seconds / (has_tables ? 4 : 3);
  Figures figures = measure<HandfastLibrary>(options.folder, scenario, share);
  const Figures floors = measure_floor(options.folder, scenario.name, share);
  Scenario variant = scenario;
  variant.plain_keys = true;
  if (has_tables) add_variant(figures, options, variant, share, "_plain");
  variant.signature_cache = true;
  add_variant(figures, options, variant, share, "_cached");
  set_floors(figures, floors);
  return figures;
}

Figures measure_one(const ProgramOptions& options, const Scenario& scenario) {
  switch (scenario.kind) {
    case Kind::primitives: return measure_primitives(options.folder, options.seconds);
    case Kind::handshake:
      if (!scenario.resumed) return measure_all_ways(options, scenario);
      break;
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
