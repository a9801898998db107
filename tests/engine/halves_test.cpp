// The two halves of a finished connection in the hands of two threads, and what one tells the other:
// KeyUpdates, alerts, the end. ./dev tsan runs this under ThreadSanitizer.
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "record/header.hpp"
#include "support/forger.hpp"

namespace handfast::test {
namespace {

Pair finished(ProtocolVersion version) {
  ClientSettings settings = client_settings();
  settings.policy.min_version = settings.policy.max_version = version;
  Pair pair = test::pair(settings, server_settings());
  pair.run();
  EXPECT_TRUE(pair.done()) << failure(pair.client) << failure(pair.server);
  return pair;
}

/// Octets between two threads, no more at once than a socket would hold.
class Pipe {
 public:
  void push(Bytes more) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return octets_.size() < room || abandoned_; });
    if (!abandoned_) octets_.insert(octets_.end(), more.begin(), more.end());
    changed_.notify_all();
  }
  /// Nothing more is pushed.
  void end() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  /// Nobody takes any more: what is pushed is lost.
  void abandon() {
    const std::scoped_lock lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
  }
  /// Waits for octets and appends them; false: the end.
  bool take(Octets& into) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !octets_.empty() || ended_; });
    into.insert(into.end(), octets_.begin(), octets_.end());
    const bool any = !octets_.empty();
    octets_.clear();
    changed_.notify_all();
    return any;
  }

 private:
  static constexpr std::size_t room = 65536;
  std::mutex mutex_;
  std::condition_variable changed_;
  Octets octets_;
  bool ended_ = false;
  bool abandoned_ = false;
};

constexpr std::size_t piece = 777;
constexpr int until_told = 1'000'000;  ///< rounds: so many that something else ends them

/// A thread's work with a Sender.
struct Writer {
  Writer(Sender half, Pipe& into) : sender(std::move(half)), pipe(into) {}

  /// Sends so many pieces, with new keys asked for all the time, then closes. However it ends: what is left
  /// to be said goes out.
  void run(int rounds) {
    Octets out(40000);
    for (int i = 0; i < rounds && !ended; ++i) {
      if (i % 7 == 3) sender.update_keys(KeyUpdateRequest::update_requested);
      if (i % 50 == 49) sender.rest();
      if (const auto sent = sender.send(Octets(piece, 7), out)) {
        taken += sent->taken;
        push(Bytes(out).first(sent->written));
      } else {
        ended = sent.error().code;
      }
    }
    sender.close();
    while (const std::size_t count = sender.transmit(out)) push(Bytes(out).first(count));
    pipe.end();
  }

  Sender sender;
  Pipe& pipe;
  std::size_t taken = 0;           ///< octets of data
  std::size_t plainly_alerts = 0;  ///< records that say that they are alerts: all of TLS 1.2
  std::optional<ErrorCode> ended;  ///< before its rounds were over

 private:
  void push(Bytes records) {
    pipe.push(records);
    for (; !records.empty(); records = records.subspan(record::read_header(records).size()))
      plainly_alerts += record::read_header(records).type == ContentType::alert ? 1 : 0;
  }
};

/// A thread's work with a Receiver.
struct Reader {
  Reader(Receiver half, Pipe& from) : receiver(std::move(half)), pipe(from) {}

  /// Reads to the end. After so many octets of data one octet of a record is changed.
  void run(std::size_t garbage_after = SIZE_MAX) {
    Octets input;
    while (!closed && !error && pipe.take(input)) {
      if (got >= garbage_after) input.back() ^= 1;
      read(input);
    }
    pipe.abandon();
    if (closed || error) return;
    if (const auto end = receiver.end_of_stream(); !end) error = end.error();
  }

  Receiver receiver;
  Pipe& pipe;
  std::size_t got = 0;  ///< octets of data
  bool closed = false;
  std::optional<Error> error;

 private:
  void read(Octets& input) {
    for (std::size_t used = 1; used != 0;) {
      const auto received = receiver.receive(input, now);
      if (!received) {
        error = received.error();
        return;
      }
      used = received->used;
      got += received->data.size();
      closed = received->closed;
      input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(used));
    }
    receiver.rest();
  }
};

/// Both ends of a connection, each half for a thread of its own.
struct FourThreads {
  explicit FourThreads(Pair pair)
      : FourThreads(*std::move(pair.client.connection).split(), *std::move(pair.server.connection).split()) {}
  FourThreads(std::pair<Sender, Receiver> client, std::pair<Sender, Receiver> server)
      : client_writer(std::move(client.first), up),
        server_writer(std::move(server.first), down),
        client_reader(std::move(client.second), down),
        server_reader(std::move(server.second), up) {}

  Pipe up;
  Pipe down;
  Writer client_writer;
  Writer server_writer;
  Reader client_reader;
  Reader server_reader;
};

