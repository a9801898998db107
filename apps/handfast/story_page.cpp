// The page of a story: sequence, steps, keys, records, choices.
#include "story_page.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "failure.hpp"
#include "html.hpp"
#include "report.hpp"
#include "story_page_parts.hpp"
#include "story_text.hpp"

namespace handfast::tool {

std::string_view side(const std::optional<Role>& from) {
  if (!from) return "both";
  return *from == Role::client ? "client" : "server";
}

std::string octet_count(std::size_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, ",");
  return digits + (count == 1 ? " octet" : " octets");
}

namespace {

using inspect::Step;
using inspect::Story;

// What a peer may have written.
std::string safe(std::string_view text) { return escaped(printable(text, 2000)); }

std::string section(std::string_view id, std::string_view title, std::string_view lead,
                    std::string_view body) {
  return fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n"
      "<p class=\"dim\">{2}</p>\n{3}</section>\n",
      id, title, lead, body);
}

// Where there is no room, long names break behind an underscore.
std::string breakable(std::string_view name) {
  std::string html;
  for (const char c : safe(name)) {
    html += c;
    if (c == '_') html += "<wbr>";
  }
  return html;
}

std::string fact(std::string_view name, std::string_view value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, breakable(value));
}

std::string facts_html(const Story& story) {
  std::string html = "<dl class=\"facts\">\n";
  html += fact("Version", story.version ? version_text(*story.version) : "none");
  html += fact("Cipher suite", story.version ? to_string(story.cipher_suite) : "none");
  if (story.rsa_key_transport) html += fact("Key exchange", "RSA key transport");
  if (story.group) html += fact("Key exchange", to_string(*story.group));
  if (story.resumed) html += fact("Session", "resumed");
  if (story.early_data_offered)
    html += fact("Early data", story.early_data_accepted ? "accepted" : "refused");
  if (!story.server_name.empty()) html += fact("Server name", story.server_name);
  std::size_t octets = 0;
  for (const auto& flight : story.flights) octets += flight.octets;
  html += fact("On the wire", fmt::format("{} records, {}", story.records.size(), octet_count(octets)));
  if (!story.flights.empty())
    html += fact("Time", show(story.flights.back().last - story.flights.front().first));
  return html + "</dl>\n";
}

std::string sequence_html(const Story& story) {
  std::string html =
      "<div class=\"lanes\" aria-hidden=\"true\"><span class=\"client\">Client</span>"
      "<span class=\"server\">Server</span></div>\n<ol class=\"sequence\">\n";
  for (std::size_t i = 0; i < story.steps.size(); ++i) {
    const Step& step = story.steps[i];
    const bool silent = step.from && step.records.empty();
    const std::string size = step.octets == 0 ? "" : " · " + octet_count(step.octets);
    html += fmt::format(
        "<li class=\"{}{}{}\"><a href=\"#step-{}\">{}<span class=\"title\">{}</span>"
        "<small>{}{}{}</small></a><span class=\"line\" aria-hidden=\"true\"></span></li>\n",
        side(step.from), step.is_encrypted ? " sealed" : "", silent ? " silent" : "", i + 1,
        step.number.empty() ? "" : fmt::format("<span class=\"n\">{}</span>", step.number),
        escaped(step.title), silent ? "nothing is sent" : direction(step.from), size,
        step.is_encrypted ? " · encrypted" : "");
  }
  return html + "</ol>\n";
}

std::string step_links(const Story& story, const Step& step) {
  std::string html;
  if (!step.messages.empty()) {
    html += "<p class=\"links\">Messages: ";
    for (std::size_t i = 0; i < step.messages.size(); ++i) {
      const auto& message = story.messages[step.messages[i]];
      html += fmt::format("{}<a href=\"#{}\">{}</a> ({})", i == 0 ? "" : ", ",
                          message_anchor(story, step.messages[i]), escaped(message.name),
                          octet_count(message.octets.size()));
    }
    html += "</p>\n";
  }
  if (!step.records.empty()) {
    html += "<p class=\"links\">On the wire: ";
    for (std::size_t i = 0; i < step.records.size(); ++i)
      html +=
          fmt::format("{0}<a href=\"#record-{1}\">record {1}</a>", i == 0 ? "" : ", ", step.records[i] + 1);
    html += "</p>\n";
  }
  if (!step.derivations.empty()) {
    html += "<p class=\"links\">Derived: ";
    for (std::size_t i = 0; i < step.derivations.size(); ++i)
      html += fmt::format("{}<a href=\"#{}\">{}</a>", i == 0 ? "" : ", ", key_anchor(step.derivations[i]),
                          escaped(story.derivations[step.derivations[i]].name));
    html += "</p>\n";
  }
  return html;
}

std::string steps_html(const Story& story) {
  std::string html;
  for (std::size_t i = 0; i < story.steps.size(); ++i) {
    const Step& step = story.steps[i];
    std::string text;
    for (const std::string& sentence : step.text) text += fmt::format("<p>{}</p>\n", escaped(sentence));
    if (!step.changed.empty())
      text += fmt::format("<div class=\"changed\"><h4>What changed since TLS 1.2</h4><p>{}</p></div>\n",
                          escaped(step.changed));
    html += fmt::format(
        "<article class=\"step {}\" id=\"step-{}\">\n<span class=\"num\" aria-hidden=\"true\">{}</span>\n"
        "<h3>{}{}</h3>\n<p class=\"meta\">{}{}{} · {}</p>\n{}{}</article>\n",
        side(step.from), i + 1, step.number.empty() ? "·" : step.number,
        step.number.empty() ? "" : fmt::format("<span class=\"skip\">Step {}: </span>", step.number),
        escaped(step.title), direction(step.from), step.octets == 0 ? "" : " · " + octet_count(step.octets),
        step.is_encrypted ? " · encrypted" : "", escaped(step.section), text, step_links(story, step));
  }
  return html;
}

