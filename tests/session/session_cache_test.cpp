// A server's cache of sessions.
#include <handfast/session_store.hpp>

#include "session/sessions.hpp"

namespace handfast::test {
namespace {

using std::chrono::seconds;

Octets id(std::uint32_t number) {
  Octets octets(32);
  for (std::size_t i = 0; i < 4; ++i) octets[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return octets;
}

bool has(SessionCache& cache, std::uint32_t number, Time now = noon) {
  return cache.find(id(number), now).take().has_value();
}

TEST(SessionCache, FindsWhatWasPut) {
  SessionCache cache;
  const Session session = full_session();
  cache.put(id(1), session, noon);
  const auto found = cache.find(id(1), noon).take();
  ASSERT_TRUE(found);
  expect_equal(session, *found);
  EXPECT_FALSE(has(cache, 2));
  EXPECT_TRUE(has(cache, 1));
  EXPECT_EQ(cache.size(), 1U);
}

TEST(SessionCache, PutsTheNewerInThePlaceOfTheOlder) {
  SessionCache cache;
  Session session = plain_session();
  cache.put(id(1), session, noon);
  const std::size_t octets = cache.octets();
  session.server_name[0] = 'x';
  cache.put(id(1), session, noon);
  EXPECT_EQ(cache.find(id(1), noon).take()->server_name, session.server_name);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(cache.octets(), octets);
}

TEST(SessionCache, ForgetsWhatIsRemoved) {
  SessionCache cache;
  cache.put(id(1), plain_session(), noon);
  cache.remove(id(1));
  cache.remove(id(2));
  EXPECT_FALSE(has(cache, 1));
  EXPECT_EQ(cache.octets(), 0U);
}

TEST(SessionCache, SingleUseForgetsWhatItFound) {
  SessionCache cache({.single_use = true});
  cache.put(id(1), plain_session(), noon);
  EXPECT_TRUE(has(cache, 1));
  EXPECT_FALSE(has(cache, 1));
}

TEST(SessionCache, ForgetsWhatIsPastItsLifetime) {
  SessionCache cache;
  cache.put(id(1), plain_session(), noon);
  EXPECT_FALSE(has(cache, 1, noon + seconds(7200)));
  EXPECT_EQ(cache.size(), 0U);
  cache.put(id(2), plain_session(), noon + seconds(7200));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(SessionCache, ForgetsWhatWasUsedLongestAgo) {
  SessionCache cache({.sessions = 3});
  for (std::uint32_t i = 1; i <= 3; ++i) cache.put(id(i), plain_session(), noon);
  EXPECT_TRUE(has(cache, 1));
  cache.put(id(4), plain_session(), noon);
  EXPECT_TRUE(has(cache, 1));
  EXPECT_FALSE(has(cache, 2));
  EXPECT_TRUE(has(cache, 3));
  EXPECT_TRUE(has(cache, 4));
}

TEST(SessionCache, KeepsToItsOctetsHoweverLongTheChains) {
  SessionCache cache({.sessions = 10'000, .octets = 1'000'000});
  Session session = plain_session();
  session.peer_chain = {Octets(20'000, 1)};
  for (std::uint32_t i = 0; i < 1000; ++i) {
    cache.put(id(i), session, noon);
    EXPECT_LE(cache.octets(), 1'000'000U);
  }
  EXPECT_GT(cache.size(), 20U);
  // One that fits nowhere is not kept, and drives nobody out.
  const std::size_t before = cache.size();
  session.peer_chain = {Octets(2'000'000, 1)};
  cache.put(id(5000), session, noon);
  EXPECT_EQ(cache.size(), before);
}

TEST(SessionCache, KeepsNothingWhenItMayHoldNothing) {
  SessionCache cache({.sessions = 0});
  cache.put(id(1), plain_session(), noon);
  EXPECT_FALSE(has(cache, 1));
}

TEST(SessionCache, TakesIdsOfAnyOctets) {
  SessionCache cache;
  cache.put({}, plain_session(), noon);
  cache.put(Octets(256), plain_session(), noon);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_FALSE(cache.find({}, noon).take());
  EXPECT_FALSE(cache.find(Octets(70'000, 1), noon).take());
}

// A store of a fleet: another implementation of the same interface.
class RemoteStore final : public SessionStore {
 public:
  Reply<std::optional<Session>> find(Bytes /*id*/, Time /*now*/) override { return Later(); }
  void put(Bytes /*id*/, const Session& /*session*/, Time /*now*/) override {}
  void remove(Bytes /*id*/) override {}
};

TEST(SessionStore, MayAnswerLater) {
  RemoteStore store;
  EXPECT_TRUE(store.find(id(1), noon).is_later());
}

}  // namespace
}  // namespace handfast::test
