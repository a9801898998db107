// The annotator's book-keeping, and values as text.
#include "wire/annotator.hpp"

namespace handfast::wire {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

void append_hex(std::string& text, std::uint8_t octet) {
  text += digits[octet >> 4];
  text += digits[octet & 15];
}

}  // namespace

std::string show_octets(Bytes octets) {
  constexpr std::size_t shown = 32;
  if (octets.empty()) return "empty";
  std::string text;
  for (const std::uint8_t octet : octets.first(std::min(octets.size(), shown))) append_hex(text, octet);
  if (octets.size() > shown) text += "… (" + std::to_string(octets.size()) + " octets)";
  return text;
}

std::string show_text(Bytes octets) {
  std::string text = "\"";
  for (const std::uint8_t octet : octets) {
    if (octet < 0x20 || octet >= 0x7f) {
      text += "\\x";
      append_hex(text, octet);
      continue;
    }
    if (octet == '"' || octet == '\\') text += '\\';
    text += static_cast<char>(octet);
  }
  return text + '"';
}

std::string show_count(std::size_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string show_enumeration(std::string_view name, std::uint32_t number, std::size_t width) {
  std::string text;
  if (width == 1) {
    text = std::to_string(number);
  } else {
    text = "0x";
    append_hex(text, static_cast<std::uint8_t>(number >> 8));
    append_hex(text, static_cast<std::uint8_t>(number));
    if (name.empty() && is_grease(static_cast<std::uint16_t>(number))) name = "GREASE";
  }
  return name.empty() ? text : std::string(name) + " (" + text + ")";
}

void Recorder::open(std::string name, std::uint32_t offset) {
  Field node;
  node.name = std::move(name);
  node.offset = offset;
  node.depth = static_cast<std::uint16_t>(open_.size());
  open_.push_back({.index = fields_.size()});
  fields_.push_back(std::move(node));
}

void Recorder::close() {
  Field& node = fields_[open_.back().index];
  node.length = covered_ - node.offset;
  open_.pop_back();
}

void Recorder::leaf(std::string name, std::uint32_t length, FieldKind kind, std::string value, bool bad) {
  open(std::move(name), covered_);
  covered_ += length;
  fields_.back().kind = kind;
  fields_.back().value = std::move(value);
  fields_.back().bad = bad;
  close();
}

void Recorder::enter_element(std::uint32_t at) {
  enter('[' + std::to_string(open_.back().elements++) + ']', at);
}

void Recorder::extension_type(ExtensionType type, std::uint32_t at) {
  const auto number = static_cast<std::uint32_t>(type);
  std::string name = to_string(type);
  if (is_grease(static_cast<std::uint16_t>(number))) name = "grease_" + name;
  fields_[open_.back().index].name = std::move(name);
  covered_ = base_ + at;
  leaf("extension_type", 2, FieldKind::enumeration, show(type));
}

void Recorder::length_prefix(std::size_t width, std::uint32_t at, std::uint32_t value) {
  covered_ = base_ + at;
  leaf("length", static_cast<std::uint32_t>(width), FieldKind::length, std::to_string(value));
}

void Recorder::damaged(ErrorCode code) {
  if (path_of_error_.empty()) path_of_error_ = path();
  for (const Open& node : open_) fields_[node.index].bad = true;
  const bool about_length = code == ErrorCode::truncated || code == ErrorCode::vector_too_short ||
                            code == ErrorCode::vector_too_long || code == ErrorCode::vector_not_multiple;
  Field& before = fields_.back();
  if (about_length && before.kind == FieldKind::length && before.depth == open_.size()) before.bad = true;
}

void Recorder::stopped(std::uint32_t region_end) {
  const std::uint32_t end = base_ + region_end;
  if (end > covered_) leaf("undecoded", end - covered_, FieldKind::undecoded, {}, true);
}

std::vector<Field> Recorder::take() {
  for (std::size_t i = 0; i + 1 < fields_.size(); ++i) {
    fields_[i].leaf = fields_[i + 1].depth <= fields_[i].depth;
    if (!fields_[i].leaf) fields_[i].kind = FieldKind::group;
  }
  return std::move(fields_);
}

std::string Recorder::path() const {
  std::string text;
  for (const Open& node : open_) {
    const std::string& name = fields_[node.index].name;
    if (!text.empty() && name.front() != '[') text += '.';
    text += name;
  }
  return text;
}

}  // namespace handfast::wire
