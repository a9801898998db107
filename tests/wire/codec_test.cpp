// Fields of every kind: bounds, truncation, round trips, the sticky error.
#include "wire/codec.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "support/vectors.hpp"

namespace handfast {
namespace {

using test::from_hex;
using test::to_hex;
using wire::Between;
using wire::decode;
using wire::encode;
using wire::Fixed;
using wire::List;
using wire::Opaque;
using wire::Rest;
using wire::Text;
using wire::Uint24;

// A structure with every kind of field.
struct Point {
  std::uint8_t x = 0;
  Opaque<1, 1, 4> y;
  static constexpr void wire(auto& io, auto& m) {
    io("x", m.x);
    io("y", m.y);
  }
};
struct Everything {
  std::uint8_t one = 0;
  std::uint16_t two = 0;
  Uint24 three;
  std::uint32_t four = 0;
  NamedGroup group{};
  Between<std::uint8_t{3}, std::uint8_t{5}> bounded;
  Fixed<2> fixed;
  Opaque<1, 1, 4> opaque;
  Text<2, 0, 10> text;
  List<std::uint16_t, 1, 2, 6> numbers;
  List<Point, 2, 0, 20> points;
  Point point;
  Rest rest;
  static constexpr void wire(auto& io, auto& m) {
    io("one", m.one);
    io("two", m.two);
    io("three", m.three);
    io("four", m.four);
    io("group", m.group);
    io("bounded", m.bounded);
    io("fixed", m.fixed);
    io("opaque", m.opaque);
    io("text", m.text);
    io("numbers", m.numbers);
    io("points", m.points);
    io("point", m.point);
    io("rest", m.rest);
  }
};
constexpr const char* everything =
    "01 0203 040506 0708090a 001d 04 aabb 01cc 00026869 0411112222 0007 010155 02026677 03 0199 eeff";

template <class T>
Octets encoded(const T& value) {
  Octets out(wire::encoded_size(value));
  const auto size = encode(value, out);
  EXPECT_TRUE(size) << describe(size.error());
  EXPECT_EQ(size.value_or(0), out.size());
  return out;
}
template <class T>
Error error_of(const char* hex) {
  const Octets octets = from_hex(hex);
  const auto decoded = decode<T>(octets);
  EXPECT_FALSE(decoded) << "decoded: " << hex;
  return decoded ? Error() : decoded.error();
}

TEST(Codec, ReadsEveryKindOfField) {
  const Octets octets = from_hex(everything);
  const auto value = decode<Everything>(octets);
  ASSERT_TRUE(value) << describe(value.error());
  EXPECT_EQ(value->one, 1);
  EXPECT_EQ(value->two, 0x0203);
  EXPECT_EQ(value->three, 0x040506U);
  EXPECT_EQ(value->four, 0x0708090aU);
  EXPECT_EQ(value->group, NamedGroup::x25519);
  EXPECT_EQ(value->bounded, 4);
  EXPECT_EQ(to_hex(value->fixed), "aabb");
  EXPECT_EQ(to_hex(value->opaque), "cc");
  EXPECT_EQ(value->text.text(), "hi");
  EXPECT_EQ(value->numbers.count(), 2U);
  EXPECT_TRUE(value->numbers.contains(0x2222));
  EXPECT_FALSE(value->numbers.contains(0x1122));
  EXPECT_EQ(value->points.count(), 2U);
  EXPECT_EQ(value->points.front().x, 1);
  std::string points;
  for (const Point& point : value->points) points += to_hex(point.y) + ' ';
  EXPECT_EQ(points, "55 6677 ");
  EXPECT_EQ(to_hex(value->point.y), "99");
  EXPECT_EQ(to_hex(value->rest), "eeff");
}

TEST(Codec, IsAViewOfTheOctets) {
  const Octets octets = from_hex(everything);
  const auto value = decode<Everything>(octets);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->fixed.data(), octets.data() + 13);
  EXPECT_EQ(value->rest.data() + value->rest.size(), octets.data() + octets.size());
  EXPECT_EQ(value->numbers.octets().data(), octets.data() + 22);
}

TEST(Codec, WritesWhatItRead) {
  const Octets octets = from_hex(everything);
  const auto value = decode<Everything>(octets);
  ASSERT_TRUE(value);
  EXPECT_EQ(to_hex(encoded(*value)), to_hex(octets));
}

TEST(Codec, WritesArraysOfTheCaller) {
  const Octets octets = from_hex(everything);
  const std::array<std::uint8_t, 2> fixed = {0xaa, 0xbb};
  const std::array<std::uint16_t, 2> numbers = {0x1111, 0x2222};
  const Octets cc = from_hex("cc"), a = from_hex("55"), b = from_hex("6677"), c = from_hex("99"),
               rest = from_hex("eeff");
  const std::vector<Point> points = {{1, a}, {2, b}};
  Everything value;
  value.one = 1;
  value.two = 0x0203;
  value.three = 0x040506;
  value.four = 0x0708090a;
  value.group = NamedGroup::x25519;
  value.bounded = 4;
  value.fixed = fixed;
  value.opaque = cc;
  value.text = as_bytes("hi");
  value.numbers = numbers;
  value.points = points;
  value.point = {3, c};
  value.rest = rest;
  EXPECT_EQ(to_hex(encoded(value)), to_hex(octets));
  EXPECT_EQ(value.points.count(), 2U);
  EXPECT_TRUE(value.numbers.contains(0x1111));
  EXPECT_TRUE(value.numbers.octets().empty());
  EXPECT_EQ(value.points.front().x, 1);
}

TEST(Codec, RefusesEveryTruncationAndNamesTheField) {
  const Octets octets = from_hex(everything);
  // The field that is cut when so many octets are left; up to the start of rest, which may be empty.
  const std::vector<std::pair<std::size_t, const char*>> ends = {
      {1, "one"},      {3, "two"},    {6, "three"},   {10, "four"}, {12, "group"},
      {13, "bounded"}, {15, "fixed"}, {17, "opaque"}, {21, "text"}, {26, "numbers"},
      {35, "points"},  {36, "x"},     {38, "y"}};
  std::size_t size = 0;
  std::size_t start = 0;
  for (const auto& [end, field] : ends) {
    for (; size < end; ++size) {
      Octets cut(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
      const auto decoded = decode<Everything>(cut);
      ASSERT_FALSE(decoded) << size;
      EXPECT_EQ(decoded.error().code, ErrorCode::truncated) << size;
      EXPECT_EQ(decoded.error().alert, AlertDescription::decode_error) << size;
      EXPECT_STREQ(decoded.error().field, field) << size;
      EXPECT_EQ(decoded.error().offset, start) << size;
    }
    start = end;
  }
}

struct Numbers {
  List<std::uint16_t, 1, 2, 6> numbers;
  static constexpr void wire(auto& io, auto& m) { io("numbers", m.numbers); }
};
struct Octet4 {
  Opaque<1, 1, 4> octets;
  static constexpr void wire(auto& io, auto& m) { io("octets", m.octets); }
};
struct Points {
  List<Point, 2, 3, 7> points;
  static constexpr void wire(auto& io, auto& m) { io("points", m.points); }
};
struct Bounded {
  Between<std::uint16_t{64}, std::uint16_t{100}> number;
  static constexpr void wire(auto& io, auto& m) { io("number", m.number); }
};

TEST(Codec, ReadsBoundsOfOpaque) {
  EXPECT_TRUE(decode<Octet4>(from_hex("01aa")));
  EXPECT_TRUE(decode<Octet4>(from_hex("04aabbccdd")));
  EXPECT_EQ(error_of<Octet4>("00").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<Octet4>("05aabbccddee").code, ErrorCode::vector_too_long);
  EXPECT_EQ(error_of<Octet4>("02aa").code, ErrorCode::truncated);
}

TEST(Codec, ReadsBoundsOfLists) {
  EXPECT_TRUE(decode<Numbers>(from_hex("021111")));
  EXPECT_TRUE(decode<Numbers>(from_hex("06111122223333")));
  EXPECT_EQ(error_of<Numbers>("00").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<Numbers>("0811112222333344 44").code, ErrorCode::vector_too_long);
  EXPECT_EQ(error_of<Numbers>("03111122").code, ErrorCode::vector_not_multiple);
  EXPECT_EQ(error_of<Points>("00020101").code, ErrorCode::vector_too_short);
  EXPECT_EQ(error_of<Points>("00080101aa 0204bbccddee").code, ErrorCode::vector_too_long);
}

TEST(Codec, ReadsBoundsOfNumbers) {
  EXPECT_EQ(decode<Bounded>(from_hex("0040"))->number, 64);
  EXPECT_EQ(decode<Bounded>(from_hex("0064"))->number, 100);
  for (const char* hex : {"003f", "0065", "ffff"}) {
    const Error error = error_of<Bounded>(hex);
    EXPECT_EQ(error.code, ErrorCode::illegal_value);
    EXPECT_EQ(error.alert, AlertDescription::illegal_parameter);
    EXPECT_STREQ(error.field, "number");
  }
}

TEST(Codec, AnElementEndsWhereItsListEnds) {
  const Error error = error_of<Points>("0006 0101aa 0202bb cc");
  EXPECT_EQ(error.code, ErrorCode::truncated);
  EXPECT_STREQ(error.field, "y");
  EXPECT_EQ(error.offset, 6U);
}

TEST(Codec, RefusesTrailingData) {
  const Error error = error_of<Octet4>("01aabb");
  EXPECT_EQ(error.code, ErrorCode::trailing_data);
  EXPECT_EQ(error.field, nullptr);
  EXPECT_EQ(error.offset, 2U);
}

struct Two {
  Numbers first;
  Octet4 second;
  static constexpr void wire(auto& io, auto& m) {
    io("first", m.first);
    io("second", m.second);
  }
};
TEST(Codec, KeepsTheFirstError) {
  // The list is damaged, and so is what follows.
  const Error error = error_of<Two>("03111122 00");
  EXPECT_EQ(error.code, ErrorCode::vector_not_multiple);
  EXPECT_STREQ(error.field, "numbers");
  EXPECT_EQ(error.offset, 0U);
}

TEST(Codec, AFailedReadNeedsNoOctetsBehindIt) {
  EXPECT_EQ(error_of<Everything>("").offset, 0U);
  EXPECT_STREQ(error_of<Everything>("").field, "one");
}

struct Pair {
  Fixed<2> fixed;
  static constexpr void wire(auto& io, auto& m) { io("fixed", m.fixed); }
};
TEST(Codec, RefusesToWriteWhatBreaksABound) {
  std::array<std::uint8_t, 64> out{};
  const Octets five(5), one(1);
  const std::vector<std::uint16_t> many(4);
  const auto expect_refused = [](const Result<std::size_t>& result, const char* field) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::internal_error);
    EXPECT_EQ(result.error().fault(), Fault::caller);
    EXPECT_STREQ(result.error().field, field);
  };
  expect_refused(encode(Octet4{five}, out), "octets");
  expect_refused(encode(Octet4{}, out), "octets");
  expect_refused(encode(Numbers{many}, out), "numbers");
  expect_refused(encode(Pair{one}, out), "fixed");
}

