// A story for the terminal.
#include "story_text.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "failure.hpp"
#include "report.hpp"

namespace handfast::tool {
namespace {

constexpr std::size_t width = 100;
constexpr std::string_view indent = "     ";

// Words in lines of at most `width`, each behind the indent.
std::string wrapped(std::string_view text, std::string_view first = "") {
  std::string result;
  std::string line = std::string(indent) + std::string(first);
  bool empty = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!empty && line.size() + 1 + word.size() > width) {
      result += line + "\n";
      line = indent;
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
  }
  return result + line + "\n";
}

std::string hex_lines(Bytes octets, std::string_view before) {
  std::string text;
  constexpr std::size_t in_a_line = 32;
  for (std::size_t at = 0; at < octets.size(); at += in_a_line)
    text +=
        fmt::format("{}{}\n", before, hex(octets.subspan(at, std::min(in_a_line, octets.size() - at)), " "));
  return text;
}

std::string field_lines(const inspect::Dump& dump) {
  std::string text = fmt::format("{}{} ({} octets)\n", indent, dump.title, dump.octets.size());
  for (const inspect::Field& field : dump.fields) {
    const std::string in(indent.size() + 2 + 2 * std::size_t{field.depth}, ' ');
    text += fmt::format("{}{}{}{}{}\n", in, field.name, field.value.empty() ? "" : ": ", field.value,
                        field.bad ? "  <- here decoding stopped" : "");
    if (!field.leaf) continue;
    text += hex_lines(Bytes(dump.octets).subspan(field.offset, field.length), in + "  | ");
  }
  return text;
}

std::string messages_line(const inspect::Story& story, const inspect::Step& step) {
  std::vector<std::string> parts;
  for (const std::size_t index : step.messages) {
    const auto& message = story.messages[index];
    parts.push_back(fmt::format("{} ({} octets)", message.name, message.octets.size()));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string step_lines(const inspect::Story& story, const inspect::Step& step) {
  const std::string size = step.octets == 0 ? "" : fmt::format("{} octets", step.octets);
  std::string text = fmt::format("{:>3}  {}\n", step.number, step.title);
  std::string facts{direction(step.from)};
  if (!size.empty()) facts += ", " + size;
  if (step.is_encrypted) facts += ", encrypted";
  if (!step.section.empty()) facts += " · " + step.section;
  text += wrapped(facts);
  if (const std::string line = messages_line(story, step); !line.empty()) text += wrapped(line);
  for (const std::string& sentence : step.text) text += wrapped(sentence);
  if (!step.changed.empty()) text += wrapped(step.changed, "What changed: ");
  return text + "\n";
}

std::string derivation_lines(const inspect::Story& story, const inspect::Derivation& derivation) {
  std::string text = fmt::format("  {} = {}\n", derivation.name, formula(story, derivation));
  if (derivation.value.empty())
    return text + fmt::format("{}(not shown: the secrets are not known here)\n", indent);
  return text + hex_lines(derivation.value, indent);
}

std::string list(const std::vector<std::string>& names) {
  return names.empty() ? "nothing" : printable(fmt::format("{}", fmt::join(names, ", ")), 2000);
}

std::string choice_lines(const inspect::Story& story) {
  if (story.choices.empty()) return {};
  std::string text = "What was chosen\n\n";
  for (const inspect::Choice& choice : story.choices) {
    text += fmt::format("  {}: {}\n", choice.what, choice.chosen.empty() ? "none" : printable(choice.chosen));
    text += wrapped(choice.why);
    text += wrapped(list(choice.offered), "The client offered: ");
    text += wrapped(list(choice.accepted), "The server accepts: ");
  }
  return text + "\n";
}

std::string flight_lines(const inspect::Story& story) {
  std::string text = "Flights\n\n";
  for (const auto& flight : story.flights)
    text += fmt::format("  {:<17}{:>3} record{} {:>7} octets   {:>9}\n", direction(flight.from),
                        flight.records, flight.records == 1 ? " " : "s", flight.octets, show(flight.first));
  return text;
}

}  // namespace

std::string version_text(ProtocolVersion version) {
  const std::string name = to_string(version);
  return name.starts_with("TLSv") ? "TLS " + name.substr(4) : name;
}

std::string headline(const inspect::Story& story) {
  if (!story.version) return "a handshake that did not get to a version";
  std::string text = version_text(*story.version);
  if (story.rsa_key_transport) text += " with RSA key transport";
  if (story.group) text += " with " + to_string(*story.group);
  if (story.hello_retry) text += ", after a HelloRetryRequest";
  if (story.mutual) text += ", the client was asked for a certificate";
  if (story.resumed) text += ", resumed";
  if (story.early_data_offered)
    text += story.early_data_accepted ? ", with early data" : ", with early data that was refused";
  return text + ", " + to_string(story.cipher_suite);
}

std::string_view direction(const std::optional<Role>& from) {
  if (!from) return "both sides";
  return *from == Role::client ? "client → server" : "server → client";
}

std::string octets_text(Bytes octets) {
  if (std::ranges::any_of(octets, [](std::uint8_t octet) { return octet != 0; })) return hex(octets);
  return fmt::format("{} zeros", octets.size());
}

namespace {

std::string messages_text(const inspect::Story& story, const inspect::Derivation& derivation) {
  const std::string& first = story.messages[derivation.messages.front()].name;
  const std::string& last = story.messages[derivation.messages.back()].name;
  std::string text = derivation.messages.size() == 1 ? first : fmt::format("{} … {}", first, last);
  if (derivation.left_out != 0) text += fmt::format(" without its last {} octets", derivation.left_out);
  return text;
}

}  // namespace

std::string formula(const inspect::Story& story, const inspect::Derivation& derivation) {
  std::vector<std::string> inputs;
  for (const auto& input : derivation.inputs) {
    if (input.derivation) {
      inputs.push_back(story.derivations[*input.derivation].name);
    } else if (!input.text.empty()) {
      inputs.push_back(fmt::format("\"{}\"", input.text));
    } else if (input.octets.empty()) {
      inputs.emplace_back("\"\"");
    } else {
      inputs.push_back(octets_text(input.octets));
    }
  }
  if (derivation.operation == inspect::Operation::transcript_hash)
    inputs.push_back(messages_text(story, derivation));
  if (derivation.operation == inspect::Operation::given) return "given";
  return fmt::format("{}({}), {} octets", name_of(derivation.operation), fmt::join(inputs, ", "),
                     derivation.length);
}

std::string story_text(const inspect::Story& story, std::string_view what, bool bytes) {
  std::string text = fmt::format("{}: {}\n\n", printable(what), headline(story));
  for (const inspect::Step& step : story.steps) text += step_lines(story, step);
  if (bytes) {
    text += "Records, octet by octet\n\n";
    for (std::size_t i = 0; i < story.records.size(); ++i) {
      const auto& record = story.records[i];
      text += fmt::format("  record {}, {}: {}{}\n", i + 1, direction(record.from), to_string(record.type),
                          record.is_protected ? ", encrypted" : "");
      for (const inspect::Dump& dump : record.dumps) text += field_lines(dump);
    }
    text += "\nThe key schedule\n\n";
    for (const auto& derivation : story.derivations) text += derivation_lines(story, derivation);
    text += "\n";
  }
  text += choice_lines(story);
  text += flight_lines(story);
  for (const std::string& remark : story.remarks) text += "\n" + wrapped(remark, "Remark: ");
  return text;
}

}  // namespace handfast::tool
