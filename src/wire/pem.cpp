// Reading and writing PEM.
#include "wire/pem.hpp"

namespace handfast::wire {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The value of a base64 character without a table, so that a key's octets choose no address; -1: none.
constexpr int value_of(char c) noexcept {
  const auto in = [c](char low, char high) {
    return static_cast<int>(c >= low) & static_cast<int>(c <= high);
  };
  int value = -1;
  value += in('A', 'Z') * (c - 'A' + 1);
  value += in('a', 'z') * (c - 'a' + 27);
  value += in('0', '9') * (c - '0' + 53);
  value += in('+', '+') * 63;
  value += in('/', '/') * 64;
  return value;
}

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// A header section ("Proc-Type: …") ends with an empty line.
std::string_view without_headers(std::string_view body) noexcept {
  const std::size_t line = body.find('\n');
  if (line == std::string_view::npos ||
      body.substr(0, body.find('\n', line + 1)).find(':') == std::string_view::npos)
    return body;
  for (const std::string_view blank : {"\n\n", "\n\r\n"})
    if (const std::size_t end = body.find(blank); end != std::string_view::npos)
      return body.substr(end + blank.size());
  return body;
}

Result<SecretOctets> decode_base64(std::string_view text) {
  SecretOctets out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int count = 0;
  int padding = 0;
  for (const char c : text) {
    if (is_blank(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = value_of(c);
    if (value < 0 || padding != 0) return fail(ErrorCode::bad_pem, "a character that is not base64");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (++count % 4 != 0) continue;
    for (const int shift : {16, 8, 0}) out.push_back(static_cast<std::uint8_t>(bits >> shift));
    bits = 0;
  }
  const int rest = count % 4;
  if (rest == 1 || (rest == 0 ? padding != 0 : padding != 4 - rest))
    return fail(ErrorCode::bad_pem, "wrong padding");
  if (rest >= 2) out.push_back(static_cast<std::uint8_t>(bits >> (rest == 2 ? 4 : 10)));
  if (rest == 3) out.push_back(static_cast<std::uint8_t>(bits >> 2));
  return out;
}

}  // namespace

Result<std::vector<PemBlock>> read_pem(Bytes octets, bool (*wanted)(std::string_view label) noexcept) {
  const std::string_view text = as_text(octets);
  std::vector<PemBlock> blocks;
  for (std::size_t at = text.find(begin_mark); at != std::string_view::npos; at = text.find(begin_mark, at)) {
    const std::size_t label_at = at + begin_mark.size();
    const std::size_t label_end = text.find(dashes, label_at);
    if (label_end == std::string_view::npos) return fail(ErrorCode::bad_pem, "a BEGIN line does not end");
    const std::string_view label = text.substr(label_at, label_end - label_at);
    const std::size_t body_at = label_end + dashes.size();
    const std::size_t body_end = text.find(end_mark, body_at);
    if (body_end == std::string_view::npos) return fail(ErrorCode::bad_pem, "a block has no END line");
    const std::string_view end = text.substr(body_end + end_mark.size());
    if (!end.starts_with(label) || !end.substr(label.size()).starts_with(dashes))
      return fail(ErrorCode::bad_pem, "a block's END line names something else than its BEGIN line");
    at = body_end + end_mark.size() + label.size();
    if (!wanted(label)) continue;
    auto decoded = decode_base64(without_headers(text.substr(body_at, body_end - body_at)));
    if (!decoded) return fail(decoded.error());
    blocks.push_back({std::string(label), std::move(*decoded)});
  }
  return blocks;
}

bool is_certificate_label(std::string_view label) noexcept {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE";
}

std::string write_pem(std::string_view label, Bytes octets) {
  std::string text;
  text.append(begin_mark).append(label).append(dashes).append("\n");
  std::size_t column = 0;
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, octets.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < count ? octets[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? alphabet[(bits >> (18 - 6 * k)) & 63] : '=';
    column += 4;
    if (column == 64 || i + 3 >= octets.size()) {
      text += '\n';
      column = 0;
    }
  }
  text.append(end_mark).append(label).append(dashes).append("\n");
  return text;
}

}  // namespace handfast::wire
