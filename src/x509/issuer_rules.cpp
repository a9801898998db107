// Rules for issuers.
#include "x509/issuer_rules.hpp"

#include <algorithm>
#include <utility>

#include "x509/address.hpp"
#include "x509/describe_path.hpp"
#include "x509/dns_name.hpp"
#include "x509/extension_values.hpp"
#include "x509/general_name_text.hpp"
#include "x509/mailbox.hpp"
#include "x509/name.hpp"
#include "x509/name_constraints.hpp"
#include "x509/oid.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {
namespace {

enum class Place : std::uint8_t { leaf, intermediate, anchor };

/// One certificate under examination.
class Conduct {
 public:
  Conduct(const Certificate& certificate, Place place, std::size_t where, RuleContext& context,
          Judge& judge) noexcept
      : certificate_(certificate),
        place_(place),
        where_(where),
        request_(context.request),
        signatures_(context.signatures),
        judge_(judge) {}

  void examine() {
    if (certificate_.version != 3)
      breach(FindingCode::old_version, joined({"version ", std::to_string(certificate_.version)}));
    // A root was chosen by name and key. How it writes its own number, dates and flags decides nothing, and
    // roots that all the web relies on have number 0.
    if (place_ != Place::anchor) {
      basic_fields();
      encodings();
    }
    names();
    informative_extensions();
    critical_extensions();
    key_identifiers();
    usages();
    constraints_and_policies();
    key();
    if (place_ == Place::leaf) alternative_names();
    if (place_ == Place::leaf && request_.purpose == Purpose::server) web_server();
  }

 private:
  [[nodiscard]] bool has(ExtensionId id) const noexcept { return certificate_.extensions.has(id); }
  [[nodiscard]] bool critical(ExtensionId id) const noexcept { return certificate_.extensions.critical(id); }
  [[nodiscard]] bool self_issued() const noexcept {
    return same_name(certificate_.subject, certificate_.issuer);
  }
  void breach(FindingCode code, std::string_view found = {}) {
    judge_.breach(code, where_, [&] { return std::string(found); });
  }

  [[nodiscard]] bool self_signed();
  void basic_fields();
  void names();
  void name_texts(Bytes name);
  void encodings();
  void informative_extensions();
  void critical_extensions();
  void key_identifiers();
  void usages();
  void constraints_and_policies();
  void key();
  void alternative_names();
  void alternative_name(const GeneralName& name);
  void web_server();
  void common_name(std::string_view text);
  void common_names();
  [[nodiscard]] bool is_registry_controlled(std::string_view suffix) const;

