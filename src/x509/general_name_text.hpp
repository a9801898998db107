// GeneralNames for people.
#pragma once
#include <string>
#include <string_view>

#include "x509/general_name.hpp"

namespace handfast::x509 {

/// "DNS", "IP", "email", "URI", "directory", "other", "RID", "X.400", "EDI".
[[nodiscard]] std::string_view kind_name(GeneralName::Kind kind) noexcept;
/// The name for a terminal; an address with a mask as prefix where it is one.
[[nodiscard]] std::string value_text(const GeneralName& name);

}  // namespace handfast::x509
