// Where the session of a TLS 1.2 connection is kept.
#pragma once
#include <memory>

#include <handfast/client_session_store.hpp>
#include <handfast/session_store.hpp>

namespace handfast::engine {

/// A session dies with a connection of it that fails (RFC 5246 §7.2.2 [5246:7.2.2#1]): what has to be known
/// to forget it. One of the stores is null.
struct KeptSession {
  std::shared_ptr<SessionStore> sessions;
  Octets id;
  std::shared_ptr<ClientSessionStore> client_sessions;
  SessionKey key;

  void forget() const noexcept {
    if (sessions) sessions->remove(id);
    if (client_sessions) client_sessions->remove(key);
  }
};

}  // namespace handfast::engine
