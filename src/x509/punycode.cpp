// Punycode, the encoding half.
#include "x509/punycode.hpp"

#include <algorithm>
#include <vector>

#include "x509/der.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {
namespace {

// RFC 3492 §5.
constexpr std::uint32_t base = 36;
constexpr std::uint32_t least_threshold = 1;
constexpr std::uint32_t greatest_threshold = 26;

/// RFC 3492 §6.1.
std::uint32_t adapt(std::uint32_t delta, std::uint32_t points, bool first) noexcept {
  delta = first ? delta / 700 : delta / 2;
  delta += delta / points;
  std::uint32_t k = 0;
  for (; delta > (base - least_threshold) * greatest_threshold / 2; k += base)
    delta /= base - least_threshold;
  return k + (base - least_threshold + 1) * delta / (delta + 38);
}

void append_number(std::string& out, std::uint32_t number, std::uint32_t bias) {
  const auto digit = [](std::uint32_t value) {
    return static_cast<char>(value < 26 ? 'a' + value : '0' + value - 26);
  };
  for (std::uint32_t k = base;; k += base) {
    const std::uint32_t threshold = k <= bias ? least_threshold : std::min(k - bias, greatest_threshold);
    if (number < threshold) break;
    out += digit(threshold + (number - threshold) % (base - threshold));
    number = (number - threshold) / (base - threshold);
  }
  out += digit(number);
}

/// RFC 3492 §6.3.
std::string encode(const std::vector<std::uint32_t>& label) {
  std::string out = "xn--";
  for (const std::uint32_t c : label)
    if (c < 0x80) out += static_cast<char>(c);
  const auto basic = static_cast<std::uint32_t>(out.size() - 4);
  if (basic > 0) out += '-';
  std::uint32_t next = 0x80;
  std::uint32_t delta = 0;
  std::uint32_t bias = 72;
  for (std::uint32_t done = basic; done < label.size(); ++next, ++delta) {
    std::uint32_t smallest = 0x110000;
    for (const std::uint32_t c : label)
      if (c >= next) smallest = std::min(smallest, c);
    delta += (smallest - next) * (done + 1);
    next = smallest;
    for (const std::uint32_t c : label) {
      if (c < next) ++delta;
      if (c != next) continue;
      append_number(out, delta, bias);
      bias = adapt(delta, done + 1, done == basic);
      delta = 0;
      ++done;
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> to_a_labels(std::string_view name) {
  std::string out;
  std::vector<std::uint32_t> label;
  Characters characters(tag::utf8_string, as_bytes(name));
  for (;;) {
    const std::uint32_t c = characters.next();
    if (c == Characters::bad) return std::nullopt;
    if (c != '.' && c != Characters::end) {
      label.push_back(c);
      // Longer ones are no labels; they would only make the numbers run over.
      if (label.size() > 63) return std::nullopt;
      continue;
    }
    const bool ascii = std::all_of(label.begin(), label.end(), [](std::uint32_t x) { return x < 0x80; });
    if (ascii) {
      for (const std::uint32_t x : label) out += static_cast<char>(x);
    } else {
      out += encode(label);
    }
    if (c == Characters::end) return out;
    out += '.';
    label.clear();
  }
}

}  // namespace handfast::x509
