// The keys of one direction, as somebody sees them who reads along.
#pragma once
#include <deque>
#include <optional>
#include <string_view>

#include <handfast/secret.hpp>

#include "record/record_key.hpp"

namespace handfast::explain {

/// The records under one key.
struct Epoch {
  std::string_view label;  ///< of RFC 9850, a literal
  record::RecordKey key;
  crypto::HashAlgorithm hash = crypto::HashAlgorithm::sha256;
  SecretOctets traffic_secret{};  ///< of TLS 1.3: gives the next one
};

/// An epoch of TLS 1.3 (RFC 8446 §7.3).
[[nodiscard]] Epoch epoch13(std::string_view label, crypto::HashAlgorithm hash, crypto::AeadAlgorithm aead,
                            Bytes traffic_secret);

/// Epochs in the order in which they come. Who reads along cannot always tell when one begins: early data may
/// have been refused, and a Finished that does not open hides the change behind it. So a record that the
/// first epoch does not open is tried with the later ones, and the one that opens it is in force from then
/// on.
class Epochs {
 public:
  /// An epoch that comes after all that are here.
  void expect(Epoch epoch) { epochs_.push_back(std::move(epoch)); }
  /// This one begins with the next record, whatever was expected.
  void begin(Epoch epoch);
  /// What was expected with this label begins with the next record; without one, nothing opens any more.
  void enter(std::string_view label);
  /// No epoch with this label is expected any more.
  void forget(std::string_view label);
  /// KeyUpdate (RFC 8446 §7.2).
  void update();

  /// Opens a whole record in place; none: it does not open, and its octets are as they were.
  [[nodiscard]] std::optional<record::Opened> open(MutableBytes record, std::size_t max_plaintext_size);
  [[nodiscard]] bool empty() const noexcept { return epochs_.empty(); }

 private:
  std::deque<Epoch> epochs_;
  bool certain_ = false;  // the first one is in force
};

}  // namespace handfast::explain
