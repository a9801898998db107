// Reassembly.
#include "capture/stream.hpp"

#include <algorithm>

namespace handfast::capture {
namespace {

// What the tree and the allocator take for a piece, about.
constexpr std::size_t cost_of_a_piece = 160;

}  // namespace

std::optional<Position> Stream::position(std::uint32_t sequence) const noexcept {
  if (!last_) return std::nullopt;
  // RFC 9293 §3.4: numbers are compared modulo 2^32, and what is in flight spans less than half of that.
  const auto distance = static_cast<std::int32_t>(sequence - static_cast<std::uint32_t>(*last_));
  return *last_ + static_cast<Position>(std::int64_t{distance});
}

Position Stream::place(std::uint32_t sequence) noexcept {
  // High enough that nothing lies before zero.
  const Position found = position(sequence).value_or((Position{1} << 32U) + sequence);
  last_ = std::max(last_.value_or(found), found);
  return found;
}

void Stream::start(std::uint32_t syn_sequence) {
  if (!start_) start_ = place(syn_sequence + 1);
}

bool Stream::may_start_with(std::uint32_t syn_sequence) const noexcept {
  return !start_ || static_cast<std::uint32_t>(*start_) == syn_sequence + 1;
}

void Stream::acknowledge(std::uint32_t sequence) {
  const Position found = last_ ? *position(sequence) : place(sequence);
  acknowledged_ = std::max(acknowledged_.value_or(found), found);
}

void Stream::finish(std::uint32_t sequence) {
  if (!end_) end_ = place(sequence);
}

void Stream::add(std::uint32_t sequence, Bytes octets, Microseconds at, std::optional<Position> answers) {
  Position position = place(sequence);
  last_ = std::max(*last_, position + octets.size());
  if (start_ && position < *start_) {  // an old segment, or a probe that repeats an octet
    const Position before = std::min<Position>(*start_ - position, octets.size());
    octets = octets.subspan(before);
    position += before;
  }
  // Only what fills a gap between pieces is new.
  auto next = pieces_.upper_bound(position);
  if (next != pieces_.begin()) {
    const auto& [begin, piece] = *std::prev(next);
    const Position end = begin + piece.octets.size();
    const std::size_t known = end > position ? std::min<Position>(end - position, octets.size()) : 0;
    octets = octets.subspan(known);
    position += known;
  }
  while (!octets.empty()) {
    const std::size_t room =
        next == pieces_.end() ? octets.size() : std::min<Position>(next->first - position, octets.size());
    if (room != 0) insert(position, octets.first(room), at, answers);
    octets = octets.subspan(room);
    position += room;
    if (octets.empty()) return;
    const std::size_t known = std::min(next->second.octets.size(), octets.size());
    octets = octets.subspan(known);
    position += known;
    ++next;
  }
}

void Stream::insert(Position position, Bytes octets, Microseconds at, std::optional<Position> answers) {
  if (left_out_ != 0 || cost_ + octets.size() + cost_of_a_piece > limit_) {
    left_out_ += octets.size();
    return;
  }
  cost_ += octets.size() + cost_of_a_piece;
  pieces_.emplace(position, Piece{to_octets(octets), at, answers});
}

Bytes Stream::first_octets() const noexcept {
  if (pieces_.empty()) return {};
  const auto& [position, piece] = *pieces_.begin();
  return !start_ || position == *start_ ? Bytes(piece.octets) : Bytes();
}

std::optional<Position> Stream::beginning() const noexcept {
  if (start_) return start_;
  return pieces_.empty() ? std::nullopt : std::optional(pieces_.begin()->first);
}

void Stream::close() noexcept {
  pieces_.clear();
  cost_ = 0;
  limit_ = 0;
}

Assembled Stream::assemble() {
  Assembled result;
  result.left_out = left_out_;
  std::optional<Position> reached = beginning();
  for (auto& [position, piece] : pieces_) {
    if (position != *reached && result.missing == 0) result.missing = position - *reached;
    if (result.missing != 0) {
      result.behind += piece.octets.size();
      continue;
    }
    reached = position + piece.octets.size();
    result.pieces.push_back(std::move(piece));
  }
  // What the other side has acknowledged was there. A FIN takes a number too, and may not have been seen.
  if (result.missing == 0 && left_out_ == 0 && reached && acknowledged_) {
    const Position known_end = end_ ? std::min(*acknowledged_, *end_) : *acknowledged_;
    const Position unseen_fin = end_ ? 0 : 1;
    if (known_end > *reached + unseen_fin) result.missing = known_end - *reached;
  }
  pieces_.clear();
  cost_ = 0;
  return result;
}

}  // namespace handfast::capture
