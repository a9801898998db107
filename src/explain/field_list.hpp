// A tree of fields in the making, in front of which all octets are covered.
#pragma once
#include <string>
#include <vector>

#include <handfast/fields.hpp>

namespace handfast::explain {

using inspect::Field;
using inspect::FieldKind;

/// Fields one after the other; groups are opened and closed around their parts.
class FieldList {
 public:
  void open(std::string name, std::string value = {}, bool bad = false) {
    Field group;
    group.name = std::move(name);
    group.value = std::move(value);
    group.offset = covered_;
    group.depth = static_cast<std::uint16_t>(open_.size());
    group.leaf = false;
    group.bad = bad;
    open_.push_back(fields_.size());
    fields_.push_back(std::move(group));
  }
  void close() {
    Field& group = fields_[open_.back()];
    group.length = covered_ - group.offset;
    open_.pop_back();
  }
  void leaf(std::string name, std::size_t length, FieldKind kind, std::string value, bool bad = false) {
    Field field;
    field.name = std::move(name);
    field.value = std::move(value);
    field.offset = covered_;
    field.length = static_cast<std::uint32_t>(length);
    field.depth = static_cast<std::uint16_t>(open_.size());
    field.kind = kind;
    field.bad = bad;
    covered_ += field.length;
    fields_.push_back(std::move(field));
  }
  /// A tree that was made elsewhere, of the next octets.
  void splice(const std::vector<Field>& tree) {
    const std::uint32_t start = covered_;
    for (Field field : tree) {
      field.offset += start;
      field.depth = static_cast<std::uint16_t>(field.depth + open_.size());
      covered_ = std::max(covered_, field.offset + field.length);
      fields_.push_back(std::move(field));
    }
  }
  [[nodiscard]] std::uint32_t covered() const noexcept { return covered_; }
  /// Complete when all groups are closed. A group without parts counts as a leaf.
  [[nodiscard]] std::vector<Field> take() {
    for (std::size_t i = 0; i < fields_.size(); ++i)
      fields_[i].leaf = i + 1 == fields_.size() || fields_[i + 1].depth <= fields_[i].depth;
    return std::move(fields_);
  }

 private:
  std::vector<Field> fields_;
  std::vector<std::size_t> open_;
  std::uint32_t covered_ = 0;
};

}  // namespace handfast::explain
