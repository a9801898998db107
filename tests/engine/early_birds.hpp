// Clients and servers of early data, and what is expected of them.
#pragma once
#include <handfast/replay_guard.hpp>
#include <handfast/ticket_keys.hpp>

#include <gtest/gtest.h>

#include "support/pair.hpp"
#include "support/stores.hpp"

namespace handfast::test {

inline constexpr std::string_view question = "GET /early";

/// A guard that says what the test wants.
class TestGuard final : public ReplayGuard {
 public:
  [[nodiscard]] RegisterId register_id() const noexcept override { return RegisterId{7}; }
  Reply<EarlyDataVerdict> check(const EarlyDataClaim& claim, Time /*when*/) override {
    binders.push_back(to_octets(claim.binder));
    if (later) return Later{};
    return verdict;
  }
  EarlyDataVerdict verdict = EarlyDataVerdict::accepted;
  bool later = false;
  std::vector<Octets> binders;
};

/// A client that has a ticket that allows early data, and its server.
struct EarlyBirds {
  explicit EarlyBirds(std::uint32_t size = 1000) : client(client_settings()), server(server_settings()) {
    client.session_store = store;
    client.policy = policies::modern;
    client.early_data = true;
    server.ticket_keys = *TicketKeys::make(now);
    server.max_early_data_size = size;
    server.replay_guard = *StrikeRegister::make();
  }
  /// A full handshake that brings tickets.
  void get_acquainted() {
    Pair first = pair(client, server);
    first.run();
    ASSERT_TRUE(first.done()) << failure(first.client) << failure(first.server);
    ASSERT_FALSE(store->sessions.empty());
  }
  Pair meet() { return pair(client, server); }

  std::shared_ptr<TestClientStore> store = std::make_shared<TestClientStore>();
  ClientSettings client;
  ServerSettings server;
};

/// The early data is there, apart from all other data, and everything else works.
inline void expect_accepted(Pair& ends, std::string_view data = question) {
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_EQ(as_text(ends.server.early_data), data);
  for (End* end : {&ends.client, &ends.server}) {
    const auto summary = end->connection.take_summary();
    EXPECT_EQ(summary->early_data, EarlyData::accepted);
    EXPECT_EQ(summary->early_data_reason, "");
    EXPECT_TRUE(summary->resumed || !summary->external_psk_identity.empty());
  }
  ends.server.deliver(ends.client.send(as_bytes("late")));
  ends.client.deliver(ends.server.send(as_bytes("answer")));
  EXPECT_EQ(as_text(ends.server.received), "late");
  EXPECT_EQ(as_text(ends.client.received), "answer");
}

/// No octet of the early data is there, the server says why, and everything else works.
inline void expect_rejected(Pair& ends, const std::string& why, bool resumed = true) {
  ASSERT_TRUE(ends.done()) << failure(ends.client) << failure(ends.server);
  EXPECT_TRUE(ends.server.early_data.empty());
  const auto theirs = ends.server.connection.take_summary();
  EXPECT_EQ(theirs->early_data, EarlyData::rejected);
  EXPECT_EQ(theirs->early_data_reason, why);
  EXPECT_EQ(theirs->resumed, resumed);
  EXPECT_EQ(ends.client.connection.take_summary()->early_data, EarlyData::rejected);
  EXPECT_EQ(ends.client.connection.early_data_room(), 0U);
  ends.server.deliver(ends.client.send(as_bytes("late")));
  EXPECT_EQ(as_text(ends.server.received), "late");
}

}  // namespace handfast::test
