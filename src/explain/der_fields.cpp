// DER as a tree of fields.
#include "explain/der_fields.hpp"

#include <array>
#include <span>

#include "explain/field_list.hpp"
#include "wire/annotator.hpp"
#include "x509/der.hpp"
#include "x509/oid.hpp"

namespace handfast::explain {
namespace {

namespace tag = x509::tag;

constexpr unsigned max_depth = 32;

/// What an element is called, and what its parts are.
struct Shape {
  std::string_view name;
  std::uint8_t tag = 0;            ///< of an optional part: it is this one only with this tag; 0: any
  std::span<const Shape> parts{};  ///< in order
  bool repeats = false;            ///< every part is parts[0]
  bool holds_der = false;          ///< an OCTET STRING around DER
};

constexpr std::array algorithm_parts{Shape{"algorithm"}, Shape{"parameters"}};
constexpr std::array attribute_parts{Shape{"type"}, Shape{"value"}};
constexpr std::array attribute{Shape{"AttributeTypeAndValue", 0, attribute_parts}};
constexpr std::array relative_name{Shape{"RelativeDistinguishedName", 0, attribute, true}};
constexpr std::array validity_parts{Shape{"notBefore"}, Shape{"notAfter"}};
constexpr std::array key_parts{Shape{"algorithm", 0, algorithm_parts}, Shape{"subjectPublicKey"}};
constexpr std::array extension_parts{Shape{"extnID"}, Shape{"critical", tag::boolean},
                                     Shape{"extnValue", 0, {}, false, true}};
constexpr std::array extension{Shape{"Extension", 0, extension_parts}};
constexpr std::array extensions{Shape{"Extensions", 0, extension, true}};
constexpr std::array version{Shape{"Version"}};
constexpr std::array to_be_signed{
    Shape{"version", tag::constructed(0), version}, Shape{"serialNumber"},
    Shape{"signature", 0, algorithm_parts},         Shape{"issuer", 0, relative_name, true},
    Shape{"validity", 0, validity_parts},           Shape{"subject", 0, relative_name, true},
    Shape{"subjectPublicKeyInfo", 0, key_parts},    Shape{"issuerUniqueID", tag::context(1)},
    Shape{"subjectUniqueID", tag::context(2)},      Shape{"extensions", tag::constructed(3), extensions},
};
constexpr std::array certificate_parts{Shape{"tbsCertificate", 0, to_be_signed},
                                       Shape{"signatureAlgorithm", 0, algorithm_parts},
                                       Shape{"signatureValue"}};
constexpr std::array signature_parts{Shape{"r"}, Shape{"s"}};

constexpr Shape shape_of(DerForm form) {
  switch (form) {
    case DerForm::certificate: return {"Certificate", 0, certificate_parts};
    case DerForm::public_key: return {"SubjectPublicKeyInfo", 0, key_parts};
    case DerForm::name: return {"Name", 0, relative_name, true};
    case DerForm::ecdsa_signature: return {"Ecdsa-Sig-Value", 0, signature_parts};
    case DerForm::anything: break;
  }
  return {};
}

std::string tag_name(std::uint8_t identifier) {
  switch (identifier) {
    case tag::boolean: return "BOOLEAN";
    case tag::integer: return "INTEGER";
    case tag::bit_string: return "BIT STRING";
    case tag::octet_string: return "OCTET STRING";
    case tag::null: return "NULL";
    case tag::object_identifier: return "OBJECT IDENTIFIER";
    case tag::enumerated: return "ENUMERATED";
    case tag::utf8_string: return "UTF8String";
    case tag::printable_string: return "PrintableString";
    case tag::ia5_string: return "IA5String";
    case tag::utc_time: return "UTCTime";
    case tag::generalized_time: return "GeneralizedTime";
    case tag::sequence: return "SEQUENCE";
    case tag::set: return "SET";
    default: break;
  }
  if ((identifier & 0xc0U) == 0x80) return "[" + std::to_string(identifier & 0x1fU) + "]";
  return "tag " + std::to_string(identifier);
}

struct Value {
  FieldKind kind = FieldKind::octets;
  std::string text;
};

Value value_of(std::uint8_t identifier, Bytes content) {
  switch (identifier) {
    case tag::boolean:
      return {FieldKind::enumeration, !content.empty() && content[0] != 0 ? "TRUE" : "FALSE"};
    case tag::enumerated:
    case tag::integer: {
      if (content.empty() || content.size() > 4 || content[0] >= 0x80)
        return {FieldKind::number, wire::show_octets(content)};
      std::uint32_t number = 0;
      for (const std::uint8_t octet : content) number = number << 8U | octet;
      return {FieldKind::number, std::to_string(number)};
    }
    case tag::object_identifier: {
      const std::string_view known = x509::oid::known_name(content);
      const std::string dotted = x509::oid::dotted(content);
      return {FieldKind::enumeration, known.empty() ? dotted : std::string(known) + " (" + dotted + ")"};
    }
    case tag::utf8_string:
    case tag::numeric_string:
    case tag::printable_string:
    case tag::ia5_string:
    case tag::visible_string:
    case tag::utc_time:
    case tag::generalized_time: return {FieldKind::text, wire::show_text(content)};
    default: return {FieldKind::octets, wire::show_octets(content)};
  }
}

/// One level after the other, without leaving anything out.
class DerWalk {
 public:
  explicit DerWalk(FieldList& fields) : fields_(fields) {}

