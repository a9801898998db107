// The index of a capture with several connections, for the terminal, as JSON and as a page.
#pragma once
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "explain_capture.hpp"

namespace handfast::tool {

/// A line for each connection.
std::string index_text(const ExplainedCapture& capture);
/// {"number", "client", "server", "at_ms", "headline", "records", "sealed"}.
nlohmann::json index_json(const CapturedConnection& connection);
/// A page whose rows lead to the pages of the connections, which have these names beside it.
std::string index_page(const ExplainedCapture& capture, const std::vector<std::string>& pages);

}  // namespace handfast::tool
