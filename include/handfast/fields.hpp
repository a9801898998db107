// Fields: what each octet of a message, a record or a certificate means.
#pragma once
#include <cstdint>
#include <string>

namespace [[gnu::visibility("default")]] handfast {
namespace inspect {

/// What a field is made of, for display.
enum class FieldKind : std::uint8_t {
  group,        ///< a structure, a vector, an extension: its parts follow
  length,       ///< the length prefix of the group around it
  number,       ///< an integer
  enumeration,  ///< a number with a name
  octets,       ///< opaque octets
  text,         ///< opaque octets that are characters
  undecoded,    ///< what could not be explained
};

/// One field of a message. Fields stand in the order of the octets, each group in front of its parts.
struct Field {
  std::string name;                   ///< as in the RFC; "[2]" for an element, "length" for a length prefix
  std::uint32_t offset = 0;           ///< octets from the start of the message, its header included
  std::uint32_t length = 0;           ///< octets, all parts included
  std::uint16_t depth = 0;            ///< 0: the message itself
  FieldKind kind = FieldKind::group;  ///< what it is made of
  bool leaf = true;   ///< has no parts: the leaves cover every octet of the message exactly once
  bool bad = false;   ///< decoding stopped in here
  std::string value;  ///< for people: name and number, text in quotes, else hexadecimal
};

}  // namespace inspect
}  // namespace handfast
