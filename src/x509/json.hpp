// A small writer of JSON (RFC 8259), for reports.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace handfast::x509 {

/// Writes values in the order they are given; commas are put where they belong. What is begun has to be
/// ended.
class JsonWriter {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);
  /// UTF-8; what is none is replaced by U+FFFD.
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(bool flag) { raw(flag ? "true" : "false"); }
  void value(std::uint64_t number) { raw(std::to_string(number)); }
  template <class T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();
  void raw(std::string_view text);
  void quote(std::string_view text);

  std::string text_;
  bool first_ = true;
};

}  // namespace handfast::x509
