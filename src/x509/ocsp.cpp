// OCSP responses.
#include "x509/ocsp.hpp"

#include <array>

#include "crypto/hash.hpp"
#include "x509/extension_values.hpp"
#include "x509/name.hpp"
#include "x509/oid.hpp"
#include "x509/time.hpp"

namespace handfast::x509 {
namespace {

void read_extensions(Der& der, Bytes& unknown_critical) noexcept {
  if (!der.next_is(tag::constructed(1))) return;
  Der wrapped = der.inside(tag::constructed(1), "extensions");
  ExtensionRoll roll;
  for (Der list = wrapped.non_empty_sequence("extensions"); list.more();) {
    const Extension extension = read_extension(list, roll);
    // RFC 6960 §4.1.2: what is not critical is passed over [6960:4.1.2#1].
    if (extension.critical) unknown_critical = extension.identifier;
  }
  wrapped.finish("extensions");
}

void read_certificate_id(Der& der, SingleResponse& single) noexcept {
  Der id = der.sequence("certID");
  Der algorithm = id.sequence("hashAlgorithm");
  single.hash_algorithm = algorithm.object_identifier("hashAlgorithm");
  if (algorithm.more()) algorithm.null("hashAlgorithm");
  algorithm.finish("hashAlgorithm");
  single.issuer_name_hash = id.content(tag::octet_string, "issuerNameHash");
  single.issuer_key_hash = id.content(tag::octet_string, "issuerKeyHash");
  single.serial = id.integer("serialNumber");
  id.finish("certID");
}

void read_status(Der& der, SingleResponse& single) noexcept {
  if (der.next_is(tag::constructed(1))) {
    single.status = SingleResponse::Status::revoked;
    Der revoked = der.inside(tag::constructed(1), "revoked");
    single.revocation_time = read_generalized_time(revoked, "revocationTime");
    if (revoked.more()) {
      Der reason = revoked.inside(tag::constructed(0), "revocationReason");
      single.reason = reason.small(tag::enumerated, "revocationReason");
      reason.finish("revocationReason");
    }
    revoked.finish("revoked");
    return;
  }
  const bool good = der.next_is(tag::context(0));
  single.status = good ? SingleResponse::Status::good : SingleResponse::Status::unknown;
  const Element status = der.element(good ? tag::context(0) : tag::context(2), "certStatus");
  if (!status.content.empty()) der.fail(FindingCode::der_bad_value, "certStatus", status.whole.data());
}

SingleResponse read_single(Der& list, Bytes& unknown_critical) noexcept {
  SingleResponse single;
  Der der = list.sequence("SingleResponse");
  read_certificate_id(der, single);
  read_status(der, single);
  single.this_update = read_generalized_time(der, "thisUpdate");
  if (der.next_is(tag::constructed(0))) {
    Der wrapped = der.inside(tag::constructed(0), "nextUpdate");
    single.next_update = read_generalized_time(wrapped, "nextUpdate");
    wrapped.finish("nextUpdate");
  }
  read_extensions(der, unknown_critical);
  der.finish("SingleResponse");
  return single;
}

void read_response_data(Der der, OcspResponse& response) noexcept {
  if (der.next_is(tag::constructed(0))) {
    // RFC 6960 §4.2.2.3: version 1 is the default and the only one there is [6960:4.2.2.3#1].
    der.fail(FindingCode::bad_version, "tbsResponseData.version");
    return;
  }
  if (der.next_is(tag::constructed(1))) {
    Der name = der.inside(tag::constructed(1), "responderID");
    response.responder_name = read_name(name, "responderID");
    name.finish("responderID");
  } else {
    Der key = der.inside(tag::constructed(2), "responderID");
    response.responder_key_hash = key.content(tag::octet_string, "responderID");
    key.finish("responderID");
  }
  read_generalized_time(der, "producedAt");
  Der list = der.sequence("responses");
  response.responses = list.rest();
  while (list.more()) read_single(list, response.unknown_critical);
  read_extensions(der, response.unknown_critical);
  der.finish("tbsResponseData");
}

void read_basic_response(Bytes octets, OcspResponse& response, Fault& fault) noexcept {
  Der outer(octets, fault);
  Der body = outer.sequence("BasicOCSPResponse");
  outer.finish("BasicOCSPResponse");
  const Element data = body.element(tag::sequence, "tbsResponseData");
  response.signed_octets = data.whole;
  read_signature_identifier(body, response.signature_algorithm, "signatureAlgorithm");
  response.signature = body.octet_bits("signature");
  if (body.next_is(tag::constructed(0))) {
    Der wrapped = body.inside(tag::constructed(0), "certs");
    response.certificates = wrapped.content(tag::sequence, "certs");
    wrapped.finish("certs");
  }
  body.finish("BasicOCSPResponse");
  if (!fault.happened()) read_response_data(Der(data.content, fault), response);
}

std::optional<crypto::HashAlgorithm> hash_of(Bytes identifier) noexcept {
  using crypto::HashAlgorithm;
  // SHA-1 names the issuer here and proves nothing.
  if (equal(identifier, oid::sha1)) return HashAlgorithm::sha1;
  if (equal(identifier, oid::sha256)) return HashAlgorithm::sha256;
  if (equal(identifier, oid::sha384)) return HashAlgorithm::sha384;
  if (equal(identifier, oid::sha512)) return HashAlgorithm::sha512;
  return std::nullopt;
}

bool is_about(const SingleResponse& single, Bytes issuer_name, const KeyInfo& issuer_key,
              Bytes serial) noexcept {
  if (!equal(single.serial, serial)) return false;
  const auto algorithm = hash_of(single.hash_algorithm);
  return algorithm && equal(crypto::hash(*algorithm, issuer_name).view(), single.issuer_name_hash) &&
         equal(crypto::hash(*algorithm, issuer_key.key).view(), single.issuer_key_hash);
}

}  // namespace

std::optional<Defect> OcspResponse::parse_into(OcspResponse& response, Bytes der) noexcept {
  response = OcspResponse{};
  Fault fault(der);
  Der outer(der, fault);
  Der body = outer.sequence("OCSPResponse");
  outer.finish("OCSPResponse");
  response.response_status = body.small(tag::enumerated, "responseStatus");
  if (body.more()) {
    Der wrapped = body.inside(tag::constructed(0), "responseBytes");
    Der sequence = wrapped.sequence("responseBytes");
    wrapped.finish("responseBytes");
    const std::uint8_t* const where = sequence.rest().data();
    // RFC 6960 §4.2.1: the one type that everybody speaks [6960:2.2#1] [6960:4.2.1#2,3].
    const bool basic = equal(sequence.object_identifier("responseType"), oid::ocsp_basic);
    const Bytes octets = sequence.content(tag::octet_string, "response");
    sequence.finish("responseBytes");
    if (!fault.happened() && !basic) fault.set(FindingCode::der_unexpected, "responseType", where);
    if (!fault.happened()) read_basic_response(octets, response, fault);
  } else if (response.response_status == 0) {
    body.fail(FindingCode::der_unexpected, "responseBytes");
  }
  body.finish("OCSPResponse");
  return fault.defect();
}

std::optional<SingleResponse> OcspResponse::find(Bytes issuer_name, const KeyInfo& issuer_key,
                                                 Bytes serial) const noexcept {
  Fault fault(responses);
  Bytes unknown;
  for (Der list(responses, fault); list.more();)
    if (const SingleResponse single = read_single(list, unknown);
        is_about(single, issuer_name, issuer_key, serial))
      return single;
  return std::nullopt;
}

bool OcspResponse::names_responder(Bytes name, const KeyInfo& key) const noexcept {
  if (!responder_name.empty()) return same_name(responder_name, name);
  return equal(crypto::hash(crypto::HashAlgorithm::sha1, key.key).view(), responder_key_hash);
}

std::string_view response_status_name(std::uint32_t status) noexcept {
  static constexpr std::array<std::string_view, 7> names = {
      "successful", "malformedRequest", "internalError", "tryLater", "", "sigRequired", "unauthorized"};
  return status < names.size() ? names[status] : std::string_view();
}

}  // namespace handfast::x509
