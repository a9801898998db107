// Early data that was sent before, or is not fresh: what a server takes (RFC 8446 §8).
#include "engine/early_birds.hpp"

namespace handfast::test {
namespace {

using namespace std::chrono_literals;

// [8446:8#2] [8446:8.2#1]
TEST(EarlyData, IsTakenOnce) {
  EarlyBirds two;
  two.get_acquainted();
  Pair ends = two.meet();
  const Octets flight = ends.client.send_early(as_bytes(question));
  ends.server.deliver(flight);
  ends.run();
  expect_accepted(ends);
  End replayed(*Connection::server(make(two.server), now));
  replayed.deliver(flight);
  EXPECT_FALSE(replayed.error) << failure(replayed);
  EXPECT_TRUE(replayed.early_data.empty());
}

TEST(EarlyData, OfARestartedServerIsRejectedAndResumesAllTheSame) {
  EarlyBirds two;
  two.get_acquainted();
  two.server.replay_guard = *StrikeRegister::make();
  Pair ends = two.meet();
  ends.server.deliver(ends.client.send_early(as_bytes(question)));
  ends.run();
  expect_rejected(ends, "the ticket is of another register");
}

TEST(EarlyData, ThatWasHeldBackIsRejected) {  // RFC 8446 §8.3
  EarlyBirds two;
  two.get_acquainted();
  Pair ends = two.meet();
  const Time late = now + 1min;
  ends.server.deliver(ends.client.send_early(as_bytes(question)), late);
  for (int rounds = 0; rounds < 3; ++rounds) {
    ends.client.deliver(ends.server.transmit());
    ends.server.deliver(ends.client.transmit(), late);
  }
  expect_rejected(ends, "the ticket's age does not fit the moment of arrival");
}

// A whole flight that somebody recorded, before servers that were started since: one that has forgotten
// everything, and one whose guard is a store that outlives servers.
TEST(EarlyData, IsNotTakenAgainAfterARestart) {
  EarlyBirds two;
  two.get_acquainted();
  Pair ends = two.meet();
  const Octets flight = ends.client.send_early(as_bytes(question));
  ends.server.deliver(flight);
  ends.run();
  expect_accepted(ends);
  const auto shared = two.server.replay_guard;
  const auto replay = [&](Time when) {
    End server(*Connection::server(make(two.server), when));
    server.deliver(flight, when);
    EXPECT_FALSE(server.error) << failure(server);
    EXPECT_TRUE(server.early_data.empty());
  };
  for (const auto after : {0ms, 1ms, 9'999ms, 10'000ms, 10'001ms, 20'000ms, 20'001ms, 3'600'000ms}) {
    two.server.replay_guard = shared;
    replay(now + after);
    two.server.replay_guard = *StrikeRegister::make();
    replay(now + after);
  }
}

// A flight that somebody held back, to the millisecond.
TEST(EarlyData, ThatArrivesForTheFirstTimeIsTakenWhileItIsFreshOnly) {
  for (const auto& [after, taken] : {std::pair{0ms, true}, {10'000ms, true}, {10'001ms, false}}) {
    EarlyBirds two;
    two.get_acquainted();
    Pair ends = two.meet();
    const Octets flight = ends.client.send_early(as_bytes(question));
    ends.server.deliver(flight, now + after);
    EXPECT_EQ(ends.server.early_data.empty(), !taken) << after.count();
  }
}

// ---- the guard

TEST(EarlyData, MayBeJudgedLater) {
  EarlyBirds two;
  const auto guard = std::make_shared<TestGuard>();
  two.server.replay_guard = guard;
  two.get_acquainted();
  guard->later = true;
  for (const auto verdict : {EarlyDataVerdict::accepted, EarlyDataVerdict::replayed}) {
    Pair ends = two.meet();
    ends.server.deliver(ends.client.send_early(as_bytes(question)));
    const auto* asked = std::get_if<EarlyDataQuestion>(&ends.server.connection.pending());
    ASSERT_NE(asked, nullptr) << failure(ends.server);
    EXPECT_TRUE(equal(asked->claim.binder, guard->binders.back()));
    EXPECT_EQ(asked->claim.issued, now);
    EXPECT_EQ(asked->claim.claimed_age, 0ms);
    EXPECT_EQ(asked->claim.register_id, RegisterId{7});
    ASSERT_TRUE(ends.server.connection.answer_early_data(verdict, now));
    ends.run();
    if (verdict == EarlyDataVerdict::accepted) {
      expect_accepted(ends);
    } else {
      expect_rejected(ends, "it came before");
    }
  }
}

// [8446:4.2.10#3]
TEST(EarlyData, IsJudgedByTheAgeThatTheClientTells) {
  EarlyBirds two;
  two.get_acquainted();
  const Time later = now + 3h;
  auto client_end = Connection::client(make(two.client), *ServerName::parse("localhost"), later);
  Pair ends(std::move(*client_end), *Connection::server(make(two.server), later));
  ends.server.deliver(ends.client.send_early(as_bytes(question)), later + 2s);
  for (int rounds = 0; rounds < 3; ++rounds) {
    ends.client.deliver(ends.server.transmit(), later);
    ends.server.deliver(ends.client.transmit(), later);
  }
  expect_accepted(ends);
}

}  // namespace
}  // namespace handfast::test
