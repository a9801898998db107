// SHA-3 and SHAKE (FIPS 202): several computations side by side where the processor can.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <handfast/bytes.hpp>

#include "crypto/cpu.hpp"

namespace handfast::crypto {

/// 64-bit words of one Keccak state.
inline constexpr std::size_t keccak_words = 25;
/// The most states that any processor permutes at once.
inline constexpr std::size_t max_keccak_lanes = 8;

struct alignas(64) KeccakState {
  std::uint64_t words[keccak_words];
};

/// The permutation Keccak-f[1600] as one tier of processors does it best. Constant time.
struct KeccakCode {
  /// How many states permute_lanes() takes.
  std::size_t lanes;
  void (*permute)(KeccakState* state);
  /// `lanes` states, one after the other.
  void (*permute_lanes)(KeccakState* states);
};
/// Lives for ever. A tier beyond detected_cpu_tier() is lowered to it.
[[nodiscard]] const KeccakCode& keccak_code(CpuTier tier) noexcept;

enum class SpongeFunction : std::uint8_t { sha3_256, sha3_512, shake128, shake256 };

/// Octets that one permutation takes in or gives out: (1600 - capacity) / 8.
[[nodiscard]] constexpr std::size_t rate_of(SpongeFunction function) noexcept {
  switch (function) {
    case SpongeFunction::sha3_256: return 136;
    case SpongeFunction::sha3_512: return 72;
    case SpongeFunction::shake128: return 168;
    case SpongeFunction::shake256: return 136;
  }
  return 0;
}

/// One computation: what goes in and where the result goes. KeccakLanes does the work.
///
/// The input is `head`, `body` and `end`, one after the other. To be taken in word by word, `head` and `body`
/// are multiples of 8 octets and `end` has at most 7; so is `output` a multiple of 8. Views, which have to
/// live until the computation is done; `end` is copied.
class Sponge {
 public:
  Sponge() noexcept = default;
  Sponge(SpongeFunction function, Bytes head, Bytes body, Bytes end, MutableBytes output) noexcept;

  [[nodiscard]] bool done() const noexcept { return output_.empty(); }
  /// Asks for more of a SHAKE, a multiple of its rate having been given out: done() is false again.
  void go_on(MutableBytes output) noexcept { output_ = output; }

  /// Before each permutation: takes the next block in. Does nothing once all has been taken in.
  void absorb(KeccakState& state) noexcept;
  /// After each permutation: writes the next block of output. Does nothing before all has been taken in.
  void squeeze(const KeccakState& state) noexcept;

 private:
  friend class KeccakLanes;

  std::array<Bytes, 2> input_{};  // what is left of it
  MutableBytes output_{};         // what is left of it
  std::uint64_t last_word_ = 0;   // `end`, then the bits that tell the functions apart and start the padding
  std::size_t rate_words_ = 0;
  bool absorbed_ = false;
  Sponge* next_ = nullptr;  // in the queue of a KeccakLanes
};

/// Runs sponges in as many lanes as the processor has, each at its own pace: a lane that is done takes the
/// next from the queue. Wiped when it dies. Its time depends on lengths only.
class KeccakLanes {
 public:
  explicit KeccakLanes(CpuTier tier) noexcept;
  KeccakLanes(const KeccakLanes&) = delete;
  KeccakLanes& operator=(const KeccakLanes&) = delete;
  ~KeccakLanes();

  /// To the end of the queue. `sponge` stays where it is until it is done.
  void add(Sponge& sponge) noexcept;
  /// Works on all lanes until `sponge`, which was added, is done.
  void run_until(const Sponge& sponge) noexcept;
  /// Works until all is done.
  void run() noexcept;

 private:
  void advance() noexcept;
  void fill_lanes() noexcept;
  void step() noexcept;
  void finish_alone(std::size_t lane) noexcept;
  void release(std::size_t lane) noexcept;

  std::array<KeccakState, max_keccak_lanes> states_;
  const KeccakCode& code_;
  std::array<Sponge*, max_keccak_lanes> running_{};
  std::size_t running_count_ = 0;
  Sponge* first_waiting_ = nullptr;
  Sponge* last_waiting_ = nullptr;
};

}  // namespace handfast::crypto
