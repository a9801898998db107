// libcrypto's verdict on a chain, to compare with.
#pragma once
#include <span>
#include <string>

#include <handfast/bytes.hpp>
#include <handfast/time.hpp>

namespace handfast::test {

struct PeerVerdict {
  bool accepted = false;
  int error = 0;       ///< X509_V_ERR_*; -1: a certificate that is needed does not parse there
  std::string reason;  ///< its text
};

/// X509_verify_cert for a server of this DNS name, with every trusted certificate as an anchor.
PeerVerdict libcrypto_verdict(std::span<const Bytes> chain, std::span<const Bytes> trusted,
                              const std::string& host, Time now);

}  // namespace handfast::test
