// Records: octets coloured by field, fields beside them.
#include <algorithm>

#include <fmt/format.h>

#include "html.hpp"
#include "report.hpp"
#include "story_page_parts.hpp"
#include "story_text.hpp"

namespace handfast::tool {
namespace {

constexpr std::size_t octets_in_a_line = 16;
// Longer ones are folded until somebody wants them.
constexpr std::size_t unfolded_octets = 3000;
constexpr int tints = 6;

std::string anchor(std::size_t record, std::size_t dump, std::size_t field) {
  return fmt::format("record-{}-{}-{}", record + 1, dump + 1, field);
}

// Each leaf the next tint; lengths are grey.
std::vector<std::string> colours(const std::vector<inspect::Field>& fields) {
  std::vector<std::string> classes(fields.size());
  int next = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].leaf) continue;
    classes[i] = fields[i].kind == inspect::FieldKind::length ? "cl" : fmt::format("c{}", next++ % tints);
  }
  return classes;
}

std::string hex_html(const inspect::Dump& dump, const std::vector<std::string>& classes) {
  std::string gutter;
  for (std::size_t at = 0; at < dump.octets.size(); at += octets_in_a_line)
    gutter += fmt::format("{:04x}\n", at);
  std::string spans;
  for (std::size_t i = 0; i < dump.fields.size(); ++i) {
    const inspect::Field& field = dump.fields[i];
    if (!field.leaf || field.length == 0) continue;
    spans += fmt::format("<span class=\"{}\" data-field=\"{}\" data-from=\"{}\" data-to=\"{}\">{}</span> ",
                         classes[i], i, field.offset, field.offset + field.length,
                         hex(Bytes(dump.octets).subspan(field.offset, field.length), " "));
  }
  return fmt::format(
      "<div class=\"octets panel\" role=\"group\" tabindex=\"0\" aria-label=\"Octets: {}\">"
      "<div class=\"gutter\" aria-hidden=\"true\">{}</div><div class=\"hex\">{}</div></div>\n",
      escaped(dump.title), gutter, spans);
}

// A long value of a group stands a line or two below it again, where its octets are.
bool is_told_below(const std::vector<inspect::Field>& fields, std::size_t group) {
  constexpr std::size_t long_value = 40;
  if (fields[group].leaf || fields[group].value.size() < long_value) return false;
  for (std::size_t i = group + 1; i < fields.size() && fields[i].depth > fields[group].depth; ++i)
    if (fields[i].value == fields[group].value) return true;
  return false;
}

std::string field_html(const std::vector<inspect::Field>& fields, std::size_t index, std::string_view id,
                       std::string_view colour) {
  const inspect::Field& field = fields[index];
  const std::string value = field.value.empty() || is_told_below(fields, index)
                                ? ""
                                : fmt::format("<i class=\"{}\">{}</i>", colour, escaped(field.value));
  return fmt::format(
      "<li role=\"treeitem\" id=\"{}\" class=\"{}{}\" aria-level=\"{}\" aria-selected=\"false\" "
      "tabindex=\"{}\" "
      "style=\"--d:{}\" data-from=\"{}\" data-to=\"{}\"><b>{}</b>{}<small>{}+{}</small></li>\n",
      id, field.leaf ? "f" : "g", field.bad ? " bad" : "", field.depth + 1, index == 0 ? 0 : -1, field.depth,
      field.offset, field.offset + field.length, escaped(field.name), value, field.offset, field.length);
}

std::string dump_html(const inspect::Dump& dump, std::size_t record, std::size_t number) {
  const auto classes = colours(dump.fields);
  std::string rows;
  for (std::size_t i = 0; i < dump.fields.size(); ++i)
    rows += field_html(dump.fields, i, anchor(record, number, i), classes[i]);
  return fmt::format(
      "<h4>{} · {}</h4>\n<div class=\"dump\">\n{}<ul class=\"fields panel\" role=\"tree\" "
      "aria-label=\"Fields: {}\">\n{}</ul>\n</div>\n",
      escaped(dump.title), octet_count(dump.octets.size()), hex_html(dump, classes), escaped(dump.title),
      rows);
}

// The messages that begin or end here, for the summary.
std::string content_of(const inspect::Story& story, std::size_t index) {
  std::string names;
  for (const auto& message : story.messages) {
    if (index < message.first_record || index > message.last_record) continue;
    if (story.records[index].from != message.from) continue;
    if (!names.empty()) names += ", ";
    names += message.name;
    if (message.first_record != message.last_record) names += " (a part)";
  }
  return names.empty() ? to_string(story.records[index].type) : names;
}

}  // namespace

std::string message_anchor(const inspect::Story& story, std::size_t index) {
  const auto& message = story.messages[index];
  const auto& dumps = story.records[message.last_record].dumps;
  // Messages of one record stand in its dump in their order.
  std::size_t skip = 0;
  for (std::size_t i = 0; i < index; ++i)
    if (story.messages[i].last_record == message.last_record && story.messages[i].name == message.name)
      ++skip;
  for (std::size_t dump = dumps.size(); dump-- > 0;) {
    std::size_t found = 0;
    for (std::size_t field = 0; field < dumps[dump].fields.size(); ++field) {
      const auto& row = dumps[dump].fields[field];
      if (row.name != message.name || row.length != message.octets.size() || row.depth > 2) continue;
      if (found++ == skip) return anchor(message.last_record, dump, field);
    }
  }
  return fmt::format("record-{}", message.last_record + 1);
}

std::string records_html(const inspect::Story& story) {
  std::string html;
  for (std::size_t i = 0; i < story.records.size(); ++i) {
    const auto& record = story.records[i];
    std::size_t octets = 0;
    std::string dumps;
    for (std::size_t number = 0; number < record.dumps.size(); ++number) {
      octets += record.dumps[number].octets.size();
      dumps += dump_html(record.dumps[number], i, number);
    }
    html += fmt::format(
        "<details class=\"record {}\" id=\"record-{}\"{}><summary><h3>Record {}: {}</h3> "
        "<span class=\"dim\">{} · {}{}</span></summary>\n<div class=\"inner\">\n{}</div></details>\n",
        side(record.from), i + 1, octets <= unfolded_octets ? " open" : "", i + 1,
        escaped(content_of(story, i)), direction(record.from),
        record.dumps.empty() ? "" : octet_count(record.dumps.front().octets.size()),
        !record.is_protected ? ""
        : record.opened      ? " · encrypted"
                             : " · encrypted, not opened",
        dumps);
  }
  return html;
}

}  // namespace handfast::tool
