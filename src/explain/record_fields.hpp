// The outside of a record.
#pragma once
#include "explain/dissection.hpp"
#include "explain/field_list.hpp"

namespace handfast::explain {

/// What the fields of a record depend on.
struct RecordForm {
  const schedule::SuiteInfo* suite = nullptr;  ///< null: not known
  bool encrypt_then_mac = false;
};

/// Header and body of a protected record as on the wire.
[[nodiscard]] std::vector<Field> protected_record_fields(Bytes record, const RecordForm& form);
/// The header, for a body that the caller appends; a group "record" stays open.
void open_record(FieldList& fields, Bytes record);

/// Octets of TLS 1.3's inner plaintext behind the content and its type: padding.
[[nodiscard]] std::size_t padding_of(const inspect::RecordedRecord& record);

}  // namespace handfast::explain
