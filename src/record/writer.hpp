// The sending side of the record layer: cuts content into records and protects them.
#pragma once
#include "record/record_key.hpp"

namespace handfast::record {

/// What RecordWriter::write() did.
struct Written {
  std::size_t taken = 0;    ///< octets of the content that stand in records now
  std::size_t written = 0;  ///< octets of output
};

/// One direction's records, unprotected until a key is installed. Holds no octets of records. Move-only.
class RecordWriter {
 public:
  /// Cuts `content` into records straight into `out`, as many as fit. `out` does not overlap the
  /// content, unless all of it fits into one record and lies at its content_offset().
  ///
  /// The first record is cut to fit into `out`; later ones only if a quarter of a full record fits, so that a
  /// small rest of `out` does not make small records. Application data stops behind the record with which
  /// update_due(). An alert must fit whole. No content: nothing is written. Errors: buffer_too_small when not
  /// one octet fits; sequence_exhausted when the key is used up (or, for application data, nearly, so that
  /// there is always room for a KeyUpdate and alerts); not_ready for application data without a key.
  Result<Written> write(ContentType type, Bytes content, MutableBytes out);
  /// One record of application data without content, for cover traffic (RFC 8446 §5.4); padded as all are.
  /// Gives its size. Errors: as write().
  Result<std::size_t> write_empty(MutableBytes out);

  /// Where in a record the content may lie already, to be sealed in place; none: it has to lie elsewhere.
  [[nodiscard]] std::optional<std::size_t> content_offset() const noexcept {
    if (!key_) return header_size;
    if (padding_multiple_ > 1) return std::nullopt;
    return key_->content_offset();
  }
  /// Most octets of content in the next record.
  [[nodiscard]] std::size_t max_content() const noexcept;
  /// Octets of output that write() needs for all of `content_size` octets.
  [[nodiscard]] std::size_t written_size(std::size_t content_size) const noexcept;

  /// From here on records are protected by `key`, whose first record is the next one.
  void install(RecordKey key) noexcept { key_ = std::move(key); }
  /// Back to unprotected records (a client whose early data met a HelloRetryRequest), or nothing is written
  /// any more.
  void remove_key() noexcept { key_.reset(); }
  /// Null: unprotected.
  [[nodiscard]] RecordKey* key() noexcept { return key_ ? &*key_ : nullptr; }
  [[nodiscard]] const RecordKey* key() const noexcept { return key_ ? &*key_ : nullptr; }
  /// The key wants a KeyUpdate (TLS 1.3) or the connection to end (TLS 1.2, early data).
  [[nodiscard]] bool update_due() const noexcept { return key_ && key_->update_due(); }
  void rest() noexcept {
    if (key_) key_->rest();
  }

  /// Most octets of content in a record, 1..2^14. Default 2^14.
  void set_max_fragment(std::size_t octets) noexcept;
  /// The peer's record_size_limit (RFC 8449 §4), 64..2^14+1; it binds protected records only.
  void set_record_size_limit(std::size_t octets) noexcept;
  /// TLS 1.3: content, content type and padding are filled up to a multiple of this (RFC 8446 §5.4), as far
  /// as limits allow. 0 and 1: no padding, the default.
  void set_padding(std::uint16_t multiple) noexcept { padding_multiple_ = multiple; }
  /// Of unprotected records: 0x0301 for a client's first ClientHello, 0x0303 (the default) for all else
  /// (RFC 8446 §5.1). [8446:5.1#10]
  void set_legacy_record_version(ProtocolVersion version) noexcept { legacy_record_version_ = version; }

 private:
  [[nodiscard]] std::size_t padding_of(std::size_t content_size) const noexcept;
  [[nodiscard]] std::size_t record_size(std::size_t content_size) const noexcept;
  [[nodiscard]] std::size_t content_that_fits(std::size_t room) const noexcept;
  Result<> check_ready(ContentType type) const noexcept;
  Result<std::size_t> write_one(ContentType type, Bytes content, MutableBytes out);

  std::optional<RecordKey> key_;
  std::uint16_t max_fragment_ = max_plaintext;
  std::uint16_t record_size_limit_ = max_inner_plaintext;
  std::uint16_t padding_multiple_ = 0;
  ProtocolVersion legacy_record_version_ = ProtocolVersion::tls12;
};

}  // namespace handfast::record
