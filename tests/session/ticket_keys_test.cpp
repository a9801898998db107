// Tickets: what opens, what does not, and the sets of keys behind them.
#include <set>

#include <handfast/ticket_keys.hpp>

#include "session/folder.hpp"
#include "session/sessions.hpp"

namespace handfast::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::shared_ptr<TicketKeys> keys(TicketKeyOptions options = {}) { return *TicketKeys::make(noon, options); }

Session issued_at(Time now) {
  Session session = plain_session();
  session.issued = now;
  session.authenticated = now;
  session.lifetime = hours(24);
  return session;
}

/// What a refused ticket is refused for.
std::string_view reason(const Result<Session>& opened) {
  if (opened) return "opened";
  EXPECT_EQ(opened.error().code, ErrorCode::unknown_psk_identity);
  return opened.error().detail;
}

TEST(TicketKeys, OpenWhatTheySealed) {
  const auto set = keys();
  for (const Session& session : {full_session(), plain_session()}) {
    const auto ticket = set->seal(session, noon);
    ASSERT_TRUE(ticket);
    const auto opened = set->open(*ticket, noon + seconds(5));
    ASSERT_TRUE(opened) << describe(opened.error());
    expect_equal(session, *opened);
  }
}

TEST(TicketKeys, SealNoTwoTicketsAlike) {
  const auto set = keys();
  std::set<Octets> salts;
  for (int i = 0; i < 1000; ++i) {
    const auto ticket = set->seal(plain_session(), noon);
    ASSERT_TRUE(ticket);
    salts.insert(Octets(ticket->begin() + 16, ticket->begin() + 32));
  }
  EXPECT_EQ(salts.size(), 1000U);
}

// [5077:5.2#1] [5077:5.7#2]
TEST(TicketKeys, TicketShowsNothingOfItsSession) {
  const Session session = full_session();
  const auto ticket = keys()->seal(session, noon);
  ASSERT_TRUE(ticket);
  const std::string_view text = as_text(*ticket);
  EXPECT_EQ(text.find(session.server_name), std::string_view::npos);
  EXPECT_EQ(text.find(as_text(session.secret.view().first(8))), std::string_view::npos);
}

TEST(TicketKeys, RefuseTicketsOfAnotherSet) {
  const auto ticket = keys()->seal(plain_session(), noon);
  ASSERT_TRUE(ticket);
  EXPECT_EQ(reason(keys()->open(*ticket, noon)), "ticket: its key is not known here");
}

TEST(TicketKeys, RefuseTicketsWithAnyBitFlipped) {
  const auto set = keys();
  const auto ticket = set->seal(full_session(), noon);
  ASSERT_TRUE(ticket);
  for (std::size_t i = 0; i < ticket->size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Octets changed = *ticket;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1U << bit));
      const bool in_name = i < 16;
      EXPECT_EQ(reason(set->open(changed, noon)),
                in_name ? "ticket: its key is not known here" : "ticket: changed on its way");
    }
  }
}

TEST(TicketKeys, RefuseTicketsThatAreCutOrGoOn) {
  const auto set = keys();
  const auto ticket = set->seal(plain_session(), noon);
  ASSERT_TRUE(ticket);
  for (std::size_t size = 0; size < ticket->size(); ++size)
    EXPECT_FALSE(set->open(Bytes(*ticket).first(size), noon)) << size;
  Octets longer = *ticket;
  longer.push_back(0);
  EXPECT_EQ(reason(set->open(longer, noon)), "ticket: changed on its way");
}

TEST(TicketKeys, RefuseTicketsBeforeTheirTimeAndAfter) {
  const auto set = keys({.lifetime = hours(24), .rotation = hours(8)});
  const auto ticket = set->seal(issued_at(noon), noon);
  ASSERT_TRUE(ticket);
  EXPECT_EQ(reason(set->open(*ticket, noon + hours(24) - milliseconds(1))), "opened");
  EXPECT_EQ(reason(set->open(*ticket, noon - hours(1))), "ticket: too old, or from the future");
  EXPECT_EQ(reason(set->open(*ticket, noon + hours(24))), "ticket: too old, or from the future");
}

TEST(TicketKeys, ShortenLifetimesBeyondTheirOwn) {
  const auto set = keys({.lifetime = hours(1), .rotation = hours(1)});
  const auto ticket = set->seal(issued_at(noon), noon);
  ASSERT_TRUE(ticket);
  EXPECT_EQ(set->open(*ticket, noon)->lifetime, hours(1));
  EXPECT_FALSE(set->open(*ticket, noon + hours(1)));
}

