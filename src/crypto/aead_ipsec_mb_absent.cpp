// A build without libipsec-mb: nothing of it is available.
#include "crypto/aead_ipsec_mb.hpp"
#include "crypto/contract.hpp"

namespace handfast::crypto::aead_ipsec_mb {

bool available(AeadAlgorithm /*algorithm*/, CpuTier /*tier*/) noexcept { return false; }

void* expand(AeadAlgorithm /*algorithm*/, Bytes /*key*/, CpuTier /*tier*/) {
  require(false);
  return nullptr;
}

void release(AeadAlgorithm /*algorithm*/, void* /*expanded*/) noexcept {}

void seal(AeadAlgorithm /*algorithm*/, const void* /*expanded*/, const Sealing& /*sealing*/) noexcept {
  require(false);
}

void open(AeadAlgorithm /*algorithm*/, const void* /*expanded*/, Bytes /*nonce*/, Bytes /*aad*/,
          MutableBytes /*text*/, MutableBytes /*tag*/) noexcept {
  require(false);
}

}  // namespace handfast::crypto::aead_ipsec_mb
