// Blocks of extensions: order, unknown ones, duplicates, places.
#include <vector>

#include <gtest/gtest.h>

#include "support/vectors.hpp"
#include "wire/codec.hpp"

namespace handfast {
namespace {

using test::from_hex;
using test::to_hex;
using wire::Empty;
using wire::ExtensionBlock;
using wire::ExtensionSlot;
using wire::Opaque;
using wire::Presence;

struct Name {
  Opaque<1, 1, 0xff> name;
  static constexpr void wire(auto& io, auto& m) { io("name", m.name); }
};
struct Known {
  std::optional<Name> server_name;
  std::optional<Empty> early_data;
  std::optional<Name> cookie;
  std::optional<Name> pre_shared_key;
  static constexpr auto last = ExtensionType::pre_shared_key;
  static bool recognized(ExtensionType type) { return !name_of(type).empty(); }
  static constexpr bool wire(auto& io, auto& m) {
    using enum ExtensionType;
    return io(server_name, m.server_name) || io(early_data, m.early_data) || io(cookie, m.cookie) ||
           io(pre_shared_key, m.pre_shared_key);
  }
};
template <Presence When>
struct Hello {
  ExtensionBlock<Known, When> extensions;
  static constexpr void wire(auto& io, auto& m) { io("extensions", m.extensions); }
};
using Strict = Hello<Presence::required>;
using Lenient = Hello<Presence::optional>;

Octets block(const char* hex) {
  const Octets octets = from_hex(hex);
  Octets out(2 + octets.size());
  wire::store<2>(out.data(), static_cast<std::uint32_t>(octets.size()));
  copy(octets, MutableBytes(out).subspan(2));
  return out;
}
template <class T>
std::string written(const T& value) {
  Octets out(wire::encoded_size(value));
  const auto size = wire::encode(value, out);
  return size && *size == out.size() ? to_hex(out) : "failed";
}
Error error_of(const Octets& octets) {
  const auto decoded = wire::decode<Strict>(octets);
  EXPECT_FALSE(decoded);
  return decoded ? Error() : decoded.error();
}

constexpr const char* psk = "0029 0002 01aa";
constexpr const char* name = "0000 0002 0162";
constexpr const char* early = "002a 0000";
constexpr const char* unknown = "1234 0003 010203";
constexpr const char* grease = "0a0a 0000";

std::string all(std::initializer_list<const char*> parts) {
  std::string text;
  for (const char* part : parts) text += part;
  return text;
}

TEST(ExtensionBlock, GivesEachExtensionToItsMember) {
  const Octets octets = block(all({name, early, psk}).c_str());
  const auto hello = wire::decode<Strict>(octets);
  ASSERT_TRUE(hello) << describe(hello.error());
  ASSERT_TRUE(hello->extensions.server_name);
  EXPECT_EQ(to_hex(hello->extensions.server_name->name), "62");
  EXPECT_TRUE(hello->extensions.early_data);
  EXPECT_FALSE(hello->extensions.cookie);
  EXPECT_TRUE(hello->extensions.pre_shared_key);
}

// [8446:4.1.2#13] [8446:9.3#4,5] [8446:4.3.2#5] [5746:3.6#6]
TEST(ExtensionBlock, KeepsOrderAndUnknownOnes) {
  const Octets octets = block(all({grease, early, unknown, name, psk}).c_str());
  const auto hello = wire::decode<Strict>(octets);
  ASSERT_TRUE(hello) << describe(hello.error());
  EXPECT_EQ(written(*hello), to_hex(octets));
  std::string types;
  for (const auto& entry : hello->extensions.received()) types += to_string(entry.extension_type) + ' ';
  EXPECT_EQ(types, "0x0a0a early_data 0x1234 server_name pre_shared_key ");
  EXPECT_TRUE(hello->extensions.contains(static_cast<ExtensionType>(0x1234)));
  EXPECT_TRUE(hello->extensions.contains(ExtensionType::early_data));
  EXPECT_FALSE(hello->extensions.contains(ExtensionType::cookie));
}

TEST(ExtensionBlock, WritesInTheOrderOfTheDescription) {
  const Octets b = from_hex("62"), aa = from_hex("aa");
  Strict hello;
  hello.extensions.pre_shared_key.emplace(aa);
  hello.extensions.early_data.emplace();
  hello.extensions.server_name.emplace(b);
  EXPECT_EQ(written(hello), to_hex(block(all({name, early, psk}).c_str())));
  EXPECT_TRUE(hello.extensions.contains(ExtensionType::early_data));
  EXPECT_FALSE(hello.extensions.contains(ExtensionType::cookie));
  EXPECT_TRUE(hello.extensions.received().empty());
}

TEST(ExtensionBlock, WritesInTheOrderThatWasSet) {
  const Octets b = from_hex("62"), aa = from_hex("aa"), data = from_hex("010203");
  Strict hello;
  hello.extensions.pre_shared_key.emplace(aa);
  hello.extensions.early_data.emplace();
  hello.extensions.server_name.emplace(b);
  const ExtensionSlot order[] = {
      ExtensionSlot::raw(static_cast<ExtensionType>(0x0a0a), {}),
      ExtensionSlot::member(ExtensionType::pre_shared_key),  // has to wait for the end
      ExtensionSlot::member(ExtensionType::early_data),
      ExtensionSlot::member(ExtensionType::cookie),  // is not set
      ExtensionSlot::raw(static_cast<ExtensionType>(0x1234), data)};
  hello.extensions.set_order(order);
  EXPECT_EQ(written(hello), to_hex(block(all({grease, early, unknown, name, psk}).c_str())));
  EXPECT_TRUE(hello.extensions.contains(static_cast<ExtensionType>(0x0a0a)));
}

TEST(ExtensionBlock, PutsTheOthersWhereTheirSlotStands) {
  const Octets b = from_hex("62"), aa = from_hex("aa"), data = from_hex("010203");
  Strict hello;
  hello.extensions.pre_shared_key.emplace(aa);
  hello.extensions.early_data.emplace();
  hello.extensions.server_name.emplace(b);
  const ExtensionSlot order[] = {ExtensionSlot::raw(static_cast<ExtensionType>(0x0a0a), {}),
                                 ExtensionSlot::others(), ExtensionSlot::others(),
                                 ExtensionSlot::raw(static_cast<ExtensionType>(0x1234), data)};
  hello.extensions.set_order(order);
  EXPECT_EQ(written(hello), to_hex(block(all({grease, name, early, unknown, psk}).c_str())));
}

TEST(ExtensionBlock, ADecodedBlockCanBeChanged) {
  const Octets octets = block(all({grease, early, unknown, psk}).c_str());
  const Octets b = from_hex("62");
  auto hello = wire::decode<Strict>(octets);
  ASSERT_TRUE(hello);
  hello->extensions.early_data.reset();
  hello->extensions.server_name.emplace(b);
  EXPECT_EQ(written(*hello), to_hex(block(all({grease, unknown, name, psk}).c_str())));
}

TEST(ExtensionBlock, TellsAnAbsentFromAnEmptyBlock) {
  const auto absent = wire::decode<Lenient>(from_hex(""));
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->extensions.was_received());
  EXPECT_EQ(written(*absent), "");
  const Octets zero = from_hex("0000");
  const auto empty = wire::decode<Lenient>(zero);
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->extensions.was_received());
  EXPECT_EQ(written(*empty), "0000");

