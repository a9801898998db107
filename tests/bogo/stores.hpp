// What outlives one connection of a test: sessions on either side.
#pragma once
#include <memory>

#include <handfast/client_session_store.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/session_store.hpp>
#include <handfast/ticket_keys.hpp>
#include <handfast/time.hpp>

namespace handfast::bogo {

/// A client's sessions; counts what comes in, which the runner wants to know.
class CountingSessionStore final : public ClientSessionStore {
 public:
  Reply<std::optional<Session>> take(const SessionKey& key, Time now) override {
    return cache_.take(key, now);
  }
  void put(const SessionKey& key, Session session, Time now) override {
    ++received;
    early_data = session.max_early_data_size != 0;
    cache_.put(key, std::move(session), now);
  }
  void remove(const SessionKey& key) override { cache_.remove(key); }

  int received = 0;         ///< sessions since the count was set back
  bool early_data = false;  ///< the last one allows early data

 private:
  ClientSessionCache cache_;
};

/// The stores of all connections of one test, and its clock.
struct Stores {
  Time now = system_now();  ///< stands still unless the runner asks for time to pass
  std::shared_ptr<CountingSessionStore> client = std::make_shared<CountingSessionStore>();
  std::shared_ptr<SessionCache> server = std::make_shared<SessionCache>();
  std::shared_ptr<TicketKeys> ticket_keys;
  std::shared_ptr<StrikeRegister> replay_guard;
};

}  // namespace handfast::bogo
