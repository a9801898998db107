// Reading and writing local files.
#include "files.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace handfast::tool {
namespace {

constexpr std::size_t longest_file = std::size_t{16} << 20;

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const noexcept { return number_; }
  /// Reports what close() says: for files on a network it may be the first to know.
  bool close() noexcept { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

std::string_view advice(int number) {
  switch (number) {
    case EMFILE:
    case ENFILE: return "Allow more open files: ulimit -n.";
    case ENOMEM: return "This machine has no memory left for it.";
    case ENOSPC:
    case EDQUOT: return "Make room where it is to be.";
    default: return "Check its path and permissions.";
  }
}

std::unexpected<Failure> cannot(std::string_view verb, const std::string& path, int number) {
  return usage_failure(fmt::format("cannot {} {}: {}", verb, path, std::strerror(number)),
                       std::string(advice(number)));
}

bool write_all(int file, Bytes content) noexcept {
  while (!content.empty()) {
    const ssize_t count = ::write(file, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    content = content.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Outcome<SecretOctets> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return cannot("read", path, errno);
  SecretOctets content;
  std::size_t filled = 0;
  for (;;) {
    if (filled == content.size()) content.resize(std::max<std::size_t>(4096, 2 * filled));
    const ssize_t count = ::read(file.number(), content.data() + filled, content.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot("read", path, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > longest_file)
      return usage_failure(fmt::format("{} is longer than 16 MiB", path),
                           "This is no certificate or key file.");
  }
  content.resize(filled);
  return content;
}

Outcome<> write_output(std::string_view text) {
  if (write_all(STDOUT_FILENO, as_bytes(text))) return {};
  const int number = errno;
  return usage_failure(fmt::format("cannot write to standard output: {}", std::strerror(number)),
                       number == ENOSPC ? "Make room where it goes." : "");
}

Outcome<> write_file(const std::string& path, Bytes content, unsigned mode) {
  std::string temporary = path + ".XXXXXX";
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.number() < 0) return cannot("write", path, errno);
  const bool written = ::fchmod(file.number(), mode) == 0 && write_all(file.number(), content) &&
                       ::fsync(file.number()) == 0 && file.close() &&
                       ::rename(temporary.c_str(), path.c_str()) == 0;
  if (written) return {};
  const int reason = errno;
  ::unlink(temporary.c_str());
  return cannot("write", path, reason);
}

}  // namespace handfast::tool
