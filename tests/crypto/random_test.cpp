// The system's randomness: that it is there, that nothing comes twice, neither in threads nor after a fork.
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <handfast/random.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace handfast {
namespace {

using Block = std::array<std::uint8_t, 32>;

Block draw() {
  Block block{};
  const Result<> drawn = system_random().fill(block);
  EXPECT_TRUE(drawn.has_value());
  return block;
}

TEST(SystemRandom, FillsEverySizeCompletely) {
  for (const std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 31, 32, 255, 256, 511, 512, 513, 1023, 1024, 1025, 5000}) {
    // In 40 draws every octet takes a value other than zero at least once, or the odds were 256^-40.
    std::vector<bool> touched(size);
    for (int i = 0; i < 40; ++i) {
      Octets octets(size);
      ASSERT_TRUE(system_random().fill(octets).has_value());
      for (std::size_t at = 0; at < size; ++at) touched[at] = touched[at] || octets[at] != 0;
    }
    for (std::size_t at = 0; at < size; ++at) EXPECT_TRUE(touched[at]) << at << " of " << size;
  }
}

TEST(SystemRandom, IsSpreadEvenly) {
  std::array<double, 256> seen{};
  constexpr int draws = 20000;
  for (int i = 0; i < draws; ++i)
    for (const std::uint8_t octet : draw()) seen[octet] += 1;
  constexpr double expected = draws * 32 / 256.0;
  double chi_squared = 0;
  for (const double count : seen) chi_squared += (count - expected) * (count - expected) / expected;
  // 255 degrees of freedom: mean 255, deviation 22.6; beyond ten deviations chance does not reach.
  EXPECT_LT(chi_squared, 255 + 226);
  EXPECT_GT(chi_squared, 255 - 170);
}

TEST(SystemRandom, NeverRepeatsInOrAcrossThreads) {
  std::vector<std::vector<Block>> drawn(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : drawn)
      threads.emplace_back([&mine] {
        for (int i = 0; i < 2000; ++i) mine.push_back(draw());
      });
  }
  std::set<Block> all;
  for (const auto& mine : drawn) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 4U * 2000U);
}

TEST(SystemRandom, GivesAForkedChildItsOwnOctets) {
  (void)draw();  // the parent now has a stock that the child must not share
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    bool written = true;
    for (int i = 0; i < 16; ++i) {
      Block block{};
      written = written && system_random().fill(block).has_value() &&
                write(ends[1], block.data(), block.size()) == static_cast<ssize_t>(block.size());
    }
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::set<Block> all;
  for (int i = 0; i < 16; ++i) all.insert(draw());
  for (int i = 0; i < 16; ++i) {
    Block block{};
    ASSERT_EQ(read(ends[0], block.data(), block.size()), static_cast<ssize_t>(block.size()));
    all.insert(block);
  }
  close(ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(all.size(), 32U);
}

}  // namespace
}  // namespace handfast
