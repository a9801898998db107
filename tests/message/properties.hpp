// What holds for any octets whatsoever that are taken for a handshake message. The tests and the fuzzer ask
// the same questions.
#pragma once
#include <optional>
#include <string>
#include <tuple>

#include "message/annotate.hpp"
#include "message/messages.hpp"

namespace handfast::test {

/// Calls f.template operator()<T>() for every described message.
template <class F>
void for_each_message(F&& f) {
  [&]<class... T>(std::tuple<T...>*) {
    (f.template operator()<T>(), ...);
  }(static_cast<message::AllMessages*>(nullptr));
}

/// What decodes encodes to the same octets again, and is measured rightly. Empty, or what is wrong.
template <class T>
std::string broken_round_trip(Bytes body) {
  T value;
  if (!wire::decode_into(value, body)) return {};
  if (wire::encoded_size(value) != body.size()) return std::string(T::name) + ": wrong size";
  Octets again;
  if (!wire::append_message(value, again)) return std::string(T::name) + ": does not encode";
  if (!equal(Bytes(again).subspan(4), body)) return std::string(T::name) + ": encodes to other octets";
  if (again[0] != static_cast<std::uint8_t>(T::type)) return std::string(T::name) + ": wrong type";
  return {};
}

/// The fields are nested and the leaves cover each octet exactly once. Empty, or what is wrong.
inline std::string broken_tree(Bytes octets, const std::vector<wire::Field>& fields) {
  if (fields.empty() || fields[0].offset != 0 || fields[0].length != octets.size() || fields[0].depth != 0)
    return "the first field is not the message";
  std::size_t covered = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const wire::Field& field = fields[i];
    const bool has_parts = i + 1 < fields.size() && fields[i + 1].depth > field.depth;
    if (field.leaf == has_parts) return field.name + ": wrongly marked as leaf or group";
    if (has_parts && fields[i + 1].depth != field.depth + 1) return field.name + ": a level is missing";
    if (field.offset != covered) return field.name + ": does not begin where its predecessor ends";
    if (field.leaf) covered += field.length;
    // All parts lie inside.
    std::size_t end = field.offset;
    for (std::size_t j = i + 1; j < fields.size() && fields[j].depth > field.depth; ++j)
      end = fields[j].offset + fields[j].length;
    if (has_parts && end != field.offset + field.length) return field.name + ": its parts do not fill it";
  }
  return covered == octets.size() ? std::string() : "octets without a field";
}

/// And an error has its mark and its path. Empty, or what is wrong.
inline std::string broken_annotation(Bytes octets, const message::Annotation& annotation) {
  if (auto broken = broken_tree(octets, annotation.fields); !broken.empty()) return broken;
  if (annotation.error.has_value() != annotation.fields.front().bad)
    return "an error without a mark, or a mark without an error";
  if (annotation.error.has_value() != !annotation.path_of_error.empty()) return "an error without a path";
  return {};
}

inline bool same_error(const Error& a, const Error& b) {
  return a.code == b.code && a.alert == b.alert && a.message == b.message && a.offset == b.offset &&
         std::string_view(a.field == nullptr ? "" : a.field) ==
             std::string_view(b.field == nullptr ? "" : b.field);
}

/// Everything above for a whole message, and that the annotator finds the very error of the parser. Empty, or
/// what is wrong.
inline std::string broken_property(Bytes message, const message::AnnotationContext& context) {
  const auto annotation = message::annotate(message, context);
  if (auto broken = broken_annotation(message, annotation); !broken.empty()) return broken;
  if (message.size() < 4) return {};

  std::string broken;
  bool described = false;
  bool agrees = false;  // with one of the forms that the type has
  for_each_message([&]<class T>() {
    if (message[0] != static_cast<std::uint8_t>(T::type)) return;
    described = true;
    const Bytes body = message.subspan(4);
    if (auto problem = broken_round_trip<T>(body); !problem.empty()) broken = problem;
    T value;
    const auto decoded = wire::decode_into(value, body);
    agrees = agrees || (decoded ? !annotation.error
                                : annotation.error && same_error(decoded.error(), *annotation.error));
  });
  if (!broken.empty()) return broken;
  const bool whole = wire::load<3>(message.data() + 1) == message.size() - 4;
  if (described && whole && !agrees) return "parser and annotator disagree";
  if (!described && !annotation.error) return "an unknown message was explained";
  return {};
}

}  // namespace handfast::test
