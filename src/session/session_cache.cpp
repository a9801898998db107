// A server's sessions in the memory of this process.
#include <handfast/session_store.hpp>

#include "session/bounded_map.hpp"

namespace handfast {

SessionStore::~SessionStore() = default;

// Sessions are kept as octets: their size is known, one allocation holds each, and it is wiped.
struct SessionCache::Shards {
  using Map = session::BoundedMap<SecretOctets>;

  explicit Shards(SessionCacheLimits limits)
      : maps({limits.sessions, limits.octets}), single_use(limits.single_use) {}

  session::ShardedMap<SecretOctets> maps;
  bool single_use;
};

SessionCache::SessionCache(SessionCacheLimits limits) : shards_(std::make_unique<Shards>(limits)) {}
SessionCache::~SessionCache() = default;

Reply<std::optional<Session>> SessionCache::find(Bytes id, Time now) {
  return shards_->maps.with(id, [&](Shards::Map& map) -> std::optional<Session> {
    const SecretOctets* const found = map.find(id);
    if (found == nullptr) return std::nullopt;
    auto session = Session::decode(*found);
    const bool alive = session && session->is_alive(now);
    // RFC 8446 §8.1: the one lock makes finding and forgetting one step.
    if (!alive || shards_->single_use) map.erase(id);
    if (!alive) return std::nullopt;
    return *std::move(session);
  });
}

void SessionCache::put(Bytes id, const Session& session, Time now) {
  if (id.empty() || id.size() > 255 || !session.is_alive(now)) return;
  auto encoded = session.encode();
  if (!encoded) return;
  shards_->maps.with(id, [&](Shards::Map& map) { map.put(id, *std::move(encoded)); });
}

void SessionCache::remove(Bytes id) {
  shards_->maps.with(id, [&](Shards::Map& map) { map.erase(id); });
}

std::size_t SessionCache::size() const noexcept {
  std::size_t sessions = 0;
  shards_->maps.each([&](const Shards::Map& map) { sessions += map.entries().size(); });
  return sessions;
}

std::size_t SessionCache::octets() const noexcept {
  std::size_t octets = 0;
  shards_->maps.each([&](const Shards::Map& map) { octets += map.octets(); });
  return octets;
}

}  // namespace handfast
