// Revocation.
#include "x509/revocation.hpp"

#include <vector>

#include "x509/crl.hpp"
#include "x509/describe_path.hpp"
#include "x509/extension_values.hpp"
#include "x509/key_rules.hpp"
#include "x509/name.hpp"
#include "x509/ocsp.hpp"
#include "x509/oid.hpp"
#include "x509/text.hpp"
#include "x509/time.hpp"

namespace handfast::x509 {
namespace {

using Seconds = std::chrono::sys_seconds;

// A response that does not say when the next one comes counts as fresh for so long.
constexpr auto age_without_next_update = std::chrono::days(7);
// A responder's clock may be ahead of ours.
constexpr auto clock_tolerance = std::chrono::minutes(5);

enum class Status : std::uint8_t { unknown, good, revoked };

/// Who issued the certificate that is asked about.
struct IssuerView {
  Bytes name;
  const KeyInfo* key;
  const crypto::PublicKey* ready;
  std::optional<crypto::PublicKey>* slot;
  const Certificate* certificate;  ///< null: an anchor without one

  [[nodiscard]] SigningKey signing_key() const noexcept { return {key, ready, slot}; }
};

IssuerView issuer_of(const Path& path, std::size_t index) noexcept {
  if (index + 1 < path.size()) {
    Candidate& issuer = path[index + 1];
    return {issuer.certificate.subject, &issuer.certificate.key, nullptr, &issuer.key, &issuer.certificate};
  }
  const TrustAnchor& anchor = *path.anchor;
  return {anchor.subject, &anchor.key, anchor.public_key ? &*anchor.public_key : nullptr, nullptr,
          anchor.certificate ? &*anchor.certificate : nullptr};
}

/// Asks all sources about one certificate.
class Inquiry {
 public:
  Inquiry(const Path& path, std::size_t index, RuleContext& context, Judge& judge) noexcept
      : certificate_(path[index].certificate),
        index_(index),
        issuer_(issuer_of(path, index)),
        request_(context.request),
        signatures_(context.signatures),
        judge_(judge),
        now_(std::chrono::floor<std::chrono::seconds>(context.request.now)) {}

  [[nodiscard]] Status status() const noexcept { return status_; }

  void ask_response(Bytes der);
  void ask_list(Bytes der);
  /// All sources have been asked: what follows from what they said.
  void settle();

 private:
  struct Trouble {
    FindingCode code;
    std::string found;
  };
  /// A source that was given does not hold. Another one may still; settle() sees.
  template <class F>
  void trouble(FindingCode code, F&& found) {
    troubles_.push_back({code, judge_.records() ? found() : std::string()});
  }
  template <class F>
  void revoked(F&& found) {
    status_ = Status::revoked;
    judge_.breach(FindingCode::revoked, index_, found);
  }
  void good() noexcept {
    if (status_ == Status::unknown) status_ = Status::good;
  }
  bool is_current(FindingCode code, Seconds from, const std::optional<Seconds>& until, Seconds latest);
  [[nodiscard]] bool is_of_another_key(const RevocationList& list) const noexcept;
  bool is_list_good(const RevocationList& list);
  bool is_list_proper(const RevocationList& list);
  bool is_response_good(const OcspResponse& response);
  bool is_delegate(const Certificate& responder);

