// Any octets as DER: whatever reads, the writer gives the same octets for.
#include "fuzz/x509_fuzz.hpp"
#include "x509/der.hpp"
#include "x509/der_writer.hpp"
#include "x509/oid.hpp"
#include "x509/text.hpp"
#include "x509/time.hpp"

namespace {

using namespace handfast;

void read_value(const x509::Element& element) {
  x509::Fault fault(element.whole);
  x509::Der der(element.whole, fault);
  switch (element.tag) {
    case x509::tag::boolean: der.boolean("value"); break;
    case x509::tag::integer: der.integer("value"); break;
    case x509::tag::bit_string: der.flags(element.tag, 9, "value"); break;
    case x509::tag::object_identifier: der.object_identifier("value"); break;
    case x509::tag::utc_time:
    case x509::tag::generalized_time: read_time(der, "value"); break;
    default: break;
  }
  static_cast<void>(x509::oid::name_or_dotted(element.content));
  static_cast<void>(x509::is_well_formed(element.tag, element.content));
}

void walk(Bytes octets, int depth) {
  x509::Fault fault(octets);
  x509::Der der(octets, fault);
  while (der.more()) {
    const x509::Element element = der.any("element");
    if (element.tag == 0) return;
    fuzz::demand(fuzz::lies_within(element.whole, octets), "elements lie within the input");
    fuzz::demand(equal(x509::der::value(element.tag, element.content), element.whole),
                 "elements are in shortest form");
    read_value(element);
    if ((element.tag & 0x20) != 0 && depth < 64) walk(element.content, depth + 1);
  }
  fuzz::demand(!fault.happened(), "a reader that read all has no defect");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  walk(Bytes(data, size), 0);
  return 0;
}
