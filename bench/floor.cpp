// Which primitives a handshake has, in their order; what they take.
#include "floor.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

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

  void add(Role side, std::string primitive) { steps_.push_back({side, std::move(primitive)}); }
  void exchange(Role side, const char* what) { add(side, group_ + what); }
  void symmetric(Role side) { add(side, symmetric_name(scenario_)); }
  void sign(Role side) { add(side, key_ + "-sign"); }
  /// The signature on the leaf by its authority.
  void verify_chain(Role side) {
    if (scenario_.signature_cache) return;
    const bool has_table = scenario_.key == KeyType::ecdsa && !scenario_.plain_keys;
    add(side, key_ + (has_table ? "-verify-table" : "-verify"));
  }
  /// The same, and a signature of the leaf's key.
  void verify(Role side) {
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
  using enum Role;
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
  using enum Role;
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
  using enum Role;
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
  list.symmetric(Role::server);
  list.symmetric(Role::client);
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

Figures measure_alone(const Operations& operations, double seconds) {
  Figures figures;
  for (const auto& [name, operation] : operations) {
    std::vector<double> ticks;
    repeat(seconds / static_cast<double>(operations.size()), [&](bool counts) {
      Timed clock;
      clock(operation);
      if (counts) ticks.push_back(static_cast<double>(clock.total));
    });
    figures.push_back(time_figure(name, ticks));
  }
  return figures;
}

// As the two sides of a handshake come to them.
Figures measure_in_order(const Steps& steps, const Operations& operations, double seconds) {
  std::vector<double> server_ticks;
  std::vector<double> client_ticks;
  repeat(seconds, [&](bool counts) {
    Timed server_clock;
    Timed client_clock;
    for (const Step& step : steps)
      (step.side == Role::server ? server_clock : client_clock)(operations.at(step.primitive));
    if (!counts) return;
    server_ticks.push_back(static_cast<double>(server_clock.total));
    client_ticks.push_back(static_cast<double>(client_clock.total));
  });
  return {time_figure("server", server_ticks), time_figure("client", client_ticks)};
}

double value_of(const Figures& figures, std::string_view name) {
  for (const Figure& figure : figures)
    if (figure.name == name) return figure.value;
  throw std::logic_error("there is no figure " + std::string(name));
}

double sum_of(const Steps& steps, Role side, const Figures& alone) {
  double sum = 0;
  for (const Step& step : steps)
    if (step.side == side) sum += value_of(alone, step.primitive);
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

Floor::Floor(const std::string& folder, const Scenario& way)
    : steps_(steps_of(way)), operations_(make_operations(folder, names_of(steps_))) {}

void Floor::measure(const Figures& handshakes, double seconds) {
  const Figures alone = measure_alone(operations_, seconds / 2);
  const Figures in_order = measure_in_order(steps_, operations_, seconds / 2);
  for (const Role side : {Role::server, Role::client})
    (side == Role::server ? server_ : client_)
        .push_back({value_of(handshakes, name_of(side)), sum_of(steps_, side, alone),
                    value_of(in_order, name_of(side))});
}

void Floor::set_turns(Figures& figures) const {
  for (Figure& figure : figures) {
    if (figure.name == name_of(Role::server)) figure.turns = server_;
    if (figure.name == name_of(Role::client)) figure.turns = client_;
  }
}

Figures measure_primitives(const std::string& folder, double seconds) {
  std::vector<Way> ways;
  for (const Scenario& scenario : scenarios)
    if (scenario.kind == Kind::handshake) std::ranges::move(ways_of(scenario), std::back_inserter(ways));
  Names names;
  for (const Way& way : ways) names.merge(names_of(steps_of(way.scenario)));
  Figures figures = measure_alone(make_operations(folder, names), seconds);
  const Figures each = figures;
  for (const Way& way : ways)
    for (const Role side : {Role::server, Role::client}) {
      if (is_repeated(way, side)) continue;
      std::string name(way.scenario.name);
      name.append("/").append(name_of(side)).append(way.suffix);
      figures.push_back({std::move(name), sum_of(steps_of(way.scenario), side, each), "us"});
    }
  return figures;
}

}  // namespace handfast::bench
