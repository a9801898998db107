// Revocation: when certificates pass.
#include <gtest/gtest.h>

#include "support/vectors.hpp"
#include "x509/crl.hpp"
#include "x509/ocsp.hpp"
#include "x509/scenario.hpp"

namespace handfast::test {
namespace {

using x509::FindingCode;
using x509::Revocation;
using x509::Severity;
using x509::Verification;

Verification verify(Scenario& s, Revocation revocation) {
  s.tweak = [revocation](x509::VerificationRequest& request) { request.revocation = revocation; };
  return s.verify();
}

Scenario with_good_lists() {
  Scenario s;
  ListForge leaf_list = s.leaf_list();
  leaf_list.entries = {revoked_entry(der::integer(4711), moment(2026, 4, 1))};
  leaf_list.extensions = {extension(oid::certificate_extension<20>, false, der::integer(12)),
                          authority_key_id(Octets{2, 2, 2, 2})};
  s.crls = {leaf_list.sign(shared_key(1)), s.intermediate_list().sign(shared_key(0))};
  return s;
}

// RFC 5280 §6.3 [5280:5#3] [5280:5.1.1.3#1] [5280:5.1.2.4#2,3] [5280:5.1.2.5#3,4].
TEST(Revocation, ListsOfAllIssuersSatisfyHardFail) {
  Scenario s = with_good_lists();
  const Verification verification = verify(s, Revocation::hard_fail);
  EXPECT_TRUE(verification.ok()) << to_text(verification);
  EXPECT_TRUE(codes_of(verification, Severity::warning).empty()) << to_text(verification);
}

TEST(Revocation, HardFailWantsEveryCertificateButTheAnchor) {
  Scenario s = with_good_lists();
  s.crls.pop_back();
  EXPECT_FALSE(verify(s, Revocation::hard_fail).ok());
  const Verification soft = verify(s, Revocation::soft_fail);
  EXPECT_TRUE(soft.ok());
  EXPECT_TRUE(has(soft, FindingCode::status_unknown, Severity::warning));
}

TEST(Revocation, OffDoesNotLookAtLists) {
  Scenario s;
  ListForge list = s.leaf_list();
  list.entries = {revoked_entry(s.leaf.serial, moment(2026, 4, 1))};
  s.crls = {list.sign(shared_key(1))};
  EXPECT_TRUE(verify(s, Revocation::off).ok());
  EXPECT_EQ(verify(s, Revocation::soft_fail).error.code, ErrorCode::certificate_revoked);
}

TEST(Revocation, SoftFailReportsWhatDoesNotHold) {
  Scenario s;
  ListForge list = s.leaf_list();
  list.next_update = moment(2026, 5, 2);
  s.crls = {list.sign(shared_key(1))};
  const Verification verification = verify(s, Revocation::soft_fail);
  EXPECT_TRUE(verification.ok());
  EXPECT_TRUE(has(verification, FindingCode::crl_not_current, Severity::warning));
}

TEST(Revocation, AGoodSourceOutweighsABadOne) {
  Scenario s = with_good_lists();
  ListForge old = s.leaf_list();
  old.next_update = moment(2026, 5, 2);
  s.crls.insert(s.crls.begin(), old.sign(shared_key(1)));
  const Verification verification = verify(s, Revocation::hard_fail);
  EXPECT_TRUE(verification.ok()) << to_text(verification);
  EXPECT_TRUE(has(verification, FindingCode::crl_not_current, Severity::warning));
}

TEST(Revocation, AListOfAnotherKeyOfTheIssuerDoesNotApply) {
  Scenario s;
  ListForge list = s.leaf_list();
  list.entries = {revoked_entry(s.leaf.serial, moment(2026, 4, 1))};
  list.extensions = {authority_key_id(Octets{0xab, 0xcd})};
  s.crls = {list.sign(shared_key(4))};
  const Verification verification = verify(s, Revocation::where_provided);
  EXPECT_TRUE(verification.ok()) << to_text(verification);
  EXPECT_TRUE(has(verification, FindingCode::status_unknown, Severity::warning));
  EXPECT_NE(to_text(verification).find("signed by another key of it: abcd"), std::string::npos)
      << to_text(verification);
  // Without identifiers to tell, it is a list that does not hold.
  s.intermediate.remove(oid::certificate_extension<14>);
  EXPECT_TRUE(has(verify(s, Revocation::where_provided), FindingCode::crl_bad_signature, Severity::error));
}

TEST(Revocation, ADamagedKeyIdentifierOfAListHintsAtNothing) {
  Scenario s = with_good_lists();
  ListForge list = s.leaf_list();
  list.extensions = {extension(oid::certificate_extension<35>, false, Octets{0x30, 1, 0})};
  s.crls[0] = list.sign(shared_key(1));
  EXPECT_TRUE(verify(s, Revocation::hard_fail).ok());
}

TEST(Revocation, AnIssuerWithoutKeyUsageMaySignLists) {
  Scenario s = with_good_lists();
  s.intermediate.remove(oid::certificate_extension<15>);
  EXPECT_TRUE(verify(s, Revocation::hard_fail).ok());
}

Octets point(std::string_view url) {
  return der::value(tag::constructed(0), der::value(tag::constructed(0), uri(url)));
}

TEST(Revocation, PartitionedListsCoverTheirDistributionPoint) {
  Scenario s = with_good_lists();
  s.leaf.set(extension(oid::certificate_extension<31>, false,
                       der::sequence({der::sequence({point("http://crl.example/7")})})));
  ListForge list = s.leaf_list();
  list.extensions = {
      extension(oid::certificate_extension<28>, true, der::sequence({point("http://crl.example/7")}))};
  s.crls[0] = list.sign(shared_key(1));
  EXPECT_TRUE(verify(s, Revocation::hard_fail).ok());
  list.extensions = {
      extension(oid::certificate_extension<28>, true, der::sequence({point("http://crl.example/8")}))};
  s.crls[0] = list.sign(shared_key(1));
  EXPECT_TRUE(has(verify(s, Revocation::hard_fail), FindingCode::status_unknown, Severity::error));
}

TEST(Revocation, ListsForUsersCoverLeavesOnly) {
  Scenario s = with_good_lists();
  const Octets users = extension(oid::certificate_extension<28>, true,
                                 der::sequence({der::value(tag::context(1), Octets{0xff})}));
  ListForge list = s.leaf_list();
  list.extensions = {users};
  s.crls[0] = list.sign(shared_key(1));
  EXPECT_TRUE(verify(s, Revocation::hard_fail).ok());
  list = s.intermediate_list();
  list.extensions = {users};
  s.crls[1] = list.sign(shared_key(0));
  EXPECT_FALSE(verify(s, Revocation::hard_fail).ok());
}

TEST(Revocation, EntriesTellTheirReason) {
  Scenario s;
  ListForge list = s.leaf_list();
  list.entries = {revoked_entry(s.leaf.serial, moment(2026, 4, 1),
                                {extension(oid::certificate_extension<21>, false, Octets{0x0a, 1, 1}),
                                 extension(oid::certificate_extension<24>, false,
                                           der::value(tag::generalized_time, as_bytes("20260331000000Z")))})};
  s.crls = {list.sign(shared_key(1))};
  const std::string text = to_text(verify(s, Revocation::soft_fail));
  EXPECT_NE(text.find("since 2026-04-01 00:00:00 UTC, reason keyCompromise"), std::string::npos) << text;
}

// --- stapled responses

Verification staple(const ResponseForge& response, const Key& signer, Scenario s = {}) {
  s.ocsp_response = response.sign(signer);
  s.leaf.set(must_staple());
  return verify(s, Revocation::off);
}

// RFC 6960 §4.2.1 [6960:2.2#1] [6960:4.2.1#2] [6066:8#5].
TEST(Ocsp, TheIssuersResponseSatisfiesMustStaple) {
  ResponseForge response = Scenario().leaf_response();
  EXPECT_TRUE(staple(response, shared_key(1)).ok());
  response.responder = responder_by_key(shared_key(1).info);
  EXPECT_TRUE(staple(response, shared_key(1)).ok());
  response.hash = oid::sha256;
  EXPECT_TRUE(staple(response, shared_key(1)).ok());
}

TEST(Ocsp, ADelegatedResponderMayAnswer) {
  const Scenario s;
  CertificateForge responder = s.leaf;
  responder.subject = common_name("Responder");
  responder.key = shared_key(5).info;
  responder.set(extended_key_usage({oid::ocsp_signing}));
  responder.set(extension(oid::ocsp_no_check, false, der::value(tag::null, Bytes())));
  ResponseForge response = s.leaf_response();
  response.certificates = {s.make_root(), responder.sign(shared_key(1))};
  response.responder = responder_by_name(responder.subject);
  EXPECT_TRUE(staple(response, shared_key(5)).ok()) << to_text(staple(response, shared_key(5)));
  response.responder = responder_by_key(shared_key(5).info);
  EXPECT_TRUE(staple(response, shared_key(5)).ok());
  // It has to be valid itself.
  responder.validity = validity(moment(2026, 1, 1), moment(2026, 5, 1));
  response.certificates = {responder.sign(shared_key(1))};
  EXPECT_FALSE(staple(response, shared_key(5)).ok());
}

TEST(Ocsp, FreshnessHasATolerance) {
  ResponseForge response = Scenario().leaf_response();
  response.this_update = moment(2026, 6, 1, 0, 5);
  EXPECT_TRUE(staple(response, shared_key(1)).ok());
  response.this_update = moment(2026, 5, 26);
  response.next_update.reset();
  EXPECT_TRUE(staple(response, shared_key(1)).ok());
}

TEST(Ocsp, AResponseStandsForAListUnderHardFail) {
  Scenario s = with_good_lists();
  s.crls.erase(s.crls.begin());
  s.ocsp_response = s.leaf_response().sign(shared_key(1));
  EXPECT_TRUE(verify(s, Revocation::hard_fail).ok());
}

TEST(Ocsp, EveryTruncationIsRefused) {
  const Scenario s;
  const Octets good = s.leaf_response().sign(shared_key(1));
  x509::OcspResponse response;
  EXPECT_FALSE(x509::OcspResponse::parse_into(response, good));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_TRUE(x509::OcspResponse::parse_into(response, Bytes(good).first(size))) << size;
}

TEST(Crl, EveryTruncationIsRefused) {
  const Octets good = with_good_lists().crls[0];
  x509::RevocationList list;
  EXPECT_FALSE(x509::RevocationList::parse_into(list, good));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_TRUE(x509::RevocationList::parse_into(list, Bytes(good).first(size))) << size;
}

}  // namespace
}  // namespace handfast::test