  const Certificate& certificate_;
  Place place_;
  std::size_t where_;
  const VerificationRequest& request_;
  SignatureChecker& signatures_;
  Judge& judge_;
};

/// Which type a date has to be written with (RFC 5280 §4.1.2.5): UTCTime through 2049 [5280:4.1.2.5#1].
bool has_right_time_type(Der& validity, Certificate::Seconds time) noexcept {
  static constexpr Certificate::Seconds first_of_2050 =
      std::chrono::sys_days{std::chrono::year{2050} / 1 / 1};
  return validity.any("validity").tag == (time < first_of_2050 ? tag::utc_time : tag::generalized_time);
}

void Conduct::basic_fields() {
  // [5280:4.1.2.2#1,3,5] [5280:4.1.2.8#3] [5280:B#1,3]
  const Bytes serial = certificate_.serial;
  const bool zero = serial.size() == 1 && serial[0] == 0;
  if (zero || serial[0] >= 0x80) breach(FindingCode::serial_not_positive, serial_text(serial));
  if (serial.size() > 20) breach(FindingCode::serial_too_long, std::to_string(serial.size()) + " octets");
  if (certificate_.has_unique_identifiers) breach(FindingCode::unique_identifiers);
  Fault fault(certificate_.validity);
  Der validity(certificate_.validity, fault);
  if (!has_right_time_type(validity, certificate_.not_before))
    breach(FindingCode::wrong_time_type, "notBefore");
  if (!has_right_time_type(validity, certificate_.not_after))
    breach(FindingCode::wrong_time_type, "notAfter");
}

void Conduct::name_texts(Bytes name) {
  Attribute attribute{};
  for (AttributeReader reader(name); reader.next(attribute);)
    if (is_text(attribute.tag) && !is_well_formed(attribute.tag, attribute.value))
      return breach(FindingCode::bad_name_text, oid::name_or_dotted(attribute.type));
}

void Conduct::names() {
  // [5280:4.1.2.4#1] [5280:4.1.2.6#1]
  if (is_empty_name(certificate_.issuer)) breach(FindingCode::empty_issuer);
  if (certificate_.ca && is_empty_name(certificate_.subject)) breach(FindingCode::empty_ca_subject);
  name_texts(certificate_.subject);
}

void Conduct::encodings() {
  Fault fault(certificate_.all_extensions);
  for (Der list(certificate_.all_extensions, fault); list.more();) {
    Der sequence = list.sequence("Extension");
    const Bytes identifier = sequence.object_identifier("extnID");
    if (sequence.next_is(tag::boolean) && !sequence.boolean("critical"))
      breach(FindingCode::default_encoded, oid::name_or_dotted(identifier));
  }
  const Bytes constraints = certificate_.extensions.value(ExtensionId::basic_constraints);
  if (!constraints.empty() && !certificate_.ca) {
    Der outer(constraints, fault);
    if (outer.sequence("basicConstraints").next_is(tag::boolean)) breach(FindingCode::default_encoded, "cA");
  }
  if (const Bytes usage = certificate_.extensions.value(ExtensionId::key_usage); !usage.empty()) {
    Der outer(usage, fault);
    // [5280:B#8]
    if (has_trailing_zeros(outer.content(tag::bit_string, "keyUsage")))
      breach(FindingCode::default_encoded, "keyUsage");
  }
}

void Conduct::informative_extensions() {
  for (std::size_t i = 0; i < known_extensions; ++i) {
    const auto id = static_cast<ExtensionId>(i);
    if (has(id) && !check_informative_value(id, certificate_.extensions.value(id)))
      breach(FindingCode::bad_informative_extension, name_of(id));
  }
}

void Conduct::critical_extensions() {
  using enum ExtensionId;
  // RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.2.1, §4.2.2.2: these only inform [5280:4.2.1.1#2] [5280:4.2.1.2#3]
  // [5280:4.2.2.1#1] [5280:4.2.2.2#1].
  for (const ExtensionId id : {authority_key_identifier, subject_key_identifier, authority_info_access,
                               subject_info_access, ocsp_no_check, certificate_timestamps})
    if (critical(id)) breach(FindingCode::wrong_criticality, std::string(name_of(id)) + " is critical");
  // §4.2.1.11, §4.2.1.14, and §4.2.1.9 of CAs: these have to be obeyed [5280:4.2.1.9#4] [5280:4.2.1.11#6]
  // [5280:4.2.1.14#1].
  for (const ExtensionId id : {policy_constraints, inhibit_any_policy})
    if (has(id) && !critical(id))
      breach(FindingCode::wrong_criticality, std::string(name_of(id)) + " is not critical");
  if (certificate_.ca && !critical(basic_constraints))
    breach(FindingCode::wrong_criticality, "basicConstraints of a CA is not critical");
  // §4.2.1.6: without a subject the alternative names are all there is [5280:4.2.1.6#4].
  if (has(subject_alt_name) && !critical(subject_alt_name) && is_empty_name(certificate_.subject))
    breach(FindingCode::wrong_criticality, "subjectAltName is not critical and the subject is empty");
}

/// A root whose names are the same is believed to be; otherwise its key is tried.
bool Conduct::self_signed() {
  if (place_ == Place::anchor && self_issued()) return true;
  std::optional<crypto::PublicKey> slot;
  return signatures_.check({&certificate_.key, nullptr, &slot}, certificate_.signature_algorithm,
                           certificate_.signed_octets, certificate_.signature) == SignatureOutcome::good;
}

void Conduct::key_identifiers() {
  // [5280:4.2.1.2#1]
  if (certificate_.ca && !has(ExtensionId::subject_key_identifier))
    breach(FindingCode::no_subject_key_identifier);
  const auto identifier = authority_key_identifier(certificate_);
  if (!identifier) {
    // RFC 5280 §4.2.1.1: only what is signed by its own key may leave it out [5280:4.2.1.1#1].
    if (!has(ExtensionId::authority_key_identifier) && !self_signed())
      breach(FindingCode::no_authority_key_identifier);
    return;
  }
  if (!identifier->has_key_identifier)
    breach(FindingCode::bad_authority_key_identifier, "keyIdentifier is missing");
  if (identifier->has_issuer || !identifier->serial.empty())
    breach(FindingCode::bad_authority_key_identifier, "it names the issuer's certificate");
  if (place_ == Place::anchor && self_issued() && identifier->has_key_identifier &&
      !equal(identifier->key_identifier, subject_key_identifier(certificate_)))
    breach(FindingCode::authority_key_mismatch);
}

void Conduct::usages() {
  const bool signs = certificate_.key_usage && certificate_.allows(KeyUsage::key_cert_sign);
  // [5280:4.2.1.3#2,4] [5280:4.2.1.9#1]
  if (certificate_.key_usage == 0) breach(FindingCode::empty_key_usage);
  if (signs && !certificate_.ca) breach(FindingCode::certificate_sign_without_ca);
  // RFC 5280 §4.2.1.9: a path length needs cA and keyCertSign [5280:4.2.1.9#5].
  if (certificate_.path_length && (!certificate_.ca || !certificate_.allows(KeyUsage::key_cert_sign)))
    breach(FindingCode::path_length_without_ca);
  if (place_ != Place::anchor) return;
  if (!certificate_.ca) breach(FindingCode::no_basic_constraints);
  if (certificate_.extended_key_usage.present && request_.purpose == Purpose::server)
    breach(FindingCode::extended_key_usage_in_root);
}

void Conduct::constraints_and_policies() {
  // [5280:4.2.1.10#1,3,4,7,9]
  if (has(ExtensionId::name_constraints)) {
    if (!certificate_.ca) breach(FindingCode::constraints_in_leaf);
    bool empty = true;
    for_each_subtree(certificate_.extensions.value(ExtensionId::name_constraints),
                     [&](const Subtree& subtree, bool) {
                       empty = false;
                       if (!is_sound_constraint(subtree))
                         breach(FindingCode::bad_constraints, value_text(subtree.base));
                       return true;
                     });
    if (empty) breach(FindingCode::bad_constraints, "there are none");
  }
  // [5280:4.2.1.11#4,5]
  if (has(ExtensionId::policy_constraints)) {
    const PolicyLimits limits = policy_limits(certificate_);
    if (!limits.require_explicit && !limits.inhibit_mapping)
      breach(FindingCode::bad_policies, "policyConstraints");
  }
  // [5280:4.2.1.4#1]
  if (has(ExtensionId::certificate_policies) && has_repeated_policy(certificate_))
    breach(FindingCode::bad_policies, "certificatePolicies");
}

void Conduct::key() {
  const KeyInfo& key = certificate_.key;
  if (request_.purpose != Purpose::server) return;
  if ((key.kind == KeyInfo::Kind::rsa || key.kind == KeyInfo::Kind::rsa_pss) && key.bits % 8 != 0)
    breach(FindingCode::rsa_size_not_octets, key_text(key));
  if (key.kind == KeyInfo::Kind::rsa_pss || key.kind == KeyInfo::Kind::ed25519)
    breach(FindingCode::key_not_listed, key_text(key));
}

/// CA/Browser Forum BR §3.2.2.6.
bool Conduct::is_registry_controlled(std::string_view suffix) const {
  if (suffix.find('.') == std::string_view::npos) return true;
  if (request_.public_suffixes == nullptr) return false;
  std::string in_lower_case(suffix);
  std::transform(suffix.begin(), suffix.end(), in_lower_case.begin(), lower);
  return request_.public_suffixes->is_registry_suffix(in_lower_case);
}

void Conduct::alternative_name(const GeneralName& name) {
  const std::string_view text = as_text(name.value);
  bool good = true;
  switch (name.kind) {
    // [5280:4.2.1.6#10,11,14,15]
    case GeneralName::Kind::dns:
      good = is_presented_name(text);
      if (text == "*" || (text.starts_with("*.") && is_registry_controlled(text.substr(2))))
        breach(FindingCode::broad_wildcard, printable(name.value));
      break;
    case GeneralName::Kind::email: good = parse_mailbox(text).has_value(); break;
    case GeneralName::Kind::uri:
      good = text.find(':') != std::string_view::npos && text.find(':') != 0;
      break;
    default: break;
  }
  if (!good) breach(FindingCode::bad_alternative_name, printable(name.value));
}

void Conduct::alternative_names() {
  if (!has(ExtensionId::subject_alt_name)) return;
  for_each_name(certificate_.extensions.value(ExtensionId::subject_alt_name), [&](const GeneralName& name) {
    alternative_name(name);
    return !judge_.done();
  });
}

/// An address in a notation that only old software reads (RFC 3986 §7.4): fewer parts, octal or hexadecimal.
bool is_odd_address(std::string_view text) noexcept {
  const auto is_number = [](std::string_view part) {
    const bool hex = part.starts_with("0x") || part.starts_with("0X");
    if (hex) part.remove_prefix(2);
    return !part.empty() &&
           part.find_first_not_of(hex ? "0123456789abcdefABCDEF" : "0123456789") == part.npos;
  };
  std::size_t parts = 1;
  for (std::size_t dot = text.find('.'); dot != text.npos; dot = text.find('.'), ++parts) {
    if (!is_number(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return parts <= 4 && is_number(text);
}

/// Whether an address is written in another than its canonical form.
bool is_uncanonical_address(std::string_view text) {
  if (parse_ipv4(text)) return false;
  if (const auto ipv6 = parse_ipv6(text)) return address_text(*ipv6) != text;
  return is_odd_address(text);
}

/// The Forum wants the common name to repeat one of the alternative names: a DNS name character for
/// character, an address in its canonical form. That is what is refused, with two allowances, because both
/// are all over the web: the bare domain of a listed wildcard, and in a certificate that names an
/// organisation any other text.
void Conduct::common_name(std::string_view text) {
  bool same = false;
  bool similar = false;
  bool any_dns_name = false;
  for_each_name(certificate_.extensions.value(ExtensionId::subject_alt_name), [&](const GeneralName& name) {
    const std::string_view listed = as_text(name.value);
    if (name.kind == GeneralName::Kind::ip) same = same || address_text(name.value) == text;
    if (name.kind != GeneralName::Kind::dns) return true;
    any_dns_name = true;
    same = same || listed == text || (listed.starts_with("*.") && listed.substr(2) == text);
    similar = similar || equal_ignoring_case(listed, text);
    return true;
  });
  if (same) return;
  const bool names_organisation = !last_value(certificate_.subject, oid::organization_name).empty();
  const bool other_domain = any_dns_name && !names_organisation;
  if (similar || other_domain || is_uncanonical_address(text))
    breach(FindingCode::common_name_not_listed, printable(as_bytes(text)));
}

void Conduct::common_names() {
  Attribute attribute{};
  bool another = false;
  for (AttributeReader reader(certificate_.subject); reader.next(attribute);) {
    if (!equal(attribute.type, oid::common_name)) continue;
    if (std::exchange(another, true))
      return breach(FindingCode::common_name_not_listed, "there is more than one");
    common_name(text_of(attribute.tag, attribute.value));
  }
}

void Conduct::web_server() {
  const ExtendedKeyUsage& usage = certificate_.extended_key_usage;
  if (certificate_.ca) breach(FindingCode::leaf_is_ca);
  if (!usage.present) breach(FindingCode::no_extended_key_usage);
  if (usage.any) breach(FindingCode::any_extended_key_usage);
  if (critical(ExtensionId::extended_key_usage))
    breach(FindingCode::wrong_criticality, "extKeyUsage is critical");
  if (critical(ExtensionId::subject_alt_name) && !is_empty_name(certificate_.subject))
    breach(FindingCode::wrong_criticality, "subjectAltName is critical and the subject is not empty");
  common_names();
}

/// The authority key identifier of each certificate names the key above it [5280:4.2.1.2#2].
void judge_identifier_chain(const Path& path, Judge& judge) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Certificate* issuer = nullptr;
    if (i + 1 < path.size())
      issuer = &path[i + 1].certificate;
    else if (path.anchor->certificate && !path.leaf_is_anchor)
      issuer = &*path.anchor->certificate;
    const auto wanted = authority_key_identifier(path[i].certificate);
    if (issuer == nullptr || !wanted || !wanted->has_key_identifier) continue;
    const Bytes identifier = subject_key_identifier(*issuer);
    if (!identifier.empty() && !equal(identifier, wanted->key_identifier))
      judge.breach(FindingCode::authority_key_mismatch, i, [] { return std::string(); });
  }
}

/// Which signatures the web's CAs may make (CA/Browser Forum BR §7.1.3.2): with the curves the hash of their
/// size, with PSS a salt as long as the digest.
bool is_listed_signature(const crypto::SignatureAlgorithm& algorithm, const KeyInfo& signer) noexcept {
  using crypto::HashAlgorithm;
  using Kind = crypto::SignatureAlgorithm::Kind;
  switch (algorithm.kind) {
    case Kind::rsa_pkcs1: return true;
    case Kind::rsa_pss: return algorithm.salt_length == crypto::digest_size(algorithm.hash);
    case Kind::ed25519: return true;  // the key is what is not listed, and key() says so
    case Kind::ecdsa: break;
  }
  return algorithm.hash == (signer.bits == 256   ? HashAlgorithm::sha256
                            : signer.bits == 384 ? HashAlgorithm::sha384
                                                 : HashAlgorithm::sha512);
}

/// Whether a root's own signature is none that it may carry. Nobody relies on it, so that what is not listed
/// any more only has to have been once: SHA-1 with RSA.
bool is_listed_root_signature(const SignatureIdentifier& signature, const KeyInfo& signer) noexcept {
  if (signature.standing == SignatureIdentifier::Standing::supported)
    return is_listed_signature(signature.algorithm, signer);
  return equal(signature.identifier, oid::sha1_with_rsa);
}

void judge_signatures(const Path& path, Judge& judge) {
  const auto breach = [&](const Certificate& certificate, std::size_t where) {
    judge.breach(FindingCode::signature_not_listed, where,
                 [&] { return oid::name_or_dotted(certificate.signature_algorithm.identifier); });
  };
  for (std::size_t i = 0; i < path.size(); ++i) {
    const KeyInfo& signer = i + 1 < path.size() ? path[i + 1].certificate.key : path.anchor->key;
    const SignatureIdentifier& signature = path[i].certificate.signature_algorithm;
    if (signature.standing == SignatureIdentifier::Standing::supported &&
        !is_listed_signature(signature.algorithm, signer))
      breach(path[i].certificate, i);
  }
  const auto& root = path.anchor->certificate;
  if (root && same_name(root->subject, root->issuer) &&
      !is_listed_root_signature(root->signature_algorithm, root->key))
    breach(*root, path.size());
}

}  // namespace

void judge_issuers_conduct(const Path& path, RuleContext& context, Judge& judge) {
  for (std::size_t i = 0; i < path.size() && !judge.done(); ++i)
    Conduct(path[i].certificate, i == 0 ? Place::leaf : Place::intermediate, i, context, judge).examine();
  if (judge.done() || path.leaf_is_anchor) return;
  if (path.anchor->certificate)
    Conduct(*path.anchor->certificate, Place::anchor, path.size(), context, judge).examine();
  judge_identifier_chain(path, judge);
  if (context.request.purpose == Purpose::server) judge_signatures(path, judge);
}

}  // namespace handfast::x509
