// The shared test vectors: found in HANDFAST_VECTORS or ../shared/vectors; where they are missing, the test
// is skipped by name.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <handfast/bytes.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace handfast::test {

/// The path of a vector file below the vectors' folder, or an empty path if the folder is not there.
inline std::filesystem::path vector_file(const std::string& name) {
  const char* given = std::getenv("HANDFAST_VECTORS");
  const std::filesystem::path folder = given != nullptr ? given : HANDFAST_DEFAULT_VECTORS;
  if (!std::filesystem::exists(folder)) return {};
  return folder / name;
}

inline nlohmann::json read_json(const std::filesystem::path& path) {
  std::ifstream in(path);
  return nlohmann::json::parse(in);
}

/// Octets from hexadecimal text; white space is ignored.
inline Octets from_hex(std::string_view hex) {
  Octets out;
  int high = -1;
  for (const char c : hex) {
    int digit = 0;
    if (c >= '0' && c <= '9')
      digit = c - '0';
    else if (c >= 'a' && c <= 'f')
      digit = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F')
      digit = c - 'A' + 10;
    else
      continue;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

inline std::string to_hex(Bytes octets) {
  std::string out;
  for (const std::uint8_t octet : octets) {
    out += "0123456789abcdef"[octet >> 4];
    out += "0123456789abcdef"[octet & 15];
  }
  return out;
}

}  // namespace handfast::test

/// Binds `name` to the parsed file or skips the test, naming the file.
#define HANDFAST_VECTORS_OR_SKIP(name, file)                                     \
  const auto name##_path = ::handfast::test::vector_file(file);                  \
  if (name##_path.empty()) GTEST_SKIP() << "no shared vectors here: " << (file); \
  const auto name = ::handfast::test::read_json(name##_path)
