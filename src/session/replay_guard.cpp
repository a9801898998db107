// The strike register: early data is accepted once, and only while it is fresh.
//
// A claim is accepted if it arrives within one window of the moment that the ticket's age promises, so two
// windows after it was accepted it is stale by itself. Time is cut into periods of two windows, and each
// shard has a table for the present period and one for the period before: what was accepted in either is
// remembered, which is long enough, and nothing has to be sorted or searched to forget.
#include <array>
#include <bit>
#include <mutex>
#include <utility>
#include <vector>

#include <handfast/replay_guard.hpp>

#include <unistd.h>

#include "crypto/hash.hpp"

namespace handfast {
namespace {

using std::chrono::milliseconds;

/// What is remembered of a claim: half of a digest. Equal claims have equal strikes, so that a replay is
/// never missed; two claims that share one by chance cost the second its early data.
using Strike = std::array<std::uint64_t, 2>;
constexpr Strike no_strike{};

Strike strike_of(const RegisterId& id, Bytes binder) noexcept {
  // The register's name makes the place of a strike unknown to clients, who choose their binders.
  const crypto::Digest digest = crypto::hash(crypto::HashAlgorithm::sha256, {Bytes(id), binder});
  Strike strike;
  std::memcpy(strike.data(), digest.octets.data(), sizeof strike);
  if (strike == no_strike) strike[0] = 1;
  return strike;
}

/// A set of strikes that never grows.
class Table {
 public:
  explicit Table(std::size_t claims) : most_(claims), places_(std::bit_ceil(claims * 4 / 3 + 1), no_strike) {}

  [[nodiscard]] bool contains(const Strike& strike) const noexcept {
    return places_[place_of(strike)] == strike;
  }
  [[nodiscard]] bool is_full() const noexcept { return count_ >= most_; }
  /// One that is not here, while the table is not full.
  void insert(const Strike& strike) noexcept {
    places_[place_of(strike)] = strike;
    ++count_;
  }
  void clear() noexcept {
    if (count_ != 0) std::fill(places_.begin(), places_.end(), no_strike);
    count_ = 0;
  }

 private:
  /// Where it stands, or the empty place where it would. There always is one: `most_` is less than the
  /// places.
  [[nodiscard]] std::size_t place_of(const Strike& strike) const noexcept {
    std::size_t place = strike[1] & (places_.size() - 1);
    while (places_[place] != strike && places_[place] != no_strike)
      place = (place + 1) & (places_.size() - 1);
    return place;
  }

  std::size_t most_;
  std::size_t count_ = 0;
  std::vector<Strike> places_;
};

// Lines of its own, so that the locks of two shards do not slow each other.
class alignas(64) Shard {
 public:
  explicit Shard(std::size_t claims) : present_(claims), before_(claims) {}

  EarlyDataVerdict check(const Strike& strike, Time expected_arrival, milliseconds window,
                         Time now) noexcept {
    const std::scoped_lock guard(lock_);
    advance(window, now);
    // RFC 8446 §8.3: a claim that comes early is as suspicious as one that comes late.
    if (latest_ - expected_arrival > window || expected_arrival - latest_ > window)
      return EarlyDataVerdict::not_fresh;
    if (present_.contains(strike) || before_.contains(strike)) return EarlyDataVerdict::replayed;
    if (present_.is_full()) return EarlyDataVerdict::register_full;
    present_.insert(strike);
    return EarlyDataVerdict::accepted;
  }

 private:
  // A clock that goes back would make forgotten claims fresh again: time stands still here until it has
  // caught up.
  void advance(milliseconds window, Time now) noexcept {
    latest_ = std::max(latest_, now);
    const std::int64_t period = latest_.time_since_epoch() / (2 * window);
    if (period == period_) return;
    std::swap(present_, before_);
    present_.clear();
    if (period - period_ > 1) before_.clear();
    period_ = period;
  }

  std::mutex lock_;
  Time latest_{};
  std::int64_t period_ = 0;
  Table present_;
  Table before_;
};

}  // namespace

std::string_view name_of(EarlyDataVerdict value) noexcept {
  switch (value) {
    case EarlyDataVerdict::accepted: return "accepted";
    case EarlyDataVerdict::replayed: return "it came before";
    case EarlyDataVerdict::not_fresh: return "the ticket's age does not fit the moment of arrival";
    case EarlyDataVerdict::register_full: return "the register of early data is full";
    case EarlyDataVerdict::other_register: return "the ticket is of another register";
    case EarlyDataVerdict::external_psk: return "nobody knows when an external PSK was used last";
  }
  return {};
}

ReplayGuard::~ReplayGuard() = default;

struct StrikeRegister::Shards {
  static constexpr std::size_t count = 16;

  explicit Shards(std::size_t claims) : process(::getpid()) {
    for (auto& shard : all) shard = std::make_unique<Shard>((claims + count - 1) / count);
  }
  std::array<std::unique_ptr<Shard>, count> all;
  pid_t process;  // that it remembers for
};

StrikeRegister::StrikeRegister(RegisterId id, StrikeRegisterOptions options)
    : id_(id), window_(options.window), shards_(std::make_unique<Shards>(options.claims)) {}
StrikeRegister::~StrikeRegister() = default;

Result<std::shared_ptr<StrikeRegister>> StrikeRegister::make(StrikeRegisterOptions options,
                                                             RandomSource* random) {
  if (options.window < milliseconds(1) || options.window > std::chrono::minutes(1))
    return fail(ErrorCode::invalid_argument, "window: 1 ms to 60 s");
  if (options.claims == 0 || options.claims > std::size_t{1} << 30)
    return fail(ErrorCode::invalid_argument, "claims: 1 to 2^30");
  RegisterId id{};
  RandomSource& source = random != nullptr ? *random : system_random();
  if (auto drawn = source.fill(id); !drawn) return fail(drawn.error());
  return std::shared_ptr<StrikeRegister>(new StrikeRegister(id, options));
}

RegisterId StrikeRegister::register_id() const noexcept { return id_; }

// [8446:8#2] [8446:8.2#1,2] The binder was checked; what cannot be told from a replay is rejected alone.
Reply<EarlyDataVerdict> StrikeRegister::check(const EarlyDataClaim& claim, Time now) {
  if (!claim.register_id) return EarlyDataVerdict::external_psk;
  // RFC 8446 §8.2: what another register saw, or this one before a restart, is not known here.
  // Nor is what the process saw that this one was forked from, or its other children.
  if (*claim.register_id != id_ || shards_->process != ::getpid()) return EarlyDataVerdict::other_register;
  const Strike strike = strike_of(id_, claim.binder);
  Shard& shard = *shards_->all[strike[0] % Shards::count];
  return shard.check(strike, claim.issued + claim.claimed_age, window_, now);
}

}  // namespace handfast
