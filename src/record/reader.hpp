// The receiving side of the record layer: finds records, checks and opens them.
#pragma once
#include "record/record_key.hpp"

namespace handfast::record {

/// What stands at the start of the input.
struct Record {
  enum class Kind : std::uint8_t {
    incomplete,  ///< no whole record yet
    skipped,     ///< refused early data: `size` octets to be passed over
    whole,
  };
  Kind kind = Kind::incomplete;
  ContentType type = ContentType::invalid;  ///< if protected: the inner one
  bool is_protected = false;
  std::size_t size = 0;    ///< octets of input that it takes; incomplete: that it needs at least
  MutableBytes content{};  ///< inside the input
};

/// One direction's records, unprotected until a key is installed. Holds no octets of records. Move-only.
///
/// What it checks, so that nobody else has to: lengths (RFC 8446 §5.1, §5.2), content types, that only
/// application data may be empty, that an alert is one whole message, that change_cipher_spec is the single
/// octet 1, that protected records look like application data from outside (1.3), that records without
/// content do not go on for ever. What the caller checks: whether this type may come now.
class RecordReader {
 public:
  /// Reads the record at the start of `input`; a protected one is opened in place.
  ///
  /// With TLS 1.3 keys two kinds of unprotected records are let through, with is_protected false:
  /// change_cipher_spec, and an alert before the first protected record (from a peer that has no keys).
  /// Errors: not_tls, unsupported_version (first record); unexpected_record, record_overflow,
  /// bad_record_mac, truncated, trailing_data (alert), too_many_empty_records, sequence_exhausted.
  Result<Record> read(MutableBytes input);

  /// The next record is protected by `key`, and is its first.
  void install(RecordKey key) noexcept { key_ = std::move(key); }
  /// Nothing is read any more.
  void remove_key() noexcept { key_.reset(); }
  [[nodiscard]] RecordKey* key() noexcept { return key_ ? &*key_ : nullptr; }
  [[nodiscard]] const RecordKey* key() const noexcept { return key_ ? &*key_ : nullptr; }
  void rest() noexcept {
    if (key_) key_->rest();
  }

  /// Our record_size_limit, once the peer knows it (RFC 8449 §4), or max_fragment_length (RFC 6066 §4): a
  /// protected record with a longer plaintext is a record_overflow. In TLS 1.3 content type and padding
  /// count.
  void set_record_size_limit(std::size_t octets) noexcept;
  /// Most records in a row that bring nothing: empty application data and change_cipher_spec. Default 32.
  void set_max_idle_records(std::uint8_t records) noexcept { max_idle_records_ = records; }

  /// A server that refused early data (RFC 8446 §4.2.10): with a key, records that do not open are skipped
  /// until the first that does; without one (after HelloRetryRequest), records of application data are
  /// skipped until the second ClientHello. More than `octets` of them, headers and protection included:
  /// unexpected_record.
  void skip_early_data(std::uint32_t octets) noexcept;

 private:
  Result<> check_header(const RecordHeader& header, Bytes input) const noexcept;
  Result<> check_type(ContentType type) const noexcept;
  [[nodiscard]] std::size_t max_length(ContentType type) const noexcept;
  [[nodiscard]] bool is_protected(ContentType type) const noexcept;
  Result<Record> open(MutableBytes whole);
  Result<Record> skip(std::size_t size) noexcept;
  Result<> check_content(const Record& record) noexcept;

  std::optional<RecordKey> key_;
  std::uint32_t skip_budget_ = 0;
  std::uint16_t record_size_limit_ = max_inner_plaintext;
  std::uint8_t idle_records_ = 0;
  std::uint8_t max_idle_records_ = 32;
  bool first_ = true;      // nothing came yet
  bool skipping_ = false;  // refused early data may come
  bool opened_ = false;    // a protected record came
};

}  // namespace handfast::record
