// Distinguished names.
#include "x509/name.hpp"

#include <algorithm>
#include <vector>

#include "x509/oid.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {
namespace {

/// A text as RFC 5280 §7.1 compares it: folded characters, without leading, trailing and repeated blanks
/// [5280:7.1#1,3].
class FoldedText {
 public:
  FoldedText(std::uint8_t tag, Bytes value) noexcept : characters_(tag, value) { skip_blanks(); }

  /// The next character; Characters::end at the end, Characters::bad where the text does not decode.
  std::uint32_t next() noexcept {
    const std::uint32_t c = ahead_;
    if (c == Characters::end || c == Characters::bad) return c;
    if (!is_blank(c)) {
      ahead_ = characters_.next();
      return fold(c);
    }
    skip_blanks();
    return ahead_ == Characters::end ? Characters::end : U' ';
  }

 private:
  static bool is_blank(std::uint32_t c) noexcept { return c == ' ' || (c >= 9 && c <= 13) || c == 0xa0; }
  void skip_blanks() noexcept {
    do ahead_ = characters_.next();
    while (is_blank(ahead_));
  }

  Characters characters_;
  std::uint32_t ahead_ = Characters::end;
};

bool same_value(const Attribute& a, const Attribute& b) noexcept {
  if (a.tag == b.tag && equal(a.value, b.value)) return true;
  if (!is_text(a.tag) || !is_text(b.tag)) return false;
  FoldedText left(a.tag, a.value);
  FoldedText right(b.tag, b.value);
  for (;;) {
    const std::uint32_t l = left.next();
    const std::uint32_t r = right.next();
    if (l != r || l == Characters::bad) return false;
    if (l == Characters::end) return true;
  }
}

Attribute read_attribute(Der& group, const char* field) noexcept {
  Der pair = group.sequence(field);
  Attribute attribute{};
  attribute.type = pair.object_identifier(field);
  const Element value = pair.any(field);
  attribute.tag = value.tag;
  attribute.value = value.content;
  pair.finish(field);
  return attribute;
}

constexpr std::size_t largest_group = 8;

/// Whether each attribute of one group has its equal in the other. Groups beyond 8 attributes compare octet
/// by octet only, so that the work stays small.
bool same_group(Bytes a, Bytes b) noexcept {
  if (equal(a, b)) return true;
  Fault fault(a);
  std::array<Attribute, largest_group> left;
  std::size_t count = 0;
  for (Der group(a, fault); group.more();) {
    if (count == largest_group) return false;
    left[count++] = read_attribute(group, "Name");
  }
  std::size_t matched = 0;
  std::uint32_t used = 0;
  for (Der group(b, fault); group.more(); ++matched) {
    const Attribute wanted = read_attribute(group, "Name");
    std::size_t i = 0;
    while (i < count &&
           ((used >> i & 1U) != 0 || !equal(left[i].type, wanted.type) || !same_value(left[i], wanted)))
      ++i;
    if (i == count) return false;
    used |= 1U << i;
  }
  return matched == count && !fault.happened();
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
  return hash ^ (hash >> 29);
}

std::uint64_t attribute_hash(const Attribute& attribute) noexcept {
  std::uint64_t hash = 0x243f6a8885a308d3U;
  for (const std::uint8_t octet : attribute.type) hash = mix(hash, octet);
  if (!is_text(attribute.tag)) {
    for (const std::uint8_t octet : attribute.value) hash = mix(hash, octet);
    return hash;
  }
  FoldedText text(attribute.tag, attribute.value);
  for (std::uint32_t c = text.next(); c != Characters::end && c != Characters::bad; c = text.next())
    hash = mix(hash, c);
  return hash;
}

/// Characters that make a terminal or a reader see something else: controls, marks of direction, and what
/// takes no room at all (Unicode's Default_Ignorable_Code_Point, as far as it occurs).
bool is_invisible(std::uint32_t c) noexcept {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  static constexpr Range ranges[] = {{0, 0x1f},        {0x7f, 0x9f},      {0xad, 0xad},     {0x61c, 0x61c},
                                     {0x115f, 0x1160}, {0x180b, 0x180f},  {0x200b, 0x200f}, {0x2028, 0x202e},
                                     {0x2060, 0x206f}, {0x3164, 0x3164},  {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
                                     {0xfff0, 0xfffb}, {0xe0000, 0xe0fff}};
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

/// RFC 4514 §2.4, and invisible characters in hexadecimal.
std::string escaped(std::uint8_t tag, Bytes value) {
  std::string out;
  Characters characters(tag, value);
  for (std::uint32_t c = characters.next(); c != Characters::end; c = characters.next()) {
    if (c == Characters::bad) c = 0xfffd;
    std::string one;
    append_utf8(one, c);
    const bool special = c < 0x80 && std::string_view(",+\"\\<>;").find(one[0]) != std::string_view::npos;
    if (is_invisible(c)) {
      for (const char octet : one) append_hex(out += '\\', static_cast<std::uint8_t>(octet));
    } else {
      if (special || (out.empty() && (c == ' ' || c == '#'))) out += '\\';
      out += one;
    }
  }
  if (out.ends_with(' ') && !out.ends_with("\\ ")) {
    out.back() = '\\';
    out += ' ';
  }
  return out;
}

std::string attribute_text(const Attribute& attribute) {
  const std::string type = oid::name_or_dotted(attribute.type);
  if (is_text(attribute.tag)) return joined({type, "=", escaped(attribute.tag, attribute.value)});
  return joined({type, "=#", hex(attribute.value)});
}

}  // namespace

Bytes read_name(Der& der, const char* field) noexcept {
  const Element name = der.element(tag::sequence, field);
  Der groups(name.content, der.fault());
  while (groups.more()) {
    Der group = groups.non_empty(tag::set, field);
    while (group.more()) read_attribute(group, field);
  }
  return name.whole;
}

AttributeReader::AttributeReader(Bytes name) noexcept
    : fault_(name), groups_(Der(name, fault_).sequence("Name")), group_({}, fault_) {}

bool AttributeReader::next(Attribute& attribute) noexcept {
  starts_group_ = !group_.more();
  if (starts_group_) {
    if (!groups_.more()) return false;
    group_ = groups_.inside(tag::set, "Name");
  }
  attribute = read_attribute(group_, "Name");
  return !fault_.happened();
}

bool is_within(Bytes name, Bytes base) noexcept {
  Fault fault(name);
  Der groups = Der(name, fault).sequence("Name");
  Der wanted = Der(base, fault).sequence("Name");
  while (wanted.more()) {
    if (!groups.more()) return false;
    if (!same_group(groups.content(tag::set, "Name"), wanted.content(tag::set, "Name"))) return false;
  }
  return !fault.happened();
}

bool same_name(Bytes a, Bytes b) noexcept {
  if (equal(a, b)) return true;
  Fault fault(a);
  Der left = Der(a, fault).sequence("Name");
  Der right = Der(b, fault).sequence("Name");
  while (left.more() && right.more())
    if (!same_group(left.content(tag::set, "Name"), right.content(tag::set, "Name"))) return false;
  return !left.more() && !right.more() && !fault.happened();
}

std::uint64_t name_hash(Bytes name) noexcept {
  std::uint64_t hash = 0;
  std::uint64_t group = 0;
  Attribute attribute{};
  for (AttributeReader reader(name); reader.next(attribute);) {
    if (reader.starts_group()) {
      hash = mix(hash, group);
      group = 0;
    }
    group += attribute_hash(attribute);  // a group is a set: its order does not matter
  }
  return mix(hash, group);
}

std::string to_text(Bytes name) {
  std::vector<std::string> groups;
  Attribute attribute{};
  for (AttributeReader reader(name); reader.next(attribute);) {
    if (reader.starts_group())
      groups.push_back(attribute_text(attribute));
    else
      groups.back().append("+").append(attribute_text(attribute));
  }
  std::string out;
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
    if (!out.empty()) out += ',';
    out += *group;
  }
  return out;
}

std::string last_value(Bytes name, Bytes type) {
  std::string found;
  Attribute attribute{};
  for (AttributeReader reader(name); reader.next(attribute);)
    if (equal(attribute.type, type)) found = text_of(attribute.tag, attribute.value);
  return found;
}

std::string text_of(std::uint8_t tag, Bytes value) {
  std::string out;
  if (!is_text(tag)) return out;
  Characters characters(tag, value);
  for (std::uint32_t c = characters.next(); c != Characters::end; c = characters.next())
    append_utf8(out, c == Characters::bad ? 0xfffd : c);
  return out;
}

}  // namespace handfast::x509
