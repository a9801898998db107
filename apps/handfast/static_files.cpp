// Files below one folder, opened one name at a time so that no name can lead out.
#include "static_files.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace handfast::tool {
namespace {

constexpr std::size_t deepest = 64;

// The names of a path, or none if one of them is not served. RFC 8615's folder is the one exception with a
// dot.
std::optional<std::vector<std::string>> names_of(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (name.empty()) continue;
    if (name.starts_with('.') && name != ".well-known") return std::nullopt;
    if (names.size() == deepest) return std::nullopt;
    names.emplace_back(name);
  }
  return names;
}

int open_below(int folder, const std::string& name, int flags) noexcept {
  return ::openat(folder, name.c_str(), flags | O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

// The file that the names, at least one, lead to from the root; negative, with errno, if it cannot be opened.
int open_path(int root, std::span<const std::string> names) noexcept {
  int folder = root;
  for (std::size_t i = 0;; ++i) {
    const bool last = i + 1 == names.size();
    const int next = open_below(folder, names[i], last ? 0 : O_DIRECTORY);
    const int reason = errno;
    if (folder != root) ::close(folder);
    errno = reason;
    if (last || next < 0) return next;
    folder = next;
  }
}

// Why nothing was opened: a file that is there is not denied for want of descriptors.
http::Status status_of(int number) noexcept {
  const bool exhausted = number == EMFILE || number == ENFILE || number == ENOMEM;
  return exhausted ? http::Status::service_unavailable : http::Status::not_found;
}

// A file's size, or none for everything that is no regular file.
std::optional<std::uint64_t> regular_size(int descriptor) noexcept {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

bool is_folder(int descriptor) noexcept {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
}

struct Type {
  std::string_view ending;
  std::string_view type;
};
constexpr std::array types = {
    Type{".html", "text/html; charset=utf-8"},
    Type{".htm", "text/html; charset=utf-8"},
    Type{".css", "text/css; charset=utf-8"},
    Type{".js", "text/javascript; charset=utf-8"},
    Type{".mjs", "text/javascript; charset=utf-8"},
    Type{".json", "application/json"},
    Type{".txt", "text/plain; charset=utf-8"},
    Type{".md", "text/markdown; charset=utf-8"},
    Type{".xml", "application/xml"},
    Type{".svg", "image/svg+xml"},
    Type{".png", "image/png"},
    Type{".jpg", "image/jpeg"},
    Type{".jpeg", "image/jpeg"},
    Type{".gif", "image/gif"},
    Type{".webp", "image/webp"},
    Type{".avif", "image/avif"},
    Type{".ico", "image/x-icon"},
    Type{".woff2", "font/woff2"},
    Type{".woff", "font/woff"},
    Type{".wasm", "application/wasm"},
    Type{".pdf", "application/pdf"},
    Type{".mp4", "video/mp4"},
    Type{".webm", "video/webm"},
    Type{".mp3", "audio/mpeg"},
    Type{".gz", "application/gzip"},
    Type{".zip", "application/zip"},
};

}  // namespace

std::string_view content_type_of(std::string_view name) noexcept {
  for (const Type& type : types)
    if (name.ends_with(type.ending)) return type.type;
  return "application/octet-stream";
}

StaticFile::~StaticFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::size_t StaticFile::read(std::uint64_t offset, std::uint8_t* to, std::size_t size) const noexcept {
  for (;;) {
    const ssize_t count = ::pread(descriptor_, to, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }
}

Outcome<StaticFiles> StaticFiles::open(const std::string& root) {
  const int folder = ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return usage_failure(fmt::format("cannot open the folder {}: {}", root, std::strerror(errno)),
                         "--root needs a folder that can be read.");
  return StaticFiles(folder);
}

StaticFiles::~StaticFiles() {
  if (root_ >= 0) ::close(root_);
}

std::expected<StaticFile, http::Status> StaticFiles::find(std::string_view path) const {
  auto names = names_of(path);
  if (!names) return std::unexpected(http::Status::not_found);
  const bool names_folder = path.empty() || path.ends_with('/');
  if (names_folder) names->emplace_back("index.html");
  const int file = open_path(root_, *names);
  if (file < 0) return std::unexpected(status_of(errno));
  if (const auto size = regular_size(file)) return StaticFile(file, *size, content_type_of(names->back()));
  const bool redirect = !names_folder && is_folder(file);
  ::close(file);
  return std::unexpected(redirect ? http::Status::moved_permanently : http::Status::not_found);
}

}  // namespace handfast::tool
