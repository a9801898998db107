// Files that hold secrets: who may read them, and how they are replaced.
#include "session/private_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>

#include <handfast/random.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"

namespace handfast::session {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20;

Result<> write_all(int descriptor, Bytes octets) noexcept {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(ErrorCode::file_unwritable);
    octets = octets.subspan(static_cast<std::size_t>(written));
  }
  // What a crash leaves behind is the old file or the new one, never an empty one.
  if (::fsync(descriptor) != 0) return fail(ErrorCode::file_unwritable);
  return {};
}

/// A name beside `path` that nobody else has.
Result<std::string> name_beside(const std::string& path) {
  std::array<std::uint8_t, 8> drawn{};
  if (auto filled = system_random().fill(drawn); !filled) return fail(filled.error());
  std::string name = path + ".";
  for (const std::uint8_t octet : drawn) {
    name += static_cast<char>('a' + (octet >> 4));
    name += static_cast<char>('a' + (octet & 15));
  }
  return name;
}

}  // namespace

Result<SecretOctets> read_private_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) return fail(ErrorCode::file_unreadable);
  if (S_ISDIR(status.st_mode)) return fail(ErrorCode::file_unreadable, "it is a folder");
  if ((status.st_mode & S_IRWXO) != 0)
    return fail(ErrorCode::file_unreadable, "it holds secrets, and everybody may use it: chmod 600");
  // Grown by hand: what a vector leaves behind when it grows is wiped, and there is little of it.
  SecretOctets octets;
  std::size_t size = 0;
  octets.resize(static_cast<std::size_t>(std::clamp<off_t>(status.st_size, 4096, off_t{1} << 20)) + 1);
  for (;;) {
    if (size == octets.size()) octets.resize(2 * size);
    const ssize_t got = ::read(file.number(), octets.data() + size, octets.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::file_unreadable);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > largest_file) return fail(ErrorCode::file_unreadable, "it is larger than 64 MiB");
  }
  octets.resize(size);
  return octets;
}

Result<> replace_private_file(const std::string& path, Bytes octets) {
  const auto name = name_beside(path);
  if (!name) return fail(name.error());
  {
    const Descriptor file(::open(name->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.is_open()) return fail(ErrorCode::file_unwritable);
    if (auto written = write_all(file.number(), octets); !written) {
      ::unlink(name->c_str());
      return written;
    }
  }
  if (::rename(name->c_str(), path.c_str()) != 0) {
    ::unlink(name->c_str());
    return fail(ErrorCode::file_unwritable);
  }
  return {};
}

}  // namespace handfast::session
