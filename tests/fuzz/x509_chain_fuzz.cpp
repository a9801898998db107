// Any octets as a chain, a trust store, revocation lists and a stapled response. Each part has a length of
// two octets in front; the first part is trusted, the second a list, the third a response, all others the
// chain. The signatures of mutated certificates fail, so that the anchor itself, sent as the leaf, is what
// gets far.
#include "fuzz/x509_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace handfast;
  std::vector<Bytes> parts;
  for (Bytes rest(data, size); rest.size() >= 2 && parts.size() < 64;) {
    const std::size_t length = std::min<std::size_t>(rest[0] * 256U + rest[1], rest.size() - 2);
    parts.push_back(rest.subspan(2, length));
    rest = rest.subspan(2 + length);
  }
  if (parts.size() < 4) return 0;
  TrustStore::Builder builder;
  static_cast<void>(builder.add_certificate(parts[0]));
  const auto store = builder.build();
  x509::VerificationRequest request;
  request.trust = store.get();
  request.crls = std::span<const Bytes>(parts).subspan(1, 1);
  request.ocsp_response = parts[2];
  request.chain = std::span<const Bytes>(parts).subspan(3);
  for (const auto revocation : {x509::Revocation::off, x509::Revocation::where_provided}) {
    request.revocation = revocation;
    fuzz::judge(request);
  }
  request.policies.require_explicit = true;
  fuzz::judge(request);
  return 0;
}
