// PEM.
#include "x509/pem.hpp"

#include <array>

namespace handfast::x509 {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t no_digit = 0xff;
constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}();

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

/// Where `mark` begins a line; npos: nowhere.
std::size_t find_at_line_start(std::string_view text, std::string_view mark) noexcept {
  std::size_t at = text.find(mark);
  while (at != std::string_view::npos && at > 0 && text[at - 1] != '\n' && text[at - 1] != '\r')
    at = text.find(mark, at + 1);
  return at;
}

}  // namespace

Result<std::optional<PemBlock>> PemReader::next() noexcept {
  const std::size_t begin = find_at_line_start(rest_, begin_mark);
  if (begin == std::string_view::npos) {
    rest_ = {};
    return std::optional<PemBlock>();
  }
  rest_.remove_prefix(begin + begin_mark.size());
  const std::size_t label_end = rest_.find(dashes);
  if (label_end == std::string_view::npos || rest_.substr(0, label_end).find('\n') != std::string_view::npos)
    return fail(ErrorCode::bad_pem, "a BEGIN line does not end");
  PemBlock block;
  block.label = rest_.substr(0, label_end);
  rest_.remove_prefix(label_end + dashes.size());
  const std::size_t end = find_at_line_start(rest_, end_mark);
  if (end == std::string_view::npos) return fail(ErrorCode::bad_pem, "a BEGIN line without its END line");
  block.body = rest_.substr(0, end);
  rest_.remove_prefix(end + end_mark.size());
  if (!rest_.starts_with(block.label) || !rest_.substr(block.label.size()).starts_with(dashes))
    return fail(ErrorCode::bad_pem, "BEGIN and END lines have different labels");
  rest_.remove_prefix(block.label.size() + dashes.size());
  return std::optional<PemBlock>(block);
}

Result<Octets> PemBlock::decode() const {
  Octets octets;
  octets.reserve(body.size() / 4 * 3);
  std::uint32_t bits = 0;
  unsigned digits = 0;
  unsigned padding = 0;
  for (const char c : body) {
    if (is_blank(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const std::uint8_t value = values[static_cast<std::uint8_t>(c)];
    if (value == no_digit || padding > 0) return fail(ErrorCode::bad_pem, "not base64");
    bits = bits << 6 | value;
    if (++digits < 4) continue;
    octets.insert(octets.end(), {static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 8),
                                 static_cast<std::uint8_t>(bits)});
    bits = 0;
    digits = 0;
  }
  // RFC 4648 §4: the last group is filled up with "=", and the bits left over are zeros.
  if (digits == 1 || (digits != 0 ? digits + padding != 4 : padding != 0))
    return fail(ErrorCode::bad_pem, "base64 ends in the middle");
  if (digits == 2) {
    if ((bits & 0xf) != 0) return fail(ErrorCode::bad_pem, "not base64");
    octets.push_back(static_cast<std::uint8_t>(bits >> 4));
  } else if (digits == 3) {
    if ((bits & 0x3) != 0) return fail(ErrorCode::bad_pem, "not base64");
    octets.insert(octets.end(),
                  {static_cast<std::uint8_t>(bits >> 10), static_cast<std::uint8_t>(bits >> 2)});
  }
  return octets;
}

bool looks_like_pem(Bytes text) noexcept {
  return find_at_line_start(as_text(text), begin_mark) != std::string_view::npos;
}

std::string to_pem(std::string_view label, Bytes octets) {
  std::string out = std::string(begin_mark).append(label).append(dashes) + "\n";
  std::size_t column = 0;
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(octets.size() - i, 3);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (j < count ? octets[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) out += j <= count ? alphabet[bits >> (18 - 6 * j) & 63] : '=';
    column += 4;
    if (column == 64 || i + 3 >= octets.size()) {
      out += '\n';
      column = 0;
    }
  }
  return out.append(end_mark).append(label).append(dashes) + "\n";
}

}  // namespace handfast::x509
