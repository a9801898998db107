// handfast bench: starts the measuring programs in turns, prints what they found.
#include "bench.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench_credentials.hpp"
#include "bench_report.hpp"
#include "files.hpp"

namespace handfast::tool {
namespace {

// Ours and the peer take turns, so that both meet the same moods of the machine.
constexpr std::size_t rounds = 9;

/// The programs of one run.
struct Bench {
  BenchCredentials credentials;
  BenchProgram ours;
  std::optional<BenchProgram> peer;
  std::vector<BenchScenario> scenarios;
};

// The peer has one way to verify a chain, with which all of ours are compared.
std::string_view side_of(std::string_view name) noexcept {
  for (const std::string_view variant : {"_plain", "_cached"})
    if (name.ends_with(variant)) name.remove_suffix(variant.size());
  return name;
}

// Sets beside each figure the peer's.
void compare(BenchFigures& ours, const BenchFigures& peers) {
  for (BenchFigure& figure : ours)
    if (const BenchFigure* const peer = find_figure(peers, side_of(figure.name))) figure.peer = peer->value;
}

// Each figure of the round that is in the middle, by its ratio where there is one: the two figures of a round
// met the same machine. The turns are those of all rounds.
BenchFigures merged(const std::vector<BenchFigures>& rounds_of_figures) {
  BenchFigures result;
  for (std::size_t i = 0; i < rounds_of_figures.front().size(); ++i) {
    BenchFigures rounds_of_one;
    std::vector<BenchTurn> turns;
    for (const BenchFigures& figures : rounds_of_figures) {
      rounds_of_one.push_back(figures.at(i));
      std::ranges::copy(figures.at(i).turns, std::back_inserter(turns));
    }
    const auto middle = rounds_of_one.begin() + static_cast<std::ptrdiff_t>(rounds_of_one.size() / 2);
    std::ranges::nth_element(rounds_of_one, middle, {}, [](const BenchFigure& figure) {
      return ratio_of(figure).value_or(figure.value);
    });
    middle->turns = std::move(turns);
    result.push_back(std::move(*middle));
  }
  return result;
}

Outcome<BenchRow> measure_row(Bench& bench, const BenchScenario& scenario, double seconds) {
  // Counts do not vary; and the sums of the primitives have to add up, which those of several rounds do not.
  const std::size_t count = scenario.name == "mem" || scenario.name == "primitives" ? 1 : rounds;
  const double slice = seconds / static_cast<double>(count);
  std::vector<BenchFigures> all;
  for (std::size_t round = 0; round < count; ++round) {
    auto figures = bench.ours.measure(bench.credentials.path(), scenario.name, slice);
    if (!figures) return std::unexpected(std::move(figures.error()));
    if (bench.peer) {
      const auto peers = bench.peer->measure(bench.credentials.path(), scenario.name, slice);
      if (!peers) return std::unexpected(peers.error());
      compare(*figures, *peers);
    }
    all.push_back(std::move(*figures));
  }
  return BenchRow{scenario, merged(all)};
}

Outcome<std::vector<BenchScenario>> chosen(const BenchOptions& options, const BenchProgram& program) {
  auto known = program.scenarios();
  if (!known || options.scenarios.empty()) return known;
  for (const std::string& name : options.scenarios) {
    const auto is_it = [&](const BenchScenario& scenario) { return scenario.name == name; };
    if (std::ranges::none_of(*known, is_it))
      return usage_failure(fmt::format("there is no scenario \"{}\"", printable(name)),
                           "handfast bench --list names them.");
  }
  std::erase_if(*known, [&](const BenchScenario& scenario) {
    return std::ranges::find(options.scenarios, scenario.name) == options.scenarios.end();
  });
  return known;
}

Outcome<Bench> prepare(const BenchOptions& options) {
  auto ours = BenchProgram::find("handfast");
  if (!ours) return std::unexpected(std::move(ours.error()));
  auto scenarios = chosen(options, *ours);
  if (!scenarios) return std::unexpected(std::move(scenarios.error()));
  std::optional<BenchProgram> peer;
  if (options.peer != "none") {
    auto found = BenchProgram::find(options.peer);
    if (!found) return std::unexpected(std::move(found.error()));
    peer = std::move(*found);
  }
  auto credentials = BenchCredentials::make();
  if (!credentials) return std::unexpected(std::move(credentials.error()));
  return Bench{std::move(*credentials), std::move(*ours), std::move(peer), std::move(*scenarios)};
}

Outcome<> measure_all(const BenchOptions& options, Bench& bench, BenchReport& report) {
  report.seconds = options.seconds;
  for (const BenchScenario& scenario : bench.scenarios) {
    auto row = measure_row(bench, scenario, options.seconds);
    if (!row) return std::unexpected(std::move(row.error()));
    report.rows.push_back(std::move(*row));
    if (bench.peer) report.peer = bench.peer->library();
    if (options.json) continue;
    if (report.rows.size() == 1) std::fputs(table_heading(report).c_str(), stdout);
    std::fputs(table_of(report.rows.back()).c_str(), stdout);
    std::fflush(stdout);
  }
  if (options.json) std::fputs(json_of(report).c_str(), stdout);
  if (options.plot.empty()) return {};
  return write_file(options.plot, as_bytes(svg_of(report)), 0644);
}

Outcome<> run(const BenchOptions& options) {
  if (options.list) {
    const auto ours = BenchProgram::find("handfast");
    if (!ours) return std::unexpected(ours.error());
    const auto scenarios = ours->scenarios();
    if (!scenarios) return std::unexpected(scenarios.error());
    for (const BenchScenario& scenario : *scenarios) std::puts(scenario.name.c_str());
    return {};
  }
  auto bench = prepare(options);
  if (!bench) return std::unexpected(std::move(bench.error()));
  BenchReport report;
  return measure_all(options, *bench, report);
}

}  // namespace

CLI::App* BenchOptions::add_to(CLI::App& app, BenchOptions& options) {
  CLI::App* command =
      app.add_subcommand("bench", "Measure handshakes, records and memory, beside another library");
  command->add_option("scenario", options.scenarios, "what to measure (default: all)")->type_name("SCENARIO");
  command->add_option("--peer", options.peer, "the library to compare with: openssl or none")
      ->type_name("LIBRARY")
      ->capture_default_str()
      ->check(CLI::IsMember({"openssl", "none"}).description(""));
  command->add_option("--seconds", options.seconds, "time for each scenario and library")
      ->type_name("SECONDS")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 600.0).description(""));
  command->add_option("--plot", options.plot, "write the ratios as a picture, too")->type_name("FILE.svg");
  command->add_flag("--list", options.list, "name the scenarios, and measure nothing");
  command->add_flag("--json", options.json, "one JSON object instead of a table");
  command->footer(
      "CPU time of client and server apart, both in one thread in memory. Ratios are the peer's figure by\n"
      "ours: more is better. \"over floor\" is what a handshake takes beyond the sum of its primitives, "
      "each\n"
      "alone; \"in order\" beyond the same one after the other, as a handshake calls them. Both are of "
      "moments\n"
      "when the machine was at its fastest, which the first column, a median, is not.\n"
      "Exit status: 0 measured; 2 options, programs that are not built; 1 a measurement failed.");
  return command;
}

ExitCode run_bench(const BenchOptions& options) {
  const auto done = run(options);
  if (done) return ExitCode::ok;
  const Failure& failure = done.error();
  if (options.json) {
    std::fprintf(stderr, "%s\n", to_json(failure).dump().c_str());
  } else {
    std::fputs(to_text(failure).c_str(), stderr);
  }
  return failure.exit;
}

}  // namespace handfast::tool
