// HMAC over a text whose length is a secret: every block that could be the last is compressed, and the state
// after the one that is gets picked with masks.
#include <array>

#include "crypto/compression.hpp"
#include "crypto/constant_time.hpp"
#include "crypto/contract.hpp"
#include "crypto/hmac.hpp"

namespace handfast::crypto {
namespace {

/// The text from its first block that might be the last one on: `first`, then `second`.
struct Tail {
  Bytes first;
  Bytes second;
  std::uint64_t end;     // secret: how many of these octets count
  std::uint64_t before;  // octets that were compressed already, the block of the key among them

  [[nodiscard]] std::size_t size() const noexcept { return first.size() + second.size(); }
  /// The octets from `at` on, and zeros where there are none.
  void read(std::size_t at, MutableBytes out) const noexcept {
    std::size_t done = 0;
    if (at < first.size()) {
      done = std::min(out.size(), first.size() - at);
      copy(first.subspan(at, done), out);
    }
    const std::size_t in_second = at + done - first.size();
    if (at + done >= first.size() && in_second < second.size()) {
      const std::size_t count = std::min(out.size() - done, second.size() - in_second);
      copy(second.subspan(in_second, count), out.subspan(done));
      done += count;
    }
    std::ranges::fill(out.subspan(done), std::uint8_t{0});
  }
};

/// The digest of the tail's `end` octets behind `chaining_value`.
template <class F>
void compress_tail(const Tail& tail, Bytes chaining_value, MutableBytes digest) noexcept {
  constexpr std::size_t block = Compression<F>::block_size;
  constexpr auto closing = F::length_size;
  Compression<F> running(chaining_value);

  const std::uint64_t last = (tail.end + closing) / block;  // a shift
  std::uint64_t bits = 8 * (tail.before + tail.end);
  if constexpr (std::endian::native == std::endian::little) bits = std::byteswap(bits);
  std::array<std::uint8_t, 8> length;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled here
  std::memcpy(length.data(), &bits, length.size());
  Secret<block> text;
  Secret<max_digest_size> result;
  result.resize(digest.size());
  const std::size_t most = (tail.size() + closing) / block;
  for (std::size_t number = 0; number <= most; ++number) {
    tail.read(number * block, text.span());
    for (std::size_t i = 0; i < block; ++i) {
      const std::size_t at = number * block + i;
      const auto kept = text.data()[i] & Choice::less(at, tail.end).octet_mask();
      text.data()[i] = static_cast<std::uint8_t>(kept | (0x80 & Choice::equal(at, tail.end).octet_mask()));
    }
    const Choice is_last = Choice::equal(number, last);
    for (std::size_t i = 0; i < length.size(); ++i)
      text.data()[block - length.size() + i] |= static_cast<std::uint8_t>(length[i] & is_last.octet_mask());
    running.add(text.data());
    Secret<max_digest_size> state;
    state.resize(digest.size());
    running.write(state.span());
    is_last.select(state.view(), result.view(), result.span());
  }
  copy(result.view(), digest);
}

}  // namespace

MacValue HmacKey::mac_of_secret_length(Bytes head, Bytes data, std::size_t least_size,
                                       std::size_t size) const noexcept {
  const std::size_t block = block_size(algorithm_);
  const std::size_t whole = (head.size() + least_size) / block * block;  // compressed as usual
  const std::size_t from_head = std::min(head.size(), whole);
  Hash inner(algorithm_, inner_.view());
  inner.update(head.first(from_head));
  inner.update(data.first(whole - from_head));
  Secret<max_digest_size> chaining_value;
  chaining_value.resize(Hash::chaining_size(algorithm_));
  inner.save_chaining_value(chaining_value.span());

  const Tail tail{head.subspan(from_head), data.subspan(whole - from_head),
                  hidden(head.size() + size - whole), block + whole};
  MacValue value;
  value.resize(digest_size(algorithm_));
  with_compression(algorithm_, [&]<class F>(F /*function*/) {
    compress_tail<F>(tail, chaining_value.view(), value.span());
  });
  close(value);
  wipe_blocks(algorithm_);
  return value;
}

}  // namespace handfast::crypto
