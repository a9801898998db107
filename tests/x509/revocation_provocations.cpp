// Provocations: certificates that are revoked, and sources that do not hold.
#include "x509/provocations.hpp"

namespace handfast::test {
namespace {

using x509::FindingCode;
using x509::KeyUsage;
using x509::Revocation;

void demand(Scenario& s, Revocation revocation) {
  s.tweak = [revocation](x509::VerificationRequest& request) { request.revocation = revocation; };
}

/// A list of the leaf's issuer, changed, under a policy that refuses what does not hold.
std::function<void(Scenario&)> with_list(std::function<void(Scenario&, ListForge&)> change,
                                         const Key& signer = shared_key(1)) {
  return [change, &signer](Scenario& s) {
    ListForge list = s.leaf_list();
    change(s, list);
    s.crls.push_back(list.sign(signer));
    demand(s, Revocation::where_provided);
  };
}

std::function<void(Scenario&)> with_response(std::function<void(Scenario&, ResponseForge&)> change,
                                             const Key& signer = shared_key(1)) {
  return [change, &signer](Scenario& s) {
    ResponseForge response = s.leaf_response();
    change(s, response);
    s.ocsp_response = response.sign(signer);
    demand(s, Revocation::where_provided);
  };
}

Octets revoked_status() {
  return der::value(tag::constructed(1), {der::value(tag::generalized_time, as_bytes("20260501000000Z")),
                                          der::value(tag::constructed(0), Octets{0x0a, 1, 1})});
}

std::vector<Provocation> lists() {
  return {
      {FindingCode::revoked, "LeafInAList", with_list([](Scenario& s, ListForge& list) {
         list.entries.push_back(revoked_entry(s.leaf.serial, moment(2026, 4, 1)));
       })},
      {FindingCode::revoked, "LeafInAListUnderSoftFail",
       [](Scenario& s) {
         ListForge list = s.leaf_list();
         list.entries.push_back(revoked_entry(der::integer(7777), moment(2026, 4, 1)));
         list.entries.push_back(
             revoked_entry(s.leaf.serial, moment(2026, 4, 1),
                           {extension(oid::certificate_extension<21>, false, Octets{0x0a, 1, 1})}));
         s.crls.push_back(list.sign(shared_key(1)));
         demand(s, Revocation::soft_fail);
       }},
      {FindingCode::revoked, "IntermediateInAList",
       [](Scenario& s) {
         ListForge list = s.intermediate_list();
         list.entries.push_back(revoked_entry(s.intermediate.serial, moment(2026, 4, 1)));
         s.crls.push_back(list.sign(shared_key(0)));
         demand(s, Revocation::soft_fail);
       }},
      {FindingCode::status_unknown, "NoListAndNoResponse",
       [](Scenario& s) { demand(s, Revocation::hard_fail); }},
      {FindingCode::status_unknown, "ListOfAnotherIssuer",
       [](Scenario& s) {
         ListForge list = s.leaf_list();
         list.issuer = common_name("Somebody");
         s.crls.push_back(list.sign(shared_key(1)));
         demand(s, Revocation::hard_fail);
       }},
      {FindingCode::status_unknown, "ListForCasOnly",
       [](Scenario& s) {
         ListForge list = s.leaf_list();
         list.extensions.push_back(extension(oid::certificate_extension<28>, true,
                                             der::sequence({der::value(tag::context(2), Octets{0xff})})));
         s.crls.push_back(list.sign(shared_key(1)));
         demand(s, Revocation::hard_fail);
       }},
      {FindingCode::status_unknown, "ListOfAnotherKeyOfTheIssuer",
       [](Scenario& s) {
         ListForge list = s.leaf_list();
         list.extensions = {authority_key_id(Octets{9, 9, 9, 9})};
         s.crls.push_back(list.sign(shared_key(4)));
         demand(s, Revocation::hard_fail);
       }},
      {FindingCode::crl_malformed, "DamagedList",
       [](Scenario& s) {
         s.crls.push_back({0x30, 0x01});
         demand(s, Revocation::where_provided);
       }},
      {FindingCode::crl_malformed, "ListOfVersion3",
       with_list([](Scenario&, ListForge& list) { list.version = der::integer(2); })},
      // [5280:5.1.2.1#1]
      {FindingCode::crl_malformed, "ListOfVersion1WithExtensions",
       with_list([](Scenario&, ListForge& list) { list.version.clear(); })},
      // [5280:5.1.2.1#1]
      {FindingCode::crl_malformed, "EntryExtensionsInVersion1", with_list([](Scenario&, ListForge& list) {
         list.version.clear();
         list.extensions.clear();
         list.entries.push_back(
             revoked_entry(der::integer(9), moment(2026, 4, 1),
                           {extension(oid::certificate_extension<21>, false, Octets{0x0a, 1, 1})}));
       })},
      {FindingCode::crl_malformed, "ListWithAnExtensionTwice",
       with_list([](Scenario&, ListForge& list) { list.extensions.push_back(list.extensions.front()); })},
      {FindingCode::crl_malformed, "EntryWithAnExtensionTwice", with_list([](Scenario&, ListForge& list) {
         const Octets reason = extension(oid::certificate_extension<21>, false, Octets{0x0a, 1, 1});
         list.entries.push_back(revoked_entry(der::integer(9), moment(2026, 4, 1), {reason, reason}));
       })},
      {FindingCode::crl_malformed, "ListWithTooManyExtensions", with_list([](Scenario&, ListForge& list) {
         for (std::uint8_t i = 0; i < 64; ++i)
           list.extensions.push_back(extension(Octets{0x2a, 3, i}, false, Octets{5, 0}));
       })},
      {FindingCode::crl_not_supported, "DeltaList", with_list([](Scenario&, ListForge& list) {
         list.extensions.push_back(extension(oid::certificate_extension<27>, true, der::integer(1)));
       })},
      // [5280:5.2.5#1]
      {FindingCode::crl_not_supported, "IndirectList", with_list([](Scenario&, ListForge& list) {
         list.extensions.push_back(extension(oid::certificate_extension<28>, true,
                                             der::sequence({der::value(tag::context(4), Octets{0xff})})));
       })},
      {FindingCode::crl_not_supported, "ListForSomeReasons", with_list([](Scenario&, ListForge& list) {
         list.extensions.push_back(
             extension(oid::certificate_extension<28>, true,
                       der::sequence({der::value(tag::context(3), Octets{0x06, 0x40})})));
       })},
      // [5280:5.2#1]
      {FindingCode::crl_not_supported, "ListWithAnUnknownCriticalExtension",
       with_list([](Scenario&, ListForge& list) {
         list.extensions.push_back(extension(Octets{0x2a, 3, 4}, true, Octets{5, 0}));
       })},
      // [5280:5.3#1]
      {FindingCode::crl_not_supported, "EntryWithACertificateIssuer",
       with_list([](Scenario& s, ListForge& list) {
         const Octets issuer = der::value(tag::sequence, directory(s.root.subject));
         list.entries.push_back(revoked_entry(der::integer(9), moment(2026, 4, 1),
                                              {extension(oid::certificate_extension<29>, true, issuer)}));
       })},
      // [5280:6.3.3#1]
      {FindingCode::crl_bad_signature, "ListSignedByAnotherKey",
       with_list([](Scenario&, ListForge&) {}, shared_key(4))},
      // [5280:4.2.1.3#3]
      {FindingCode::crl_signer_not_allowed, "IssuerMayNotSignLists",
       with_list([](Scenario& s, ListForge&) { s.intermediate.set(key_usage(KeyUsage::key_cert_sign)); })},
      {FindingCode::crl_not_current, "OldList",
       with_list([](Scenario&, ListForge& list) { list.next_update = moment(2026, 5, 20); })},
      {FindingCode::crl_not_current, "ListOfTheFuture",
       with_list([](Scenario&, ListForge& list) { list.this_update = moment(2026, 6, 2); })},
      {FindingCode::crl_not_current, "ListWithoutAnEnd",
       with_list([](Scenario&, ListForge& list) { list.next_update.reset(); })},
  };
}

std::vector<Provocation> responses() {
  return {
      {FindingCode::revoked, "RevokedByAResponse",
       with_response([](Scenario&, ResponseForge& response) { response.status = revoked_status(); })},
      {FindingCode::ocsp_malformed, "DamagedResponse",
       [](Scenario& s) {
         s.ocsp_response = {0x30, 0x00};
         demand(s, Revocation::where_provided);
       }},
      // [6960:4.1.2#1]
      {FindingCode::ocsp_malformed, "ResponseWithACriticalExtension",
       with_response([](Scenario&, ResponseForge& response) {
         response.extensions.push_back(extension(Octets{0x2a, 3, 4}, true, Octets{5, 0}));
       })},
      {FindingCode::ocsp_malformed, "ResponseWithAnExtensionTwice",
       with_response([](Scenario&, ResponseForge& response) {
         response.extensions.assign(2, extension(Octets{0x2a, 3, 4}, false, Octets{5, 0}));
       })},
      {FindingCode::ocsp_no_answer, "TryLater",
       with_response([](Scenario&, ResponseForge& response) { response.response_status = 3; })},
      // [6960:3.2#1]
      {FindingCode::ocsp_other_certificate, "ResponseForAnotherSerial",
       with_response([](Scenario&, ResponseForge& response) { response.serial = der::integer(4711); })},
      {FindingCode::ocsp_other_certificate, "ResponseForAnotherIssuer",
       with_response([](Scenario&, ResponseForge& response) {
         response.issuer_key_info = shared_key(4).info;
         response.responder = responder_by_key(shared_key(1).info);
       })},
      {FindingCode::ocsp_bad_signature, "ResponseSignedByAnotherKey",
       with_response([](Scenario&, ResponseForge&) {}, shared_key(4))},
      // [6960:2.2#3] [6960:4.2.2.2#1,6]
      {FindingCode::ocsp_responder_not_allowed, "ResponderWithoutCertificate",
       with_response(
           [](Scenario&, ResponseForge& response) {
             response.responder = responder_by_key(shared_key(5).info);
           },
           shared_key(5))},
      // [6960:4.2.2.2#2,5]
      {FindingCode::ocsp_responder_not_allowed, "ResponderWithoutItsPurpose",
       with_response(
           [](Scenario& s, ResponseForge& response) {
             CertificateForge responder = s.leaf;
             responder.subject = common_name("Responder");
             responder.key = shared_key(5).info;
             response.certificates.push_back(responder.sign(shared_key(1)));
             response.responder = responder_by_name(responder.subject);
           },
           shared_key(5))},
      {FindingCode::ocsp_responder_not_allowed, "ResponderWithAWeakKey",
       [](Scenario& s) {
         static const Key weak = make_key(crypto::KeyType::rsa, 2048);
         CertificateForge responder = s.leaf;
         responder.subject = common_name("Responder");
         responder.key = weak.info;
         responder.set(extended_key_usage({oid::ocsp_signing}));
         ResponseForge response = s.leaf_response();
         response.certificates.push_back(responder.sign(shared_key(1)));
         response.responder = responder_by_name(responder.subject);
         s.ocsp_response = response.sign(weak);
         s.tweak = [](x509::VerificationRequest& request) {
           request.revocation = Revocation::where_provided;
           request.min_rsa_bits = 3072;
         };
       }},
      // [6960:2.6#1] [6960:4.2.2.2#3,4]
      {FindingCode::ocsp_responder_not_allowed, "ResponderOfAnotherIssuer",
       with_response(
           [](Scenario& s, ResponseForge& response) {
             CertificateForge responder = s.leaf;
             responder.subject = common_name("Responder");
             responder.issuer = s.root.subject;
             responder.key = shared_key(5).info;
             responder.set(extended_key_usage({oid::ocsp_signing}));
             response.certificates.push_back(responder.sign(shared_key(0)));
             response.responder = responder_by_name(responder.subject);
           },
           shared_key(5))},
      {FindingCode::ocsp_not_current, "OldResponse",
       with_response([](Scenario&, ResponseForge& response) { response.next_update = moment(2026, 5, 31); })},
      {FindingCode::ocsp_not_current, "ResponseOfTheFuture",
       with_response(
           [](Scenario&, ResponseForge& response) { response.this_update = moment(2026, 6, 1, 0, 5, 1); })},
      {FindingCode::ocsp_not_current, "OldResponseWithoutAnEnd",
       with_response([](Scenario&, ResponseForge& response) {
         response.this_update = moment(2026, 5, 20);
         response.next_update.reset();
       })},
      {FindingCode::ocsp_unknown_certificate, "ResponderDoesNotKnowIt",
       with_response([](Scenario&, ResponseForge& response) {
         response.status = der::value(tag::context(2), Bytes());
       })},
      {FindingCode::staple_required, "NoStaple", [](Scenario& s) { s.leaf.set(must_staple()); }},
      {FindingCode::staple_required, "OldStaple",
       [](Scenario& s) {
         s.leaf.set(must_staple());
         ResponseForge response = s.leaf_response();
         response.next_update = moment(2026, 5, 31);
         s.ocsp_response = response.sign(shared_key(1));
       }},
  };
}

}  // namespace

std::vector<Provocation> revocation_provocations() {
  std::vector<Provocation> all = lists();
  auto part = responses();
  std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

}  // namespace handfast::test
