// Constant time of the key schedule, Finished and padding, under valgrind's memcheck.
#include "support/poison.hpp"

#include "record/inner_plaintext.hpp"
#include "record/keys.hpp"
#include "schedule/key_schedule.hpp"

namespace handfast {
namespace {

using test::Poison;
using test::publish;

// The instrument itself: a comparison that stops early is found.
TEST_F(Poison, FindsABranchOnASecret) {
  Octets secret(32, 7);
  VALGRIND_MAKE_MEM_UNDEFINED(secret.data(), secret.size());
  volatile int steps = 0;
  for (const std::uint8_t octet : secret) {
    if (octet != 7) break;
    steps = steps + 1;
  }
  EXPECT_GT(errors(), 0U);
}

TEST_F(Poison, FinishedIsComputedAndComparedInConstantTime) {
  using crypto::HashAlgorithm;
  for (const HashAlgorithm algorithm : {HashAlgorithm::sha256, HashAlgorithm::sha384}) {
    const Octets received(crypto::digest_size(algorithm), 0x11);
    Octets base_key(crypto::digest_size(algorithm), 0x22);
    VALGRIND_MAKE_MEM_UNDEFINED(base_key.data(), base_key.size());
    const crypto::Digest transcript = crypto::hash(algorithm, as_bytes("messages"));
    const crypto::MacValue verify_data = schedule::verify_data(algorithm, base_key, transcript);
    bool same = verify_data.equals(received);
    publish(same);
    EXPECT_FALSE(same);
    Octets copied = to_octets(verify_data.view());
    same = verify_data.equals(copied);
    publish(same);
    EXPECT_TRUE(same);
  }
  EXPECT_EQ(errors(), 0U);
}

TEST_F(Poison, KeyScheduleIsConstantTime) {
  Octets shared(32, 0x33);
  VALGRIND_MAKE_MEM_UNDEFINED(shared.data(), shared.size());
  using crypto::HashAlgorithm;
  const crypto::Digest transcript = crypto::hash(HashAlgorithm::sha384, as_bytes("messages"));
  auto handshake = schedule::EarlySecret(HashAlgorithm::sha384).extract(shared);
  const auto client = handshake.client_handshake_traffic_secret(transcript);
  const auto keys =
      schedule::traffic_keys(HashAlgorithm::sha384, client.view(), crypto::AeadAlgorithm::aes_256_gcm);
  const auto master = std::move(handshake).extract();
  const auto exporter_secret = master.exporter_master_secret(transcript);
  EXPECT_EQ(keys.key.size(), 32U);
  EXPECT_EQ(exporter_secret.size(), 48U);
  EXPECT_EQ(errors(), 0U);
}

TEST_F(Poison, LengthOfPaddingDoesNotShow) {
  for (const std::size_t padding : {1U, 8U, 100U, 999U}) {
    Octets inner = record::counting(1000 - padding, 1);
    inner.resize(1000);
    VALGRIND_MAKE_MEM_UNDEFINED(inner.data(), inner.size() - 1);  // that there is padding shows
    record::InnerEnd end = record::find_inner_end(inner);
    publish(end);
    EXPECT_EQ(end.content_size, 999 - padding);
    EXPECT_NE(end.type, 0);
  }
  EXPECT_EQ(errors(), 0U);
}

}  // namespace
}  // namespace handfast
