// Any octets as an OCSP response.
#include "fuzz/x509_fuzz.hpp"
#include "x509/ocsp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace handfast;
  const Bytes input(data, size);
  x509::OcspResponse response;
  if (x509::OcspResponse::parse_into(response, input)) return 0;
  for (const Bytes view :
       {response.signed_octets, response.signature, response.responses, response.certificates})
    fuzz::demand(fuzz::lies_within(view, input), "views lie within the input");
  const x509::KeyInfo key;
  const std::uint8_t name[] = {0x30, 0};
  const std::uint8_t serial[] = {3};
  if (const auto single = response.find(name, key, serial))
    fuzz::demand(equal(single->serial, serial), "what is found was asked for");
  static_cast<void>(response.names_responder(name, key));
  return 0;
}
