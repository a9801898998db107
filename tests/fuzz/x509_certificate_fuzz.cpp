// Any octets as a certificate: parsed, described, and judged as leaf and as its own root.
#include <handfast/certificate.hpp>

#include "fuzz/x509_fuzz.hpp"
#include "x509/certificate.hpp"
#include "x509/name.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace handfast;
  const Bytes input(data, size);
  const auto parsed = x509::Certificate::parse(input);
  const auto described = x509::describe_certificate(input);
  fuzz::demand(parsed.has_value() == described.has_value(), "what parses is described");
  if (!parsed) {
    fuzz::demand(parsed.error().offset <= size, "a defect lies within the input");
    return 0;
  }
  const x509::Certificate& certificate = *parsed;
  for (const Bytes view :
       {certificate.signed_octets, certificate.signature, certificate.serial, certificate.issuer,
        certificate.subject, certificate.key.der, certificate.all_extensions})
    fuzz::demand(fuzz::lies_within(view, input), "views lie within the input");
  fuzz::demand(x509::same_name(certificate.subject, certificate.subject), "a name is itself");
  if (x509::same_name(certificate.subject, certificate.issuer))
    fuzz::demand(x509::name_hash(certificate.subject) == x509::name_hash(certificate.issuer),
                 "same names have the same hash");
  static_cast<void>(certificate.public_key());
  fuzz::demand(!to_text(*described).empty() && !to_json(*described).empty(), "descriptions print");

  TrustStore::Builder builder;
  fuzz::demand(builder.add_certificate(input).has_value(), "what parses may be an anchor");
  const auto store = builder.build();
  const auto name = ServerName::parse("www.example.com");
  const Bytes chain[] = {input};
  x509::VerificationRequest request;
  request.chain = chain;
  request.trust = store.get();
  request.name = &*name;
  fuzz::judge(request);
  request.trust = nullptr;
  request.purpose = x509::Purpose::client;
  fuzz::judge(request);
  return 0;
}