TEST(Codec, ABufferThatIsTooSmallIsNeverOverrun) {
  const Octets octets = from_hex(everything);
  const auto value = decode<Everything>(octets);
  ASSERT_TRUE(value);
  for (std::size_t size = 0; size < octets.size(); ++size) {
    Octets out(size);  // the sanitizer watches its end
    const auto result = encode(*value, out);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::buffer_too_small);
  }
}

struct Message {
  static constexpr auto type = HandshakeType::finished;
  static constexpr const char* name = "finished";
  Rest rest;
  static constexpr void wire(auto& io, auto& m) { io("rest", m.rest); }
};

TEST(Codec, PutsTheHeaderInFrontOfAMessage) {
  const Octets body = from_hex("aabbcc");
  Octets out = from_hex("77");
  ASSERT_TRUE(wire::append_message(Message{body}, out));
  EXPECT_EQ(to_hex(out), "7714000003aabbcc");
  std::array<std::uint8_t, 7> exact{};
  EXPECT_EQ(wire::encode_message(Message{body}, exact).value(), 7U);
  EXPECT_EQ(to_hex(exact), "14000003aabbcc");
  for (std::size_t size = 0; size < 7; ++size)
    EXPECT_EQ(wire::encode_message(Message{body}, MutableBytes(exact).first(size)).error().code,
              ErrorCode::buffer_too_small);
}

