// One direction of a TCP connection: segments in, the stream out.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <handfast/bytes.hpp>

namespace handfast::capture {

using Microseconds = std::chrono::microseconds;

/// A place in a stream: a sequence number that does not wrap around. Its low half is the sequence number.
using Position = std::uint64_t;

/// Octets that arrived together.
struct Piece {
  Octets octets;
  Microseconds at{};                ///< when they were first seen
  std::optional<Position> answers;  ///< the sender had seen the other direction up to here
};

/// What became of a stream.
struct Assembled {
  std::vector<Piece> pieces;   ///< without a gap, from the start
  std::uint64_t missing = 0;   ///< octets of the first gap, after which nothing is given out
  std::uint64_t behind = 0;    ///< octets that were seen behind the gap
  std::uint64_t left_out = 0;  ///< octets beyond the limit
};

/// Segments may come late, twice, overlapping or never. What came first stays. Memory is bounded: what a
/// piece costs besides its octets counts too.
class Stream {
 public:
  explicit Stream(std::size_t limit) noexcept : limit_(limit) {}

  /// A SYN with this sequence number: the stream starts right behind it.
  void start(std::uint32_t syn_sequence);
  /// Whether this SYN is the one that started the stream, or might be, since none did.
  [[nodiscard]] bool may_start_with(std::uint32_t syn_sequence) const noexcept;
  void add(std::uint32_t sequence, Bytes octets, Microseconds at, std::optional<Position> answers);
  /// The other side has received everything before this sequence number.
  void acknowledge(std::uint32_t sequence);
  /// The stream ends before this sequence number.
  void finish(std::uint32_t sequence);

  /// Where a sequence number is, near what was seen last; none before the first one was.
  [[nodiscard]] std::optional<Position> position(std::uint32_t sequence) const noexcept;
  [[nodiscard]] bool started() const noexcept { return start_.has_value(); }
  /// The octets that are there at the start; empty: not yet known.
  [[nodiscard]] Bytes first_octets() const noexcept;
  /// Where pieces begin; none: there are none.
  [[nodiscard]] std::optional<Position> beginning() const noexcept;
  /// Memory in use.
  [[nodiscard]] std::size_t cost() const noexcept { return cost_; }
  /// Frees all; nothing is kept from now on.
  void close() noexcept;

  [[nodiscard]] Assembled assemble();

 private:
  Position place(std::uint32_t sequence) noexcept;
  void insert(Position position, Bytes octets, Microseconds at, std::optional<Position> answers);

  std::map<Position, Piece> pieces_;  // none overlaps another
  std::size_t limit_;
  std::size_t cost_ = 0;
  std::uint64_t left_out_ = 0;
  std::optional<Position> last_;          // the highest one that was seen
  std::optional<Position> start_;         // by a SYN
  std::optional<Position> acknowledged_;  // by the other side
  std::optional<Position> end_;           // by a FIN
};

}  // namespace handfast::capture