  EXPECT_EQ(error_of({}).code, ErrorCode::truncated);
  EXPECT_EQ(written(Strict{}), "0000");
  Lenient with_grease;
  const ExtensionSlot order[] = {ExtensionSlot::raw(static_cast<ExtensionType>(0x0a0a), {})};
  with_grease.extensions.set_order(order);
  EXPECT_EQ(written(with_grease), to_hex(block(grease)));
}

// RFC 8446 §4.2 [8446:4.2#5] [5246:7.4.1.4#3]: no two extensions of one type.
TEST(ExtensionBlock, RefusesDuplicates) {
  for (const auto& parts :
       {all({name, early, name}), all({unknown, early, unknown}), all({grease, grease})}) {
    const Error error = error_of(block(parts.c_str()));
    EXPECT_EQ(error.code, ErrorCode::duplicate_extension) << parts;
    EXPECT_EQ(error.alert, AlertDescription::decode_error);
  }
  const Error error = error_of(block(all({name, early, name}).c_str()));
  EXPECT_STREQ(error.field, "server_name");
  EXPECT_EQ(error.offset, 2U + 6U + 4U);
  EXPECT_STREQ(error_of(block(all({unknown, unknown}).c_str())).field, "extension");
}

// RFC 8446 §4.2.11 [8446:4.2.11#9,10] [8446:4.2#4]: pre_shared_key is the last extension.
TEST(ExtensionBlock, RefusesALastExtensionThatIsNotLast) {
  const Error error = error_of(block(all({psk, early}).c_str()));
  EXPECT_EQ(error.code, ErrorCode::extension_not_last);
  EXPECT_STREQ(error.field, "pre_shared_key");
  EXPECT_EQ(error_of(block(all({psk, unknown}).c_str())).code, ErrorCode::extension_not_last);
}

