// A key log in a file: one line a secret (RFC 9850).
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
    line.reserve(label.size() + 2 * (client_random.size() + secret.size()) + 3);
    line.insert(line.end(), label.begin(), label.end());
    line.push_back(' ');
    append_hex(line, client_random);
    line.push_back(' ');
    append_hex(line, secret);
    line.push_back('\n');
    // One write with O_APPEND: lines of several threads and processes do not mix. A full disk loses lines of
    // a debugging aid, never the connection.
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, line.data(), line.size());
  }

 private:
  int descriptor_;
};

}  // namespace

Result<std::shared_ptr<KeyLog>> key_log_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(ErrorCode::file_unreadable, "the key log cannot be opened for writing");
  return std::shared_ptr<KeyLog>(std::make_shared<FileKeyLog>(descriptor));
}

}  // namespace handfast
