// Whole files.
#include "x509/file.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"

namespace handfast::x509 {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20;

bool is_regular_file(const std::string& path) noexcept {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

Result<Octets> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) return fail(ErrorCode::file_unreadable);
  // Pipes are fine (a shell may hand one in); what a device hands out for ever is cut by the largest size.
  if (S_ISDIR(status.st_mode)) return fail(ErrorCode::file_unreadable, "it is a folder");
  Octets octets;
  for (;;) {
    constexpr std::size_t step = 65536;
    const std::size_t had = octets.size();
    if (had > largest_file) return fail(ErrorCode::file_unreadable, "it is larger than 64 MiB");
    octets.resize(had + step);
    const ssize_t got = ::read(file.number(), octets.data() + had, step);
    octets.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return octets;
    if (got < 0 && errno != EINTR) return fail(ErrorCode::file_unreadable);
  }
}

Result<std::vector<std::string>> list_files(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> handle(::opendir(folder.c_str()), &::closedir);
  if (!handle) return fail(ErrorCode::file_unreadable);
  std::vector<std::string> paths;
  while (const dirent* entry = ::readdir(handle.get())) {
    std::string path = folder + "/" + entry->d_name;
    if (is_regular_file(path)) paths.push_back(std::move(path));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace handfast::x509
