// Times in certificates.
#include "x509/time.hpp"

#include <utility>

namespace handfast::x509 {
namespace {

/// The number that two digits make, or -1.
int two_digits(const std::uint8_t* at) noexcept {
  const unsigned tens = at[0] - unsigned{'0'};
  const unsigned ones = at[1] - unsigned{'0'};
  return tens <= 9 && ones <= 9 ? static_cast<int>(tens * 10 + ones) : -1;
}

std::chrono::sys_seconds read_element(Der& der, const Element& element, const char* field) noexcept {
  using namespace std::chrono;
  if (element.tag == 0) return {};
  const auto bad = [&] {
    der.fail(FindingCode::bad_time, field, element.whole.data());
    return sys_seconds{};
  };
  Bytes text = element.content;
  const bool generalized = element.tag == tag::generalized_time;
  // RFC 5280 §4.1.2.5.1 and §4.1.2.5.2: with seconds, without fractions, in Greenwich time
  // [5280:4.1.2.5.1#1] [5280:4.1.2.5.2#1,2].
  if (text.size() != (generalized ? 15U : 13U) || text.back() != 'Z') return bad();
  int century = 0;
  if (generalized) {
    century = two_digits(text.data());
    text = text.subspan(2);
  }
  int part[6];  // year in its century, month, day, hour, minute, second
  for (std::size_t i = 0; i < 6; ++i) {
    part[i] = two_digits(text.data() + 2 * i);
    if (part[i] < 0) return bad();
  }
  if (century < 0) return bad();
  // [5280:4.1.2.5.1#2,3]
  if (!generalized) century = part[0] >= 50 ? 19 : 20;
  const year_month_day date{year{century * 100 + part[0]}, month{static_cast<unsigned>(part[1])},
                            day{static_cast<unsigned>(part[2])}};
  if (!date.ok() || part[3] > 23 || part[4] > 59 || part[5] > 59) return bad();
  return sys_days{date} + hours{part[3]} + minutes{part[4]} + seconds{part[5]};
}

void append_two(std::string& text, unsigned value) {
  text += static_cast<char>('0' + value / 10 % 10);
  text += static_cast<char>('0' + value % 10);
}

}  // namespace

std::chrono::sys_seconds read_time(Der& der, const char* field) noexcept {
  // RFC 5280 §4.1.2.5: either type, whatever the year [5280:4.1.2.5#2].
  if (der.next_is(tag::generalized_time)) return read_generalized_time(der, field);
  return read_element(der, der.element(tag::utc_time, field), field);
}

std::chrono::sys_seconds read_generalized_time(Der& der, const char* field) noexcept {
  return read_element(der, der.element(tag::generalized_time, field), field);
}

std::string to_timestamp(std::chrono::sys_seconds time) {
  using namespace std::chrono;
  const auto day_start = floor<days>(time);
  const year_month_day date{day_start};
  const hh_mm_ss clock{time - day_start};
  std::string text = std::to_string(static_cast<int>(date.year()));
  if (text.size() < 4) text.insert(0, 4 - text.size(), '0');
  for (const auto& [separator, part] : {std::pair{'-', static_cast<unsigned>(date.month())},
                                        std::pair{'-', static_cast<unsigned>(date.day())},
                                        std::pair{'T', static_cast<unsigned>(clock.hours().count())},
                                        std::pair{':', static_cast<unsigned>(clock.minutes().count())},
                                        std::pair{':', static_cast<unsigned>(clock.seconds().count())}}) {
    text += separator;
    append_two(text, part);
  }
  text += 'Z';
  return text;
}

std::string to_text(std::chrono::sys_seconds time) {
  std::string text = to_timestamp(time);
  text[text.find('T')] = ' ';
  text.back() = ' ';
  return text.append("UTC");
}

}  // namespace handfast::x509
