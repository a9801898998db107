// Where DER stands in messages.
#include "explain/message_fields.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "explain/der_fields.hpp"
#include "explain/field_list.hpp"

namespace handfast::explain {
namespace {

/// The names of the groups around a field, the nearest last.
using Around = std::vector<std::string_view>;

bool is_ecdsa(const std::vector<Field>& fields, std::size_t signature) {
  return signature > 0 && fields[signature - 1].value.starts_with("ecdsa_");
}

// What the octets of a vector are. `group` is the vector's index, `shown` what the sender shows.
std::optional<DerForm> der_in(const std::vector<Field>& fields, std::size_t group, const Around& around,
                              CertificateType shown) {
  const std::string& name = fields[group].name;
  if (name == "cert_data")
    return shown == CertificateType::RawPublicKey ? DerForm::public_key : DerForm::certificate;
  if (name == "ASN1_subjectPublicKeyInfo") return DerForm::public_key;
  if (name == "response") return DerForm::anything;
  if (name == "signature" && is_ecdsa(fields, group)) return DerForm::ecdsa_signature;
  if (!name.starts_with('[') || around.size() < 2) return std::nullopt;
  const std::string_view list = around[around.size() - 2];
  if (list == "certificate_list") return DerForm::certificate;
  if (list == "certificate_authorities" || list == "authorities") return DerForm::name;
  return std::nullopt;
}

// The leaf "octets" of such a vector becomes the tree of its DER.
std::vector<Field> with_der(const std::vector<Field>& fields, Bytes message, CertificateType shown) {
  FieldList list;
  Around around;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    while (around.size() > field.depth) {
      list.close();
      around.pop_back();
    }
    if (!field.leaf) {
      list.open(field.name, field.value, field.bad);
      around.emplace_back(field.name);
      continue;
    }
    std::optional<DerForm> form;
    if (field.name == "octets" && i >= 2 && !field.bad) form = der_in(fields, i - 2, around, shown);
    const Bytes octets = message.subspan(field.offset, field.length);
    if (form && !octets.empty()) {
      list.splice(der_fields(octets, *form));
    } else {
      list.leaf(field.name, field.length, field.kind, field.value, field.bad);
    }
  }
  for (; !around.empty(); around.pop_back()) list.close();
  return list.take();
}

}  // namespace

MessageFields message_fields(Bytes message, const message::AnnotationContext& context) {
  message::Annotation annotation = message::annotate(message, context);
  return {with_der(annotation.fields, message, context.certificate_type), annotation.error};
}

}  // namespace handfast::explain
