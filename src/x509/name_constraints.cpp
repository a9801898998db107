// Name constraints.
#include "x509/name_constraints.hpp"

#include <algorithm>

#include "x509/dns_name.hpp"
#include "x509/mailbox.hpp"
#include "x509/name.hpp"
#include "x509/oid.hpp"

namespace handfast::x509 {
namespace {

using Kind = GeneralName::Kind;

/// How a name stands to one constraint.
enum class Standing : std::uint8_t {
  outside,
  inside,
  overlaps,        ///< a wildcard: some of what it stands for lies inside
  not_comparable,  ///< the name is malformed
  not_supported,   ///< the constraint is malformed or of a form that is not supported
};

bool ends_with_ignoring_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && equal_ignoring_case(text.substr(text.size() - end.size()), end);
}

/// Whether `name` is `domain` or lies below it, label by label [5280:7.2#6].
bool is_at_or_below(std::string_view name, std::string_view domain) noexcept {
  if (domain.empty()) return true;
  if (!ends_with_ignoring_case(name, domain)) return false;
  return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

/// Whether `host` lies below a domain that is written with a leading dot.
bool is_below(std::string_view host, std::string_view dotted_domain) noexcept {
  return host.size() > dotted_domain.size() && ends_with_ignoring_case(host, dotted_domain);
}

bool is_constraint_domain(std::string_view domain) noexcept {
  return domain.empty() || is_reference_name(domain);
}

/// "example.com" stands for itself and all below; a leading dot, which other forms define, for all below
/// only.
Standing dns_standing(std::string_view name, std::string_view constraint) noexcept {
  const bool only_below = constraint.starts_with('.');
  if (!is_constraint_domain(only_below ? constraint.substr(1) : constraint)) return Standing::not_supported;
  const bool wildcard = name.starts_with("*.");
  const std::string_view rest = wildcard ? name.substr(2) : name;
  if (!is_reference_name(rest)) return Standing::not_comparable;
  if (only_below) {
    if (wildcard ? is_at_or_below(rest, constraint.substr(1)) : is_below(name, constraint))
      return Standing::inside;
    return Standing::outside;
  }
  if (is_at_or_below(rest, constraint)) return Standing::inside;
  // The wildcard stands for one label: "*.example.com" also means the constraint "host.example.com".
  const std::size_t dot = constraint.find('.');
  const bool overlaps =
      wildcard && dot != std::string_view::npos && equal_ignoring_case(constraint.substr(dot + 1), rest);
  return overlaps ? Standing::overlaps : Standing::outside;
}

/// "host", ".domain": RFC 5280 has them alike for mailboxes and URIs.
Standing host_standing(std::string_view host, std::string_view constraint) noexcept {
  if (constraint.starts_with('.')) {
    if (!is_constraint_domain(constraint.substr(1))) return Standing::not_supported;
    return is_below(host, constraint) ? Standing::inside : Standing::outside;
  }
  if (!is_constraint_domain(constraint)) return Standing::not_supported;
  return constraint.empty() || equal_ignoring_case(host, constraint) ? Standing::inside : Standing::outside;
}

Standing email_standing(std::string_view name, std::string_view constraint) noexcept {
  const auto mailbox = parse_mailbox(name);
  if (!mailbox) return Standing::not_comparable;
  if (constraint.find('@') == std::string_view::npos) return host_standing(mailbox->host, constraint);
  const auto one = parse_mailbox(constraint);
  if (!one) return Standing::not_supported;
  const bool same = one->local == mailbox->local && equal_ignoring_case(one->host, mailbox->host);
  return same ? Standing::inside : Standing::outside;
}

/// RFC 3986 §3.1: a letter, then letters, digits and three signs.
bool is_scheme(std::string_view text) noexcept {
  const auto is_letter = [](char c) { return lower(c) >= 'a' && lower(c) <= 'z'; };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

/// The host of a URI with an authority (RFC 3986 §3.2); empty: there is none.
std::string_view host_of(std::string_view uri) noexcept {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos || !is_scheme(uri.substr(0, scheme))) return {};
  std::string_view authority = uri.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  return authority.substr(0, authority.find(':'));
}

/// RFC 5280 §4.2.1.10: a URI whose host is no name (missing, or an address) is refused under a constraint
/// [5280:4.2.1.10#10].
Standing uri_standing(std::string_view name, std::string_view constraint) noexcept {
  const std::string_view host = host_of(name);
  if (!is_reference_name(host)) return Standing::not_comparable;
  return host_standing(host, constraint);
}

/// Whether a mask is a prefix (RFC 4632): no ones after a zero.
bool is_prefix(Bytes mask) noexcept {
  bool ended = false;
  for (const std::uint8_t octet : mask) {
    const auto inverted = static_cast<std::uint8_t>(~octet);
    if ((ended && octet != 0) || (inverted & (inverted + 1)) != 0) return false;
    ended = ended || octet != 0xff;
  }
  return true;
}

Standing address_standing(Bytes address, Bytes constraint) noexcept {
  const std::size_t size = constraint.size() / 2;
  if (!is_prefix(constraint.subspan(size))) return Standing::not_supported;
  if (address.size() != size) return Standing::outside;
  for (std::size_t i = 0; i < size; ++i)
    if (((address[i] ^ constraint[i]) & constraint[size + i]) != 0) return Standing::outside;
  return Standing::inside;
}

Standing standing(const GeneralName& name, const Subtree& subtree) noexcept {
  if (subtree.has_range) return Standing::not_supported;  // [5280:4.2.1.10#8]
  const Bytes constraint = subtree.base.value;
  switch (name.kind) {
    case Kind::dns: return dns_standing(as_text(name.value), as_text(constraint));
    case Kind::email: return email_standing(as_text(name.value), as_text(constraint));
    case Kind::uri: return uri_standing(as_text(name.value), as_text(constraint));
    case Kind::ip: return address_standing(name.value, constraint);
    case Kind::directory: return is_within(name.value, constraint) ? Standing::inside : Standing::outside;
    case Kind::other:
    case Kind::x400:
    case Kind::edi:
    case Kind::registered_id: return Standing::not_supported;
  }
  return Standing::not_supported;
}

/// Holds names against one NameConstraints, until one does not pass.
class Examination {
 public:
  Examination(Bytes constraints, ComparisonBudget& budget) noexcept
      : constraints_(constraints), budget_(budget) {}

  /// False: a breach is found.
  bool pass(const GeneralName& name) noexcept {
    bool restricted = false;
    bool permitted = false;
    GeneralName one_permitted;
    for_each_subtree(constraints_, [&](const Subtree& subtree, bool excluded) {
      // Comparing long directory names takes longer.
      budget_.used += 1 + static_cast<std::uint32_t>(subtree.base.value.size() / 64);
      if (budget_.exhausted()) return refuse(FindingCode::gave_up_names, name, subtree);
      if (subtree.base.kind != name.kind || (permitted && !excluded)) return true;
      const Standing found = standing(name, subtree);
      if (found == Standing::not_supported)
        return refuse(FindingCode::constraint_not_supported, name, subtree);
      if (found == Standing::not_comparable) return refuse(FindingCode::name_not_comparable, name, subtree);
      if (excluded) {
        if (found != Standing::outside) return refuse(FindingCode::name_excluded, name, subtree);
      } else {
        restricted = true;
        permitted = found == Standing::inside;
        one_permitted = subtree.base;
      }
      return true;
    });
    if (!breach_ && restricted && !permitted)
      breach_ = ConstraintBreach{FindingCode::name_not_permitted, name, one_permitted};
    return !breach_;
  }
  [[nodiscard]] const std::optional<ConstraintBreach>& breach() const noexcept { return breach_; }

 private:
  bool refuse(FindingCode code, const GeneralName& name, const Subtree& subtree) noexcept {
    breach_ = ConstraintBreach{code, name, subtree.base};
    return false;
  }

  Bytes constraints_;
  ComparisonBudget& budget_;
  std::optional<ConstraintBreach> breach_;
};

}  // namespace

bool is_sound_constraint(const Subtree& subtree) noexcept {
  if (subtree.has_range) return false;
  std::string_view text = as_text(subtree.base.value);
  switch (subtree.base.kind) {
    case Kind::ip: return is_prefix(subtree.base.value.subspan(subtree.base.value.size() / 2));
    case Kind::directory: return true;
    case Kind::email:
      if (text.find('@') != std::string_view::npos) return parse_mailbox(text).has_value();
      break;
    case Kind::dns:
    case Kind::uri: break;
    default: return true;  // forms that are not supported meet no name, or refuse it
  }
  if (text.starts_with('.')) text.remove_prefix(1);
  return is_constraint_domain(text);
}

void check_name_constraints(Der& der) noexcept {
  Der sequence = der.sequence("nameConstraints");
  for (const unsigned number : {0U, 1U}) {
    if (!sequence.next_is(tag::constructed(number))) continue;
    const char* const field = number == 0 ? "permittedSubtrees" : "excludedSubtrees";
    Der list = sequence.non_empty(tag::constructed(number), field);
    while (list.more()) {
      Der subtree = list.sequence("GeneralSubtree");
      read_general_name(subtree, "base", true);
      if (subtree.next_is(tag::context(0))) subtree.small(tag::context(0), "minimum");
      if (subtree.next_is(tag::context(1))) subtree.small(tag::context(1), "maximum");
      subtree.finish("GeneralSubtree");
    }
  }
  sequence.finish("nameConstraints");
}

std::optional<ConstraintBreach> find_breach(Bytes name_constraints, const Certificate& certificate,
                                            ComparisonBudget& budget) noexcept {
  Examination examination(name_constraints, budget);
  const bool has_alternatives = certificate.extensions.has(ExtensionId::subject_alt_name);
  // RFC 5280 §4.2.1.10: a subject that is not empty is a directory name [5280:4.2.1.10#12].
  if (!is_empty_name(certificate.subject) && !examination.pass({Kind::directory, certificate.subject}))
    return examination.breach();
  if (has_alternatives) {
    for_each_name(certificate.extensions.value(ExtensionId::subject_alt_name),
                  [&](const GeneralName& name) { return examination.pass(name); });
    return examination.breach();
  }
  // The same: without subjectAltName the constraints on mailboxes hold for emailAddress in the subject
  // [5280:4.2.1.10#11].
  Attribute attribute{};
  for (AttributeReader reader(certificate.subject); reader.next(attribute);)
    if (equal(attribute.type, oid::email_address) && !examination.pass({Kind::email, attribute.value}))
      return examination.breach();
  return std::nullopt;
}

}  // namespace handfast::x509
