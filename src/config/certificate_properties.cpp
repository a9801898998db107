// CertificatePropertyList (draft-ietf-tls-trust-anchor-ids-04 §7).
#include <optional>

#include <handfast/certificate_properties.hpp>

#include "message/extensions.hpp"
#include "x509/pem.hpp"

namespace handfast {
namespace {

using message::TrustAnchorID;
using wire::Fixed;
using wire::List;
using wire::Opaque;

constexpr std::string_view properties_label = "CERTIFICATE PROPERTIES";

// CertificatePropertyType
constexpr std::uint16_t trust_anchor_id = 0;
constexpr std::uint16_t trust_anchor_group_inclusions = 1;
constexpr std::uint16_t trust_anchor_negotiation = 2;

struct CertificateProperty {
  std::uint16_t type = 0;
  Opaque<2, 0, 0xffff> data;
  static constexpr void wire(auto& io, auto& m) {
    io("type", m.type);
    io("data", m.data);
  }
};
struct CertificatePropertyList {
  List<CertificateProperty, 2, 0, 0xffff> properties;
  static constexpr void wire(auto& io, auto& m) { io("properties", m.properties); }
};
struct WireRange {  // TrustAnchorRange
  TrustAnchorID base;
  Fixed<8> min;
  Fixed<8> max;
  static constexpr void wire(auto& io, auto& m) {
    io("base", m.base);
    io("min", m.min);
    io("max", m.max);
  }
};
struct TrustAnchorRangeList {
  List<WireRange, 2, 1, 0xffff> ranges;
  static constexpr void wire(auto& io, auto& m) { io("ranges", m.ranges); }
};

std::unexpected<Error> malformed(const char* what) {
  return fail(ErrorCode::own_certificate_properties_malformed, what);
}

std::uint64_t number_of(const Fixed<8>& octets) noexcept {
  return std::uint64_t{wire::load<4>(octets.data())} << 32 | wire::load<4>(octets.data() + 4);
}

Result<> read_property(const CertificateProperty& property, CertificateProperties& properties) {
  switch (property.type) {
    case trust_anchor_id:
      if (property.data.empty() || property.data.size() > max_trust_anchor_id_size)
        return malformed("trust_anchor_id");
      properties.trust_anchor_id = to_octets(property.data);
      return {};
    case trust_anchor_group_inclusions: {
      const auto list = wire::decode<TrustAnchorRangeList>(property.data);
      if (!list) return malformed("trust_anchor_group_inclusions");
      for (const WireRange& range : list->ranges)
        properties.trust_anchor_group_inclusions.push_back(
            {to_octets(range.base), number_of(range.min), number_of(range.max)});
      return {};
    }
    case trust_anchor_negotiation:
      if (!property.data.empty()) return malformed("trust_anchor_negotiation");
      properties.trust_anchor_negotiation = true;
      return {};
    default: return {};  // §7: what is not known is passed over
  }
}

Result<CertificateProperties> read_list(Bytes octets) {
  const auto list = wire::decode<CertificatePropertyList>(octets);
  if (!list) return malformed(list.error().field);
  CertificateProperties properties;
  std::optional<std::uint16_t> last;
  for (const CertificateProperty& property : list->properties) {
    // §7: sorted by type, each once.
    if (last && property.type <= *last)
      return malformed("the properties are not in the order of their types");
    last = property.type;
    if (auto read = read_property(property, properties); !read) return fail(read.error());
  }
  return properties;
}

}  // namespace

Result<CertificateProperties> read_certificate_properties(Bytes file) {
  if (!x509::looks_like_pem(file)) return read_list(file);
  x509::PemReader reader(file);
  for (;;) {
    const auto block = reader.next();
    if (!block) return fail(block.error());
    if (!*block) return CertificateProperties();
    if ((*block)->label != properties_label) continue;
    const auto decoded = (*block)->decode();
    if (!decoded) return fail(decoded.error());
    return read_list(*decoded);
  }
}

}  // namespace handfast
