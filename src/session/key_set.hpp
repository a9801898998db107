// The keys of tickets, and how a set of them rotates.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include <handfast/error.hpp>
#include <handfast/random.hpp>
#include <handfast/secret.hpp>
#include <handfast/time.hpp>

namespace handfast::session {

/// One key; each ticket under it has a key of its own, derived from this one.
struct TicketKey {
  static constexpr std::size_t name_size = 16;
  static constexpr std::size_t key_size = 32;

  std::array<std::uint8_t, name_size> name{};  ///< public: it stands in front of each ticket
  Secret<key_size> key;

  /// Errors: random_failed.
  static Result<TicketKey> draw(RandomSource& random);
  [[nodiscard]] TicketKey clone() const { return {name, key.clone()}; }
};

/// A set of keys at one moment. It never changes once threads share it.
struct KeySet {
  static constexpr std::size_t most_previous = 64;

  TicketKey next;                   ///< opens only: another host may seal with it already
  TicketKey current;                ///< seals
  std::vector<TicketKey> previous;  ///< newest first; they open what was sealed with them
  std::optional<Time> rotates_at;   ///< none: it was imported, and rotates by import

  /// Errors: random_failed.
  static Result<KeySet> draw(RandomSource& random);
  /// The set one step on: next seals, current is the newest of at most `kept` previous ones, and there is a
  /// new next. Errors: random_failed.
  [[nodiscard]] Result<KeySet> rotated(std::size_t kept, RandomSource& random) const;
  /// The key of that name, or null.
  [[nodiscard]] const TicketKey* find(Bytes name) const noexcept;

  /// A line for each key: its place in the set, name and key in hexadecimal digits.
  [[nodiscard]] SecretOctets to_text() const;
  /// Lines in any order; blank ones and those that start with '#' are passed over.
  /// Errors: stored_state_malformed, with the offset of the line.
  static Result<KeySet> from_text(Bytes text);
};

}  // namespace handfast::session
