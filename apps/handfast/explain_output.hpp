// What handfast explain prints and writes.
#pragma once
#include "explain.hpp"
#include "explain_capture.hpp"
#include "explained.hpp"

namespace handfast::tool {

/// One story: text or JSON to standard output, and a page if one was asked for.
Outcome<> print(const ExplainOptions& options, const Explained& explained);
/// The connections of a capture: a single one as any story; several behind an index, with a page for each
/// beside the page of the index.
Outcome<> print(const ExplainOptions& options, ExplainedCapture& capture);

}  // namespace handfast::tool
