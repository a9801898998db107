// Content into records.
#include "record/writer.hpp"

#include <algorithm>

namespace handfast::record {
namespace {

bool is_tls13(const std::optional<RecordKey>& key) noexcept {
  return key && key->protection() == Protection::tls13;
}

}  // namespace

void RecordWriter::set_max_fragment(std::size_t octets) noexcept {
  max_fragment_ = static_cast<std::uint16_t>(std::clamp<std::size_t>(octets, 1, max_plaintext));
}

void RecordWriter::set_record_size_limit(std::size_t octets) noexcept {
  record_size_limit_ =
      static_cast<std::uint16_t>(std::clamp<std::size_t>(octets, min_record_size_limit, max_inner_plaintext));
}

std::size_t RecordWriter::max_content() const noexcept {
  if (!key_) return max_fragment_;  // [8446:5.1#12]
  // RFC 8449 §4: in TLS 1.3 the content type counts.
  return std::min<std::size_t>(max_fragment_, record_size_limit_ - (is_tls13(key_) ? 1U : 0U));
}

std::size_t RecordWriter::padding_of(std::size_t content_size) const noexcept {
  if (padding_multiple_ <= 1 || !is_tls13(key_)) return 0;
  const std::size_t inner = content_size + 1;
  const std::size_t padded = (inner + padding_multiple_ - 1) / padding_multiple_ * padding_multiple_;
  return std::min<std::size_t>(padded, record_size_limit_) - inner;  // [8446:5.4#5]
}

std::size_t RecordWriter::record_size(std::size_t content_size) const noexcept {
  if (!key_) return header_size + content_size;
  return header_size + key_->expansion().body_size(content_size + padding_of(content_size));
}

std::size_t RecordWriter::content_that_fits(std::size_t room) const noexcept {
  if (room <= header_size) return 0;
  const std::size_t body = room - header_size;
  const std::size_t size = std::min(key_ ? key_->expansion().content_size(body) : body, max_content());
  if (size == 0) return 0;
  if (record_size(size) <= room) return size;
  // The padding does not fit: stop where none is needed.
  const std::size_t padded = (size + 1) / padding_multiple_ * padding_multiple_;
  return padded == 0 ? 0 : padded - 1;
}

std::size_t RecordWriter::written_size(std::size_t content_size) const noexcept {
  const std::size_t full = content_size / max_content();
  const std::size_t rest = content_size % max_content();
  return full * record_size(max_content()) + (rest == 0 ? 0 : record_size(rest));
}

Result<std::size_t> RecordWriter::write_one(ContentType type, Bytes content, MutableBytes out) {
  if (key_) return key_->seal(type, content, padding_of(content.size()), out);
  write_header({type, legacy_record_version_, static_cast<std::uint16_t>(content.size())}, out);
  const MutableBytes fragment = out.subspan(header_size);
  if (content.data() != fragment.data()) copy(content, fragment);
  return header_size + content.size();
}

Result<> RecordWriter::check_ready(ContentType type) const noexcept {
  if (type != ContentType::application_data) return {};
  if (!key_) return fail(ErrorCode::not_ready, "application data before there are keys");  // [8446:5.1#15]
  if (key_->nearly_used_up()) return fail(ErrorCode::sequence_exhausted);
  return {};
}

Result<Written> RecordWriter::write(ContentType type, Bytes content, MutableBytes out) {
  Written done;
  // No content, no record: none of them is empty. [8446:5.1#7] [5246:6.2.1#2]
  while (done.taken < content.size()) {
    if (type == ContentType::application_data && done.written != 0 && update_due()) break;
    if (auto ready = check_ready(type); !ready) {
      if (done.written != 0) break;
      return fail(ready.error());
    }
    const Bytes rest = content.subspan(done.taken);
    const MutableBytes room = out.subspan(done.written);
    // [8446:5.1#8]: an alert is never cut.
    const bool whole = type == ContentType::alert;
    std::size_t size = whole ? rest.size() : std::min(rest.size(), max_content());
    if (record_size(size) > room.size()) {
      size = whole ? 0 : content_that_fits(room.size());
      if (done.written != 0 && size < max_content() / 4) break;
      if (size == 0) return fail(ErrorCode::buffer_too_small);
    }
    const auto written = write_one(type, rest.first(size), room);
    if (!written) {
      if (done.written != 0) break;
      return fail(written.error());
    }
    done.taken += size;
    done.written += *written;
  }
  return done;
}

Result<std::size_t> RecordWriter::write_empty(MutableBytes out) {
  if (auto ready = check_ready(ContentType::application_data); !ready) return fail(ready.error());
  if (out.size() < record_size(0)) return fail(ErrorCode::buffer_too_small);
  return write_one(ContentType::application_data, {}, out);
}

}  // namespace handfast::record