TEST(TicketKeys, DoNotSealWhatIsLongerThanATicket) {
  Session session = plain_session();
  session.peer_chain = {Octets(70'000, 1)};
  const auto ticket = keys()->seal(session, noon);
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().code, ErrorCode::invalid_argument);
}

TEST(TicketKeys, RotateAndOpenEveryTicketThatIsAlive) {
  const auto set = keys({.lifetime = hours(24), .rotation = hours(5)});
  std::vector<std::pair<Time, Octets>> tickets;
  std::set<Octets> names;
  for (Time now = noon; now < noon + hours(24 * 10); now += hours(1)) {
    tickets.emplace_back(now, *set->seal(issued_at(now), now));
    names.insert(Octets(tickets.back().second.begin(), tickets.back().second.begin() + 16));
    for (const auto& [issued, ticket] : tickets)
      EXPECT_EQ(set->open(ticket, now).has_value(), now < issued + hours(24));
  }
  EXPECT_EQ(names.size(), 48U);  // 240 hours, a key each five
}

TEST(TicketKeys, ForgetKeysThatNoTicketNeeds) {
  const auto set = keys({.lifetime = hours(24), .rotation = hours(5)});
  for (Time now = noon; now < noon + hours(24 * 10); now += hours(1))
    ASSERT_TRUE(set->seal(issued_at(now), now));
  const SecretOctets text = set->export_keys();
  std::size_t previous = 0;
  for (std::size_t at = 0; (at = as_text(text).find("previous ", at)) != std::string_view::npos; ++at)
    ++previous;
  EXPECT_EQ(previous, 5U);
}

TEST(TicketKeys, KeepNothingOldOverALongSleep) {
  const auto set = keys({.lifetime = hours(24), .rotation = hours(8)});
  const SecretOctets before = set->export_keys();
  ASSERT_TRUE(set->seal(issued_at(noon + hours(24 * 365)), noon + hours(24 * 365)));
  const SecretOctets after = set->export_keys();
  for (std::size_t at = as_text(before).find('\n') + 1; at < before.size();) {
    const std::size_t name = as_text(before).find(' ', at) + 1;
    EXPECT_EQ(as_text(after).find(as_text(before).substr(name, 32)), std::string_view::npos);
    at = as_text(before).find('\n', at) + 1;
  }
  // And goes on in its rhythm.
  const auto one = set->seal(plain_session(), noon + hours(24 * 365) + hours(7));
  const auto other = set->seal(plain_session(), noon + hours(24 * 365) + hours(8));
  EXPECT_FALSE(equal(Bytes(*one).first(16), Bytes(*other).first(16)));
}

TEST(TicketKeys, ServeAFleetByExportAndImport) {
  const auto leader = keys({.lifetime = hours(24), .rotation = hours(8)});
  const auto follower = *TicketKeys::import(leader->export_keys());
  const auto at_leader = leader->seal(issued_at(noon), noon);
  const auto at_follower = follower->seal(issued_at(noon), noon);
  EXPECT_TRUE(follower->open(*at_leader, noon));
  EXPECT_TRUE(leader->open(*at_follower, noon));

  // The leader rotates first: the follower opens with next until it hears of it.
  const Time later = noon + hours(8);
  const auto with_new_key = leader->seal(issued_at(later), later);
  EXPECT_FALSE(equal(Bytes(*with_new_key).first(16), Bytes(*at_leader).first(16)));
  EXPECT_TRUE(follower->open(*with_new_key, later));
  EXPECT_TRUE(leader->open(*follower->seal(issued_at(later), later), later));
  ASSERT_TRUE(follower->import_keys(leader->export_keys()));
  EXPECT_TRUE(
      equal(Bytes(*follower->seal(issued_at(later), later)).first(16), Bytes(*with_new_key).first(16)));
  EXPECT_TRUE(follower->open(*at_follower, later));
}

TEST(TicketKeys, ImportedSetsRotateByImportOnly) {
  const auto imported = *TicketKeys::import(keys()->export_keys());
  const SecretOctets before = imported->export_keys();
  ASSERT_TRUE(imported->seal(issued_at(noon + hours(24 * 30)), noon + hours(24 * 30)));
  EXPECT_EQ(imported->export_keys(), before);
  // Also one that drew its keys until then.
  const auto drawn = keys();
  ASSERT_TRUE(drawn->import_keys(before));
  ASSERT_TRUE(drawn->seal(issued_at(noon + hours(24 * 30)), noon + hours(24 * 30)));
  EXPECT_EQ(drawn->export_keys(), before);
}

TEST(TicketKeys, ExportTheNextStepForAFleetWithoutALeader) {
  const auto old = keys({.lifetime = hours(24), .rotation = hours(8)});
  const auto ticket = old->seal(issued_at(noon), noon);
  const auto rotated = *TicketKeys::import(*old->export_rotated());
  EXPECT_TRUE(rotated->open(*ticket, noon));
  EXPECT_TRUE(old->open(*rotated->seal(issued_at(noon), noon), noon));
  EXPECT_FALSE(equal(Bytes(*rotated->seal(plain_session(), noon)).first(16), Bytes(*ticket).first(16)));
}

TEST(TicketKeys, RefuseTextsThatAreNoSets) {
  const std::string name(32, 'a');
  const std::string key(64, '0');
  const std::string next = "next " + name + " " + key + "\n";
  const std::string current = "current " + std::string(32, 'B') + " " + key + "\n";
  const auto import = [](const std::string& text) { return TicketKeys::import(as_bytes(text)); };
  EXPECT_TRUE(import(next + current));
  EXPECT_TRUE(import("# a comment\r\n\r\n" + current + next));
  std::string many;
  for (char c = '0'; c <= '9'; ++c) many += "previous " + name.substr(1) + c + " " + key + "\n";
  EXPECT_TRUE(import(next + current + many));
  for (const std::string& text :
       {std::string(), next, current, next + next + current, next + current + "previous " + name + " " + key,
        next + current + "other " + std::string(32, 'c') + " " + key,
        next + current + "previous " + std::string(31, 'c') + " " + key,
        next + current + "previous " + std::string(32, 'c') + " " + key + "00",
        next + current + "previous " + std::string(32, 'g') + " " + key,
        next + current + "previous " + std::string(32, 'c') + " " + key + " more"}) {
    const auto set = import(text);
    ASSERT_FALSE(set) << text;
    EXPECT_EQ(set.error().code, ErrorCode::stored_state_malformed);
  }
  EXPECT_EQ(import(next + current + "x").error().offset, next.size() + current.size());
}

TEST(TicketKeys, KeepTheirKeysWhenAnImportFails) {
  const auto set = keys();
  const auto ticket = set->seal(plain_session(), noon);
  EXPECT_FALSE(set->import_keys(as_bytes("next")));
  EXPECT_TRUE(set->open(*ticket, noon));
}

TEST(TicketKeys, ComeFromAFileThatIsPrivate) {
  const Folder folder;
  const auto drawn = keys();
  write_file(folder.file("keys"), drawn->export_keys());
  const auto loaded = TicketKeys::load(folder.file("keys"));
  ASSERT_TRUE(loaded) << describe(loaded.error());
  EXPECT_TRUE((*loaded)->open(*drawn->seal(plain_session(), noon), noon));
  write_file(folder.file("open"), drawn->export_keys(), 0644);
  EXPECT_EQ(TicketKeys::load(folder.file("open")).error().code, ErrorCode::file_unreadable);
  EXPECT_EQ(TicketKeys::load(folder.file("missing")).error().code, ErrorCode::file_unreadable);
}

TEST(TicketKeys, RefuseOptionsOutOfRange) {
  for (const TicketKeyOptions options :
       {TicketKeyOptions{.lifetime = seconds(0), .rotation = seconds(1)},
        TicketKeyOptions{.lifetime = Session::longest_lifetime + seconds(1), .rotation = hours(24)},
        TicketKeyOptions{.lifetime = hours(1), .rotation = seconds(0)},
        TicketKeyOptions{.lifetime = hours(1), .rotation = seconds(56)},
        TicketKeyOptions{.lifetime = hours(1), .rotation = seconds(-9)}})
    EXPECT_EQ(TicketKeys::make(noon, options).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(TicketKeys::make(noon, {.lifetime = hours(1), .rotation = seconds(57)}));
  EXPECT_TRUE(TicketKeys::make(noon, {.lifetime = Session::longest_lifetime, .rotation = hours(24)}));
}

}  // namespace
}  // namespace handfast::test