struct Bad : Octet4 {
  static constexpr auto type = HandshakeType::finished;
  static constexpr const char* name = "finished";
};
TEST(Codec, AppendingLeavesTheBufferAloneAfterAnError) {
  Octets out = from_hex("77");
  const auto result = wire::append_message(Bad{}, out);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, HandshakeType::finished);
  EXPECT_EQ(to_hex(out), "77");
}

TEST(Codec, AMessageMustFitItsLengthField) {
  const Octets body(0x1000000);
  Octets out;
  EXPECT_EQ(wire::append_message(Message{body}, out).error().code, ErrorCode::internal_error);
}

TEST(Codec, DecodingIntoASlotReplacesWhatWasThere) {
  Everything slot;
  const Octets octets = from_hex(everything);
  ASSERT_TRUE(wire::decode_into(slot, octets));
  EXPECT_FALSE(wire::decode_into(slot, {}));
  EXPECT_TRUE(slot.points.empty());
  EXPECT_TRUE(slot.rest.empty());
}

TEST(BigEndian, LoadsAndStoresWhatTheRfcsDraw) {
  const std::array<std::uint8_t, 4> octets = {0x01, 0x02, 0x03, 0xff};
  EXPECT_EQ(wire::load<1>(octets.data()), 0x01U);
  EXPECT_EQ(wire::load<2>(octets.data()), 0x0102U);
  EXPECT_EQ(wire::load<3>(octets.data()), 0x010203U);
  EXPECT_EQ(wire::load<4>(octets.data()), 0x010203ffU);
  std::array<std::uint8_t, 4> out{};
  wire::store<3>(out.data(), 0xa1b2c3);
  EXPECT_EQ(to_hex(out), "a1b2c300");
  wire::store<4>(out.data(), 0xdeadbeef);
  EXPECT_EQ(to_hex(out), "deadbeef");
  EXPECT_EQ(wire::largest<1>, 0xffU);
  EXPECT_EQ(wire::largest<2>, 0xffffU);
  EXPECT_EQ(wire::largest<3>, 0xffffffU);
  EXPECT_EQ(wire::largest<4>, 0xffffffffU);
}

