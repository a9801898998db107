// A key log in a file: one line a secret (RFC 9850).
#include <atomic>
#include <cerrno>
#include <string>

#include <handfast/config.hpp>
#include <handfast/secret.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace handfast {
namespace {

void append_hex(SecretOctets& line, Bytes octets) {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (const std::uint8_t octet : octets) {
    line.push_back(static_cast<std::uint8_t>(digits[octet >> 4]));
    line.push_back(static_cast<std::uint8_t>(digits[octet & 15]));
  }
}

class FileKeyLog final : public KeyLog {
 public:
  explicit FileKeyLog(int descriptor) noexcept : descriptor_(descriptor) {}
  FileKeyLog(const FileKeyLog&) = delete;
  FileKeyLog& operator=(const FileKeyLog&) = delete;
  FileKeyLog(FileKeyLog&&) = delete;
  FileKeyLog& operator=(FileKeyLog&&) = delete;
  ~FileKeyLog() override { ::close(descriptor_); }

  void write(std::string_view label, Bytes client_random, Bytes secret) noexcept override {
    SecretOctets line;
    line.reserve(label.size() + 2 * (client_random.size() + secret.size()) + 4);
    const bool torn = torn_.exchange(false, std::memory_order_relaxed);
    if (torn) line.push_back('\n');
    line.insert(line.end(), label.begin(), label.end());
    line.push_back(' ');
    append_hex(line, client_random);
    line.push_back(' ');
    append_hex(line, secret);
    line.push_back('\n');
    // One write with O_APPEND: lines of several threads and processes do not mix. A full disk loses lines of
    // a debugging aid, never the connection.
    for (Bytes rest = line; !rest.empty();) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return note_loss(written < 0 ? errno : ENOSPC, torn || rest.size() != line.size());
      rest = rest.subspan(static_cast<std::size_t>(written));
    }
  }
  [[nodiscard]] std::error_code failure() const noexcept override {
    return {error_.load(std::memory_order_relaxed), std::generic_category()};
  }

 private:
  void note_loss(int reason, bool torn) noexcept {
    int none = 0;
    error_.compare_exchange_strong(none, reason, std::memory_order_relaxed);
    if (torn) torn_.store(true, std::memory_order_relaxed);
  }

  int descriptor_;
  std::atomic<int> error_ = 0;      // of the first line that was lost
  std::atomic<bool> torn_ = false;  // the file ends in the midst of one
};

}  // namespace

Result<std::shared_ptr<KeyLog>> key_log_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(ErrorCode::file_unreadable, "the key log cannot be opened for writing");
  return std::shared_ptr<KeyLog>(std::make_shared<FileKeyLog>(descriptor));
}

}  // namespace handfast
