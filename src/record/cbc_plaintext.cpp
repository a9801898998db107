// Padding and MAC in constant time.
#include "record/cbc_plaintext.hpp"

#include <algorithm>
#include <array>

#include "record/additional_data12.hpp"

namespace handfast::record {
namespace {

using crypto::Choice;

constexpr std::size_t most_padding = 255;  // besides padding_length

/// The octets of `window` from `start` on, as many as `mac` has. `start` is secret; it lies so that there are
/// enough.
void cut_out(Bytes window, std::size_t start, MutableBytes mac) noexcept {
  // First into a ring: each octet goes where the public number of its place says, so that the MAC stands
  // there turned by a secret distance. [5246:6.2.3.2#5]
  const std::size_t size = mac.size();
  std::ranges::fill(mac, std::uint8_t{0});
  std::uint64_t distance = 0;
  Choice inside = Choice::equal(0, 1);
  for (std::size_t i = 0, slot = 0; i < window.size(); ++i) {
    const Choice first = Choice::equal(i, start);
    inside = (inside | first) & ~Choice::equal(i, start + size);
    distance |= slot & first.mask();
    mac[slot] = static_cast<std::uint8_t>(mac[slot] | (window[i] & inside.octet_mask()));
    slot = slot + 1 == size ? 0 : slot + 1;
  }
  // Then turned back, by one power of two after the other.
  Secret<crypto::max_digest_size> turned;
  turned.resize(size);
  for (std::size_t step = 1; step < size; step *= 2, distance >>= 1) {
    for (std::size_t i = 0; i < size; ++i) turned.data()[i] = mac[(i + step) % size];
    Choice::equal(distance & 1, 1).select(turned.view(), mac, mac);
  }
}

/// The padding of a plaintext that has `others` octets (a MAC) between content and padding.
CbcPlaintext check_padding_behind(Bytes plaintext, std::size_t others) noexcept {
  const std::size_t most_content = plaintext.size() - others - 1;
  const std::uint64_t padding_length = crypto::hidden(plaintext.back());
  // As far as any padding could reach, each octet that belongs to it must say its length. [5246:6.2.3.2#2,3]
  std::uint64_t wrong = 0;
  for (std::size_t i = 1; i <= std::min(most_padding, plaintext.size() - 1); ++i) {
    const std::uint64_t octet = plaintext[plaintext.size() - 1 - i];
    wrong |= (octet ^ padding_length) & ~Choice::less(padding_length, i).mask();
  }
  const Choice good = Choice::equal(wrong, 0) & ~Choice::less(most_content, padding_length);
  // RFC 5246 §6.2.3.2: with a wrong one the MAC is computed all the same, as if there were none.
  return {good, static_cast<std::size_t>(most_content - good.select(padding_length, 0))};
}

}  // namespace

CbcPlaintext check_padding(Bytes plaintext) noexcept { return check_padding_behind(plaintext, 0); }

CbcPlaintext check_mac_and_padding(const crypto::HmacKey& mac, std::uint64_t sequence, ContentType type,
                                   Bytes plaintext) noexcept {
  const std::size_t mac_size = crypto::digest_size(mac.algorithm());
  const auto [padding_good, content_size] = check_padding_behind(plaintext, mac_size);
  const std::size_t most_content = plaintext.size() - mac_size - 1;
  const std::size_t least_content = most_content < most_padding ? 0 : most_content - most_padding;

  const auto head = additional_data12(sequence, type, content_size);
  const crypto::MacValue expected =
      mac.mac_of_secret_length(head, plaintext.first(most_content), least_content, content_size);
  crypto::MacValue received;
  received.resize(mac_size);
  const Bytes window = plaintext.subspan(least_content, plaintext.size() - 1 - least_content);
  cut_out(window, content_size - least_content, received.span());
  return {padding_good & Choice::equal(expected.view(), received.view()), content_size};
}

void write_padding(MutableBytes padding) noexcept {
  std::ranges::fill(padding, static_cast<std::uint8_t>(padding.size() - 1));
}

}  // namespace handfast::record
