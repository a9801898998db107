// Which primitives a handshake has, in their order; what they take.
#include "floor.hpp"

#include <algorithm>
#include <iterator>

#include "harness/measure.hpp"

namespace handfast::bench {
namespace {

/// The primitives of a handshake of one scenario, in the order in which the two sides come to them.
class StepList {
 public:
  explicit StepList(const Scenario& scenario)
      : scenario_(scenario),
        key_(scenario.key == KeyType::ecdsa ? "ecdsa" : "rsa"),
        group_(scenario.group == Group::x25519 ? "x25519" : "x25519mlkem768") {}

  void add(Side side, std::string primitive) { steps_.push_back({side, std::move(primitive)}); }
  void exchange(Side side, const char* what) { add(side, group_ + what); }
  void symmetric(Side side) { add(side, symmetric_name(scenario_)); }
  void sign(Side side) { add(side, key_ + "-sign"); }
  /// The signature on the leaf by its authority.
  void verify_chain(Side side) {
    if (scenario_.signature_cache) return;
    const bool has_table = scenario_.key == KeyType::ecdsa && !scenario_.plain_keys;
    add(side, key_ + (has_table ? "-verify-table" : "-verify"));
  }
  /// The same, and a signature of the leaf's key.
  void verify(Side side) {
    verify_chain(side);
    add(side, key_ + "-load-verify");
  }
  [[nodiscard]] Steps steps() && { return std::move(steps_); }

 private:
  const Scenario& scenario_;
  std::string key_;
  std::string group_;
  Steps steps_;
};

Steps steps13(const Scenario& scenario) {
  using enum Side;
  StepList list(scenario);
  list.exchange(client, "-generate");
  list.exchange(server, "-encapsulate");
  list.symmetric(server);
  if (!scenario.resumed) list.sign(server);
  list.exchange(client, "-decapsulate");
  list.symmetric(client);
  if (!scenario.resumed) list.verify(client);
  if (scenario.mutual) {
    list.sign(client);
    list.verify(server);
  }
  return std::move(list).steps();
}

Steps steps12_ephemeral(const Scenario& scenario) {
  using enum Side;
  StepList list(scenario);
  list.exchange(server, "-generate");
  list.sign(server);
  list.verify(client);
  list.exchange(client, "-encapsulate");
  list.symmetric(client);
  list.exchange(server, "-decapsulate");
  list.symmetric(server);
  return std::move(list).steps();
}

Steps steps12_key_transport(const Scenario& scenario) {
  using enum Side;
  StepList list(scenario);
  list.verify_chain(client);
  list.add(client, "rsa-load-encrypt");
  list.symmetric(client);
  list.add(server, "rsa-decrypt");
  list.symmetric(server);
  return std::move(list).steps();
}

Steps steps12_resumed(const Scenario& scenario) {
  StepList list(scenario);
  list.symmetric(Side::server);
  list.symmetric(Side::client);
  return std::move(list).steps();
}

Steps steps_of(const Scenario& scenario) {
  if (!scenario.is_tls12()) return steps13(scenario);
  if (scenario.resumed) return steps12_resumed(scenario);
  return scenario.key == KeyType::rsa ? steps12_key_transport(scenario) : steps12_ephemeral(scenario);
}

Names names_of(const Steps& steps) {
  Names names;
  for (const Step& step : steps) names.insert(step.primitive);
  return names;
}

Figure sum_of(const Steps& steps, Side side, const Figures& alone) {
  Figure sum{.name = {}, .unit = "us"};
  for (const Step& step : steps)
    if (step.side == side) {
      const Figure& one = *std::ranges::find(alone, step.primitive, &Figure::name);
      sum.value += one.value;
      sum.undisturbed += one.undisturbed;
    }
  return sum;
}

}  // namespace

std::vector<Way> ways_of(const Scenario& scenario) {
  std::vector<Way> ways = {{"", scenario}};
  if (scenario.resumed) return ways;
  Scenario way = scenario;
  way.plain_keys = true;
  if (scenario.key == KeyType::ecdsa) ways.push_back({"_plain", way});
  way.signature_cache = true;
  ways.push_back({"_cached", way});
  return ways;
}

void Alone::measure(double seconds) {
  for (const auto& [name, operation] : operations_) {
    std::vector<double>& ticks = ticks_[name];
    repeat(seconds / static_cast<double>(operations_.size()), [&](bool counts) {
      Timed clock;
      clock(operation);
      if (counts) ticks.push_back(static_cast<double>(clock.total));
    });
  }
}

Figures Alone::figures() const {
  Figures figures;
  for (const auto& [name, ticks] : ticks_) figures.push_back(time_figure(name, ticks));
  return figures;
}

InOrder::InOrder(const Operations& operations, Steps steps) : steps_(std::move(steps)) {
  for (const Step& step : steps_) operations_.push_back(&operations.at(step.primitive));
}

void InOrder::measure(double seconds) {
  repeat(seconds, [&](bool counts) { sample(counts); });
}

void InOrder::sample(bool counts) {
  Timed server_clock;
  Timed client_clock;
  for (std::size_t i = 0; i < steps_.size(); ++i)
    (steps_[i].side == Side::server ? server_clock : client_clock)(*operations_[i]);
  if (!counts) return;
  server_ticks_.push_back(static_cast<double>(server_clock.total));
  client_ticks_.push_back(static_cast<double>(client_clock.total));
}

Figure InOrder::time_of(Side side) const {
  return time_figure("in-order", side == Side::server ? server_ticks_ : client_ticks_);
}

Floor::Floor(const std::string& folder, const Scenario& way)
    : alone_(folder, names_of(steps_of(way))), in_order_(alone_.operations(), steps_of(way)) {}

void Floor::set_overhead(Figures& figures) const {
  const Figures alone = alone_.figures();
  for (Figure& figure : figures) {
    const Side side = figure.name == "server" ? Side::server : Side::client;
    figure.overhead = figure.undisturbed - sum_of(in_order_.steps(), side, alone).undisturbed;
    figure.overhead_in_order = figure.undisturbed - in_order_.time_of(side).undisturbed;
  }
}

Figures measure_primitives(const std::string& folder, double seconds) {
  std::vector<Way> ways;
  for (const Scenario& scenario : scenarios)
    if (scenario.kind == Kind::handshake) std::ranges::move(ways_of(scenario), std::back_inserter(ways));
  Names names;
  for (const Way& way : ways) names.merge(names_of(steps_of(way.scenario)));
  Alone alone(folder, names);
  alone.measure(seconds);

  Figures figures = alone.figures();
  const Figures each = figures;
  for (const Way& way : ways)
    for (const Side side : {Side::server, Side::client}) {
      if (is_repeated(way, side)) continue;
      Figure sum = sum_of(steps_of(way.scenario), side, each);
      sum.name = std::string(way.scenario.name) + (side == Side::server ? "/server" : "/client");
      sum.name += way.suffix;
      figures.push_back(std::move(sum));
    }
  return figures;
}

}  // namespace handfast::bench
