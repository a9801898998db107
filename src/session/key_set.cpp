// Sets of ticket keys: drawn, rotated, written as text and read again.
#include "session/key_set.hpp"

#include "session/secret_text.hpp"

namespace handfast::session {
namespace {

constexpr std::string_view next_place = "next";
constexpr std::string_view current_place = "current";
constexpr std::string_view previous_place = "previous";

void append_line(SecretOctets& text, std::string_view place, const TicketKey& key) {
  append(text, place);
  append(text, " ");
  append_hex(text, key.name);
  append(text, " ");
  append_hex(text, key.key.view());
  append(text, "\n");
}

/// The keys of a text, as they are found.
struct FoundKeys {
  std::optional<TicketKey> next;
  std::optional<TicketKey> current;
  std::vector<TicketKey> previous;

  [[nodiscard]] bool knows(const TicketKey& key) const noexcept {
    const auto same = [&](const TicketKey& other) { return other.name == key.name; };
    return (next && same(*next)) || (current && same(*current)) ||
           std::any_of(previous.begin(), previous.end(), same);
  }

  /// What is wrong with this key in this place, or null.
  const char* add(std::string_view place, TicketKey key) {
    if (knows(key)) return "two keys have one name";
    if (place == previous_place) {
      if (previous.size() == KeySet::most_previous) return "there are more than 64 previous keys";
      previous.push_back(std::move(key));
      return nullptr;
    }
    if (place != next_place && place != current_place) return "a line begins with next, current or previous";
    std::optional<TicketKey>& only = place == next_place ? next : current;
    if (only) return "there is one next and one current key";
    only = std::move(key);
    return nullptr;
  }
};

/// What is wrong with the line, or null.
const char* read_line(Bytes line, FoundKeys& found) {
  const std::string_view place = as_text(next_word(line));
  TicketKey key;
  if (!parse_hex(next_word(line), key.name)) return "a key's name has 32 hexadecimal digits";
  if (!parse_hex(next_word(line), key.key.span())) return "a key has 64 hexadecimal digits";
  if (!line.empty()) return "a line has three words";
  return found.add(place, std::move(key));
}

std::unexpected<Error> malformed(const char* what, std::uint32_t offset) noexcept {
  Error error(ErrorCode::stored_state_malformed, what);
  error.offset = offset;
  return fail(error);
}

}  // namespace

Result<TicketKey> TicketKey::draw(RandomSource& random) {
  TicketKey drawn;
  if (auto filled = random.fill(drawn.name); !filled) return fail(filled.error());
  if (auto filled = random.fill(drawn.key.span()); !filled) return fail(filled.error());
  return drawn;
}

Result<KeySet> KeySet::draw(RandomSource& random) {
  auto next = TicketKey::draw(random);
  if (!next) return fail(next.error());
  auto current = TicketKey::draw(random);
  if (!current) return fail(current.error());
  KeySet set;
  set.next = *std::move(next);
  set.current = *std::move(current);
  return set;
}

Result<KeySet> KeySet::rotated(std::size_t kept, RandomSource& random) const {
  auto drawn = TicketKey::draw(random);
  if (!drawn) return fail(drawn.error());
  KeySet set;
  set.next = *std::move(drawn);
  set.current = next.clone();
  if (kept > 0) set.previous.push_back(current.clone());
  for (const TicketKey& key : previous) {
    if (set.previous.size() >= kept) break;
    set.previous.push_back(key.clone());
  }
  set.rotates_at = rotates_at;
  return set;
}

const TicketKey* KeySet::find(Bytes name) const noexcept {
  if (equal(current.name, name)) return &current;
  if (equal(next.name, name)) return &next;
  for (const TicketKey& key : previous)
    if (equal(key.name, name)) return &key;
  return nullptr;
}

SecretOctets KeySet::to_text() const {
  SecretOctets text;
  append(text, "# Ticket keys: whoever has them reads and resumes connections.\n");
  append_line(text, next_place, next);
  append_line(text, current_place, current);
  for (const TicketKey& key : previous) append_line(text, previous_place, key);
  return text;
}

Result<KeySet> KeySet::from_text(Bytes text) {
  FoundKeys found;
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (line->empty() || line->front() == '#') continue;
    if (const char* const wrong = read_line(*line, found)) return malformed(wrong, lines.offset());
  }
  if (!found.next || !found.current) return malformed("the next or the current key is missing", 0);
  KeySet set;
  set.next = *std::move(found.next);
  set.current = *std::move(found.current);
  set.previous = std::move(found.previous);
  return set;
}

}  // namespace handfast::session
