// Writing DER.
#include "x509/der_writer.hpp"

#include <array>
#include <cstdio>

namespace handfast::x509::der {

Octets value(std::uint8_t tag_octet, std::initializer_list<Bytes> parts) {
  std::size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  Octets out = {tag_octet};
  if (size < 0x80) {
    out.push_back(static_cast<std::uint8_t>(size));
  } else {
    int octets = 1;
    while (octets < 4 && size >> (8 * octets) != 0) ++octets;
    out.push_back(static_cast<std::uint8_t>(0x80 | octets));
    while (octets-- > 0) out.push_back(static_cast<std::uint8_t>(size >> (8 * octets)));
  }
  for (const Bytes part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

Octets value(std::uint8_t tag_octet, Bytes contents) { return value(tag_octet, {contents}); }

Octets integer(Bytes magnitude) {
  while (magnitude.size() > 1 && magnitude.front() == 0) magnitude = magnitude.subspan(1);
  static constexpr std::array<std::uint8_t, 1> zero = {0};
  if (magnitude.empty()) return value(tag::integer, Bytes(zero));
  if (magnitude.front() >= 0x80) return value(tag::integer, {Bytes(zero), magnitude});
  return value(tag::integer, magnitude);
}

Octets integer(std::uint32_t number) {
  const std::array<std::uint8_t, 4> octets = {
      static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return integer(Bytes(octets));
}

Octets bit_string(Bytes octets) {
  static constexpr std::array<std::uint8_t, 1> no_unused = {0};
  return value(tag::bit_string, {Bytes(no_unused), octets});
}

Octets named_bits(std::uint16_t nine_bits) {
  const auto shifted = static_cast<std::uint16_t>(nine_bits << 7);  // bit 0 becomes the first of two octets
  const std::array<std::uint8_t, 2> octets = {static_cast<std::uint8_t>(shifted >> 8),
                                              static_cast<std::uint8_t>(shifted)};
  const std::size_t size = octets[1] != 0 ? 2 : 1;
  std::uint8_t unused = 0;
  for (std::uint8_t last = octets[size - 1]; last != 0 && (last & 1) == 0;
       last = static_cast<std::uint8_t>(last >> 1))
    ++unused;
  return value(tag::bit_string, {Bytes(&unused, 1), Bytes(octets).first(size)});
}

Octets time(Time moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(moment - day));
  const int year = static_cast<int>(date.year());
  const bool utc = year >= 1950 && year < 2050;
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), utc ? "%02d%02u%02u%02d%02d%02dZ" : "%04d%02u%02u%02d%02d%02dZ",
                    utc ? year % 100 : year, static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                    static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return value(utc ? tag::utc_time : tag::generalized_time,
               as_bytes(std::string_view(text.data(), static_cast<std::size_t>(size))));
}

}  // namespace handfast::x509::der
