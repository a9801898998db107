// The page that `handfast serve` shows: what was negotiated on the connection that carries it.
#pragma once
#include <string>
#include <string_view>

#include <handfast/summary.hpp>

#include "http.hpp"

namespace handfast::tool {

/// One self-contained HTML page in light and dark. Whatever comes from the client is escaped.
std::string connection_page(const Summary& summary, std::string_view client, const http::Request& request);
/// A small page for a refused request.
std::string error_page(http::Status status);

}  // namespace handfast::tool
