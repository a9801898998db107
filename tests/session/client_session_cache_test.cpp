// A client's cache of sessions, and its file.
#include <handfast/client_session_store.hpp>

#include "crypto/hash.hpp"
#include "session/folder.hpp"
#include "session/sessions.hpp"

namespace handfast::test {
namespace {

using std::chrono::seconds;

SessionKey key(std::string_view name = "www.example.com") {
  SessionKey made;
  made.server_name = name;
  made.port = 443;
  made.application_protocols = {"h2", "http/1.1"};
  made.configuration = {1, 2, 3};
  return made;
}

Session with_ticket(std::uint8_t number) {
  Session session = plain_session();
  session.ticket = {number};
  return session;
}

Session of_tls12(std::uint8_t number) {
  Session session = with_ticket(number);
  session.version = ProtocolVersion::tls12;
  session.secret = counting_secret(1, 48);
  return session;
}

/// The ticket of the session that is taken; 0: none.
std::uint8_t take(ClientSessionCache& cache, const SessionKey& wanted = key(), Time now = noon) {
  const auto session = cache.take(wanted, now).take();
  return session ? session->ticket.at(0) : std::uint8_t{0};
}

TEST(ClientSessionCache, GivesBackTheWholeSession) {
  ClientSessionCache cache;
  cache.put(key(), full_session(), noon);
  const auto taken = cache.take(key(), noon).take();
  ASSERT_TRUE(taken);
  expect_equal(full_session(), *taken);
}

TEST(ClientSessionCache, GivesEachTicketOnceTheNewestFirst) {
  ClientSessionCache cache;
  for (std::uint8_t i = 1; i <= 3; ++i) cache.put(key(), with_ticket(i), noon);
  EXPECT_EQ(take(cache), 3);
  EXPECT_EQ(take(cache), 2);
  EXPECT_EQ(take(cache), 1);
  EXPECT_EQ(take(cache), 0);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.octets(), 0U);
}

TEST(ClientSessionCache, GivesASessionOfTls12AgainAndKeepsTheNewest) {
  ClientSessionCache cache;
  cache.put(key(), of_tls12(1), noon);
  cache.put(key(), of_tls12(2), noon);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(take(cache), 2);
  EXPECT_EQ(take(cache), 2);
}

TEST(ClientSessionCache, TellsServersPortsProtocolsAndConfigurationsApart) {
  ClientSessionCache cache;
  cache.put(key(), with_ticket(1), noon);
  SessionKey other = key("www.example.org");
  EXPECT_EQ(take(cache, other), 0);
  other = key();
  other.port = 8443;
  EXPECT_EQ(take(cache, other), 0);
  other = key();
  other.application_protocols = {"h2"};
  EXPECT_EQ(take(cache, other), 0);
  other = key();
  other.application_protocols = {"http/1.1", "h2"};
  EXPECT_EQ(take(cache, other), 0);
  other = key();
  other.configuration = {1, 2};
  EXPECT_EQ(take(cache, other), 0);
  EXPECT_EQ(take(cache), 1);
}

TEST(ClientSessionCache, KeepsFewSessionsAServerAndForgetsTheOldest) {
  ClientSessionCache cache({.sessions_per_server = 2});
  for (std::uint8_t i = 1; i <= 5; ++i) cache.put(key(), with_ticket(i), noon);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(take(cache), 5);
  EXPECT_EQ(take(cache), 4);
  EXPECT_EQ(take(cache), 0);
}

TEST(ClientSessionCache, ForgetsTheServerThatWasUsedLongestAgo) {
  ClientSessionCache cache({.servers = 2});
  cache.put(key("a"), of_tls12(1), noon);
  cache.put(key("b"), of_tls12(2), noon);
  EXPECT_EQ(take(cache, key("a")), 1);
  cache.put(key("c"), of_tls12(3), noon);
  EXPECT_EQ(take(cache, key("a")), 1);
  EXPECT_EQ(take(cache, key("b")), 0);
  EXPECT_EQ(take(cache, key("c")), 3);
}

TEST(ClientSessionCache, GivesNothingPastItsLifetime) {
  ClientSessionCache cache;
  Session longer = with_ticket(1);
  longer.lifetime = seconds(10'000);
  cache.put(key(), std::move(longer), noon);
  cache.put(key(), with_ticket(2), noon);
  EXPECT_EQ(take(cache, key(), noon + seconds(7200)), 1);
  EXPECT_EQ(take(cache, key(), noon + seconds(7200)), 0);
  cache.put(key(), with_ticket(3), noon + seconds(7200));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(ClientSessionCache, ForgetsAServerThatIsRemoved) {
  ClientSessionCache cache;
  cache.put(key(), with_ticket(1), noon);
  cache.put(key(), with_ticket(2), noon);
  cache.remove(key());
  EXPECT_EQ(take(cache), 0);
  EXPECT_EQ(cache.octets(), 0U);
}

TEST(ClientSessionCache, KeepsNothingUnderAKeyWithoutRoom) {
  ClientSessionCache cache;
  cache.put(key(std::string(256, 'a')), with_ticket(1), noon);
  SessionKey empty_protocol = key();
  empty_protocol.application_protocols.emplace_back();
  cache.put(empty_protocol, with_ticket(1), noon);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(take(cache, empty_protocol), 0);
}

TEST(ClientSessionCache, KeepsToItsOctetsHoweverLongTheTickets) {
  ClientSessionCache cache({.octets = 1'000'000});
  Session session = plain_session();
  session.ticket = Octets(30'000);
  for (int i = 0; i < 1000; ++i) {
    cache.put(key("server" + std::to_string(i / 3)), session.clone(), noon);
    EXPECT_LE(cache.octets(), 1'000'000U);
  }
  EXPECT_GT(cache.size(), 10U);
}

// ---- the file

TEST(SessionFile, CarriesAllThatIsAliveInOrder) {
  const Folder folder;
  ClientSessionCache cache;
  for (std::uint8_t i = 1; i <= 3; ++i) cache.put(key(), with_ticket(i), noon);
  cache.put(key("other"), full_session(), noon);
  Session old = with_ticket(9);
  old.lifetime = seconds(10);
  cache.put(key(), std::move(old), noon);
  const Time later = noon + seconds(10);
  ASSERT_TRUE(cache.save(folder.file("sessions"), later));

  ClientSessionCache loaded;
  ASSERT_TRUE(loaded.load(folder.file("sessions"), later));
  EXPECT_EQ(loaded.size(), 4U);
  EXPECT_EQ(take(loaded, key(), later), 3);
  EXPECT_EQ(take(loaded, key(), later), 2);
  EXPECT_EQ(take(loaded, key(), later), 1);
  expect_equal(full_session(), *loaded.take(key("other"), later).take());
}

TEST(SessionFile, IsForItsOwnerOnlyAndReplacedInOneStep) {
  const Folder folder;
  const std::string path = folder.file("sessions");
  write_file(path, as_bytes("something old that everybody may read"), 0644);
  ClientSessionCache cache;
  cache.put(key(), with_ticket(1), noon);
  ASSERT_TRUE(cache.save(path, noon));
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(folder.count(), 1U);  // nothing is left beside it
  ClientSessionCache loaded;
  EXPECT_TRUE(loaded.load(path, noon));
  EXPECT_EQ(take(loaded), 1);
}

TEST(SessionFile, IsNotReadWhenEverybodyMayUseIt) {
  const Folder folder;
  ClientSessionCache cache;
  cache.put(key(), with_ticket(1), noon);
  const SecretOctets file = cache.encode(noon);
  for (const mode_t mode : {0604U, 0602U, 0644U, 0666U}) {
    write_file(folder.file("sessions"), file, mode);
    ClientSessionCache loaded;
    EXPECT_EQ(loaded.load(folder.file("sessions"), noon).error().code, ErrorCode::file_unreadable) << mode;
    EXPECT_EQ(loaded.size(), 0U);
  }
}

TEST(SessionFile, CannotBeWhereNothingCanBeWritten) {
  const Folder folder;
  const ClientSessionCache cache;
  EXPECT_EQ(cache.save(folder.file("missing/sessions"), noon).error().code, ErrorCode::file_unwritable);
  ASSERT_TRUE(std::filesystem::create_directory(folder.file("folder")));
  EXPECT_EQ(cache.save(folder.file("folder"), noon).error().code, ErrorCode::file_unwritable);
  EXPECT_EQ(folder.count(), 1U);
  ClientSessionCache loaded;
  EXPECT_EQ(loaded.load(folder.file("missing"), noon).error().code, ErrorCode::file_unreadable);
  EXPECT_EQ(loaded.load(folder.file("folder"), noon).error().code, ErrorCode::file_unreadable);
}

TEST(SessionFile, IsRefusedWholeWhenAnyBitIsFlipped) {
  ClientSessionCache cache;
  cache.put(key("a"), with_ticket(1), noon);
  cache.put(key("b"), full_session(), noon);
  const SecretOctets file = cache.encode(noon);
  for (std::size_t i = 0; i < file.size(); ++i) {
    SecretOctets changed = file;
    changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1U << (i % 8)));
    ClientSessionCache loaded;
    EXPECT_EQ(loaded.add(changed, noon).error().code, ErrorCode::stored_state_malformed) << i;
    EXPECT_EQ(loaded.size(), 0U);
  }
  for (std::size_t size = 0; size < file.size(); ++size) {
    ClientSessionCache loaded;
    EXPECT_FALSE(loaded.add(Bytes(file).first(size), noon)) << size;
  }
  ClientSessionCache loaded;
  EXPECT_TRUE(loaded.add(file, noon));
  EXPECT_EQ(loaded.size(), 2U);
}

/// A file of these octets, with a digest that holds.
SecretOctets file_of(std::string_view text) {
  SecretOctets file(text.begin(), text.end());
  const crypto::Digest digest = crypto::hash(crypto::HashAlgorithm::sha256, file);
  file.insert(file.end(), digest.view().begin(), digest.view().end());
  return file;
}

TEST(SessionFile, IsRefusedWhenItIsNoFileOfSessionsHoweverItsDigest) {
  const std::string mark = "handfast sessions 1\n";
  ClientSessionCache cache;
  EXPECT_TRUE(cache.add(file_of(mark), noon));
  EXPECT_FALSE(cache.add(file_of(""), noon));
  EXPECT_FALSE(cache.add(file_of("handfast sessions 2\n"), noon));
  EXPECT_FALSE(cache.add(file_of(mark + "x"), noon));
  EXPECT_FALSE(cache.add(file_of(mark + std::string(6, '\0')), noon));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(SessionFile, OfAnEmptyCacheIsAFile) {
  const Folder folder;
  const ClientSessionCache cache;
  ASSERT_TRUE(cache.save(folder.file("sessions"), noon));
  ClientSessionCache loaded;
  EXPECT_TRUE(loaded.load(folder.file("sessions"), noon));
}

}  // namespace
}  // namespace handfast::test
