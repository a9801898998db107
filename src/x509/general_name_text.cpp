// GeneralNames for people.
#include "x509/general_name_text.hpp"

#include <bit>

#include "x509/address.hpp"
#include "x509/name.hpp"
#include "x509/oid.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {
namespace {

/// How many leading bits of a mask are set; none if ones follow a zero.
std::optional<unsigned> prefix_length(Bytes mask) noexcept {
  unsigned bits = 0;
  std::size_t i = 0;
  for (; i < mask.size() && mask[i] == 0xff; ++i) bits += 8;
  if (i < mask.size()) {
    const auto ones = static_cast<unsigned>(std::countl_one(mask[i]));
    if (static_cast<std::uint8_t>(mask[i] << ones) != 0) return std::nullopt;
    bits += ones;
    for (++i; i < mask.size(); ++i)
      if (mask[i] != 0) return std::nullopt;
  }
  return bits;
}

std::string range_text(Bytes value) {
  const Bytes address = value.first(value.size() / 2);
  const Bytes mask = value.subspan(value.size() / 2);
  if (const auto bits = prefix_length(mask))
    return joined({address_text(address), "/", std::to_string(*bits)});
  return joined({address_text(address), "/", address_text(mask)});
}

}  // namespace

std::string_view kind_name(GeneralName::Kind kind) noexcept {
  switch (kind) {
    case GeneralName::Kind::other: return "other";
    case GeneralName::Kind::email: return "email";
    case GeneralName::Kind::dns: return "DNS";
    case GeneralName::Kind::x400: return "X.400";
    case GeneralName::Kind::directory: return "directory";
    case GeneralName::Kind::edi: return "EDI";
    case GeneralName::Kind::uri: return "URI";
    case GeneralName::Kind::ip: return "IP";
    case GeneralName::Kind::registered_id: return "RID";
  }
  return "?";
}

std::string value_text(const GeneralName& name) {
  switch (name.kind) {
    case GeneralName::Kind::email:
    case GeneralName::Kind::dns:
    case GeneralName::Kind::uri: return printable(name.value);
    case GeneralName::Kind::ip:
      return name.value.size() == 8 || name.value.size() == 32 ? range_text(name.value)
                                                               : address_text(name.value);
    case GeneralName::Kind::directory: return to_text(name.value);
    case GeneralName::Kind::registered_id: return oid::dotted(name.value);
    case GeneralName::Kind::other: {
      Fault fault(name.value);
      Der other(name.value, fault);
      return oid::name_or_dotted(other.object_identifier("otherName"));
    }
    case GeneralName::Kind::x400:
    case GeneralName::Kind::edi: return std::to_string(name.value.size()) + " octets";
  }
  return {};
}

}  // namespace handfast::x509