std::string offer_list(const std::vector<std::string>& offers, const std::string& chosen) {
  if (offers.empty()) return "nothing";
  std::string html = "<ol>";
  for (const std::string& offer : offers)
    html += fmt::format("<li{}>{}</li>", offer == chosen ? " class=\"won\"" : "", safe(offer));
  return html + "</ol>";
}

std::string choices_html(const Story& story) {
  std::string rows;
  for (const inspect::Choice& choice : story.choices)
    rows += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}<br><strong>{}</strong></td><td>{}</td><td>{}</td></tr>\n",
        escaped(choice.what), escaped(choice.why), choice.chosen.empty() ? "none" : safe(choice.chosen),
        offer_list(choice.offered, choice.chosen), offer_list(choice.accepted, choice.chosen));
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Choices\"><table>\n<thead><tr>"
      "<th scope=\"col\">What</th><th scope=\"col\">Why, and what won</th>"
      "<th scope=\"col\">The client offered</th><th scope=\"col\">The server accepts</th></tr></thead>\n"
      "<tbody>\n{}</tbody></table></div>\n",
      rows);
}

std::string flights_html(const Story& story) {
  std::string rows;
  for (const auto& flight : story.flights)
    rows += fmt::format(
        "<tr><td>{}</td><td class=\"right\">{}</td><td class=\"right\">{}</td>"
        "<td class=\"right\">{}</td><td class=\"right\">{}</td></tr>\n",
        direction(flight.from), flight.records, octet_count(flight.octets), show(flight.first),
        show(flight.last));
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Flights\"><table>\n<thead><tr>"
      "<th scope=\"col\">Direction</th><th scope=\"col\" class=\"right\">Records</th>"
      "<th scope=\"col\" class=\"right\">On the wire</th><th scope=\"col\" class=\"right\">First seen</th>"
      "<th scope=\"col\" class=\"right\">Last seen</th></tr></thead>\n<tbody>\n{}</tbody></table></div>\n",
      rows);
}

/// A part of the page that is there only if it has something to say.
struct Part {
  std::string_view id;
  std::string_view title;
  std::string_view lead;
  std::string body;
};

std::vector<Part> parts_of(const Story& story) {
  std::vector<Part> parts;
  parts.push_back(
      {"sequence", "The conversation",
       "Time runs downwards. A double line is encrypted, a dotted one stands for work on both sides.",
       sequence_html(story)});
  parts.push_back(
      {"steps", "Step by step", "What each side does, and what it is good for.", steps_html(story)});
  if (!story.derivations.empty())
    parts.push_back({"keys", "The key schedule",
                     "Every value with what it is made of. Whoever has the inputs can compute it anew.",
                     keys_html(story)});
  parts.push_back(
      {"records", "Records, octet by octet",
       "Point at octets to see their field, or at a field to see its octets; a click holds on to it. "
       "The arrow keys walk through the fields.",
       records_html(story)});
  if (!story.choices.empty())
    parts.push_back({"choices", "What was chosen, and why",
                     "Both sides’ lists, in their order of preference.", choices_html(story)});
  if (story.verification)
    parts.push_back({"certificates", "The verdict on the certificates",
                     "Every path that was tried, and what was found.",
                     fmt::format("<pre>{}</pre>\n", escaped(x509::to_text(*story.verification)))});
  parts.push_back({"flights", "Flights", "Sizes on the wire and times since the first octet was seen.",
                   flights_html(story)});
  return parts;
}

std::string remarks_html(const Story& story) {
  std::string html;
  if (story.error)
    html += fmt::format("<p><strong>It failed:</strong> {}</p>\n", escaped(describe(*story.error)));
  for (const std::string& remark : story.remarks)
    html += fmt::format("<p><strong>Remark:</strong> {}</p>\n", escaped(remark));
  return html;
}

}  // namespace

std::string story_page(const Story& story, std::string_view what) {
  const std::string title =
      fmt::format("A {} handshake", story.version ? version_text(*story.version) : "TLS");
  std::string nav;
  std::string body;
  for (const Part& part : parts_of(story)) {
    nav += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", part.id, part.title);
    body += section(part.id, part.title, part.lead, part.body);
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; img-src data:\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{0} · {1}</title>\n<style>{2}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#steps\">Skip to the steps</a>\n<div class=\"sheet\">\n<header>\n"
      "<p class=\"kicker\">Handfast explains</p>\n<h1>{0}</h1>\n<p class=\"lede\">{1}: {3}.</p>\n{4}{5}"
      "<nav aria-label=\"Contents\"><ul>\n{6}</ul></nav>\n</header>\n<main>\n{7}</main>\n"
      "<footer><p>Made by handfast explain from the connection itself. This page is complete: it loads "
      "nothing "
      "and sends nothing.</p></footer>\n</div>\n<script>{8}</script>\n</body>\n</html>\n",
      title, safe(what), page_style, escaped(headline(story)), facts_html(story), remarks_html(story), nav,
      body, page_script);
}

}  // namespace handfast::tool
