// Records as lines of text.
#include "bogo/record_log.hpp"

namespace handfast::bogo {

void RecordLog::record(const inspect::Record& record) noexcept {
  const std::string direction = record.from == role_ ? "write " : "read ";
  const Bytes content = record.content;
  if (record.type == ContentType::change_cipher_spec) {
    text_ += direction + "ccs\n";
  } else if (record.type == ContentType::alert && content.size() == 2) {
    text_ += direction + "alert " + std::to_string(content[0]) + " " + std::to_string(content[1]) + "\n";
  } else if (record.type == ContentType::handshake) {
    Octets& octets = unfinished_[record.from];
    octets.insert(octets.end(), content.begin(), content.end());
    messages(record.from, direction);
  }
}

void RecordLog::messages(Role from, const std::string& direction) {
  Octets& octets = unfinished_[from];
  while (octets.size() >= 4) {
    const std::size_t size = 4 + (std::size_t{octets[1]} << 16 | std::size_t{octets[2]} << 8 | octets[3]);
    if (octets.size() < size) return;
    text_ += direction + "hs " + std::to_string(octets[0]) + "\n";
    const auto end = octets.begin() + static_cast<std::ptrdiff_t>(size);
    if (from != role_) received_[static_cast<HandshakeType>(octets[0])].assign(octets.begin(), end);
    octets.erase(octets.begin(), end);
  }
}

}  // namespace handfast::bogo
