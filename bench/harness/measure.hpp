// How a scenario is measured: the same for every library.
//
// A Library names two types. Setup(folder, scenario): what connections share; made outside every measurement.
// Endpoint(setup, is_client, in, out): one connection between two wires, with
//   advance()          goes on with the handshake as far as what arrived allows, sends what is due
//   done()             both Finished are verified
//   send(data)         seals the data and puts it on the wire
//   receive(expected)  takes the wire's octets until so many octets of data came
//   rest()             gives up what an idle connection does not need
//   resumed()          the session is one of an earlier connection
// and each throws what goes wrong.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/clock.hpp"
#include "harness/figures.hpp"
#include "harness/heap.hpp"
#include "harness/scenario.hpp"
#include "harness/wire.hpp"

namespace handfast::bench {

/// How a call of one side is watched: not at all, by the clock, by the heap.
struct Unwatched {
  void operator()(auto&& call) { call(); }
};
struct Timed {
  std::uint64_t total = 0;
  void operator()(auto&& call) {
    const std::uint64_t begin = ticks();
    call();
    total += ticks() - begin;
  }
};
struct Counted {
  heap::Account account;
  void operator()(auto&& call) {
    const heap::Charge charge(account);
    call();
  }
};

/// A client and a server with a wire each way. At most one connection on each side at a time.
template <class Library>
class Link {
 public:
  explicit Link(typename Library::Setup& setup) : setup_(setup) {}

  template <class Watch>
  void shake_hands(Watch& client_watch, Watch& server_watch) {
    client_watch([&] { client.emplace(setup_, true, down_, up_); });
    server_watch([&] { server.emplace(setup_, false, up_, down_); });
    for (int flight = 0; flight < 16; ++flight) {
      if (client->done() && server->done()) return;
      client_watch([&] { client->advance(); });
      server_watch([&] { server->advance(); });
    }
    throw std::runtime_error("the handshake does not end");
  }
  template <class Watch>
  void end(Watch& client_watch, Watch& server_watch) {
    client_watch([&] { client.reset(); });
    server_watch([&] { server.reset(); });
  }

  std::optional<typename Library::Endpoint> client;
  std::optional<typename Library::Endpoint> server;

 private:
  typename Library::Setup& setup_;
  Wire up_;
  Wire down_;
};

/// The median of a time's samples, which are ticks.
inline Figure time_figure(std::string name, std::span<const double> ticks) {
  const double middle = median({ticks.begin(), ticks.end()});
  return {.name = std::move(name), .value = middle * nanoseconds_per_tick() / 1000, .unit = "us"};
}

/// Repeats: a tenth of the time to warm up, then until the time is over, at least 5 times.
template <class Sample>
void repeat(double seconds, Sample&& sample) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  do sample(false);
  while (passed() < seconds * 0.1);
  for (int count = 0; count < 5 || passed() < seconds; ++count) sample(true);
}

/// Takes the time of handshakes, one after the other.
template <class Library>
class Handshakes {
 public:
  Handshakes(typename Library::Setup& setup, const Scenario& scenario)
      : resumed_(scenario.resumed), link_(setup) {}

  /// "server" and "client", of this time.
  Figures measure(double seconds) {
    const std::size_t before = server_ticks_.size();
    repeat(seconds, [&](bool counts) { sample(counts); });
    return figures(before);
  }
  /// The same of all that was measured so far.
  [[nodiscard]] Figures figures() const { return figures(0); }

 private:
  [[nodiscard]] Figures figures(std::size_t from) const {
    return {time_figure("server", std::span(server_ticks_).subspan(from)),
            time_figure("client", std::span(client_ticks_).subspan(from))};
  }
  void sample(bool counts) {
    Timed client_clock;
    Timed server_clock;
    link_.shake_hands(client_clock, server_clock);
    if (resumed_) {
      client_clock([&] { link_.client->advance(); });  // takes the ticket, which comes last
      // To ask may free something, for which the clock would not run.
      if (!counts && !link_.client->resumed() && !is_first_)
        throw std::runtime_error("the session was not resumed");
    }
    is_first_ = false;
    link_.end(client_clock, server_clock);
    if (!counts) return;
    client_ticks_.push_back(static_cast<double>(client_clock.total));
    server_ticks_.push_back(static_cast<double>(server_clock.total));
  }

  bool resumed_;
  bool is_first_ = true;  ///< there is nothing to resume yet
  Link<Library> link_;
  std::vector<double> client_ticks_;
  std::vector<double> server_ticks_;
};

/// What a server's full handshake takes longer in the one scenario than in the other, in microseconds.
template <class Library>
double server_difference(const std::string& folder, const Scenario& scenario, const Scenario& less,
                         double seconds) {
  typename Library::Setup setup_with(folder, scenario);
  typename Library::Setup setup_without(folder, less);
  const auto server_time = [](typename Library::Setup& setup) {
    Link<Library> link(setup);
    Timed client_clock;
    Timed server_clock;
    link.shake_hands(client_clock, server_clock);
    return static_cast<double>(server_clock.total);
  };
  std::vector<double> with;
  std::vector<double> without;
  repeat(seconds, [&](bool counts) {
    const double longer = server_time(setup_with);
    const double shorter = server_time(setup_without);
    if (!counts) return;
    with.push_back(longer);
    without.push_back(shorter);
  });
  return (median(std::move(with)) - median(std::move(without))) * nanoseconds_per_tick() / 1000;
}

