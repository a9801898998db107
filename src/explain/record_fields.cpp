// Headers, nonces, ciphertexts and tags.
#include "explain/record_fields.hpp"

#include "record/header.hpp"
#include "wire/annotator.hpp"

namespace handfast::explain {
namespace {

void octets(FieldList& fields, std::string name, Bytes part) {
  if (!part.empty()) fields.leaf(std::move(name), part.size(), FieldKind::octets, wire::show_octets(part));
}

// RFC 5288 §3: half of the nonce; RFC 5246 §6.2.3.2: the IV. TLS 1.3 and ChaCha20-Poly1305 send none.
std::size_t sent_nonce(const schedule::SuiteInfo& suite) {
  if (suite.version == ProtocolVersion::tls13) return 0;
  if (suite.cbc) return schedule::cbc_block_size;
  return *suite.aead == crypto::AeadAlgorithm::chacha20_poly1305 ? 0 : 8;
}

}  // namespace

void open_record(FieldList& fields, Bytes record) {
  const record::RecordHeader header = record::read_header(record);
  fields.open("record");
  fields.leaf("type", 1, FieldKind::enumeration, wire::show(header.type));
  fields.leaf("legacy_record_version", 2, FieldKind::enumeration, wire::show(header.legacy_record_version));
  fields.leaf("length", 2, FieldKind::length, std::to_string(header.length));
}

std::vector<Field> protected_record_fields(Bytes record, const RecordForm& form) {
  FieldList fields;
  open_record(fields, record);
  Bytes body = record.subspan(record::header_size);
  if (form.suite == nullptr) {
    octets(fields, "encrypted_record", body);
  } else {
    const std::size_t nonce = std::min(sent_nonce(*form.suite), body.size());
    octets(fields, form.suite->cbc ? "IV" : "nonce_explicit", body.first(nonce));
    body = body.subspan(nonce);
    const std::size_t behind = form.suite->aead        ? crypto::aead_tag_size
                               : form.encrypt_then_mac ? form.suite->cbc->mac_key_size()
                                                       : 0;
    const std::size_t tag = std::min(behind, body.size());
    octets(fields, "encrypted_record", body.first(body.size() - tag));
    octets(fields, form.suite->aead ? "authentication_tag" : "MAC", body.last(tag));
  }
  fields.close();
  return fields.take();
}

std::size_t padding_of(const inspect::RecordedRecord& record) {
  const std::size_t around = record::header_size + 1 + crypto::aead_tag_size + record.content.size();
  return record.octets.size() > around ? record.octets.size() - around : 0;
}

}  // namespace handfast::explain
