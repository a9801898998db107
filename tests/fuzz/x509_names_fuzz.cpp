// Any octets as names: two texts (divided by the first zero octet) against each other in every form.
#include <handfast/server_name.hpp>

#include "fuzz/x509_fuzz.hpp"
#include "x509/der_writer.hpp"
#include "x509/dns_name.hpp"
#include "x509/mailbox.hpp"
#include "x509/name.hpp"
#include "x509/name_constraints.hpp"
#include "x509/oid.hpp"
#include "x509/pem.hpp"
#include "x509/punycode.hpp"

namespace {

using namespace handfast;
namespace der = x509::der;
namespace tag = x509::tag;

void match_texts(std::string_view presented, std::string_view wanted) {
  const auto name = ServerName::parse(wanted);
  if (name) {
    const auto again = ServerName::parse(name->text());
    fuzz::demand(again && *again == *name, "a name's text is the same name");
    if (name->is_dns()) {
      fuzz::demand(x509::match_dns(name->text(), name->text(), nullptr) == x509::DnsMatch::yes,
                   "a name matches itself");
      const auto match = x509::match_dns(presented, name->text(), nullptr);
      const bool wild = presented.starts_with('*');
      if (match == x509::DnsMatch::yes && !wild)
        fuzz::demand(x509::equal_ignoring_case(presented, name->text()),
                     "without a wildcard only the name itself matches");
      if (wild && match == x509::DnsMatch::yes)
        fuzz::demand(std::count(presented.begin(), presented.end(), '.') ==
                         std::count(name->text().begin(), name->text().end(), '.'),
                     "a wildcard covers one label");
    }
  }
  if (const auto mailbox = x509::parse_mailbox(wanted))
    fuzz::demand(mailbox->local.size() + 1 + mailbox->host.size() == wanted.size(), "a mailbox is two parts");
  static_cast<void>(x509::to_a_labels(wanted));
  static_cast<void>(x509::PublicSuffixList::parse(wanted));
  x509::PemReader reader(as_bytes(wanted));
  for (auto block = reader.next(); block && *block; block = reader.next())
    static_cast<void>((*block)->decode());
}

Octets one_name(std::uint8_t type, std::string_view text) {
  const Octets attribute = der::sequence(
      {der::value(tag::object_identifier, x509::oid::common_name), der::value(type, as_bytes(text))});
  return der::sequence({der::value(tag::set, attribute)});
}

void match_distinguished_names(std::string_view a, std::string_view b) {
  for (const std::uint8_t type :
       {tag::utf8_string, tag::printable_string, tag::bmp_string, tag::teletex_string}) {
    const Octets left = one_name(type, a);
    const Octets right = one_name(tag::utf8_string, b);
    const bool same = x509::same_name(left, right);
    fuzz::demand(same == x509::same_name(right, left), "sameness is mutual");
    fuzz::demand(!same || x509::name_hash(left) == x509::name_hash(right), "same names have the same hash");
    fuzz::demand(same == x509::is_within(left, right), "a name of one group lies within what is the same");
    static_cast<void>(x509::to_text(left));
  }
}

/// Whether a list with this one constraint refuses the name; none: one of the two has not the form.
std::optional<bool> refuses(unsigned list, unsigned form, std::string_view name,
                            std::string_view constraint) {
  const Octets subtree = der::sequence({der::value(tag::context(form), as_bytes(constraint))});
  const Octets names = der::sequence({der::value(tag::context(form), as_bytes(name))});
  const Octets constraints = der::sequence({der::value(tag::constructed(list), subtree)});
  x509::Fault fault(constraints);
  x509::Der reader(constraints, fault);
  x509::check_name_constraints(reader);
  x509::Fault name_fault(names);
  x509::Der name_reader(names, name_fault);
  x509::check_general_names(name_reader, "names");
  if (fault.happened() || name_fault.happened()) return std::nullopt;
  const Octets empty = der::sequence({});
  x509::Certificate certificate;
  certificate.subject = empty;
  certificate.extensions.set(x509::ExtensionId::subject_alt_name, false, names);
  x509::ComparisonBudget budget;
  return x509::find_breach(constraints, certificate, budget).has_value();
}

void constrain(std::string_view name, std::string_view constraint) {
  for (const unsigned form : {1U, 2U, 6U, 7U}) {
    const auto permitting = refuses(0, form, name, constraint);
    const auto excluding = refuses(1, form, name, constraint);
    if (permitting && excluding)
      fuzz::demand(*permitting || *excluding, "a name that is permitted is excluded by the same constraint");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all = as_text(Bytes(data, size));
  const std::size_t divide = std::min(all.find('\0'), all.size());
  const std::string_view first = all.substr(0, divide);
  const std::string_view second = divide < all.size() ? all.substr(divide + 1) : std::string_view();
  match_texts(first, second);
  match_distinguished_names(first, second);
  constrain(first, second);
  return 0;
}
