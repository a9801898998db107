// Names in subjectAltName, name constraints and distribution points.
#include "x509/general_name.hpp"

#include "x509/name.hpp"

namespace handfast::x509 {
namespace {

bool is_ascii(Bytes text) noexcept {
  return std::all_of(text.begin(), text.end(), [](std::uint8_t c) { return c < 0x80; });
}

/// Whether the tag is that of the form: [0] and [3] to [5] hold structures, the others are primitive.
bool fits(GeneralName::Kind kind, std::uint8_t tag) noexcept {
  using Kind = GeneralName::Kind;
  const auto number = static_cast<unsigned>(kind);
  const bool structured =
      kind == Kind::other || kind == Kind::x400 || kind == Kind::directory || kind == Kind::edi;
  return tag == (structured ? tag::constructed(number) : tag::context(number));
}

void check_other_name(Bytes content, Fault& fault, const char* field) noexcept {
  Der other(content, fault);
  other.object_identifier(field);
  Der value = other.inside(tag::constructed(0), field);
  value.any(field);
  value.finish(field);
  other.finish(field);
}

}  // namespace

GeneralName read_general_name(Der& der, const char* field, bool as_constraint) noexcept {
  using Kind = GeneralName::Kind;
  const Element element = der.any(field);
  if (element.tag == 0) return {};
  const auto bad = [&](FindingCode code) {
    der.fail(code, field, element.whole.data());
    return GeneralName{};
  };
  const unsigned number = element.tag & 0x1fU;
  if (number >= general_name_kinds) return bad(FindingCode::der_unexpected);
  GeneralName name{static_cast<Kind>(number), element.content};
  if (!fits(name.kind, element.tag)) return bad(FindingCode::der_unexpected);
  switch (name.kind) {
    case Kind::email:
    case Kind::dns:
    case Kind::uri:
      if (!is_ascii(name.value)) return bad(FindingCode::der_bad_value);
      break;
    case Kind::ip: {
      // RFC 5280 §4.2.1.6 and §4.2.1.10 [5280:4.2.1.6#7,8] [5280:4.2.1.10#18,19].
      const std::size_t size = as_constraint ? name.value.size() / 2 : name.value.size();
      const bool whole = !as_constraint || name.value.size() % 2 == 0;
      if (!whole || (size != 4 && size != 16)) return bad(FindingCode::der_bad_value);
      break;
    }
    case Kind::directory: {
      Der inner(element.content, der.fault());
      read_name(inner, field);
      inner.finish(field);
      break;
    }
    case Kind::other: check_other_name(element.content, der.fault(), field); break;
    case Kind::registered_id:
      if (!is_object_identifier(name.value)) return bad(FindingCode::der_bad_value);
      break;
    case Kind::x400:
    case Kind::edi: break;
  }
  return name;
}

void check_general_names(Der& der, const char* field) noexcept {
  Der names = der.non_empty_sequence(field);  // [5280:4.2.1.6#18]
  while (names.more()) read_general_name(names, field);
}

}  // namespace handfast::x509
