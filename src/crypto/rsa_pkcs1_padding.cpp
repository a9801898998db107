// The padding of RSAES-PKCS1-v1_5. What is decrypted is a secret in every octet: who learns whether one
// padding was right can ask a million times (Bleichenbacher 1998) and knows the message.
#include "crypto/rsa_pkcs1_padding.hpp"

#include <algorithm>

#include "crypto/contract.hpp"

namespace handfast::crypto {
namespace {

constexpr std::size_t padding_start = 2;
constexpr std::size_t least_padding = 8;

}  // namespace

Result<> pad_pkcs1(Bytes message, RandomSource& random, MutableBytes block) noexcept {
  require(block.size() >= message.size() + pkcs1_overhead);
  const MutableBytes padding = block.subspan(padding_start, block.size() - message.size() - 3);
  block[0] = 0;
  block[1] = 2;
  block[padding_start + padding.size()] = 0;
  copy(message, block.last(message.size()));
  if (Result<> drawn = random.fill(padding); !drawn) return drawn;
  // One octet in 256 is a zero and drawn again, which tells nothing about the octets that stay.
  constexpr int most_draws = 100;
  for (std::uint8_t& octet : padding) {
    for (int draw = 0; octet == 0; ++draw) {
      if (draw == most_draws)
        return fail(ErrorCode::random_failed, "the random source gives nothing but zeros");
      if (Result<> drawn = random.fill({&octet, 1}); !drawn) return drawn;
    }
  }
  return {};
}

Pkcs1Message find_pkcs1_message(Bytes block) noexcept {
  Choice looking = Choice::equal(0, 0);
  std::uint64_t zero = 0;  // where the padding ends; without an end it stays 0, as one that comes too early
  for (std::size_t i = padding_start; i < block.size(); ++i) {
    const Choice is_zero = Choice::equal(block[i], 0);
    zero = (looking & is_zero).select(i, zero);
    looking = looking & ~is_zero;
  }
  const Choice starts_well = Choice::equal(block[0], 0) & Choice::equal(block[1], 2);
  const Choice long_enough = ~Choice::less(zero, padding_start + least_padding);
  return {starts_well & long_enough, static_cast<std::size_t>(zero + 1)};
}

PremasterSecret choose_premaster(Bytes block, Choice genuine, ProtocolVersion expected,
                                 const PremasterSecret& fallback) noexcept {
  require(block.size() >= premaster_secret_size + pkcs1_overhead && fallback.size() == premaster_secret_size);
  const Pkcs1Message message = find_pkcs1_message(block);
  const Bytes premaster = block.last(premaster_secret_size);
  const auto version = static_cast<std::uint64_t>(premaster[0]) << 8 | premaster[1];
  const Choice good = genuine & message.well_formed &
                      Choice::equal(message.start, block.size() - premaster_secret_size) &
                      Choice::equal(version, static_cast<std::uint64_t>(expected));  // [5246:7.4.7.1#2]
  PremasterSecret chosen;
  good.select(premaster, fallback.view(), chosen.span());
  return chosen;
}

}  // namespace handfast::crypto
