// What a strike register takes, and what not.
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/fake_random.hpp"
#include "session/claims.hpp"

namespace handfast::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using enum EarlyDataVerdict;

EarlyDataVerdict check(ReplayGuard& guard, const TestClaim& claim, Time now = noon) {
  return guard.check(*claim, now).take();
}

// [8446:8#2] [8446:8.2#2]
TEST(StrikeRegister, AcceptsEachClaimOnce) {
  const auto guard = *StrikeRegister::make();
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const TestClaim claim(guard->register_id(), i);
    EXPECT_EQ(check(*guard, claim), accepted);
    EXPECT_EQ(check(*guard, claim), replayed);
  }
  for (std::uint32_t i = 0; i < 1000; ++i)
    EXPECT_EQ(check(*guard, TestClaim(guard->register_id(), i)), replayed);
}

TEST(StrikeRegister, TakesWhatArrivesWhenItsTicketIsAsOldAsItSays) {
  const auto guard = *StrikeRegister::make({.window = seconds(10)});
  std::uint32_t number = 0;
  const auto arriving = [&](milliseconds late) {
    TestClaim claim(guard->register_id(), number++);
    claim->claimed_age -= late;
    return check(*guard, claim);
  };
  EXPECT_EQ(arriving(seconds(10)), accepted);
  EXPECT_EQ(arriving(seconds(10) + milliseconds(1)), not_fresh);
  EXPECT_EQ(arriving(-seconds(10)), accepted);
  EXPECT_EQ(arriving(-seconds(10) - milliseconds(1)), not_fresh);
  EXPECT_EQ(arriving(hours(1)), not_fresh);
}

// From the moment of acceptance until it is stale by itself, whatever the register forgets in between.
TEST(StrikeRegister, NeverTakesAReplayHoweverLateItComes) {
  for (const milliseconds window : {milliseconds(1), milliseconds(7), milliseconds(1000)}) {
    for (milliseconds early{}; early <= 2 * window; early += window / 7 + milliseconds(1)) {
      const auto guard = *StrikeRegister::make({.window = window});
      TestClaim claim(guard->register_id(), 1);
      claim->claimed_age += window - early;  // arrives at first as early as it may, or later
      ASSERT_EQ(check(*guard, claim), accepted);
      for (milliseconds later{}; later <= 6 * window; later += window / 13 + milliseconds(1))
        EXPECT_NE(check(*guard, claim, noon + later), accepted);
    }
  }
}

TEST(StrikeRegister, ForgetsWhatIsStaleAndGoesOn) {
  const auto guard = *StrikeRegister::make({.window = seconds(10), .claims = 512});
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    TestClaim claim(guard->register_id(), i);
    claim->claimed_age += seconds(i);
    EXPECT_EQ(check(*guard, claim, noon + seconds(i)), accepted) << i;
  }
}

TEST(StrikeRegister, RejectsWhatItHasNoRoomToRemember) {
  const auto guard = *StrikeRegister::make({.window = seconds(10), .claims = 160});
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const auto verdict = check(*guard, TestClaim(guard->register_id(), i));
    if (verdict == accepted)
      ++taken;
    else
      EXPECT_EQ(verdict, register_full);
  }
  EXPECT_EQ(taken, 160U);
  // What it took it still knows.
  std::uint32_t known = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i)
    if (check(*guard, TestClaim(guard->register_id(), i)) == replayed) ++known;
  EXPECT_EQ(known, 160U);
}

TEST(StrikeRegister, RejectsAfterARestartAndFromAnotherHost) {
  const auto before = *StrikeRegister::make();
  const auto after = *StrikeRegister::make();
  EXPECT_NE(before->register_id(), after->register_id());
  const TestClaim claim(before->register_id(), 1);
  ASSERT_EQ(check(*before, claim), accepted);
  EXPECT_EQ(check(*after, claim), other_register);
  EXPECT_EQ(check(*after, TestClaim(before->register_id(), 2)), other_register);
}

// Two processes that remember apart would each take a claim.
TEST(StrikeRegister, RejectsInAProcessThatWasForkedOff) {
  const auto guard = *StrikeRegister::make();
  const TestClaim claim(guard->register_id(), 1);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(static_cast<int>(check(*guard, claim)));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(other_register));
  EXPECT_EQ(check(*guard, claim), accepted) << "in the process that made it";
}

TEST(StrikeRegister, TakesNothingUnderAnExternalPsk) {
  const auto guard = *StrikeRegister::make();
  TestClaim claim(guard->register_id(), 1);
  claim->register_id.reset();
  EXPECT_EQ(check(*guard, claim), external_psk);
}

TEST(StrikeRegister, IsNotFooledByAClockThatGoesBack) {
  const auto guard = *StrikeRegister::make({.window = seconds(10), .claims = 1});
  const TestClaim claim(guard->register_id(), 1);
  ASSERT_EQ(check(*guard, claim), accepted);
  // Far enough that the claim is forgotten (16 shards: enough others that its own moves on), then back.
  for (std::uint32_t i = 2; i < 2000; ++i) {
    TestClaim other(guard->register_id(), i);
    other->claimed_age += hours(1);
    const auto verdict = check(*guard, other, noon + hours(1));
    EXPECT_TRUE(verdict == accepted || verdict == register_full);
  }
  EXPECT_EQ(check(*guard, claim, noon), not_fresh);
}

TEST(StrikeRegister, RefusesOptionsOutOfRangeAndLivesOnRandomness) {
  EXPECT_EQ(StrikeRegister::make({.window = milliseconds(0)}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(StrikeRegister::make({.window = seconds(61)}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(StrikeRegister::make({.claims = 0}).error().code, ErrorCode::invalid_argument);
  crypto::test::FailingRandom failing;
  EXPECT_EQ(StrikeRegister::make({}, &failing).error().code, ErrorCode::random_failed);
}

TEST(EarlyDataVerdict, HasAWordForEach) {
  EXPECT_EQ(name_of(accepted), "accepted");
  for (const auto verdict : {replayed, not_fresh, register_full, other_register, external_psk})
    EXPECT_FALSE(name_of(verdict).empty());
}

// A shared register of a fleet: another implementation of the same interface.
class SharedRegister final : public ReplayGuard {
 public:
  [[nodiscard]] RegisterId register_id() const noexcept override { return {1}; }
  Reply<EarlyDataVerdict> check(const EarlyDataClaim& /*claim*/, Time /*now*/) override { return Later(); }
};

TEST(ReplayGuard, MayAnswerLater) {
  SharedRegister shared;
  const TestClaim claim(shared.register_id(), 1);
  EXPECT_TRUE(shared.check(*claim, noon).is_later());
}

}  // namespace
}  // namespace handfast::test
