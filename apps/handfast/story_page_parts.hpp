// The parts of the page.
#pragma once
#include <string>
#include <string_view>

#include <handfast/explain.hpp>

namespace handfast::tool {

extern const std::string_view page_style;
extern const std::string_view page_script;

/// "client", "server" or "both": the class that gives a part its colour.
std::string_view side(const std::optional<Role>& from);
/// "1,487 octets".
std::string octet_count(std::size_t count);

/// Where a message is shown: "record-3-2-17", record, dump and field.
std::string message_anchor(const inspect::Story& story, std::size_t message);
/// All records with octets and fields.
std::string records_html(const inspect::Story& story);
/// The id of a derivation.
std::string key_anchor(std::size_t derivation);
/// The key schedule as a tree.
std::string keys_html(const inspect::Story& story);

}  // namespace handfast::tool
