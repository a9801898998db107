// The coroutine type by itself: values, failures, suspension, wiping, a flat stack.
#include "handshake/flow.hpp"

#include <handfast/secret.hpp>

#include <gtest/gtest.h>

namespace handfast::handshake {
namespace {

struct Home {
  explicit Home(std::size_t arena = 4096) : inner(arena) {}
  Flow& flow() { return inner; }
  Flow inner;
  int ready = 0;  // how often an operation may complete
  int steps = 0;
};

class Wait final : public Operation {
 public:
  explicit Wait(Home& home, bool fails = false) : home_(home), fails_(fails) {}
  Status poll() override {
    if (home_.ready == 0) return Status::pending;
    --home_.ready;
    why = Error(ErrorCode::bad_finished);
    return fails_ ? Status::failed : Status::ready;
  }
  [[nodiscard]] const char* waits_for() const noexcept override { return "a test"; }
  int take() { return ++home_.steps; }

 private:
  Home& home_;
  bool fails_;
};

Task<int> leaf(Home& home, int add) {
  const int value = co_await Wait(home);
  co_return value + add;
}
Task<> sum(Home& home, int& total) {
  for (int i = 0; i < 3; ++i) {
    const int value = co_await leaf(home, 100);
    total += value;
  }
}

TEST(Flow, SuspendsAndResumesThroughNestedTasks) {
  Home home;
  int total = 0;
  Task<> root = sum(home, total);
  root.start();
  EXPECT_FALSE(root.done());
  EXPECT_STREQ(home.flow().waiting()->waits_for(), "a test");
  home.ready = 2;
  home.flow().run();
  EXPECT_FALSE(root.done());
  home.ready = 1;
  home.flow().run();
  EXPECT_TRUE(root.done());
  EXPECT_FALSE(root.failure());
  EXPECT_EQ(total, 306);
}

struct Count {
  explicit Count(int& counter) : alive(counter) { ++alive; }
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;
  ~Count() { --alive; }
  int& alive;
};

Result<int> failing(bool fails) {
  if (fails) return fail(ErrorCode::bad_cookie);
  return 7;
}
Task<int> inner(Home& home, int& alive, bool fails) {
  const Count count(alive);
  const int value = co_await failing(fails);
  const int more = co_await Wait(home);
  co_return value + more;
}
Task<> outer(Home& home, int& alive, bool fails, int& after) {
  const Count count(alive);
  const int value = co_await inner(home, alive, fails);
  after = value;
}

TEST(Flow, FailureEndsTheWholeChainAndDestructionCascades) {
  Home home;
  int alive = 0;
  int after = 0;
  {
    Task<> root = outer(home, alive, true, after);
    root.start();
    ASSERT_TRUE(root.done());
    ASSERT_TRUE(root.failure());
    EXPECT_EQ(root.failure()->code, ErrorCode::bad_cookie);
    EXPECT_EQ(alive, 2) << "parked, not unwound";
  }
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(after, 0);
}

Task<> awaits_failing_operation(Home& home) { co_await Wait(home, true); }

TEST(Flow, FailureOfAnOperationComesFromPollOrFromTheLoop) {
  for (const int ready_at_once : {0, 1}) {
    Home home;
    home.ready = ready_at_once;
    Task<> root = awaits_failing_operation(home);
    root.start();
    home.ready = 1 - ready_at_once;
    home.flow().run();
    ASSERT_TRUE(root.failure());
    EXPECT_EQ(root.failure()->code, ErrorCode::bad_finished);
  }
}

Task<> deep(Home& home, int depth) {
  if (depth > 0) co_await deep(home, depth - 1);
}

TEST(Flow, StackStaysFlatAndFramesSpillToTheHeap) {
  Home home(1024);
  Task<> root = deep(home, 20000);
  root.start();
  EXPECT_TRUE(root.done());
  EXPECT_FALSE(root.failure());
  EXPECT_GT(home.flow().arena().overflows(), 1000U);
}

Task<> throws_bad_alloc(Home& /*home*/) {
  throw std::bad_alloc();
  co_return;
}

TEST(Flow, ExhaustedMemoryIsAFailure) {
  Home home;
  Task<> root = throws_bad_alloc(home);
  root.start();
  ASSERT_TRUE(root.failure());
  EXPECT_EQ(root.failure()->code, ErrorCode::out_of_memory);
}

Task<> holds_secret(Home& home, const void*& place) {
  std::array<std::uint8_t, 32> bare{};
  for (std::uint8_t& octet : bare) octet = 0xa7;
  place = bare.data();
  co_await Wait(home);
  asm volatile("" : : "r"(bare.data()) : "memory");
}

TEST(Arena, WipesFramesWhenTheyGo) {
  Home home;
  const void* place = nullptr;
  {
    Task<> root = holds_secret(home, place);
    root.start();
  }
  const auto* octets = static_cast<const std::uint8_t*>(place);
  for (int i = 0; i < 32; ++i) EXPECT_EQ(octets[i], 0) << i;  // the arena's block itself is still there
}

TEST(Arena, TakesBackInAnyOrder) {
  Arena arena(4096);
  void* a = arena.allocate(100);
  void* b = arena.allocate(100);
  void* c = arena.allocate(100);
  Arena::release(b);
  Arena::release(c);
  Arena::release(a);
  const std::size_t peak = arena.peak();
  void* again = arena.allocate(100);
  EXPECT_EQ(again, a);
  EXPECT_EQ(arena.peak(), peak);
  Arena::release(again);
}

}  // namespace
}  // namespace handfast::handshake
