// A client's sessions in the memory of this process, and in a file.
#include <handfast/client_session_store.hpp>

#include "session/bounded_map.hpp"
#include "session/private_file.hpp"
#include "session/session_file.hpp"

namespace handfast {
namespace {

using Sessions = std::vector<SecretOctets>;  // of one key, encoded, the newest last
using Map = session::BoundedMap<Sessions>;

/// Takes the newest session that is alive out of `sessions`, and what is not alive behind it. One of TLS 1.2
/// is put back: it may be resumed again.
std::optional<Session> take_newest(Sessions& sessions, Time now) {
  while (!sessions.empty()) {
    auto session = Session::decode(sessions.back());
    if (session && session->is_alive(now)) {
      if (session->version == ProtocolVersion::tls13) sessions.pop_back();
      return *std::move(session);
    }
    sessions.pop_back();
  }
  return std::nullopt;
}

bool is_tls12(const SecretOctets& encoded) {
  const auto session = Session::decode(encoded);
  return session && session->version == ProtocolVersion::tls12;
}

}  // namespace

ClientSessionStore::~ClientSessionStore() = default;

struct ClientSessionCache::Shards {
  explicit Shards(ClientSessionCacheLimits limits)
      : maps({limits.servers, limits.octets}), sessions_per_server(limits.sessions_per_server) {}

  session::ShardedMap<Sessions> maps;
  std::size_t sessions_per_server;
};

ClientSessionCache::ClientSessionCache(ClientSessionCacheLimits limits)
    : shards_(std::make_unique<Shards>(limits)) {}
ClientSessionCache::~ClientSessionCache() = default;

Reply<std::optional<Session>> ClientSessionCache::take(const SessionKey& key, Time now) {
  const auto encoded_key = session::encode_key(key);
  if (!encoded_key) return std::optional<Session>();
  return shards_->maps.with(*encoded_key, [&](Map& map) {
    std::optional<Session> taken;
    if (Sessions* const found = map.find(*encoded_key)) {
      Sessions sessions = std::move(*found);
      taken = take_newest(sessions, now);
      map.erase(*encoded_key);
      if (!sessions.empty()) map.put(*encoded_key, std::move(sessions));
    }
    return taken;
  });
}

void ClientSessionCache::put(const SessionKey& key, Session session, Time now) {
  const auto encoded_key = session::encode_key(key);
  auto encoded = session.encode();
  if (!encoded_key || !encoded || !session.is_alive(now) || shards_->sessions_per_server == 0) return;
  shards_->maps.with(*encoded_key, [&](Map& map) {
    Sessions* const found = map.find(*encoded_key);
    Sessions sessions = found != nullptr ? std::move(*found) : Sessions();
    // The newest session of TLS 1.2 is worth as much as all.
    if (session.version == ProtocolVersion::tls12) std::erase_if(sessions, is_tls12);
    if (sessions.size() >= shards_->sessions_per_server) sessions.erase(sessions.begin());
    sessions.push_back(*std::move(encoded));
    map.put(*encoded_key, std::move(sessions));
  });
}

void ClientSessionCache::remove(const SessionKey& key) {
  const auto encoded_key = session::encode_key(key);
  if (encoded_key) shards_->maps.with(*encoded_key, [&](Map& map) { map.erase(*encoded_key); });
}

std::size_t ClientSessionCache::size() const noexcept {
  std::size_t sessions = 0;
  shards_->maps.each([&](const Map& map) {
    for (const Map::Entry& entry : map.entries()) sessions += entry.value.size();
  });
  return sessions;
}

std::size_t ClientSessionCache::octets() const noexcept {
  std::size_t octets = 0;
  shards_->maps.each([&](const Map& map) { octets += map.octets(); });
  return octets;
}

SecretOctets ClientSessionCache::encode(Time now) const {
  SecretOctets file = session::begin_file();
  shards_->maps.each([&](const Map& map) {
    // What was used last comes last, so that who reads them forgets the right ones.
    for (auto entry = map.entries().rbegin(); entry != map.entries().rend(); ++entry) {
      for (const SecretOctets& encoded : entry->value) {
        const auto session = Session::decode(encoded);
        if (session && session->is_alive(now)) session::add_to_file(file, {as_bytes(entry->key), encoded});
      }
    }
  });
  session::finish_file(file);
  return file;
}

Result<> ClientSessionCache::add(Bytes encoded, Time now) {
  auto sessions = session::read_file(encoded);
  if (!sessions) return fail(sessions.error());
  for (auto& [key, session] : *sessions) put(key, std::move(session), now);
  return {};
}

Result<> ClientSessionCache::save(const std::string& path, Time now) const {
  return session::replace_private_file(path, encode(now));
}

Result<> ClientSessionCache::load(const std::string& path, Time now) {
  const auto file = session::read_private_file(path);
  if (!file) return fail(file.error());
  return add(*file, now);
}

}  // namespace handfast
