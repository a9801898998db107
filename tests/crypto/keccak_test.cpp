// SHA-3 and SHAKE, alone and in lanes.
#include "crypto/keccak.hpp"

#include <vector>

#include "crypto/cpu_tiers.hpp"
#include "support/vectors.hpp"

namespace handfast::crypto {
namespace {

using handfast::test::to_hex;

// Octets of a length in general: Sponge takes whole words first, and the rest as its end.
Sponge sponge_of(SpongeFunction function, Bytes message, MutableBytes output) {
  const std::size_t words = message.size() / 8 * 8;
  const std::size_t head = words / 16 * 8;
  return {function, message.first(head), message.subspan(head, words - head), message.subspan(words), output};
}

Octets digest(CpuTier tier, SpongeFunction function, Bytes message, std::size_t size) {
  Octets output(size);
  Sponge sponge = sponge_of(function, message, output);
  KeccakLanes lanes(tier);
  lanes.add(sponge);
  lanes.run();
  return output;
}

Octets pattern(std::size_t size) {
  Octets octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(7 * i + size);
  return octets;
}

class Keccak : public testing::TestWithParam<CpuTier> {};

TEST_P(Keccak, GivesTheKnownAnswersOfFips202) {
  const Bytes abc = as_bytes("abc");
  EXPECT_EQ(to_hex(digest(GetParam(), SpongeFunction::sha3_256, {}, 32)),
            "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
  EXPECT_EQ(to_hex(digest(GetParam(), SpongeFunction::sha3_512, abc, 64)),
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
            "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0");
  EXPECT_EQ(to_hex(digest(GetParam(), SpongeFunction::shake128, {}, 32)),
            "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26");
  EXPECT_EQ(to_hex(digest(GetParam(), SpongeFunction::shake256, abc, 32)),
            "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739");
}

// SHA3-256 over the results for the lengths 0 to 599 in a row, which an independent implementation computed.
TEST_P(Keccak, IsRightForEveryLength) {
  struct Known {
    SpongeFunction function;
    std::size_t size;
    const char* digest;
  };
  for (const Known& known : {
           Known{SpongeFunction::sha3_256, 32,
                 "63f9b4962b53a1be698e5c2d6cdba360df4d02220b023f75f047c79bd35281c6"},
           Known{SpongeFunction::sha3_512, 64,
                 "ef116662015fa5b917c9c292812cb8afd3fee8f2d0501aad8e7f824f72238af7"},
           Known{SpongeFunction::shake128, 520,
                 "0859fc3f58b935dd422c1ba39683aeb8d6b81f1b5f3f2fa29fffe1147a4e76e6"},
           Known{SpongeFunction::shake256, 520,
                 "7a763835335aaf5e2a133350316f03cc94dd88d47579d38e73aee63544d7b54a"},
       }) {
    Octets all;
    for (std::size_t size = 0; size < 600; ++size) {
      const Octets one = digest(GetParam(), known.function, pattern(size), known.size);
      all.insert(all.end(), one.begin(), one.end());
    }
    EXPECT_EQ(to_hex(digest(GetParam(), SpongeFunction::sha3_256, all, 32)), known.digest);
  }
}

TEST_P(Keccak, LanesWorkOnDifferentThingsAtTheirOwnPace) {
  constexpr std::size_t count = 41;
  std::vector<Octets> messages;
  std::vector<Octets> outputs;
  std::vector<Sponge> sponges;
  const auto function = [](std::size_t i) { return static_cast<SpongeFunction>(i % 4); };
  const auto size = [](std::size_t i) { return i % 4 < 2 ? 32 * (i % 4 + 1) : 8 * (i * 5 % 97 + 1); };
  for (std::size_t i = 0; i < count; ++i) {
    messages.push_back(pattern(i * i % 1201));
    outputs.emplace_back(size(i));
  }
  sponges.reserve(count);
  for (std::size_t i = 0; i < count; ++i) sponges.push_back(sponge_of(function(i), messages[i], outputs[i]));
  KeccakLanes lanes(GetParam());
  for (std::size_t i = 0; i < count - 5; ++i) lanes.add(sponges[i]);
  lanes.run_until(sponges[20]);
  EXPECT_TRUE(sponges[20].done());
  for (std::size_t i = count - 5; i < count; ++i) lanes.add(sponges[i]);
  lanes.run();
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(sponges[i].done());
    EXPECT_EQ(to_hex(outputs[i]), to_hex(digest(CpuTier::portable, function(i), messages[i], size(i)))) << i;
  }
}

TEST_P(Keccak, SqueezesOnWhereItStopped) {
  constexpr std::size_t rate = rate_of(SpongeFunction::shake128);
  constexpr std::size_t blocks = 5;
  const Octets message = pattern(34);
  const Octets whole = digest(GetParam(), SpongeFunction::shake128, message, blocks * rate);
  Octets parts(blocks * rate);
  const auto block = [&](std::size_t i) { return MutableBytes(parts).subspan(i * rate, rate); };
  Sponge sponge = sponge_of(SpongeFunction::shake128, message, block(0));
  KeccakState state = {};
  for (std::size_t i = 0; i < blocks; ++i) {
    if (i > 0) sponge.go_on(block(i));
    sponge.absorb(state);
    keccak_code(GetParam()).permute(&state);
    sponge.squeeze(state);
    EXPECT_TRUE(sponge.done());
  }
  EXPECT_EQ(to_hex(parts), to_hex(whole));
}

TEST_P(Keccak, LanesPermuteAsOneDoes) {
  const KeccakCode& code = keccak_code(GetParam());
  ASSERT_LE(code.lanes, max_keccak_lanes);
  std::array<KeccakState, max_keccak_lanes> together;
  for (std::size_t lane = 0; lane < max_keccak_lanes; ++lane)
    for (std::size_t i = 0; i < keccak_words; ++i)
      together[lane].words[i] = (lane * keccak_words + i) * 0x9e3779b97f4a7c15;
  std::array<KeccakState, max_keccak_lanes> apart = together;
  for (std::size_t lane = 0; lane < code.lanes; ++lane) keccak_code(CpuTier::portable).permute(&apart[lane]);
  code.permute_lanes(together.data());
  // Those beyond code.lanes are as they were.
  for (std::size_t lane = 0; lane < max_keccak_lanes; ++lane)
    for (std::size_t i = 0; i < keccak_words; ++i)
      EXPECT_EQ(together[lane].words[i], apart[lane].words[i]) << lane << ' ' << i;
}

INSTANTIATE_TEST_SUITE_P(EachTier, Keccak, testing::ValuesIn(test::cpu_tiers()), test::cpu_tier_name);

}  // namespace
}  // namespace handfast::crypto
