// The certificates that delegated credentials may be issued with.
#include "x509/delegation_usage.hpp"

#include "x509/extension_values.hpp"
#include "x509/oid.hpp"

namespace handfast::x509 {
namespace {

// RFC 9345 §4.2: NULL, and never critical.
bool is_delegation_usage(const Extension& extension) noexcept {
  static constexpr std::array<std::uint8_t, 2> null = {0x05, 0x00};
  return equal(extension.identifier, oid::delegation_usage) && !extension.critical &&
         equal(extension.value, null);
}

}  // namespace

bool may_delegate(const Certificate& certificate) noexcept {
  if (!certificate.key_usage || !certificate.allows(KeyUsage::digital_signature)) return false;
  Fault fault(certificate.all_extensions);
  Der list(certificate.all_extensions, fault);
  while (list.more() && !fault.happened())
    if (is_delegation_usage(read_extension(list))) return true;
  return false;
}

}  // namespace handfast::x509
