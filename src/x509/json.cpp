// JSON.
#include "x509/json.hpp"

#include "x509/der.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {

void JsonWriter::separate() {
  if (!first_) text_ += ',';
  first_ = false;
}

void JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  text_ += bracket;
  first_ = false;
}

void JsonWriter::raw(std::string_view text) {
  separate();
  text_ += text;
}

void JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  text_ += ':';
  first_ = true;
}

void JsonWriter::value(std::string_view text) {
  separate();
  quote(text);
}

void JsonWriter::quote(std::string_view text) {
  text_ += '"';
  Characters characters(tag::utf8_string, as_bytes(text));
  for (std::uint32_t c = characters.next(); c != Characters::end; c = characters.next()) {
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += static_cast<char>(c);
    } else if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
      text_ += "\\u00";
      append_hex(text_, static_cast<std::uint8_t>(c));
    } else {
      append_utf8(text_, c == Characters::bad ? 0xfffd : c);
    }
  }
  text_ += '"';
}

}  // namespace handfast::x509
