// Distinguished names (RFC 5280 §4.1.2.4): read, compared, printed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "x509/der.hpp"

namespace handfast::x509 {

/// One AttributeTypeAndValue. A view.
struct Attribute {
  Bytes type;        ///< contents of the object identifier
  std::uint8_t tag;  ///< of the value
  Bytes value;       ///< its contents
};

/// Reads a Name, whose structure must be right; gives it with tag and length.
Bytes read_name(Der& der, const char* field) noexcept;

/// Reads the attributes of a Name that was checked before, one after the other.
class AttributeReader {
 public:
  explicit AttributeReader(Bytes name) noexcept;
  /// False: there are no more.
  bool next(Attribute& attribute) noexcept;
  /// Whether the attribute that next() gave last begins a new RelativeDistinguishedName.
  [[nodiscard]] bool starts_group() const noexcept { return starts_group_; }

 private:
  Fault fault_;
  Der groups_;
  Der group_;
  bool starts_group_ = false;
};

/// An empty SEQUENCE.
[[nodiscard]] inline bool is_empty_name(Bytes name) noexcept { return name.size() <= 2; }

/// Whether two names are the same (RFC 5280 §7.1): texts compare without letter case and superfluous blanks
/// in whichever character set they are written; all other values octet by octet. Beyond the Latin, Greek and
/// Cyrillic alphabets letter case counts (no Unicode normalisation is done).
[[nodiscard]] bool same_name(Bytes a, Bytes b) noexcept;
/// Whether `name` begins with all RelativeDistinguishedNames of `base` (RFC 5280 §7.1).
[[nodiscard]] bool is_within(Bytes name, Bytes base) noexcept;
/// Names that are the same have the same hash.
[[nodiscard]] std::uint64_t name_hash(Bytes name) noexcept;

/// As in RFC 4514, last group first: "CN=example,O=Example Corp". Control characters are escaped.
[[nodiscard]] std::string to_text(Bytes name);
/// The last value of this type as UTF-8, or empty.
[[nodiscard]] std::string last_value(Bytes name, Bytes type);
/// The text of a string value as UTF-8, characters that do not decode as U+FFFD; other values empty.
[[nodiscard]] std::string text_of(std::uint8_t tag, Bytes value);

}  // namespace handfast::x509
