// Any octets as a handshake message: what decodes encodes to the same octets, and every message is explained
// octet by octet with the very error of the parser. An input is msg_type and body; the length is filled in.
#include <cstdio>
#include <cstdlib>

#include "message/properties.hpp"

namespace {

void demand(const std::string& broken) {
  if (broken.empty()) return;
  std::fprintf(stderr, "%s\n", broken.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace handfast;
  if (size == 0 || size > 0x10000) return 0;
  const Bytes input(data, size);
  Octets message(size + 3);
  message[0] = data[0];
  wire::store<3>(message.data() + 1, static_cast<std::uint32_t>(size - 1));
  copy(input.subspan(1), MutableBytes(message).subspan(4));

  const message::AnnotationContext tls13{};
  const message::AnnotationContext tls12{.version = ProtocolVersion::tls12};
  const message::AnnotationContext raw_public_key{.version = ProtocolVersion::tls12,
                                                  .certificate_type = CertificateType::RawPublicKey};
  for (const auto& context : {tls13, tls12, raw_public_key}) {
    demand(test::broken_property(message, context));
    demand(test::broken_property(input, context));  // where the header's length rarely fits
  }
  demand(test::broken_annotation(input, message::annotate_alert(input)));
  demand(test::broken_annotation(input, message::annotate_change_cipher_spec(input)));
  return 0;
}
