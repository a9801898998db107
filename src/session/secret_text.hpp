// Text that holds secrets: its lines, and octets in hexadecimal digits.
#pragma once
#include <optional>

#include <handfast/secret.hpp>

namespace handfast::session {

/// The lines of a text, without their ends ("\n" or "\r\n"). Views of the text.
class Lines {
 public:
  explicit Lines(Bytes text) noexcept : text_(text) {}

  /// The next line; none after the last.
  std::optional<Bytes> next() noexcept;
  /// Where the line that next() gave last begins, in octets.
  [[nodiscard]] std::uint32_t offset() const noexcept { return static_cast<std::uint32_t>(start_); }

 private:
  Bytes text_;
  std::size_t start_ = 0;
  std::size_t end_ = 0;  // behind the end of the line that was given last
};

/// The line up to the first blank, which is taken off together with it and those that follow.
Bytes next_word(Bytes& line) noexcept;

/// Adds the octets as two lower case digits each.
void append_hex(SecretOctets& text, Bytes octets);
/// Adds the text.
void append(SecretOctets& text, std::string_view more);
/// Fills `octets`, for which `digits` has twice as many digits of either case. False if not; then `octets`
/// holds nothing of use. What the digits are decides neither a branch nor an address.
[[nodiscard]] bool parse_hex(Bytes digits, MutableBytes octets) noexcept;

}  // namespace handfast::session