TEST(List, IteratesLikeARange) {
  const Octets octets = from_hex("06111122223333");
  const auto value = decode<Numbers>(octets);
  ASSERT_TRUE(value);
  static_assert(std::ranges::forward_range<decltype(value->numbers)>);
  std::vector<std::uint16_t> seen;
  for (auto it = value->numbers.begin(); it != value->numbers.end(); it++) seen.push_back(*it);
  EXPECT_EQ(seen, (std::vector<std::uint16_t>{0x1111, 0x2222, 0x3333}));
  EXPECT_EQ(std::ranges::distance(value->numbers), 3);
}

TEST(List, AnEmptyListHasNoElements) {
  const List<std::uint16_t, 1, 0, 6> nothing;
  EXPECT_TRUE(nothing.empty());
  EXPECT_EQ(nothing.count(), 0U);
  EXPECT_EQ(nothing.begin(), nothing.end());
  EXPECT_FALSE(nothing.contains(0));
}

// A temporary that owns its octets would die before the message is written.
static_assert(!std::is_constructible_v<Opaque<1, 0, 4>, Octets&&>);
static_assert(std::is_constructible_v<Opaque<1, 0, 4>, const Octets&>);
static_assert(!std::is_constructible_v<List<std::uint16_t, 1, 2, 6>, std::vector<std::uint16_t>&&>);
static_assert(std::is_trivially_copyable_v<Everything> && std::is_trivially_destructible_v<Everything>);

}  // namespace
}  // namespace handfast