  const Certificate& certificate_;
  std::size_t index_;
  IssuerView issuer_;
  const VerificationRequest& request_;
  SignatureChecker& signatures_;
  Judge& judge_;
  Seconds now_;
  Status status_ = Status::unknown;
  std::vector<Trouble> troubles_;
  Bytes another_key_;  // that signed a list of the issuer's name; empty: no such list
};

std::string revocation_text(const char* source, Seconds when, const std::optional<std::uint32_t>& reason) {
  const std::string_view name = reason ? reason_name(*reason) : std::string_view();
  return joined({source, ", since ", to_text(when), name.empty() ? "" : ", reason ", name});
}

/// Errors name the rule and the place.
std::string place_text(const Defect& defect) {
  return joined({finding_info(defect.code).sentence, " ", defect.field != nullptr ? defect.field : "",
                 " at octet ", std::to_string(defect.offset)});
}

bool Inquiry::is_current(FindingCode code, Seconds from, const std::optional<Seconds>& until,
                         Seconds latest) {
  if (from <= latest && until && now_ <= *until) return true;
  trouble(code, [&] {
    return joined({"from ", to_text(from),
                   until ? joined({" until ", to_text(*until)}) : std::string(", without an end"),
                   ", now it is ", to_text(now_)});
  });
  return false;
}

/// RFC 5280 §6.3.3 (f), (g) and the list's own marks [5280:5.2#1] [5280:5.2.5#1] [5280:5.3#1]. Who signs is
/// the certificate's issuer with the same key, so both lead to the same anchor [5280:5.1.1.3#1]
/// [5280:6.3.3#1] [5280:8#4].
bool Inquiry::is_list_good(const RevocationList& list) {
  if (list.delta || list.scope.indirect || list.scope.some_reasons || !list.unknown_critical.empty()) {
    trouble(FindingCode::crl_not_supported, [&] {
      return list.delta                      ? std::string("a delta")
             : list.scope.indirect           ? std::string("indirect")
             : list.unknown_critical.empty() ? std::string("for some reasons only")
                                             : oid::name_or_dotted(list.unknown_critical);
    });
    return false;
  }
  // [5280:4.2.1.3#3]
  if (issuer_.certificate != nullptr && !issuer_.certificate->allows(KeyUsage::crl_sign)) {
    trouble(FindingCode::crl_signer_not_allowed, [&] { return quoted_name(issuer_.name); });
    return false;
  }
  if (!is_current(FindingCode::crl_not_current, list.this_update, list.next_update, now_)) return false;
  if (signatures_.check(issuer_.signing_key(), list.signature_algorithm, list.signed_octets,
                        list.signature) != SignatureOutcome::good) {
    trouble(FindingCode::crl_bad_signature, [&] { return joined({"list of ", quoted_name(list.issuer)}); });
    return false;
  }
  return true;
}

/// Rules for issuers: a list that breaks them still counts, unless the profile is strict [5280:5.2#2]
/// [5280:5.2.1#1] [5280:5.2.3#1].
bool Inquiry::is_list_proper(const RevocationList& list) {
  const std::size_t before = troubles_.size();
  const auto nothing = [] { return std::string(); };
  if (!list.has_number) trouble(FindingCode::crl_no_number, nothing);
  if (list.number_critical) trouble(FindingCode::crl_number_critical, nothing);
  if (!list.has_authority_key_identifier) trouble(FindingCode::crl_no_authority_key_identifier, nothing);
  return troubles_.size() == before || request_.profile != Profile::webpki_strict;
}

/// RFC 5280 §5.2.1: a list says which of the keys of its issuer's name signed it. What another key signed
/// speaks for the certificates that this key issued.
bool Inquiry::is_of_another_key(const RevocationList& list) const noexcept {
  if (issuer_.certificate == nullptr || list.authority_key.empty()) return false;
  const Bytes identifier = subject_key_identifier(*issuer_.certificate);
  return !identifier.empty() && !equal(identifier, list.authority_key);
}

void Inquiry::ask_list(Bytes der) {
  RevocationList list;
  if (const auto defect = RevocationList::parse_into(list, der))
    return trouble(FindingCode::crl_malformed, [&] { return place_text(*defect); });
  if (!same_name(list.issuer, issuer_.name) || !covers(list.scope, certificate_)) return;
  if (is_of_another_key(list)) {
    another_key_ = list.authority_key;
    return;
  }
  if (!is_list_good(list)) return;
  if (const auto entry = find_revoked(list, certificate_.serial))
    return revoked([&] { return revocation_text("in a revocation list", entry->date, entry->reason); });
  if (is_list_proper(list)) good();
}

/// RFC 6960 §4.2.2.2: a certificate that the issuer itself made for this [6960:2.6#1]
/// [6960:4.2.2.2#2,3,4,5,6].
bool Inquiry::is_delegate(const Certificate& responder) {
  return same_name(responder.issuer, issuer_.name) && responder.extended_key_usage.ocsp_signing &&
         responder.valid_at(request_.now) && responder.unknown_critical.empty() &&
         responder.allows(KeyUsage::digital_signature) &&
         !find_key_breach(responder.key, request_.min_rsa_bits) &&
         signatures_.check(issuer_.signing_key(), responder.signature_algorithm, responder.signed_octets,
                           responder.signature) == SignatureOutcome::good;
}

/// RFC 6960 §2.2: signed by the issuer or by whom it named [6960:2.2#3] [6960:4.2.2.2#1,5].
bool Inquiry::is_response_good(const OcspResponse& response) {
  const auto check = [&](const SigningKey& key) {
    if (signatures_.check(key, response.signature_algorithm, response.signed_octets, response.signature) ==
        SignatureOutcome::good)
      return true;
    trouble(FindingCode::ocsp_bad_signature, [] { return std::string(); });
    return false;
  };
  if (response.names_responder(issuer_.name, *issuer_.key)) return check(issuer_.signing_key());
  Fault fault(response.certificates);
  for (Der list(response.certificates, fault); list.more();) {
    Certificate responder;
    if (Certificate::parse_into(responder, list.any("certs").whole)) continue;
    if (!response.names_responder(responder.subject, responder.key) || !is_delegate(responder)) continue;
    std::optional<crypto::PublicKey> slot;
    return check({&responder.key, nullptr, &slot});
  }
  trouble(FindingCode::ocsp_responder_not_allowed, [&] {
    return response.responder_name.empty() ? std::string("named by its key")
                                           : joined({"responder ", quoted_name(response.responder_name)});
  });
  return false;
}

/// RFC 6960 §3.2 [6960:3.2#1].
void Inquiry::ask_response(Bytes der) {
  OcspResponse response;
  if (const auto defect = OcspResponse::parse_into(response, der))
    return trouble(FindingCode::ocsp_malformed, [&] { return place_text(*defect); });
  if (response.response_status != 0)
    return trouble(FindingCode::ocsp_no_answer,
                   [&] { return std::string(response_status_name(response.response_status)); });
  if (!response.unknown_critical.empty())
    return trouble(FindingCode::ocsp_malformed, [&] {
      return joined({"critical extension ", oid::name_or_dotted(response.unknown_critical)});
    });
  // The name is hashed as the certificate has it (RFC 6960 §4.1.1).
  const auto single = response.find(certificate_.issuer, *issuer_.key, certificate_.serial);
  if (!single) return trouble(FindingCode::ocsp_other_certificate, [] { return std::string(); });
  const Seconds until = single->next_update.value_or(single->this_update + age_without_next_update);
  if (!is_current(FindingCode::ocsp_not_current, single->this_update, until, now_ + clock_tolerance)) return;
  if (!is_response_good(response)) return;
  switch (single->status) {
    case SingleResponse::Status::good: return good();
    case SingleResponse::Status::unknown:
      return trouble(FindingCode::ocsp_unknown_certificate, [] { return std::string(); });
    case SingleResponse::Status::revoked:
      return revoked([&] {
        return revocation_text("by the stapled OCSP response", single->revocation_time, single->reason);
      });
  }
}

void Inquiry::settle() {
  const bool hard = request_.revocation == Revocation::hard_fail;
  const bool refuses =
      status_ == Status::unknown && (hard || request_.revocation == Revocation::where_provided);
  for (const Trouble& trouble : troubles_) {
    const auto found = [&] { return trouble.found; };
    if (refuses)
      judge_.breach(trouble.code, index_, found);
    else
      judge_.mention(trouble.code, Severity::warning, index_, found);
  }
  if (status_ != Status::unknown || !troubles_.empty()) return;
  const auto found = [&] {
    return another_key_.empty()
               ? std::string()
               : joined({"a list of this issuer's name is signed by another key of it: ", hex(another_key_)});
  };
  if (hard)
    judge_.breach(FindingCode::status_unknown, index_, found);
  else if (request_.revocation != Revocation::off)
    judge_.mention(FindingCode::status_unknown, Severity::warning, index_, found);
}

void judge_one(const Path& path, std::size_t index, RuleContext& context, Judge& judge) {
  const VerificationRequest& request = context.request;
  const bool looks = request.revocation != Revocation::off;
  const bool needs_staple = index == 0 && request.purpose == Purpose::server &&
                            demands_feature(path[0].certificate, ExtensionType::status_request);
  if (!looks && !needs_staple) return;
  Inquiry inquiry(path, index, context, judge);
  if (index == 0 && !request.ocsp_response.empty()) inquiry.ask_response(request.ocsp_response);
  if (needs_staple && inquiry.status() == Status::unknown)
    judge.breach(FindingCode::staple_required, 0, [&] {
      return std::string(request.ocsp_response.empty() ? "none came" : "the one that came does not hold");
    });
  for (const Bytes list : looks ? request.crls : std::span<const Bytes>()) {
    if (inquiry.status() == Status::revoked || judge.done()) return;
    inquiry.ask_list(list);
  }
  inquiry.settle();
}

}  // namespace

void judge_revocation(const Path& path, RuleContext& context, Judge& judge) {
  if (path.leaf_is_anchor) return;
  for (std::size_t i = 0; i < path.size() && !judge.done(); ++i) judge_one(path, i, context, judge);
}

}  // namespace handfast::x509
