// Any octets as a certificate revocation list.
#include "fuzz/x509_fuzz.hpp"
#include "x509/crl.hpp"
#include "x509/der.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace handfast;
  const Bytes input(data, size);
  x509::RevocationList list;
  if (x509::RevocationList::parse_into(list, input)) return 0;
  for (const Bytes view : {list.signed_octets, list.signature, list.issuer, list.entries})
    fuzz::demand(fuzz::lies_within(view, input), "views lie within the input");
  // Every entry that is there is found.
  x509::Fault fault(list.entries);
  int left = 64;
  for (x509::Der entries(list.entries, fault); entries.more() && left > 0; --left) {
    const Bytes serial = entries.sequence("entry").integer("serial");
    fuzz::demand(x509::find_revoked(list, serial).has_value(), "entries are found");
  }
  const x509::Certificate certificate;
  static_cast<void>(x509::covers(list.scope, certificate));
  return 0;
}