class Halves : public testing::TestWithParam<ProtocolVersion> {};

// TLS 1.2 closes both directions at once: there one side writes until the other has closed.
TEST_P(Halves, ServeTwoThreads) {
  FourThreads ends(finished(GetParam()));
  constexpr int rounds = 400;
  const int server_rounds = GetParam() == ProtocolVersion::tls13 ? rounds : until_told;
  {
    const std::jthread a([&] { ends.client_writer.run(rounds); });
    const std::jthread b([&] { ends.server_writer.run(server_rounds); });
    const std::jthread c([&] { ends.server_reader.run(); });
    const std::jthread d([&] { ends.client_reader.run(); });
  }
  EXPECT_EQ(ends.client_writer.taken, rounds * piece);
  EXPECT_EQ(ends.server_reader.got, rounds * piece);
  EXPECT_EQ(ends.server_writer.ended.has_value(), GetParam() == ProtocolVersion::tls12);
  EXPECT_EQ(ends.client_reader.got, ends.server_writer.taken);
  EXPECT_TRUE(ends.server_reader.closed);
  EXPECT_TRUE(ends.client_reader.closed);
}

// One side meets garbage while both write: its alert passes between its own threads, goes out behind what its
// writer has sealed, and ends the other side's writer, again from another thread.
TEST_P(Halves, GarbageEndsTheWritersOfBothSides) {
  for (int repetition = 0; repetition < 12; ++repetition) {
    FourThreads ends(finished(GetParam()));
    const auto garbage_after = static_cast<std::size_t>(repetition) * 9001;
    {
      const std::jthread a([&] { ends.client_writer.run(until_told); });
      const std::jthread b([&] { ends.server_writer.run(until_told); });
      const std::jthread c([&] { ends.server_reader.run(garbage_after); });
      const std::jthread d([&] { ends.client_reader.run(); });
    }
    ASSERT_TRUE(ends.server_reader.error && ends.client_reader.error);
    EXPECT_EQ(ends.server_reader.error->code, ErrorCode::bad_record_mac);
    EXPECT_EQ(ends.client_reader.error->code, ErrorCode::peer_alert) << describe(*ends.client_reader.error);
    EXPECT_EQ(ends.client_reader.error->alert, AlertDescription::bad_record_mac);
    EXPECT_EQ(ends.client_reader.got, ends.server_writer.taken) << "all that was sealed before the alert";
    EXPECT_LE(ends.server_reader.got, ends.client_writer.taken);
    EXPECT_EQ(ends.client_writer.ended, ErrorCode::closed);
    EXPECT_EQ(ends.server_writer.ended, ErrorCode::closed);
    EXPECT_EQ(ends.client_writer.plainly_alerts, 0U) << "nobody answers a fatal alert";
    EXPECT_EQ(ends.server_writer.plainly_alerts, GetParam() == ProtocolVersion::tls12 ? 1U : 0U);
  }
}

