// The benchmark of Handfast: scenarios, and the same of OpenSSL in the same run where its program is built.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>

#include <CLI/CLI.hpp>

#include "credentials.hpp"
#include "handfast_library.hpp"
#include "harness/measure.hpp"
#include "peer_process.hpp"
#include "report.hpp"

namespace handfast::bench {
namespace {

// Ours and the peer take turns, so that both meet the same moods of the machine.
constexpr std::size_t rounds = 3;

struct Options {
  std::vector<std::string> names;
  double seconds = 0.3;
  bool json = false;
  std::string peer = "openssl";
};

/// The median of each figure over the rounds.
Figures merged(const std::vector<Figures>& all) {
  Figures result = all.front();
  for (std::size_t i = 0; i < result.size(); ++i) {
    std::vector<double> values;
    for (const Figures& figures : all) values.push_back(figures.at(i).value);
    result[i].value = median(std::move(values));
  }
  return result;
}

Row measure_row(const Scenario& scenario, const CredentialFolder& folder, double seconds,
                std::optional<PeerProcess>& peer) {
  const std::size_t turns = scenario.kind == Kind::memory ? 1 : rounds;
  const double slice = seconds / static_cast<double>(turns);
  std::vector<Figures> ours;
  std::vector<Figures> peers;
  for (std::size_t turn = 0; turn < turns; ++turn) {
    ours.push_back(measure<HandfastLibrary>(folder.path(), scenario, slice));
    if (peer) peers.push_back(peer->measure(std::string(scenario.name), slice));
  }
  return {&scenario, merged(ours), peers.empty() ? Figures() : merged(peers)};
}

/// The peer's program stands beside this one.
std::optional<PeerProcess> find_peer(const Options& options, const CredentialFolder& folder) {
  if (options.peer == "none") return std::nullopt;
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto program = here / ("handfast-bench-" + options.peer);
  if (std::filesystem::exists(program)) return PeerProcess(program.string(), folder.path());
  std::fprintf(stderr, "handfast-bench: %s is not built; going on without a peer\n", program.c_str());
  return std::nullopt;
}

void run(const Options& options) {
  const CredentialFolder folder;
  auto peer = find_peer(options, folder);
  Report report;
  report.seconds = options.seconds;
  for (const Scenario& scenario : scenarios) {
    if (!options.names.empty() && std::ranges::count(options.names, scenario.name) == 0) continue;
    report.rows.push_back(measure_row(scenario, folder, options.seconds, peer));
    if (peer) report.peer = peer->library();
    if (options.json) continue;
    if (report.rows.size() == 1) std::fputs(heading(report).c_str(), stdout);
    std::fputs(table_of(report.rows.back()).c_str(), stdout);
    std::fflush(stdout);
  }
  if (options.json) std::fputs(json_of(report).c_str(), stdout);
}

}  // namespace
}  // namespace handfast::bench

int main(int argc, char** argv) {
  using namespace handfast::bench;
  CLI::App app("Handfast's benchmarks: the CPU time of client and server apart, and the heap");
  Options options;
  std::vector<std::string> known;
  for (const Scenario& scenario : scenarios) known.emplace_back(scenario.name);
  app.add_option("scenario", options.names, "What to measure (default: all)")->check(CLI::IsMember(known));
  app.add_option("--seconds", options.seconds, "Time for each scenario and library")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 60.0));
  app.add_option("--peer", options.peer, "The library to compare with")
      ->capture_default_str()
      ->check(CLI::IsMember(std::vector<std::string>{"openssl", "none"}));
  app.add_flag("--json", options.json, "One JSON object instead of a table");
  try {
    app.parse(argc, argv);
    run(options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "handfast-bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
