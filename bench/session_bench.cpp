// What sessions cost: a ticket sealed and opened, a session found in a cache, a claim of early data judged;
// by one thread, and by several that share one set of keys, one cache, one register.
#include <handfast/client_session_store.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/session_store.hpp>
#include <handfast/ticket_keys.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace handfast;

constexpr Time now{std::chrono::seconds(1'795'608'000)};

/// A session of TLS 1.3; with a client's certificates, of `chain_octets`.
Session make_session(std::size_t chain_octets = 0) {
  Session session;
  session.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256;
  session.secret.resize(32);
  session.server_name = "www.example.com";
  session.application_protocol = "h2";
  session.issued = session.authenticated = now;
  session.lifetime = std::chrono::hours(2);
  if (chain_octets != 0) session.peer_chain = {Octets(chain_octets, 0x30)};
  return session;
}

TicketKeys& shared_keys() {
  static const auto keys = *TicketKeys::make(now);
  return *keys;
}

void seal_ticket(benchmark::State& state) {
  const Session session = make_session(static_cast<std::size_t>(state.range(0)));
  std::size_t size = 0;
  for ([[maybe_unused]] auto round : state) size = shared_keys().seal(session, now)->size();
  state.counters["octets"] = benchmark::Counter(static_cast<double>(size), benchmark::Counter::kAvgThreads);
}
BENCHMARK(seal_ticket)->Arg(0)->Arg(2000)->ThreadRange(1, 2);

void open_ticket(benchmark::State& state) {
  const Octets ticket = *shared_keys().seal(make_session(static_cast<std::size_t>(state.range(0))), now);
  for ([[maybe_unused]] auto round : state) benchmark::DoNotOptimize(shared_keys().open(ticket, now));
}
BENCHMARK(open_ticket)->Arg(0)->Arg(2000)->ThreadRange(1, 2);

void refuse_foreign_ticket(benchmark::State& state) {
  const Octets ticket = *(*TicketKeys::make(now))->seal(make_session(), now);
  for ([[maybe_unused]] auto round : state) benchmark::DoNotOptimize(shared_keys().open(ticket, now));
}
BENCHMARK(refuse_foreign_ticket);

Octets id_of(std::uint64_t number) {
  Octets id(32);
  std::memcpy(id.data(), &number, sizeof number);
  return id;
}

// Full at all times: each session that comes drives one out.
void put_into_session_cache(benchmark::State& state) {
  static SessionCache cache;
  const Session session = make_session();
  auto number = static_cast<std::uint64_t>(state.thread_index()) << 32;
  for ([[maybe_unused]] auto round : state) cache.put(id_of(++number), session, now);
}
BENCHMARK(put_into_session_cache)->ThreadRange(1, 2);

void find_in_session_cache(benchmark::State& state) {
  static SessionCache cache;
  constexpr std::uint64_t sessions = 10'000;
  if (state.thread_index() == 0)
    for (std::uint64_t i = 0; i < sessions; ++i) cache.put(id_of(i), make_session(), now);
  std::uint64_t number = 0;
  for ([[maybe_unused]] auto round : state)
    benchmark::DoNotOptimize(cache.find(id_of(number++ % sessions), now).take());
}
BENCHMARK(find_in_session_cache)->ThreadRange(1, 2);

// A hundred thousand claims a second, so that tables fill and change as they would.
void judge_early_data(benchmark::State& state) {
  static const auto guard = *StrikeRegister::make({.window = std::chrono::milliseconds(100)});
  auto number = static_cast<std::uint64_t>(state.thread_index()) << 32;
  for ([[maybe_unused]] auto round : state) {
    const Octets binder = id_of(++number);
    const auto age = std::chrono::milliseconds((number & 0xffffffff) / 100);
    benchmark::DoNotOptimize(guard->check({binder, now, age, guard->register_id()}, now + age).take());
  }
}
BENCHMARK(judge_early_data)->ThreadRange(1, 2);

}  // namespace

BENCHMARK_MAIN();
