// Session stores: where a server keeps sessions that its clients know by an id only.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>

#include <handfast/reply.hpp>
#include <handfast/session.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// Where a server keeps its sessions when they do not travel in tickets. Ids are session ids of TLS 1.2 and
/// the tickets of TLS 1.3: 32 octets that the server draws at random, yet find() is called with whatever a
/// client sent, up to 255 octets. Every function may be called from any thread.
class SessionStore {
 public:
  SessionStore() noexcept = default;
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;
  SessionStore(SessionStore&&) = delete;
  SessionStore& operator=(SessionStore&&) = delete;
  virtual ~SessionStore();

  /// The session of that id, if it is there and alive; a store of single use forgets it in the same step.
  /// Later: the connection asks a SessionQuestion. The view lives until this returns.
  virtual Reply<std::optional<Session>> find(Bytes id, Time now) = 0;
  /// Keeps a session, which may be lost at any time: then its client makes a full handshake.
  virtual void put(Bytes id, const Session& session, Time now) = 0;
  /// Forgets a session: its connection ended with a fatal alert (RFC 5246 §7.2.2).
  virtual void remove(Bytes id) = 0;
};

/// How much a SessionCache holds, and how often a session serves.
struct SessionCacheLimits {
  /// Sessions at most; the one that was used longest ago makes room for a new one.
  std::size_t sessions = 20'000;
  /// Octets of memory at most, all sessions together: clients' certificates can be long.
  std::size_t octets = std::size_t{32} << 20;
  /// A session is resumed once (RFC 8446 §8.1): found is forgotten.
  bool single_use = false;
};

/// A SessionStore in this process: bounded, least recently used first out, a lock a shard. Answers at once.
class SessionCache final : public SessionStore {
 public:
  /// An empty one.
  explicit SessionCache(SessionCacheLimits limits = {});
  ~SessionCache() override;

  /// The session of that id, if it is there and alive.
  Reply<std::optional<Session>> find(Bytes id, Time now) override;
  /// Keeps a session of an id of 1 to 255 octets; others, and what cannot fit, are not kept.
  void put(Bytes id, const Session& session, Time now) override;
  /// Forgets a session.
  void remove(Bytes id) override;

  /// Sessions that are held, those past their lifetime among them.
  [[nodiscard]] std::size_t size() const noexcept;
  /// Octets of memory that they take, what the cache adds to each included.
  [[nodiscard]] std::size_t octets() const noexcept;

 private:
  struct Shards;
  std::unique_ptr<Shards> shards_;
};

}  // namespace handfast
