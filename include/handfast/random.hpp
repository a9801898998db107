// Randomness is an input: where the library draws unpredictable octets from.
#pragma once
#include <handfast/bytes.hpp>
#include <handfast/error.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// Draws octets nobody can predict: keys, nonces, randoms, salts.
///
/// The configuration carries one; system_random() is the default. A test may give its own, which makes
/// everything a connection sends reproducible. An implementation that several threads use at once has to be
/// safe for that: system_random() is.
class RandomSource {
 public:
  RandomSource() noexcept = default;
  RandomSource(const RandomSource&) = delete;
  RandomSource& operator=(const RandomSource&) = delete;
  RandomSource(RandomSource&&) = delete;
  RandomSource& operator=(RandomSource&&) = delete;
  virtual ~RandomSource();

  /// Fills all of `output`, or fails with random_failed and leaves zeros there.
  virtual Result<> fill(MutableBytes output) noexcept = 0;
};

/// The operating system's generator, getrandom(2), drawn in small batches per thread.
///
/// Octets that were handed out are erased from the batch, a forked child never sees its parent's batch, and
/// no lock is taken. Fails with random_failed where the kernel gives nothing. Lives as long as the process;
/// any thread may use it at any time.
[[nodiscard]] RandomSource& system_random() noexcept;

}  // namespace handfast