  void elements(Bytes octets, std::span<const Shape> shapes, bool repeats, unsigned depth) {
    std::size_t next = 0;
    while (!octets.empty()) {
      x509::Fault fault(octets);
      x509::Der der(octets, fault);
      const x509::Element element = der.any("element");
      if (fault.happened() || depth > max_depth) {
        fields_.leaf("undecoded", octets.size(), FieldKind::undecoded, wire::show_octets(octets), true);
        return;
      }
      if (!repeats)
        while (next < shapes.size() && shapes[next].tag != 0 && shapes[next].tag != element.tag) ++next;
      const bool known = next < shapes.size();
      show(element, known ? shapes[next] : Shape{}, depth);
      if (known && !repeats) ++next;
      octets = octets.subspan(element.whole.size());
    }
  }

 private:
  void show(const x509::Element& element, const Shape& shape, unsigned depth) {
    const std::string type = tag_name(element.tag);
    const bool constructed = (element.tag & 0x20U) != 0;
    const bool nested = constructed || shape.holds_der;
    const Value value = nested ? Value{} : value_of(element.tag, element.content);
    fields_.open(shape.name.empty() ? type : std::string(shape.name), value.text);
    fields_.leaf("tag", 1, FieldKind::enumeration, type);
    const std::size_t length_size = element.whole.size() - element.content.size() - 1;
    fields_.leaf("length", length_size, FieldKind::length, std::to_string(element.content.size()));
    if (nested) {
      elements(element.content, shape.parts, shape.repeats, depth + 1);
    } else if (element.tag == tag::bit_string && !element.content.empty()) {
      fields_.leaf("unused bits", 1, FieldKind::number, std::to_string(element.content[0]));
      const Bytes bits = element.content.subspan(1);
      if (!bits.empty()) fields_.leaf("bits", bits.size(), FieldKind::octets, wire::show_octets(bits));
    } else if (!element.content.empty()) {
      fields_.leaf("contents", element.content.size(), value.kind, value.text);
    }
    fields_.close();
  }

  FieldList& fields_;
};

}  // namespace

std::vector<inspect::Field> der_fields(Bytes der, DerForm form) {
  const std::array<Shape, 1> shape{shape_of(form)};
  FieldList fields;
  const std::span<const Shape> shapes = form == DerForm::anything ? std::span<const Shape>() : shape;
  DerWalk(fields).elements(der, shapes, false, 0);
  return fields.take();
}

}  // namespace handfast::explain
