// How much longer than its content a record gets.
#pragma once
#include <cstddef>
#include <cstdint>

namespace handfast::record {

/// All protections of records, in three numbers. An AEAD fills up nothing: its block is 1.
struct Expansion {
  std::uint8_t
      inside;  ///< octets that are filled up together with the content: padding_length, perhaps a MAC
  std::uint8_t outside;  ///< octets beside that: IV or explicit nonce, tag or MAC, inner content type
  std::uint8_t block;    ///< what is filled up, to a multiple of this power of two

  /// Octets behind the header of a record with this content.
  [[nodiscard]] constexpr std::size_t body_size(std::size_t content_size) const noexcept {
    return outside + whole_blocks(content_size + inside + block - 1);
  }
  /// Most content that makes no more than `body_size` octets behind the header; 0 also if there is no room.
  [[nodiscard]] constexpr std::size_t content_size(std::size_t body_size) const noexcept {
    if (body_size < outside) return 0;
    const std::size_t filled = whole_blocks(body_size - outside);
    return filled < inside ? 0 : filled - inside;
  }

 private:
  [[nodiscard]] constexpr std::size_t whole_blocks(std::size_t size) const noexcept {
    return size & ~(static_cast<std::size_t>(block) - 1);
  }
};

}  // namespace handfast::record
