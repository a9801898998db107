// Records out of the input.
#include "record/reader.hpp"

#include <algorithm>

namespace handfast::record {
namespace {}  // namespace

void RecordReader::set_record_size_limit(std::size_t octets) noexcept {
  record_size_limit_ =
      static_cast<std::uint16_t>(std::clamp<std::size_t>(octets, min_record_size_limit, max_inner_plaintext));
}

void RecordReader::skip_early_data(std::uint32_t octets) noexcept {
  skipping_ = true;
  skip_budget_ = octets;
}

// RFC 8446 §5.1: with TLS 1.3 keys a record is protected if it says application_data; in TLS 1.2 all are,
// whatever they say.
bool RecordReader::is_protected(ContentType type) const noexcept {
  return key_ && (key_->protection() != Protection::tls13 || type == ContentType::application_data);
}

std::size_t RecordReader::max_length(ContentType type) const noexcept {
  if (is_protected(type)) return key_->protection() == Protection::tls13 ? max_ciphertext : max_ciphertext12;
  return type == ContentType::application_data ? max_ciphertext : max_plaintext;  // the first: to be skipped
}

// Whether a record may say this type, by what keys there are. [8446:5#5] [5246:6#2]
Result<> RecordReader::check_type(ContentType type) const noexcept {
  switch (type) {
    case ContentType::application_data:
      if (key_ || skipping_) return {};
      return fail(ErrorCode::unexpected_record, "application data before there are keys");
    case ContentType::handshake:
      if (!key_ || is_protected(type)) return {};
      return fail(ErrorCode::unexpected_record, "an unprotected handshake record where keys are in use");
    case ContentType::alert:
      if (!key_ || is_protected(type) || !opened_) return {};
      return fail(ErrorCode::unexpected_record, "an unprotected alert where keys are in use");
    case ContentType::change_cipher_spec: return {};
    case ContentType::invalid: break;
  }
  return fail(ErrorCode::unexpected_record, "an unknown content type");
}

Result<> RecordReader::check_header(const RecordHeader& header, Bytes input) const noexcept {
  const bool known =
      header.type >= ContentType::change_cipher_spec && header.type <= ContentType::application_data;
  if (first_ && !known) return fail(diagnose_first_octets(input));
  if (auto good = check_type(header.type); !good) return good;
  // legacy_record_version may be anything. [8446:5.1#11] [8446:D#1] [8446:D.2#3] [5246:E.1#4]
  if (header.length > max_length(header.type))
    return fail(ErrorCode::record_overflow);  // [8446:5.1#13] [8446:5.2#2,5] [5246:6.2.1#1] [5246:6.2.3#1]
  return {};
}

Result<Record> RecordReader::read(MutableBytes input) {
  if (input.size() < header_size) return Record{.size = header_size};
  const RecordHeader header = read_header(input);
  if (auto good = check_header(header, input); !good) return fail(good.error());
  if (input.size() < header.size()) return Record{.size = header.size()};
  first_ = false;

  const MutableBytes whole = input.first(header.size());
  if (is_protected(header.type)) return open(whole);
  if (header.type == ContentType::application_data) return skip(whole.size());
  if (header.type == ContentType::handshake) skipping_ = false;  // the second ClientHello
  const Record record{Record::Kind::whole, header.type, false, whole.size(), whole.subspan(header_size)};
  if (auto good = check_content(record); !good) return fail(good.error());
  return record;
}

Result<Record> RecordReader::open(MutableBytes whole) {
  const bool tls13 = key_->protection() == Protection::tls13;
  const auto opened = key_->open(
      whole, std::min<std::size_t>(record_size_limit_, tls13 ? max_inner_plaintext : max_plaintext));
  if (!opened) {
    const ErrorCode code = opened.error().code;
    const bool foreign = code == ErrorCode::bad_record_mac || code == ErrorCode::record_overflow;
    if (skipping_ && foreign) return skip(whole.size());
    return fail(opened.error());
  }
  skipping_ = false;
  opened_ = true;
  const Record record{Record::Kind::whole, opened->type, true, whole.size(), opened->content};
  if (auto good = check_content(record); !good) return fail(good.error());
  return record;
}

// RFC 8446 §4.2.10: what was refused is passed over, up to what would have been taken.
Result<Record> RecordReader::skip(std::size_t size) noexcept {
  // With headers, so that empty records do not go on for ever.
  if (size > skip_budget_)
    return fail(ErrorCode::unexpected_record, "more early data than this server takes");
  skip_budget_ -= static_cast<std::uint32_t>(size);
  return Record{.kind = Record::Kind::skipped, .size = size};
}

Result<> RecordReader::check_content(const Record& record) noexcept {
  const Bytes content = record.content;
  bool idle = false;
  switch (record.type) {
    case ContentType::application_data: idle = content.empty(); break;
    case ContentType::handshake:
      if (content.empty())
        return fail(ErrorCode::unexpected_record, "a handshake record without content");  // [8446:5.4#2]
      break;
    case ContentType::alert:
      // [8446:5.1#9], and so it is done in TLS 1.2 as well.
      if (content.empty()) return fail(ErrorCode::unexpected_record, "an alert record without content");
      if (content.size() < 2) return fail(ErrorCode::truncated, "half an alert in a record");
      if (content.size() > 2) return fail(ErrorCode::trailing_data, "more than one alert in a record");
      break;
    case ContentType::change_cipher_spec:  // [8446:5#1,2]
      idle = true;
      if (content.size() != 1 || content[0] != 1)
        return fail(ErrorCode::unexpected_record, "a change_cipher_spec of other than the octet 1");
      if (record.is_protected && key_->protection() == Protection::tls13)
        return fail(ErrorCode::unexpected_record, "a protected change_cipher_spec");
      break;
    default: return fail(ErrorCode::unexpected_record, "an unknown content type");
  }
  if (!idle) {
    idle_records_ = 0;
  } else if (idle_records_++ == max_idle_records_) {
    return fail(ErrorCode::too_many_empty_records);
  }
  return {};
}

}  // namespace handfast::record
