// The rules for one path.
#include "x509/path_rules.hpp"

#include "x509/describe_path.hpp"
#include "x509/extension_values.hpp"
#include "x509/general_name_text.hpp"
#include "x509/identity.hpp"
#include "x509/issuer_rules.hpp"
#include "x509/key_rules.hpp"
#include "x509/name.hpp"
#include "x509/oid.hpp"
#include "x509/policies.hpp"
#include "x509/revocation.hpp"
#include "x509/text.hpp"
#include "x509/time.hpp"

namespace handfast::x509 {
namespace {

constexpr std::size_t most_intermediates = 24;  // whatever the request says

bool has_purpose(const ExtendedKeyUsage& usage, Purpose purpose) noexcept {
  if (!usage.present || usage.any) return true;
  switch (purpose) {
    case Purpose::server: return usage.server_auth;
    case Purpose::client: return usage.client_auth;
    case Purpose::any: return true;
  }
  return false;
}

bool is_rejected_for(const ExtendedKeyUsage& rejected, Purpose purpose) noexcept {
  return rejected.any || (rejected.server_auth && purpose == Purpose::server) ||
         (rejected.client_auth && purpose == Purpose::client);
}

std::string purposes_text(const Certificate& certificate) {
  std::string text = "allowed: ";
  const Bytes value = certificate.extensions.value(ExtensionId::extended_key_usage);
  Fault fault(value);
  Der outer(value, fault);
  const char* separator = "";
  for (Der list = outer.sequence("extKeyUsage"); list.more(); separator = ", ")
    text += separator + oid::name_or_dotted(list.object_identifier("KeyPurposeId"));
  return text;
}

void judge_time(const Certificate& certificate, std::size_t where, Time now, Judge& judge) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  if (seconds < certificate.not_before)
    judge.breach(FindingCode::not_yet_valid, where, [&] {
      return joined({"valid from ", to_text(certificate.not_before), ", now it is ", to_text(seconds)});
    });
  if (seconds > certificate.not_after)
    judge.breach(FindingCode::expired, where, [&] {
      return joined({"valid until ", to_text(certificate.not_after), ", now it is ", to_text(seconds)});
    });
}

/// Keys above the leaf's prove themselves by the signatures that are checked with them; their numbers are
/// only looked at to tell why one could not be. The leaf's may have proven itself to the caller.
void judge_key(const KeyInfo& key, std::size_t where, const VerificationRequest& request, Judge& judge) {
  const std::uint16_t min_rsa_bits = request.min_rsa_bits;
  if (const auto code = find_key_breach(key, min_rsa_bits))
    return judge.breach(*code, where, [&] {
      if (*code == FindingCode::unsupported_key) return key_text(key);
      return joined(
          {std::to_string(key.bits), " bits, at least ", std::to_string(min_rsa_bits), " are wanted"});
    });
  if (where == 0 ? request.key_is_sound : !judge.records()) return;
  if (const auto bad = find_bad_numbers(key))
    judge.breach(bad->code, where, [&] { return joined({key_text(key), ", ", bad->found}); });
}

/// Whether one of the schemes that are allowed signs like this. The curve does not count: in certificates any
/// hash may meet any curve.
bool is_allowed(const crypto::SignatureAlgorithm& algorithm,
                std::span<const SignatureScheme> schemes) noexcept {
  if (schemes.empty()) return true;
  return std::any_of(schemes.begin(), schemes.end(), [&](SignatureScheme scheme) {
    const auto allowed = crypto::algorithm_of(scheme);
    return allowed && allowed->kind == algorithm.kind &&
           (allowed->kind == crypto::SignatureAlgorithm::Kind::ed25519 || allowed->hash == algorithm.hash);
  });
}

void judge_signature_algorithm(const Certificate& certificate, std::size_t where,
                               const VerificationRequest& request, Judge& judge) {
  const SignatureIdentifier& signature = certificate.signature_algorithm;
  const auto name = [&] { return oid::name_or_dotted(signature.identifier); };
  if (signature.standing == SignatureIdentifier::Standing::weak)
    judge.breach(FindingCode::weak_signature, where, name);
  else if (signature.standing == SignatureIdentifier::Standing::unknown)
    judge.breach(FindingCode::unsupported_signature, where, name);
  else if (!is_allowed(signature.algorithm, request.signature_schemes))
    judge.breach(FindingCode::signature_not_allowed, where, name);
}

/// What each certificate of a path has to satisfy, the anchor's included.
void judge_certificate(const Certificate& certificate, std::size_t where, const VerificationRequest& request,
                       Judge& judge) {
  judge_time(certificate, where, request.now, judge);
  // RFC 5280 §4.2: what is critical has to be understood [5280:4.2#1] [5280:6.1#2].
  if (!certificate.unknown_critical.empty())
    judge.breach(FindingCode::unknown_critical_extension, where,
                 [&] { return oid::name_or_dotted(certificate.unknown_critical); });
  judge_key(certificate.key, where, request, judge);
}

/// RFC 5280 §6.1.4 (k) to (n): what lets a certificate issue those below it [5280:4.2.1.3#3].
void judge_ca(const Certificate& certificate, std::size_t where, std::size_t intermediates_below,
              Purpose purpose, Judge& judge) {
  if (!certificate.allows(KeyUsage::key_cert_sign))
    judge.breach(FindingCode::no_certificate_sign, where, [] { return std::string(); });
  if (certificate.path_length && intermediates_below > *certificate.path_length)
    judge.breach(FindingCode::path_length_exceeded, where, [&] {
      return joined({std::to_string(intermediates_below), " CAs below it, ",
                     std::to_string(*certificate.path_length), " allowed"});
    });
  if (!has_purpose(certificate.extended_key_usage, purpose))
    judge.breach(FindingCode::issuer_purpose_not_allowed, where, [&] { return purposes_text(certificate); });
}

/// For what the trust store's owner trusts the anchor.
void judge_trust(const TrustAnchor& anchor, std::size_t where, Purpose purpose, Judge& judge) {
  if (has_purpose(anchor.trusted_for, purpose) && !is_rejected_for(anchor.rejected_for, purpose)) return;
  judge.breach(where == 0 ? FindingCode::purpose_not_allowed : FindingCode::issuer_purpose_not_allowed, where,
               [] { return std::string("the file that it stands in does not trust it for this"); });
}

void judge_anchor(const Path& path, RuleContext& context, Judge& judge) {
  const std::size_t where = path.size();
  if (!path.anchor->certificate) return judge_key(path.anchor->key, where, context.request, judge);
  const Certificate& certificate = *path.anchor->certificate;
  judge_certificate(certificate, where, context.request, judge);
  // An anchor of version 1 or without basicConstraints is a CA because it is trusted as one; one that says
  // that it is none is believed.
  if (!certificate.ca && certificate.extensions.has(ExtensionId::basic_constraints))
    judge.breach(FindingCode::not_a_ca, where, [] { return std::string("cA is false"); });
  judge_ca(certificate, where, path.intermediates_below(path.size()), context.request.purpose, judge);
}

/// RFC 5280 §4.2.1.12: with keyUsage and extKeyUsage both there, the purpose has to be consistent with both
/// [5280:4.2.1.12#3,4].
std::uint16_t consistent_usages(Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::server:
      return KeyUsage::digital_signature | KeyUsage::key_encipherment | KeyUsage::key_agreement;
    case Purpose::client: return KeyUsage::digital_signature | KeyUsage::key_agreement;
    case Purpose::any: break;
  }
  return 0xffff;
}

