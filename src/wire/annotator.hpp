// The annotator: what every octet of a message means, from the same descriptions that parse it. Nothing on
// the path of a connection includes this.
#pragma once
#include <string>
#include <vector>

#include <handfast/fields.hpp>
#include <handfast/trust_anchor_id.hpp>

#include "wire/reader.hpp"

namespace handfast::wire {

using inspect::Field;
using inspect::FieldKind;

// ---- values as text

std::string show_octets(Bytes octets);
std::string show_text(Bytes octets);
std::string show_count(std::size_t count, std::string_view noun);
/// "name (0x1301)"; "GREASE (0x0a0a)"; "0x1234" for a number without a name.
std::string show_enumeration(std::string_view name, std::uint32_t number, std::size_t width);

template <class T>
std::string show(const T& field) {
  if constexpr (is_between<T>)
    return show(field.value);
  else if constexpr (std::is_enum_v<T>)
    return show_enumeration(name_of(field), to_number(field), sizeof(T));
  else if constexpr (Number<T>)
    return std::to_string(to_number(field));
  else if constexpr (is_text<T>)
    return show_text(field);
  else if constexpr (is_relative_oid<T>)
    return trust_anchor_id_to_text(field);
  else if constexpr (std::derived_from<T, Bytes>)
    return show_octets(field);
  else if constexpr (is_list<T>)
    return show_count(field.count(), "element");
  else if constexpr (is_extension_block<T>)
    return field.was_received() ? show_count(field.received().count(), "extension") : "absent";
  else
    return {};
}

template <class T>
constexpr FieldKind kind_of() noexcept {
  if constexpr (is_between<T>)
    return kind_of<typename T::value_type>();
  else if constexpr (std::is_enum_v<T>)
    return FieldKind::enumeration;
  else if constexpr (Number<T>)
    return FieldKind::number;
  else if constexpr (is_text<T>)
    return FieldKind::text;
  else if constexpr (std::derived_from<T, Bytes>)
    return FieldKind::octets;
  else
    return FieldKind::group;
}

/// Watches a Reader and writes down what it reads. Octets that a damaged field leaves unread become a leaf
/// "undecoded"; the reader goes on behind the vector around it.
class Recorder {
 public:
  static constexpr bool active = true;

  // What the reader tells.
  void enter(std::string name, std::uint32_t at) { open(std::move(name), base_ + at); }
  void enter_element(std::uint32_t at);
  void enter_extension(std::uint32_t at) { open("extension", base_ + at); }
  void extension_type(ExtensionType type, std::uint32_t at);
  void length_prefix(std::size_t width, std::uint32_t at, std::uint32_t value);
  void damaged(ErrorCode code);
  void stopped(std::uint32_t region_end);
  template <class T>
  void leave(std::uint32_t at, const T& field) {
    const std::size_t index = open_.back().index;
    const bool bad = fields_[index].bad;
    const bool something = base_ + at > covered_;
    if constexpr (is_opaque<T>) {
      if (something) leaf("octets", base_ + at - covered_, kind_of<T>(), show(field), bad);
    } else {
      fields_[index].kind = kind_of<T>();
    }
    if (!bad || (Number<T> && something)) fields_[index].value = show(field);
    covered_ = base_ + at;
    close();
  }

  // For what stands around the reader's part, with offsets into the whole message.
  void open(std::string name, std::uint32_t offset);
  void leaf(std::string name, std::uint32_t length, FieldKind kind, std::string value, bool bad = false);
  void close();
  /// From now on a reader tells offsets that count from here.
  void begin_body() noexcept { base_ = covered_; }

  /// The fields, complete when all groups are closed.
  [[nodiscard]] std::vector<Field> take();
  /// Dotted path of the field where decoding first stopped, such as
  /// "client_hello.extensions.key_share.client_shares[1].key_exchange"; empty if it did not.
  [[nodiscard]] const std::string& path_of_error() const noexcept { return path_of_error_; }

 private:
  struct Open {
    std::size_t index;         // in fields_
    std::size_t elements = 0;  // seen in it so far
  };
  [[nodiscard]] std::string path() const;

  std::uint32_t base_ = 0;     // where the reader's octets begin
  std::uint32_t covered_ = 0;  // every octet in front of it belongs to a leaf
  std::vector<Field> fields_;
  std::vector<Open> open_;
  std::string path_of_error_;
};

}  // namespace handfast::wire
