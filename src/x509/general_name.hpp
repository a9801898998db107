// GeneralName (RFC 5280 §4.2.1.6): the forms that a name may have.
#pragma once
#include <cstdint>

#include "x509/der.hpp"

namespace handfast::x509 {

struct GeneralName {
  /// Values are the numbers of the context tags.
  enum class Kind : std::uint8_t { other, email, dns, x400, directory, edi, uri, ip, registered_id };
  Kind kind = Kind::other;
  /// What the form holds: text of email, dns and uri; 4 or 16 octets of ip (in constraints 8 or 32); the Name
  /// with tag and length of directory; the contents octets of all others.
  Bytes value;
};
inline constexpr std::size_t general_name_kinds = 9;

/// The next name, whose value must be well formed: IA5 texts are ASCII, addresses have 4 or 16 octets (with
/// `as_constraint` an address and a mask, 8 or 32).
GeneralName read_general_name(Der& der, const char* field, bool as_constraint = false) noexcept;
/// A GeneralNames: at least one, all well formed.
void check_general_names(Der& der, const char* field) noexcept;

/// Calls `visit` with each name of a GeneralNames that was checked before, until it returns false.
template <class F>
void for_each_name(Bytes general_names, F&& visit) {
  Fault fault(general_names);
  Der outer(general_names, fault);
  Der names = outer.sequence("GeneralNames");
  while (names.more()) {
    const GeneralName name = read_general_name(names, "GeneralName");
    if (fault.happened() || !visit(name)) return;
  }
}

}  // namespace handfast::x509
