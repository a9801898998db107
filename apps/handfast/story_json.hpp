// A story as JSON.
#pragma once
#include <handfast/explain.hpp>

#include <nlohmann/json_fwd.hpp>

namespace handfast::tool {

/// Everything; octets as hexadecimal text, secrets as far as they are known, null where they are not.
nlohmann::json to_json(const inspect::Story& story);

}  // namespace handfast::tool
