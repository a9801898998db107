// The page of `handfast serve`.
#include "page.hpp"

#include <fmt/format.h>

#include "failure.hpp"
#include "html.hpp"
#include "report.hpp"

namespace handfast::tool {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --line: #d8dde3; --dim: #5b6570; --good: #0a7d46 }
@media (prefers-color-scheme: dark) { :root { --line: #343b44; --dim: #9aa5b1; --good: #4cc38a } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 } h1 b { color: var(--good) } p { color: var(--dim) }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-top: 1px solid var(--line) }
th { font-weight: 500; color: var(--dim); white-space: nowrap; width: 9rem }
td { font-family: ui-monospace, monospace; font-size: .9rem; overflow-wrap: anywhere }
)";

std::string page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n<style>{}</style>\n{}</html>\n",
      title, style, body);
}

}  // namespace

std::string connection_page(const Summary& summary, std::string_view client, const http::Request& request) {
  std::string body = fmt::format("<h1>Connected with <b>{}</b></h1>\n", escaped(to_string(summary.version)));
  body += "<p>This page came over the connection that it describes.</p>\n<table>\n";
  const auto row = [&](std::string_view name, std::string_view value) {
    body += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escaped(name), escaped(value));
  };
  for (const auto& [name, value] : facts(summary, Role::server)) row(name, value);
  row("client", client);
  row("request", printable(fmt::format("{} {}", request.method, request.target)));
  row("user agent", printable(request.field("user-agent")));
  body += "</table>\n<p>handfast serve</p>\n";
  return page("Handfast: " + escaped(to_string(summary.version)), body);
}

std::string error_page(http::Status status) {
  const std::string title = fmt::format("{} {}", static_cast<int>(status), http::reason(status));
  return page(title, fmt::format("<h1>{}</h1>\n", title));
}

}  // namespace handfast::tool
