// Stories on their way out.
#include "explain_output.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "capture_index.hpp"
#include "files.hpp"
#include "story_json.hpp"
#include "story_page.hpp"
#include "story_text.hpp"

namespace handfast::tool {
namespace {

using nlohmann::json;

Outcome<> write_page(const std::string& path, const std::string& page) {
  return write_file(path, as_bytes(page), 0644);
}

Outcome<> write_json(const json& object) {
  return write_output(object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

json error_json(const std::optional<Failure>& failure) { return failure ? to_json(*failure) : json(); }

// "page-2.html" beside "page.html".
std::filesystem::path page_of(const std::string& index, std::size_t number) {
  const std::filesystem::path path(index);
  return path.parent_path() / fmt::format("{}-{}{}", path.stem().string(), number, path.extension().string());
}

Outcome<> write_pages(const std::string& index, const ExplainedCapture& capture) {
  std::vector<std::string> names;
  for (const CapturedConnection& connection : capture.connections) {
    const auto path = page_of(index, connection.number);
    names.push_back(path.filename().string());
    if (auto written = write_page(path.string(), story_page(connection.story, title(capture, connection)));
        !written)
      return written;
  }
  return write_page(index, index_page(capture, names));
}

Outcome<> print_several(const ExplainOptions& options, const ExplainedCapture& capture) {
  if (!options.html.empty())
    if (auto written = write_pages(options.html, capture); !written) return written;
  if (options.json) {
    json connections = json::array();
    for (const CapturedConnection& connection : capture.connections) {
      json row = index_json(connection);
      row["story"] = to_json(connection.story);
      connections.push_back(std::move(row));
    }
    return write_json({{"what", capture.file},
                       {"connections", std::move(connections)},
                       {"remarks", capture.remarks},
                       {"error", error_json(capture.failure)}});
  }
  std::string text = index_text(capture);
  for (const CapturedConnection& connection : capture.connections)
    text += story_text(connection.story, title(capture, connection), options.bytes) + "\n";
  for (const std::string& remark : capture.remarks) text += fmt::format("Remark: {}\n", remark);
  if (!options.html.empty())
    text += fmt::format("\nthe pages: {} and one for each connection\n", options.html);
  return write_output(text);
}

}  // namespace

Outcome<> print(const ExplainOptions& options, const Explained& explained) {
  if (!options.html.empty())
    if (auto written = write_page(options.html, story_page(explained.story, explained.what)); !written)
      return written;
  if (options.json) {
    json object = to_json(explained.story);
    object["what"] = explained.what;
    object["error"] = error_json(explained.failure);
    return write_json(object);
  }
  std::string text = story_text(explained.story, explained.what, options.bytes);
  if (!options.html.empty()) text += fmt::format("\nthe page: {}\n", options.html);
  return write_output(text);
}

Outcome<> print(const ExplainOptions& options, ExplainedCapture& capture) {
  if (capture.connections.size() != 1) return print_several(options, capture);
  CapturedConnection& only = capture.connections.front();
  Explained explained;
  explained.what = title(capture, only);
  explained.story = std::move(only.story);
  auto& remarks = explained.story.remarks;
  remarks.insert(remarks.end(), capture.remarks.begin(), capture.remarks.end());
  explained.failure = capture.failure;
  return print(options, explained);
}

}  // namespace handfast::tool