// Two fatal alerts that cross.
TEST_P(Halves, BothSidesMeetGarbage) {
  for (int repetition = 0; repetition < 12; ++repetition) {
    FourThreads ends(finished(GetParam()));
    {
      const std::jthread a([&] { ends.client_writer.run(until_told); });
      const std::jthread b([&] { ends.server_writer.run(until_told); });
      const std::jthread c([&] { ends.server_reader.run(20'000); });
      const std::jthread d([&] { ends.client_reader.run(20'000); });
    }
    for (const Reader* reader : {&ends.client_reader, &ends.server_reader}) {
      ASSERT_TRUE(reader->error);
      EXPECT_EQ(reader->error->alert, AlertDescription::bad_record_mac) << describe(*reader->error);
    }
    EXPECT_EQ(ends.client_writer.ended, ErrorCode::closed);
    EXPECT_EQ(ends.server_writer.ended, ErrorCode::closed);
  }
}

// RFC 8446 §6.1: a side that closes goes on reading; RFC 5246 §7.2.1: the other one closes at once, also in
// the midst of writing.
TEST_P(Halves, CloseNotifyMeetsAWriter) {
  const bool half_close = GetParam() == ProtocolVersion::tls13;
  for (int repetition = 0; repetition < 12; ++repetition) {
    FourThreads ends(finished(GetParam()));
    {
      const std::jthread a([&] { ends.client_writer.run(half_close ? 400 : until_told); });
      const std::jthread b([&] { ends.server_writer.run(10 * repetition); });
      const std::jthread c([&] { ends.server_reader.run(); });
      const std::jthread d([&] { ends.client_reader.run(); });
    }
    EXPECT_TRUE(ends.client_reader.closed && ends.server_reader.closed);
    EXPECT_EQ(ends.client_reader.got, static_cast<std::size_t>(10 * repetition) * piece);
    EXPECT_EQ(ends.server_reader.got, ends.client_writer.taken) << "nothing is lost before the answer";
    if (half_close) {
      EXPECT_EQ(ends.client_writer.ended, std::nullopt);
      EXPECT_EQ(ends.server_reader.got, 400 * piece);
    } else {
      EXPECT_EQ(ends.client_writer.ended, ErrorCode::closed);
      EXPECT_EQ(ends.client_writer.plainly_alerts, 1U) << "the answer";
    }
  }
}

// A stream that ends without close_notify is an error of the receiver, which its sender tells as it would any
// other.
TEST_P(Halves, TheEndOfTheStreamEndsAWriter) {
  FourThreads ends(finished(GetParam()));
  {
    const std::jthread a([&] { ends.client_writer.run(until_told); });
    const std::jthread c([&] { ends.server_reader.run(); });
    const std::jthread d([&] { ends.client_reader.run(); });
    ends.down.end();
  }
  ASSERT_TRUE(ends.client_reader.error && ends.server_reader.error);
  EXPECT_EQ(ends.client_reader.error->code, ErrorCode::truncated_stream);
  EXPECT_EQ(ends.client_writer.ended, ErrorCode::closed);
  EXPECT_EQ(ends.server_reader.error->code, ErrorCode::truncated_stream)
      << describe(*ends.server_reader.error);
  EXPECT_EQ(ends.client_writer.plainly_alerts, 0U);
  EXPECT_EQ(ends.server_reader.got, ends.client_writer.taken);
}

// A peer that warns all the time (RFC 8446 §6.1, RFC 5246 §7.2.2), and in TLS 1.2 wants to renegotiate: the
// writer goes on, and refuses from its own thread.
TEST_P(Halves, WarningsDoNotEndAWriter) {
  const bool tls12 = GetParam() == ProtocolVersion::tls12;
  for (const Role victim : {Role::client, Role::server}) {
    Forger forger(GetParam(), victim);
    End& other = victim == Role::client ? forger.pair.server : forger.pair.client;
    Pipe to_victim;
    Pipe to_other;
    auto [sender, receiver] = *std::move(forger.victim().connection).split();
    Writer writer(std::move(sender), to_other);
    Reader reader(std::move(receiver), to_victim);
    Reader checks((*std::move(other.connection).split()).second, to_other);
    constexpr std::size_t rounds = 200;
    {
      const std::jthread a([&] { writer.run(until_told); });
      const std::jthread b([&] { reader.run(); });
      const std::jthread c([&] { checks.run(); });
      for (std::size_t i = 0; i < rounds; ++i) {
        to_victim.push(forger.seal(ContentType::application_data, Octets(piece, 3)));
        to_victim.push(forger.seal(ContentType::alert, Octets{1, 90}));  // user_canceled
        if (tls12)
          to_victim.push(
              forger.seal(ContentType::handshake,
                          Octets{victim == Role::client ? std::uint8_t{0} : std::uint8_t{1}, 0, 0, 0}));
      }
      // What ends the writer at last: an alert that is fatal, or in TLS 1.2 a close_notify, which is
      // answered.
      to_victim.push(forger.seal(ContentType::alert, tls12 ? Octets{1, 0} : Octets{2, 80}));
      to_victim.end();
    }
    EXPECT_EQ(reader.got, rounds * piece);
    EXPECT_EQ(writer.ended, ErrorCode::closed);
    EXPECT_EQ(checks.got, writer.taken);
    if (tls12) {
      EXPECT_TRUE(reader.closed && checks.closed);
      EXPECT_GE(writer.plainly_alerts, 2U) << "no_renegotiation and the answer to close_notify";
    } else {
      ASSERT_TRUE(reader.error && checks.error);
      EXPECT_EQ(reader.error->alert, AlertDescription::internal_error);
      EXPECT_EQ(checks.error->code, ErrorCode::truncated_stream) << "a fatal alert is not answered";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, Halves, testing::Values(ProtocolVersion::tls12, ProtocolVersion::tls13),
                         [](const auto& version) {
                           return version.param == ProtocolVersion::tls12 ? "Tls12" : "Tls13";
                         });

// A receiver that meets garbage tells its sender, which sends the alert.
TEST(Sender, SendsTheAlertOfTheReceiver) {
  Pair pair = finished(ProtocolVersion::tls13);
  Octets record = pair.client.send(as_bytes("data"));
  record.back() ^= 1;
  auto [sender, receiver] = *std::move(pair.server.connection).split();
  EXPECT_FALSE(receiver.receive(record, now));
  EXPECT_TRUE(sender.wants_to_transmit());
  Octets out(min_output);
  EXPECT_EQ(sender.send(as_bytes("x"), out).error().code, ErrorCode::closed);
  const std::size_t count = sender.transmit(out);
  out.resize(count);
  pair.client.deliver(out);
  EXPECT_EQ(pair.client.error->alert, AlertDescription::bad_record_mac);
}

}  // namespace
}  // namespace handfast::test
