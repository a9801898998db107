// The key schedule as a tree: each value below the secret that it comes from.
#include <fmt/format.h>

#include "html.hpp"
#include "report.hpp"
#include "story_page_parts.hpp"
#include "story_text.hpp"

namespace handfast::tool {
namespace {

using inspect::Derivation;
using inspect::Operation;
using inspect::Story;

std::string input_html(const Story& story, const inspect::DerivationInput& input) {
  std::string value;
  if (input.derivation) {
    value = fmt::format("<a href=\"#{}\">{}</a>", key_anchor(*input.derivation),
                        escaped(story.derivations[*input.derivation].name));
  } else if (!input.text.empty()) {
    value = fmt::format("“{}”", escaped(input.text));
  } else {
    value = input.octets.empty() ? "nothing" : octets_text(input.octets);
  }
  return fmt::format("{} = {}", escaped(input.name), value);
}

std::string formula_html(const Story& story, const Derivation& derivation) {
  if (derivation.operation == Operation::given) return {};
  std::string inputs;
  for (const auto& input : derivation.inputs) {
    if (!inputs.empty()) inputs += ", ";
    inputs += input_html(story, input);
  }
  if (derivation.operation == Operation::transcript_hash)
    for (const std::size_t message : derivation.messages) {
      if (!inputs.empty()) inputs += ", ";
      inputs += fmt::format("<a href=\"#{}\">{}</a>", message_anchor(story, message),
                            escaped(story.messages[message].name));
    }
  if (derivation.left_out != 0)
    inputs += fmt::format(" without its last {}", octet_count(derivation.left_out));
  return fmt::format("<p class=\"formula\">{}{}({}) → {}</p>", name_of(derivation.operation),
                     derivation.hash.empty() ? "" : " with " + derivation.hash, inputs,
                     octet_count(derivation.length));
}

std::string value_html(const Story& story, std::size_t index) {
  const Derivation& derivation = story.derivations[index];
  const bool known = !derivation.value.empty();
  return fmt::format(
      "<div class=\"value {}{}\" id=\"{}\"><strong>{}</strong>{}\n<p>{} <span class=\"dim\">{}</span></p>{}"
      "<p class=\"octet\">{}</p></div>",
      derivation.is_secret ? "secret" : "public", known ? "" : " unknown", key_anchor(index),
      escaped(derivation.name),
      derivation.confirmed && derivation.operation != Operation::given
          ? "<span class=\"seal\">✓ the connection used this very value</span>"
          : "",
      escaped(derivation.purpose), escaped(derivation.section), formula_html(story, derivation),
      known ? hex(derivation.value, " ") : "not shown: secrets were not asked for, or are not known");
}

// The secret that a value stands below; none: it is a root.
std::optional<std::size_t> parent(const Story& story, const Derivation& derivation) {
  for (const auto& input : derivation.inputs)
    if (input.derivation && story.derivations[*input.derivation].is_secret) return input.derivation;
  return std::nullopt;
}

std::string branch(const Story& story, std::size_t index) {
  std::string below;
  for (std::size_t i = index + 1; i < story.derivations.size(); ++i)
    if (parent(story, story.derivations[i]) == index) below += branch(story, i);
  if (!below.empty()) below = "<ul>\n" + below + "</ul>\n";
  return fmt::format("<li>{}\n{}</li>\n", value_html(story, index), below);
}

}  // namespace

std::string key_anchor(std::size_t derivation) { return fmt::format("key-{}", derivation + 1); }

std::string keys_html(const Story& story) {
  std::string shown;
  std::string tree;
  for (std::size_t i = 0; i < story.derivations.size(); ++i) {
    const Derivation& derivation = story.derivations[i];
    if (parent(story, derivation)) continue;
    // What everybody on the way sees feeds the tree from the side.
    (derivation.is_secret ? tree : shown) += branch(story, i);
  }
  return fmt::format(
      "<h3>Secrets, each below the one that it comes from</h3>\n<ul class=\"keys\">\n{}</ul>\n"
      "<h3>What enters from the messages, and everybody on the way can know</h3>\n<ul "
      "class=\"keys\">\n{}</ul>\n",
      tree, shown);
}

}  // namespace handfast::tool
