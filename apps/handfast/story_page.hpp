// A story as one HTML page that stands for itself.
#pragma once
#include <string>
#include <string_view>

#include <handfast/explain.hpp>

namespace handfast::tool {

/// No request leaves it. Everything that comes from a peer is escaped.
std::string story_page(const inspect::Story& story, std::string_view what);

}  // namespace handfast::tool
