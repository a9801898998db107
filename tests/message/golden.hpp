// Sample messages with their expected annotation: tests/message/golden/*.txt.
//
// A file has a comment, `octets:` lines (hexadecimal, made by hand and not by this library), perhaps the
// version, cipher_suite and certificate_type that the message was sent under, `---`, and the annotation.
#pragma once
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "message/annotate.hpp"
#include "support/vectors.hpp"

namespace handfast::test {

struct Golden {
  std::filesystem::path path;
  std::string name;
  Octets octets;  // the whole handshake message
  message::AnnotationContext context;
  std::string head;        // the file up to and with `---`
  std::string annotation;  // the rest

  /// Whether the message is meant not to decode.
  [[nodiscard]] bool damaged() const { return name.starts_with("damaged_") || name == "unknown_type"; }
  [[nodiscard]] Bytes body() const { return Bytes(octets).subspan(4); }
};

inline CipherSuite suite_named(std::string_view name) {
  for (std::uint32_t number = 0; number <= 0xffff; ++number)
    if (name_of(static_cast<CipherSuite>(number)) == name) return static_cast<CipherSuite>(number);
  return CipherSuite::TLS_NULL_WITH_NULL_NULL;
}

inline Golden read_golden(const std::filesystem::path& path) {
  Golden golden;
  golden.path = path;
  golden.name = path.stem().string();
  std::ifstream in(path);
  std::string line;
  bool head = true;
  while (std::getline(in, line)) {
    (head ? golden.head : golden.annotation) += line + '\n';
    if (!head) continue;
    if (line == "---") head = false;
    if (line.starts_with("octets: ")) {
      const Octets part = from_hex(line.substr(8));
      golden.octets.insert(golden.octets.end(), part.begin(), part.end());
    }
    if (line == "version: TLSv1.2") golden.context.version = ProtocolVersion::tls12;
    if (line == "certificate_type: RawPublicKey")
      golden.context.certificate_type = CertificateType::RawPublicKey;
    if (line.starts_with("cipher_suite: ")) golden.context.cipher_suite = suite_named(line.substr(14));
  }
  return golden;
}

inline std::filesystem::path golden_folder() {
  return std::filesystem::path(HANDFAST_SOURCE_DIR) / "tests/message/golden";
}

/// The sample of this name; empty if there is none.
inline Golden golden(const std::string& name) { return read_golden(golden_folder() / (name + ".txt")); }

/// All samples, by name.
inline std::vector<Golden> all_golden() {
  std::vector<Golden> all;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder()))
    all.push_back(read_golden(entry.path()));
  std::ranges::sort(all, {}, &Golden::name);
  return all;
}

/// One line a field, indented by depth: offset+length, name, value; "!" marks where decoding stopped.
inline std::string to_text(const message::Annotation& annotation) {
  std::ostringstream text;
  for (const wire::Field& field : annotation.fields) {
    text << std::string(2 * std::size_t{field.depth}, ' ') << field.offset << '+' << field.length << ' '
         << field.name;
    if (!field.value.empty()) text << " = " << field.value;
    if (field.bad) text << " !";
    text << '\n';
  }
  if (annotation.error)
    text << "error: " << describe(*annotation.error) << "\npath: " << annotation.path_of_error << '\n';
  return text.str();
}

}  // namespace handfast::test
