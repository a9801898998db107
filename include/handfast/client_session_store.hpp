// Client session stores: where a client keeps what servers gave it for the next connection.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <handfast/reply.hpp>
#include <handfast/session.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// What a session is kept under: it serves a connection to the same server with the same wishes only. A
/// value.
struct SessionKey {
  /// Whom the client wants to reach (ServerName::text).
  std::string server_name;
  /// The server's port: two servers of one name need not share keys.
  std::uint16_t port = 0;
  /// ALPN protocols as offered, in their order; each 1 to 255 octets.
  std::vector<std::string> application_protocols;
  /// What else decides about a connection: a digest over the configuration, or any octets that differ where
  /// sessions should not mix; 0 to 255.
  Octets configuration;

  /// The same in everything.
  friend bool operator==(const SessionKey&, const SessionKey&) = default;
};

/// Where a client keeps its sessions. Every function may be called from any thread.
class ClientSessionStore {
 public:
  ClientSessionStore() noexcept = default;
  ClientSessionStore(const ClientSessionStore&) = delete;
  ClientSessionStore& operator=(const ClientSessionStore&) = delete;
  ClientSessionStore(ClientSessionStore&&) = delete;
  ClientSessionStore& operator=(ClientSessionStore&&) = delete;
  virtual ~ClientSessionStore();

  /// The newest session under that key that is alive. One of TLS 1.3 is forgotten in the same step: a ticket
  /// that is shown twice tells who shows it (RFC 8446 §C.4). One of TLS 1.2 stays.
  /// Later: the connection asks a ClientSessionQuestion before it sends anything.
  virtual Reply<std::optional<Session>> take(const SessionKey& key, Time now) = 0;
  /// Keeps a session, which may be lost at any time.
  virtual void put(const SessionKey& key, Session session, Time now) = 0;
  /// Forgets all sessions under that key: the server failed verification, or broke a rule.
  virtual void remove(const SessionKey& key) = 0;
};

/// How much a ClientSessionCache holds.
struct ClientSessionCacheLimits {
  /// Keys at most; the one that was used longest ago makes room for a new one.
  std::size_t servers = 1'000;
  /// Sessions under one key at most; the oldest makes room for a new one.
  std::size_t sessions_per_server = 8;
  /// Octets of memory at most, all sessions together.
  std::size_t octets = std::size_t{16} << 20;
};

/// A ClientSessionStore in this process: bounded, least recently used first out, a lock a shard. Answers at
/// once. A file can carry it from one process to the next.
class ClientSessionCache final : public ClientSessionStore {
 public:
  /// An empty one.
  explicit ClientSessionCache(ClientSessionCacheLimits limits = {});
  ~ClientSessionCache() override;

  /// The newest session under that key that is alive.
  Reply<std::optional<Session>> take(const SessionKey& key, Time now) override;
  /// Keeps a session; what cannot fit is not kept.
  void put(const SessionKey& key, Session session, Time now) override;
  /// Forgets all sessions under that key.
  void remove(const SessionKey& key) override;

  /// Sessions that are held, those past their lifetime among them.
  [[nodiscard]] std::size_t size() const noexcept;
  /// Octets of memory that they take, what the cache adds to each included.
  [[nodiscard]] std::size_t octets() const noexcept;

  /// All sessions that are alive, with their keys and a digest over everything. Holds secrets.
  [[nodiscard]] SecretOctets encode(Time now) const;
  /// Adds what encode() wrote, up to the limits; takes any octets. After an error nothing was added.
  /// Errors: stored_state_malformed.
  Result<> add(Bytes encoded, Time now);

  /// Replaces the file by encode(), in one step and with mode 0600: whoever reads it can read and resume
  /// connections. Errors: file_unwritable.
  Result<> save(const std::string& path, Time now) const;
  /// Adds what save() wrote. Errors: file_unreadable (also: others than the owner may read it),
  /// stored_state_malformed.
  Result<> load(const std::string& path, Time now);

 private:
  struct Shards;
  std::unique_ptr<Shards> shards_;
};

}  // namespace handfast
