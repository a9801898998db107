// Text inside HTML.
#pragma once
#include <string>
#include <string_view>

namespace handfast::tool {

/// Safe as text and in a quoted attribute.
std::string escaped(std::string_view text);

}  // namespace handfast::tool
