// Moments as people type them.
#include "utc_time.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace handfast::tool {
namespace {

constexpr std::int64_t latest_second =
    253402300799;  // 9999-12-31 23:59:59, the last that certificates can say

// Takes `count` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char digit : text.substr(0, count)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = 10 * value + (digit - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(wanted.size());
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

// "13:00" or "13:00:00".
std::optional<std::chrono::seconds> take_clock(std::string_view& text, bool with_seconds) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  std::chrono::seconds clock = std::chrono::hours{*hour} + std::chrono::minutes{*minute};
  if (!with_seconds) return clock;
  if (!take(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 59) return std::nullopt;
  return clock + std::chrono::seconds{*second};
}

std::optional<std::chrono::seconds> take_offset(std::string_view& text) {
  if (text.empty() || take(text, "Z") || take(text, " UTC")) return std::chrono::seconds{};
  const bool east = take(text, "+");
  if (!east && !take(text, "-")) return std::nullopt;
  const auto offset = take_clock(text, false);
  if (!offset) return std::nullopt;
  return east ? *offset : -*offset;
}

std::optional<Time> parse(std::string_view text) {
  if (take(text, "@")) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (seconds < 0 || seconds > latest_second) return std::nullopt;
    return Time{std::chrono::seconds{seconds}};
  }
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return Time{*date};
  if (!take(text, "T") && !take(text, " ")) return std::nullopt;
  const auto clock = take_clock(text, true);
  if (!clock) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return Time{*date + *clock - *offset};
}

}  // namespace

Outcome<Time> parse_time(std::string_view text) {
  if (const auto time = parse(text)) return *time;
  return usage_failure(
      fmt::format("\"{}\" is no time", printable(text)),
      "Write 2026-12-01, 2026-12-01T13:00:00Z, 2026-12-01T15:00:00+02:00 or @SECONDS since 1970.");
}

}  // namespace handfast::tool