/// What one ticket costs the server that gives it: key, seal, message and record. A full handshake with many
/// is compared with one without; the client leaves them unread, and resumes nothing.
template <class Library>
Figures measure_tickets(const std::string& folder, const Scenario& scenario, double seconds) {
  Scenario none = scenario;
  none.tickets = 0;
  return {{"issued", server_difference<Library>(folder, scenario, none, seconds) / scenario.tickets, "us"}};
}

/// What a server with many certificates takes longer than one with a single certificate.
template <class Library>
Figures measure_names(const std::string& folder, const Scenario& scenario, double seconds) {
  Scenario one = scenario;
  one.certificates = 1;
  return {{"found", server_difference<Library>(folder, scenario, one, seconds), "us"}};
}

/// Batches of up to 256 KiB and 64 records travel from the client to the server.
template <class Library>
Figures measure_records(typename Library::Setup& setup, const Scenario& scenario, double seconds) {
  Link<Library> link(setup);
  Unwatched unwatched;
  link.shake_hands(unwatched, unwatched);
  const std::size_t batch = std::min<std::size_t>(64, 262144 / scenario.record_size);
  std::vector<std::uint8_t> data(scenario.record_size);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 31);
  std::vector<double> send;
  std::vector<double> receive;
  repeat(seconds, [&](bool counts) {
    Timed send_clock;
    Timed receive_clock;
    send_clock([&] {
      for (std::size_t i = 0; i < batch; ++i) link.client->send(data);
    });
    receive_clock([&] { link.server->receive(batch * data.size()); });
    if (!counts) return;
    send.push_back(static_cast<double>(send_clock.total));
    receive.push_back(static_cast<double>(receive_clock.total));
  });
  const double scale = nanoseconds_per_tick() / static_cast<double>(batch);
  return {{"send", median(std::move(send)) * scale, "ns"},
          {"receive", median(std::move(receive)) * scale, "ns"}};
}

inline void add_memory(Figures& figures, const std::string& side, const heap::Account& handshake,
                       std::ptrdiff_t after_traffic, std::ptrdiff_t at_rest) {
  figures.push_back({side + "_peak", static_cast<double>(handshake.peak), "octets"});
  figures.push_back({side + "_after_traffic", static_cast<double>(after_traffic), "octets"});
  figures.push_back({side + "_at_rest", static_cast<double>(at_rest), "octets"});
  figures.push_back({side + "_allocations", static_cast<double>(handshake.allocations), "count"});
  figures.push_back({side + "_own_allocations", static_cast<double>(handshake.own_allocations), "count"});
}

/// A TLS 1.3 ECDSA handshake, then 64 records of 1 KiB each way, then rest. What libraries keep once a
/// process is there already: three handshakes come before.
template <class Library>
Figures measure_memory(typename Library::Setup& setup) {
  constexpr std::size_t records = 64;
  Link<Library> link(setup);
  Unwatched unwatched;
  for (int i = 0; i < 3; ++i) {
    link.shake_hands(unwatched, unwatched);
    link.end(unwatched, unwatched);
  }
  Counted client;
  Counted server;
  link.shake_hands(client, server);
  const heap::Account client_handshake = client.account;
  const heap::Account server_handshake = server.account;

  const std::vector<std::uint8_t> data(1024, 0x5a);
  const auto exchange = [&] {
    client([&] { link.client->send(data); });
    server([&] { link.server->receive(data.size()); });
    server([&] { link.server->send(data); });
    client([&] { link.client->receive(data.size()); });
  };
  exchange();  // the first record may still bring something that stays
  const std::size_t before = client.account.allocations + server.account.allocations;
  for (std::size_t i = 0; i < records; ++i) exchange();
  const auto in_traffic =
      static_cast<double>(client.account.allocations + server.account.allocations - before);
  const heap::Account client_traffic = client.account;
  const heap::Account server_traffic = server.account;
  client([&] { link.client->rest(); });
  server([&] { link.server->rest(); });

  Figures figures;
  add_memory(figures, "server", server_handshake, server_traffic.live, server.account.live);
  add_memory(figures, "client", client_handshake, client_traffic.live, client.account.live);
  figures.push_back({"record_allocations", in_traffic / (2 * records), "count"});
  return figures;
}

/// Throws what the library reports.
template <class Library>
Figures measure(const std::string& folder, const Scenario& scenario, double seconds) {
  if (scenario.kind == Kind::tickets) return measure_tickets<Library>(folder, scenario, seconds);
  if (scenario.kind == Kind::names) return measure_names<Library>(folder, scenario, seconds);
  typename Library::Setup setup(folder, scenario);
  switch (scenario.kind) {
    case Kind::handshake: return Handshakes<Library>(setup, scenario).measure(seconds);
    case Kind::records: return measure_records<Library>(setup, scenario, seconds);
    case Kind::memory: return measure_memory<Library>(setup);
    case Kind::tickets:
    case Kind::names:
    case Kind::primitives: break;  // not of a Library
  }
  return {};
}

}  // namespace handfast::bench
