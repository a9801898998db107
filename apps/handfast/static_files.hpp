// Files below one folder, for peers that are not trusted: no way leads out of it.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "failure.hpp"
#include "http.hpp"

namespace handfast::tool {

/// An open regular file.
class StaticFile {
 public:
  StaticFile(int descriptor, std::uint64_t size, std::string_view content_type) noexcept
      : descriptor_(descriptor), size_(size), content_type_(content_type) {}
  StaticFile(StaticFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        size_(other.size_),
        content_type_(other.content_type_) {}
  StaticFile& operator=(StaticFile&&) = delete;
  ~StaticFile();

  /// At the time it was opened.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] std::string_view content_type() const noexcept { return content_type_; }
  /// Octets read from this place on; 0: it ends there, or cannot be read.
  std::size_t read(std::uint64_t offset, std::uint8_t* to, std::size_t size) const noexcept;

 private:
  int descriptor_;
  std::uint64_t size_;
  std::string_view content_type_;
};

/// The folder of --root. Symbolic links, names that begin with a dot and everything but regular files are
/// treated as if they did not exist. Immutable; any number of threads.
class StaticFiles {
 public:
  /// Opens the folder, which may itself be a link.
  static Outcome<StaticFiles> open(const std::string& root);
  StaticFiles(StaticFiles&& other) noexcept : root_(std::exchange(other.root_, -1)) {}
  StaticFiles& operator=(StaticFiles&&) = delete;
  ~StaticFiles();

  /// What a request finds: a file, or a folder that was named without its slash (status moved_permanently),
  /// or nothing (not_found).
  [[nodiscard]] std::expected<StaticFile, http::Status> find(std::string_view path) const;

 private:
  explicit StaticFiles(int root) noexcept : root_(root) {}
  int root_;
};

/// By the ending of a file's name: "text/css; charset=utf-8".
std::string_view content_type_of(std::string_view name) noexcept;

}  // namespace handfast::tool
