// A server's ticket keys, for any number of threads.
#include <mutex>

#include <handfast/ticket_keys.hpp>

#include "session/key_set.hpp"
#include "session/private_file.hpp"
#include "session/ticket.hpp"

namespace handfast {

using session::KeySet;

/// The set of the moment stands in many places, each behind a lock of its own, so that threads seldom meet. A
/// rotation replaces one place after the other: while it is under way, threads see sets that are one step
/// apart, and each of those opens what the other seals, for `next` opens already and `current` still does.
class TicketKeys::State {
 public:
  State(KeySet set, TicketKeyOptions options, RandomSource& random) : options_(options), random_(random) {
    replace(std::move(set));
  }

  [[nodiscard]] std::chrono::seconds lifetime() const noexcept { return options_.lifetime; }
  [[nodiscard]] RandomSource& random() const noexcept { return random_; }

  /// The set of the moment. `any` spreads the calls over the places.
  [[nodiscard]] std::shared_ptr<const KeySet> set(std::uint8_t any) const {
    const Place& place = places_[any % places_.size()];
    const std::scoped_lock guard(place.lock);
    return place.set;
  }

  /// Rotates as many steps as are due. One thread does it; the others go on with what is there, unless that
  /// is more than one step behind. Without randomness the old keys stay, and the next call tries again.
  void rotate_if_due(const KeySet& seen, Time now) {
    if (!seen.rotates_at || now < *seen.rotates_at) return;
    std::unique_lock guard(rotation_, std::defer_lock);
    if (now - *seen.rotates_at >= options_.rotation) {
      guard.lock();
    } else if (!guard.try_lock()) {
      return;
    }
    auto set = this->set(0);
    if (!set->rotates_at || now < *set->rotates_at) return;
    const auto due = (now - *set->rotates_at) / options_.rotation + 1;
    const Time next_rotation = *set->rotates_at + due * options_.rotation;
    // After a long sleep nothing of the old set is left: more steps than keys change nothing.
    for (auto step = std::min<std::int64_t>(due, kept() + 2); step > 0; --step) {
      auto rotated = set->rotated(kept(), random_);
      if (!rotated) return;
      if (step == 1) rotated->rotates_at = next_rotation;
      replace(*std::move(rotated));
      set = this->set(0);
    }
  }

  void import(KeySet imported) {
    const std::scoped_lock guard(rotation_);
    replace(std::move(imported));
  }

  /// Previous keys that can still have tickets alive.
  [[nodiscard]] std::uint32_t kept() const noexcept {
    const auto periods =
        (options_.lifetime + options_.rotation - std::chrono::seconds(1)) / options_.rotation;
    return static_cast<std::uint32_t>(periods);
  }

 private:
  // Lines of its own, so that the locks of two places do not slow each other.
  struct alignas(64) Place {
    mutable std::mutex lock;
    std::shared_ptr<const KeySet> set;
  };

  void replace(KeySet set) {
    const auto shared = std::make_shared<const KeySet>(std::move(set));
    for (Place& place : places_) {
      const std::scoped_lock guard(place.lock);
      place.set = shared;
    }
  }

  std::array<Place, 16> places_;
  std::mutex rotation_;
  const TicketKeyOptions options_;
  RandomSource& random_;
};

namespace {

Result<> check(const TicketKeyOptions& options) {
  using std::chrono::seconds;
  if (options.lifetime < seconds(1) || options.lifetime > Session::longest_lifetime)
    return fail(ErrorCode::invalid_argument, "lifetime: 1 second to 7 days");
  const auto most = static_cast<std::int64_t>(KeySet::most_previous);
  if (options.rotation < seconds(1) || options.rotation > Session::longest_lifetime ||
      options.rotation * most < options.lifetime)
    return fail(ErrorCode::invalid_argument, "rotation: 1 second to 7 days, a 64th of the lifetime at least");
  return {};
}

RandomSource& or_system(RandomSource* random) noexcept {
  return random != nullptr ? *random : system_random();
}

}  // namespace

TicketKeys::TicketKeys(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
TicketKeys::~TicketKeys() = default;

Result<std::shared_ptr<TicketKeys>> TicketKeys::make(Time now, TicketKeyOptions options,
                                                     RandomSource* random) {
  if (auto ok = check(options); !ok) return fail(ok.error());
  auto set = KeySet::draw(or_system(random));
  if (!set) return fail(set.error());
  set->rotates_at = now + options.rotation;
  auto state = std::make_unique<State>(*std::move(set), options, or_system(random));
  return std::shared_ptr<TicketKeys>(new TicketKeys(std::move(state)));
}

Result<std::shared_ptr<TicketKeys>> TicketKeys::import(Bytes exported, TicketKeyOptions options,
                                                       RandomSource* random) {
  if (auto ok = check(options); !ok) return fail(ok.error());
  auto set = KeySet::from_text(exported);
  if (!set) return fail(set.error());
  auto state = std::make_unique<State>(*std::move(set), options, or_system(random));
  return std::shared_ptr<TicketKeys>(new TicketKeys(std::move(state)));
}

Result<std::shared_ptr<TicketKeys>> TicketKeys::load(const std::string& path, TicketKeyOptions options,
                                                     RandomSource* random) {
  const auto text = session::read_private_file(path);
  if (!text) return fail(text.error());
  return import(*text, options, random);
}

std::chrono::seconds TicketKeys::lifetime() const noexcept { return state_->lifetime(); }

// [5077:5.2#1] [5077:5.7#2]
Result<Octets> TicketKeys::seal(const Session& session, Time now) {
  std::uint8_t any = 0;
  if (auto drawn = state_->random().fill({&any, 1}); !drawn) return fail(drawn.error());
  state_->rotate_if_due(*state_->set(any), now);
  return session::seal_ticket(state_->set(any)->current, session, state_->random());
}

Result<Session> TicketKeys::open(Bytes ticket, Time now) {
  const Bytes name = session::ticket_key_name(ticket);
  if (name.empty()) return fail(ErrorCode::unknown_psk_identity, "ticket: too short");
  const std::uint8_t any = ticket.back();  // of the tag, which looks random
  state_->rotate_if_due(*state_->set(any), now);
  const auto set = state_->set(any);
  const session::TicketKey* key = set->find(name);
  if (key == nullptr) return fail(ErrorCode::unknown_psk_identity, "ticket: its key is not known here");
  auto opened = session::open_ticket(*key, ticket);
  if (!opened) return opened;
  opened->lifetime = std::min(opened->lifetime, state_->lifetime());
  if (!opened->is_alive(now))
    return fail(ErrorCode::unknown_psk_identity, "ticket: too old, or from the future");
  return opened;
}

Result<> TicketKeys::import_keys(Bytes exported) {
  auto set = KeySet::from_text(exported);
  if (!set) return fail(set.error());
  state_->import(*std::move(set));
  return {};
}

SecretOctets TicketKeys::export_keys() const { return state_->set(0)->to_text(); }

Result<SecretOctets> TicketKeys::export_rotated() const {
  const auto rotated = state_->set(0)->rotated(state_->kept(), state_->random());
  if (!rotated) return fail(rotated.error());
  return rotated->to_text();
}

}  // namespace handfast
