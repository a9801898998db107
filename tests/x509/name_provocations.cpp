// Provocations: names that do not match, or that a CA may not certify.
#include "x509/provocations.hpp"

namespace handfast::test {
namespace {

using x509::FindingCode;
using Kind = x509::GeneralName::Kind;

/// The intermediate may only (not) issue these; the leaf has exactly those.
std::function<void(Scenario&)> constrained(std::initializer_list<Octets> permitted,
                                           std::initializer_list<Octets> excluded,
                                           std::initializer_list<Octets> names) {
  return [constraints = name_constraints(permitted, excluded),
          alternatives = alternative_names(names)](Scenario& s) {
    s.intermediate.set(constraints);
    s.leaf.subject = name({});
    s.leaf.set(alternatives);
    s.name.reset();
  };
}

std::vector<Provocation> constraints() {
  const Octets other_company = directory(name({attribute(oid::organization_name, "Other Company")}));
  return {
      {FindingCode::name_excluded, "DnsNameExcluded",
       constrained({}, {dns("example.com")}, {dns("www.example.com")})},
      {FindingCode::name_excluded, "WildcardThatMayMeanAnExcludedName",
       constrained({}, {dns("www.example.com")}, {dns("*.example.com")})},
      {FindingCode::name_excluded, "AddressExcluded",
       constrained({}, {ip({192, 0, 2, 0, 255, 255, 255, 0})}, {ip({192, 0, 2, 77})})},
      {FindingCode::name_excluded, "MailboxExcluded",
       constrained({}, {email("example.com")}, {email("a@example.com")})},
      {FindingCode::name_excluded, "UriExcluded",
       constrained({}, {uri(".example.com")}, {uri("https://www.example.com/x")})},
      {FindingCode::name_excluded, "DirectoryNameExcluded",
       constrained({}, {other_company}, {other_company})},
      {FindingCode::name_excluded, "SubjectExcluded",
       [](Scenario& s) { s.intermediate.set(name_constraints({}, {directory(s.leaf.subject)})); }},
      {FindingCode::name_excluded, "ByTheRoot",
       [](Scenario& s) { s.root.set(name_constraints({}, {dns("example.com")})); }},
      {FindingCode::name_excluded, "NameOfAnIntermediate",
       [](Scenario& s) {
         s.root.set(name_constraints({}, {dns("bad.example")}));
         s.intermediate.set(alternative_names({dns("bad.example")}));
       }},
      // [5280:4.2.1.10#5,6]
      {FindingCode::name_not_permitted, "DnsNameNotPermitted",
       constrained({dns("example.org")}, {}, {dns("www.example.com")})},
      // [5280:7.2#6]
      {FindingCode::name_not_permitted, "NameThatOnlyEndsAlike",
       constrained({dns("example.com")}, {}, {dns("notexample.com")})},
      {FindingCode::name_not_permitted, "WildcardWiderThanPermitted",
       constrained({dns("www.example.com")}, {}, {dns("*.example.com")})},
      {FindingCode::name_not_permitted, "AddressOfTheOtherFamily",
       constrained({ip({192, 0, 2, 0, 255, 255, 255, 0})}, {},
                   {ip({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})})},
      {FindingCode::name_not_permitted, "AnotherMailboxOfTheHost",
       constrained({email("a@example.com")}, {}, {email("b@example.com")})},
      {FindingCode::name_not_permitted, "MailboxBelowTheHost",
       constrained({email("example.com")}, {}, {email("a@mail.example.com")})},
      {FindingCode::name_not_permitted, "UriOfTheDomainItself",
       constrained({uri(".example.com")}, {}, {uri("https://example.com/")})},
      // [5280:4.2.1.10#12]
      {FindingCode::name_not_permitted, "SubjectNotPermitted",
       [other_company](Scenario& s) { s.intermediate.set(name_constraints({other_company})); }},
      // [5280:4.2.1.10#11]
      {FindingCode::name_not_permitted, "MailboxInTheSubject",
       [](Scenario& s) {
         s.intermediate.set(name_constraints({email("example.org")}));
         s.leaf.remove(oid::certificate_extension<17>);
         s.leaf.subject = name({attribute(oid::email_address, "a@example.com", tag::ia5_string)});
         s.name.reset();
       }},
      {FindingCode::name_not_comparable, "MalformedDnsName",
       constrained({dns("example.com")}, {}, {dns(".example.com")})},
      {FindingCode::name_not_comparable, "MalformedMailbox",
       constrained({email("example.com")}, {}, {email("a@b@example.com")})},
      // [5280:4.2.1.10#10]
      {FindingCode::name_not_comparable, "UriWithoutAHost",
       constrained({uri("example.com")}, {}, {uri("urn:isbn:0000000000000")})},
      {FindingCode::name_not_comparable, "UriWithoutAScheme",
       constrained({uri("example.com")}, {}, {uri("1st://example.com/")})},
      // [5280:4.2.1.10#10]
      {FindingCode::name_not_comparable, "UriWithAnAddress",
       constrained({uri("example.com")}, {}, {uri("https://192.0.2.1/")})},
      {FindingCode::constraint_not_supported, "ConstraintWithAWildcard",
       constrained({dns("*.example.com")}, {}, {dns("www.example.com")})},
      {FindingCode::constraint_not_supported, "ConstraintOnOtherNames",
       constrained({},
                   {general_name(Kind::other, join({identifier(Octets{0x2a, 1}),
                                                    der::value(tag::constructed(0), der::integer(1))}))},
                   {general_name(Kind::other, join({identifier(Octets{0x2a, 2}),
                                                    der::value(tag::constructed(0), der::integer(1))}))})},
      {FindingCode::constraint_not_supported, "MaskWithAGap",
       constrained({ip({192, 0, 2, 0, 255, 0, 255, 0})}, {}, {ip({192, 0, 2, 1})})},
      // [5280:4.2.1.10#7,8]
      {FindingCode::constraint_not_supported, "ConstraintWithAMinimum",
       [](Scenario& s) {
         const Octets subtree = der::sequence({dns("example.com"), der::value(tag::context(0), Octets{1})});
         s.intermediate.set(extension(oid::certificate_extension<30>, true,
                                      der::sequence({der::value(tag::constructed(0), subtree)})));
       }},
      {FindingCode::gave_up_names, "ThousandsOfNamesAndConstraints",
       [](Scenario& s) {
         Octets subtrees;
         Octets names;
         for (int i = 0; i < 600; ++i) {
           const std::string host = "host" + std::to_string(i) + ".example";
           subtrees = join({subtrees, der::sequence({dns(host)})});
           names = join({names, dns(host)});
         }
         s.intermediate.set(extension(oid::certificate_extension<30>, true,
                                      der::sequence({der::value(tag::constructed(0), subtrees)})));
         s.leaf.subject = name({});
         s.leaf.set(extension(oid::certificate_extension<17>, true, der::value(tag::sequence, names)));
         s.name.reset();
       }},
  };
}

std::vector<Provocation> wanted_names() {
  return {
      {FindingCode::name_mismatch, "AnotherName", [](Scenario& s) { s.name = "www.example.org"; }},
      {FindingCode::name_mismatch, "NameBelow", [](Scenario& s) { s.name = "a.www.example.com"; }},
      {FindingCode::name_mismatch, "AddressThatIsNotListed", [](Scenario& s) { s.name = "192.0.2.1"; }},
      // [6125:6.3#1] [6125:6.4.4#1]
      {FindingCode::no_alternative_names, "OnlyACommonName",
       [](Scenario& s) { s.leaf.remove(oid::certificate_extension<17>); }},
      {FindingCode::wildcard_too_broad, "WildcardOfACompanysCustomers",
       [](Scenario& s) {
         static const auto list =
             *x509::PublicSuffixList::parse("com\n// ===BEGIN PRIVATE DOMAINS===\nhosting.example\n");
         s.leaf.subject = name({});
         s.leaf.set(alternative_names({dns("*.hosting.example")}, true));
         s.name = "customer.hosting.example";
         s.tweak = [](x509::VerificationRequest& request) { request.public_suffixes = list.get(); };
       }},
      {FindingCode::mailbox_mismatch, "AnotherMailbox",
       [](Scenario& s) {
         static constexpr std::string_view wanted[] = {"b@example.com"};
         s.leaf.set(alternative_names({dns("www.example.com"), email("a@example.com")}));
         s.tweak = [](x509::VerificationRequest& request) { request.mailboxes = wanted; };
       }},
  };
}

}  // namespace

std::vector<Provocation> name_provocations() {
  std::vector<Provocation> all = constraints();
  auto part = wanted_names();
  std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

}  // namespace handfast::test
