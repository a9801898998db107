// Whatever is read as a stored session, a ticket, a file of sessions, a set of ticket keys or a table of
// PSKs.
#include <handfast/client_session_store.hpp>
#include <handfast/external_psk.hpp>
#include <handfast/ticket_keys.hpp>

#include "session/key_set.hpp"
#include "session/session_file.hpp"
#include "session/ticket.hpp"

using namespace handfast;

namespace {

constexpr Time now{std::chrono::seconds(1'795'608'000)};

/// The same octets every time, so that an input means the same in every run.
class FixedRandom final : public RandomSource {
 public:
  Result<> fill(MutableBytes output) noexcept override {
    std::ranges::fill(output, 7);
    return {};
  }
};

void require(bool holds) noexcept {
  if (!holds) __builtin_trap();
}

/// Keys that each input meets in the same state.
const session::KeySet& keys() {
  static FixedRandom random;
  static const session::KeySet set = *session::KeySet::draw(random);
  return set;
}

/// What parses has one encoding, and seals and opens again.
void check_session(Bytes input) {
  const auto decoded = Session::decode(input);
  if (!decoded) return;
  const auto encoded = decoded->encode();
  require(encoded && equal(*encoded, input));
  FixedRandom random;
  const auto ticket = session::seal_ticket(keys().current, *decoded, random);
  if (!ticket) return;
  const auto opened = session::open_ticket(keys().current, *ticket);
  require(opened && equal(*opened->encode(), input));
}

/// Only what was sealed opens: an input that does is a copy.
void check_ticket(Bytes input) {
  const auto opened = session::open_ticket(keys().current, input);
  if (!opened) return;
  FixedRandom random;
  const auto again = session::seal_ticket(keys().current, *opened, random);
  require(again && equal(*again, input));
}

void check_file(Bytes input) {
  ClientSessionCache cache({.servers = 64, .octets = std::size_t{1} << 20});
  if (!cache.add(input, now)) return;
  ClientSessionCache again;
  require(again.add(cache.encode(now), now).has_value());
  require(again.size() <= cache.size());
}

/// The entries of a file, as if their digest held.
void check_entries(Bytes input) {
  SecretOctets file = session::begin_file();
  file.insert(file.end(), input.begin(), input.end());
  session::finish_file(file);
  check_file(file);
}

void check_keys(Bytes input) {
  const auto set = session::KeySet::from_text(input);
  if (!set) return;
  const SecretOctets text = set->to_text();
  const auto again = session::KeySet::from_text(text);
  require(again && again->to_text() == text);
}

void check_psks(Bytes input) {
  const auto table = ExternalPskTable::parse(input);
  require(!table || (*table)->size() <= input.size() / 33);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes input(data + 1, size - 1);
  switch (data[0] % 6) {
    case 0: check_session(input); break;
    case 1: check_ticket(input); break;
    case 2: check_file(input); break;
    case 3: check_entries(input); break;
    case 4: check_keys(input); break;
    default: check_psks(input); break;
  }
  return 0;
}
