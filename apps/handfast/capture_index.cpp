// One row a connection.
#include "capture_index.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "html.hpp"
#include "report.hpp"
#include "story_page_parts.hpp"
#include "story_text.hpp"

namespace handfast::tool {
namespace {

std::size_t sealed_records(const inspect::Story& story) {
  return static_cast<std::size_t>(
      std::ranges::count(story.records, false, &inspect::ExplainedRecord::opened));
}

std::string size_of(const inspect::Story& story) {
  std::string text = fmt::format("{} record{}", story.records.size(), story.records.size() == 1 ? "" : "s");
  if (const std::size_t sealed = sealed_records(story); sealed != 0)
    text += fmt::format(", {} of them sealed", sealed);
  return text;
}

std::string name_of_server(const inspect::Story& story) {
  return story.server_name.empty() ? std::string("no name asked for") : printable(story.server_name);
}

// A relative reference: what is special in one is escaped (RFC 3986 §2.1).
std::string reference(std::string_view name) {
  std::string escaped_name;
  for (const char c : name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~").contains(c);
    escaped_name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return escaped_name;
}

}  // namespace

std::string index_text(const ExplainedCapture& capture) {
  std::string text = fmt::format("{}: {} TLS connections\n\n", printable(capture.file), capture.all);
  for (const CapturedConnection& connection : capture.connections)
    text += fmt::format("{:>3}  {} → {}, after {}\n     {}\n     {}; {}\n", connection.number,
                        connection.client, connection.server, show(connection.at), headline(connection.story),
                        name_of_server(connection.story), size_of(connection.story));
  return text + "\n";
}

nlohmann::json index_json(const CapturedConnection& connection) {
  return {{"number", connection.number},
          {"client", connection.client},
          {"server", connection.server},
          {"at_ms", milliseconds(connection.at)},
          {"headline", headline(connection.story)},
          {"records", connection.story.records.size()},
          {"sealed", sealed_records(connection.story)}};
}

std::string index_page(const ExplainedCapture& capture, const std::vector<std::string>& pages) {
  std::string rows;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const CapturedConnection& connection = capture.connections[i];
    rows += fmt::format(
        "<tr><td class=\"right\">{}</td><th scope=\"row\"><a href=\"{}\">{} → "
        "{}</a></th><td>{}</td><td>{}</td>"
        "<td>{}</td><td class=\"right\">{}</td></tr>\n",
        connection.number, reference(pages[i]), connection.client, connection.server,
        escaped(name_of_server(connection.story)), escaped(headline(connection.story)),
        size_of(connection.story), show(connection.at));
  }
  std::string remarks;
  for (const std::string& remark : capture.remarks)
    remarks += fmt::format("<p><strong>Remark:</strong> {}</p>\n", escaped(remark));
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data:\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{0} connections · {1}</title>\n"
      "<style>{2}</style>\n</head>\n<body>\n<div class=\"sheet\">\n<header>\n"
      "<p class=\"kicker\">Handfast explains</p>\n<h1>A capture with {0} TLS connections</h1>\n"
      "<p class=\"lede\">{1}</p>\n{3}</header>\n<main>\n"
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Connections\"><table>\n<thead><tr>"
      "<th scope=\"col\" class=\"right\">No.</th><th scope=\"col\">Client → server</th>"
      "<th scope=\"col\">Name</th><th scope=\"col\">What was agreed on</th><th scope=\"col\">Records</th>"
      "<th scope=\"col\" class=\"right\">Begins after</th></tr></thead>\n<tbody>\n{4}</tbody></table></div>\n"
      "</main>\n<footer><p>Made by handfast explain. Each connection has a page of its own beside this "
      "one.</p></footer>\n</div>\n</body>\n</html>\n",
      capture.all, escaped(printable(capture.file)), page_style, remarks, rows);
}

}  // namespace handfast::tool
