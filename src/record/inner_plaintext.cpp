// The end of a TLSInnerPlaintext.
#include "record/inner_plaintext.hpp"

#include "record/octets8.hpp"

namespace handfast::record {
namespace {

// All ones if `value` is zero, else zero.
std::uint64_t mask_if_zero(std::uint64_t value) noexcept {
  std::uint64_t mask = ((value | (0 - value)) >> 63) - 1;
  asm volatile("" : "+r"(mask));  // stays a mask, becomes no branch
  return mask;
}

}  // namespace

InnerEnd find_inner_end(Bytes inner) noexcept {
  if (!inner.empty() && inner.back() != 0) return {inner.back(), inner.size() - 1};

  constexpr std::size_t word_size = sizeof(std::uint64_t);
  const std::size_t odd = inner.size() % word_size;
  std::uint64_t last = 0;   // the last eight octets that are not all zero, the first of them highest
  std::uint64_t end = odd;  // where they end
  for (const std::uint8_t octet : inner.first(odd)) last = last << 8 | octet;
  for (std::size_t at = odd; at < inner.size(); at += word_size) {
    const std::uint64_t word = load_octets8(inner.data() + at);
    const std::uint64_t keep = mask_if_zero(word);
    last = (last & keep) | (word & ~keep);
    end = (end & keep) | ((at + word_size) & ~keep);
  }

  // Among those eight, from the end: zeros, then the type.
  std::uint64_t type = 0;
  std::uint64_t zeros = 0;
  std::uint64_t searching = ~std::uint64_t{0};
  for (std::size_t i = 0; i < word_size; ++i) {
    const std::uint64_t octet = last >> (8 * i) & 0xff;
    const std::uint64_t padding = mask_if_zero(octet);
    type |= octet & searching;
    searching &= padding;
    zeros += searching & 1;
  }
  return {static_cast<std::uint8_t>(type), static_cast<std::size_t>(end - zeros - 1)};
}

}  // namespace handfast::record