void judge_leaf(const Certificate& leaf, const VerificationRequest& request, Judge& judge) {
  // RFC 5280 §4.2.1.12 [5280:4.2.1.12#2].
  if (!has_purpose(leaf.extended_key_usage, request.purpose))
    judge.breach(FindingCode::purpose_not_allowed, 0, [&] { return purposes_text(leaf); });
  const bool consistent = !leaf.key_usage || !leaf.extended_key_usage.present ||
                          request.purpose == Purpose::any ||
                          (*leaf.key_usage & consistent_usages(request.purpose)) != 0;
  if (!consistent || !leaf.allows(request.key_usage))
    judge.breach(FindingCode::key_usage_not_allowed, 0, [&] { return key_usage_text(*leaf.key_usage); });
  if (request.name != nullptr) {
    const auto names = [&] {
      return joined({"wanted ", request.name->text(), ", it is for ", list_names(leaf)});
    };
    switch (match_identity(leaf, *request.name, request.public_suffixes)) {
      case IdentityMatch::yes: break;
      case IdentityMatch::no: judge.breach(FindingCode::name_mismatch, 0, names); break;
      case IdentityMatch::too_broad: judge.breach(FindingCode::wildcard_too_broad, 0, names); break;
      case IdentityMatch::no_names:
        judge.breach(FindingCode::no_alternative_names, 0, [&] {
          return joined({"wanted ", request.name->text(), ", subject ", quoted_name(leaf.subject)});
        });
        break;
    }
  }
  for (const std::string_view mailbox : request.mailboxes)
    if (!has_mailbox(leaf, mailbox))
      judge.breach(FindingCode::mailbox_mismatch, 0,
                   [&] { return joined({"wanted ", printable(as_bytes(mailbox))}); });
}

