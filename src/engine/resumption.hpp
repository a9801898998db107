// What a client's connection keeps to make sessions out of the tickets that come after its handshake.
#pragma once
#include <memory>

#include <handfast/client_session_store.hpp>

#include "message/post_handshake.hpp"
#include "schedule/key_schedule.hpp"

namespace handfast::engine {

/// Kept only by clients that have a session store.
struct Resumption {
  std::shared_ptr<ClientSessionStore> store;
  SessionKey key;
  Session pattern;  ///< what all sessions of this connection have in common
  crypto::HashAlgorithm hash{};
  crypto::MacValue resumption_master_secret{Bytes()};

  /// The ticket as a session, into the store (RFC 8446 §4.6.1).
  void keep(const message::NewSessionTicket& ticket, Time now) const;
};

}  // namespace handfast::engine
