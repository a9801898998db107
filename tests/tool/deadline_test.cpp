// Deadlines that move.
#include "deadline.hpp"

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

namespace handfast::tool {
namespace {

using namespace std::chrono_literals;

TEST(Deadline, CallsBackOnceWhenItIsNotMoved) {
  ::asio::io_context context;
  int calls = 0;
  Deadline deadline(context.get_executor(), [&] { ++calls; });
  deadline.expires_after(1ms);
  context.run();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(deadline.expired());
}

TEST(Deadline, MovesInBothDirections) {
  ::asio::io_context context;
  const auto start = Deadline::Clock::now();
  Deadline deadline(context.get_executor(), [] {});
  deadline.expires_after(1ms);
  deadline.expires_after(30ms);
  context.run();
  EXPECT_GE(Deadline::Clock::now() - start, 30ms);
  context.restart();
  deadline.expires_after(10h);
  EXPECT_FALSE(deadline.expired());
  deadline.expires_after(1ms);
  context.run();
  EXPECT_TRUE(deadline.expired());
}

TEST(Deadline, NeverMeansNever) {
  ::asio::io_context context;
  Deadline deadline(context.get_executor(), [] { ADD_FAILURE(); });
  deadline.expires_after(0ms);
  context.run();
  context.restart();
  deadline.expires_after(1ms);
  deadline.never();
  context.run();
  EXPECT_FALSE(deadline.expired());
}

TEST(Deadline, IsSilentAfterItsDeath) {
  ::asio::io_context context;
  {
    Deadline deadline(context.get_executor(), [] { ADD_FAILURE(); });
    deadline.expires_after(1ms);
  }
  context.run();
}

}  // namespace
}  // namespace handfast::tool