std::string breach_text(const ConstraintBreach& breach) {
  const std::string text = joined({kind_name(breach.name.kind), " ", value_text(breach.name)});
  switch (breach.code) {
    case FindingCode::name_excluded: return joined({text, " is excluded by ", value_text(breach.constraint)});
    case FindingCode::name_not_permitted:
      return joined({text, " is not within ", value_text(breach.constraint)});
    case FindingCode::gave_up_names:
      return joined({"more than ", std::to_string(ComparisonBudget::most), " comparisons"});
    default: return joined({text, " meets the constraint ", value_text(breach.constraint)});
  }
}

/// RFC 5280 §6.1.3 (b), (c): the constraints of one CA, on all certificates below it [5280:4.2.1.10#1,5,6].
void judge_constraints(const Path& path, Bytes constraints, std::size_t issuer, RuleContext& context,
                       Judge& judge) {
  if (constraints.empty()) return;
  for (std::size_t i = issuer; i-- > 0;) {
    if (i != 0 && path[i].self_issued) continue;
    const auto breach = find_breach(constraints, path[i].certificate, context.comparisons);
    if (!breach) continue;
    judge.breach(breach->code, i, [&] { return breach_text(*breach); });
    if (judge.done()) return;
  }
}

void judge_all_constraints(const Path& path, RuleContext& context, Judge& judge) {
  if (!path.leaf_is_anchor)
    judge_constraints(path, path.anchor->name_constraints, path.size(), context, judge);
  for (std::size_t i = path.size(); i-- > 1 && !judge.done();)
    judge_constraints(path, path[i].certificate.extensions.value(ExtensionId::name_constraints), i, context,
                      judge);
}

void judge_policies(const Path& path, const PolicyDemands& demands, Judge& judge) {
  std::array<const Certificate*, Path::longest> certificates;
  for (std::size_t i = 0; i < path.size(); ++i) certificates[i] = &path[i].certificate;
  if (const auto code = check_policies({certificates.data(), path.size()}, demands))
    judge.breach(*code, Judge::whole_path, [] { return std::string(); });
}

}  // namespace

void judge_issuer(const Path& path, std::size_t index, const VerificationRequest& request, Judge& judge) {
  const Certificate& certificate = path[index].certificate;
  judge_certificate(certificate, index, request, judge);
  judge_signature_algorithm(certificate, index, request, judge);
  // RFC 5280 §6.1.4 (k): only certificates of version 3 can say that they are a CA's [5280:4.2.1.9#2]
  // [5280:6.1.4#1].
  if (!certificate.ca)
    judge.breach(FindingCode::not_a_ca, index, [&] {
      return certificate.version < 3 ? joined({"version ", std::to_string(certificate.version)})
             : certificate.extensions.has(ExtensionId::basic_constraints)
                 ? std::string("cA is false")
                 : std::string("no basicConstraints");
    });
  judge_ca(certificate, index, path.intermediates_below(index), request.purpose, judge);
  const std::size_t most = std::min<std::size_t>(request.max_intermediates, most_intermediates);
  if (const std::size_t count = path.intermediates_below(index + 1); count > most)
    judge.breach(FindingCode::too_many_intermediates, index, [&] {
      return joined({std::to_string(count), ", at most ", std::to_string(most), " are wanted"});
    });
}

void judge_path(const Path& path, RuleContext& context, Judge& judge) {
  const VerificationRequest& request = context.request;
  const Certificate& leaf = path[0].certificate;
  judge_certificate(leaf, 0, request, judge);
  if (!path.leaf_is_anchor) judge_signature_algorithm(leaf, 0, request, judge);
  judge_leaf(leaf, request, judge);
  for (std::size_t i = 1; i < path.size() && !judge.done(); ++i) judge_issuer(path, i, request, judge);
  if (judge.done()) return;
  judge_trust(*path.anchor, path.leaf_is_anchor ? 0 : path.size(), request.purpose, judge);
  if (!path.leaf_is_anchor) judge_anchor(path, context, judge);
  judge_all_constraints(path, context, judge);
  if (judge.done()) return;
  judge_policies(path, request.policies, judge);
  if (judge.cares_for_issuers()) judge_issuers_conduct(path, context, judge);
  if (judge.done()) return;
  judge_revocation(path, context, judge);
}

}  // namespace handfast::x509