// RFC 8446 §4.2 [8446:4.2#3]: a known extension that is not specified for the message is refused.
TEST(ExtensionBlock, RefusesAKnownExtensionInTheWrongPlace) {
  const Error error = error_of(block("0033 0002 0017"));
  EXPECT_EQ(error.code, ErrorCode::extension_not_allowed);
  EXPECT_EQ(error.alert, AlertDescription::illegal_parameter);
  EXPECT_STREQ(error.field, "key_share");
  EXPECT_EQ(error.offset, 2U);
}

TEST(ExtensionBlock, NamesTheFieldInsideOfAnExtension) {
  const Error error = error_of(block(all({early, "0000 0002 0562"}).c_str()));
  EXPECT_EQ(error.code, ErrorCode::truncated);
  EXPECT_STREQ(error.field, "name");
  EXPECT_EQ(error.offset, 2U + 4U + 4U);
}

TEST(ExtensionBlock, NamesAnExtensionThatHoldsTooMuch) {
  const Error error = error_of(block("002a 0001 00"));
  EXPECT_EQ(error.code, ErrorCode::trailing_data);
  EXPECT_STREQ(error.field, "early_data");
}

TEST(ExtensionBlock, RefusesTruncatedHeaders) {
  const Octets octets = block(all({early, unknown}).c_str());
  for (std::size_t size = 0; size < octets.size(); ++size) {
    // A block of that size, cut anywhere, with the right length in front.
    if (size < 2 || size == 2 || size == 6) continue;
    Octets cut(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
    cut[1] = static_cast<std::uint8_t>(size - 2);
    EXPECT_EQ(error_of(cut).code, ErrorCode::truncated) << size;
  }
  EXPECT_STREQ(error_of(block("00")).field, "extension_type");
  EXPECT_STREQ(error_of(block("002a00")).field, "early_data");
  EXPECT_STREQ(error_of(block("002a 0001")).field, "early_data");
  EXPECT_STREQ(error_of(block("1234 0001")).field, "extension");
}

/// A block of `count` unknown extensions without data.
Octets many(std::size_t count) {
  Octets octets(2 + 4 * count);
  wire::store<2>(octets.data(), static_cast<std::uint32_t>(4 * count));
  for (std::size_t i = 0; i < count; ++i)
    wire::store<2>(octets.data() + 2 + 4 * i, static_cast<std::uint32_t>(0x2000 + i));
  return octets;
}

TEST(ExtensionBlock, FindsDuplicatesAmongManyUnknownOnes) {
  for (const std::size_t count : {2U, 15U, 16U, 17U, 18U, 40U, 16383U}) {
    Octets octets = many(count);
    const auto sound = wire::decode<Strict>(octets);
    ASSERT_TRUE(sound) << count;
    EXPECT_EQ(sound->extensions.received().count(), count);
    for (const std::size_t first : {std::size_t{0}, (count - 1) / 2, count - 2}) {
      Octets twice = octets;
      const std::size_t at = 2 + 4 * (count - 1);
      twice[at] = octets[2 + 4 * first];
      twice[at + 1] = octets[2 + 4 * first + 1];
      const Error error = error_of(twice);
      EXPECT_EQ(error.code, ErrorCode::duplicate_extension) << count;
      EXPECT_EQ(error.offset, at) << count;
    }
  }
}

TEST(ExtensionBlock, ManyUnknownOnesTakeLinearTime) {
  // 16,383 extensions: a quadratic search would compare 134 million pairs a block, minutes in all.
  const Octets octets = many(16383);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(wire::decode<Strict>(octets));
}

TEST(ExtensionBlock, KnowsItsTypesInOrder) {
  constexpr auto types = wire::extension_types<Known>();
  static_assert(types.size() == 4 && types.front() == ExtensionType::server_name &&
                types.back() == ExtensionType::pre_shared_key);
  EXPECT_EQ(types[2], ExtensionType::cookie);
}

}  // namespace
}  // namespace handfast
