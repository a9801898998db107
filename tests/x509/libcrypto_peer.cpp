// libcrypto's verdict.
#include "x509/libcrypto_peer.hpp"

#include <memory>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace handfast::test {
namespace {

struct Free {
  void operator()(X509* p) const noexcept { X509_free(p); }
  void operator()(X509_STORE* p) const noexcept { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const noexcept { X509_STORE_CTX_free(p); }
};
using Certificate = std::unique_ptr<X509, Free>;

Certificate parse(Bytes der) {
  const unsigned char* at = der.data();
  Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate && at != der.data() + der.size()) certificate.reset();
  return certificate;
}

}  // namespace

PeerVerdict libcrypto_verdict(std::span<const Bytes> chain, std::span<const Bytes> trusted,
                              const std::string& host, Time now) {
  const std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
  for (const Bytes der : trusted)
    if (const Certificate root = parse(der)) X509_STORE_add_cert(store.get(), root.get());
  const Certificate leaf = parse(chain.front());
  if (!leaf) return {false, -1, "the leaf does not parse"};
  STACK_OF(X509)* others = sk_X509_new_null();
  for (const Bytes der : chain.subspan(1))
    if (Certificate other = parse(der)) sk_X509_push(others, other.release());

  const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), others);
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set_time(parameters,
                             std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_POLICY_CHECK);
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size());
  PeerVerdict verdict;
  verdict.accepted = X509_verify_cert(context.get()) == 1;
  verdict.error = X509_STORE_CTX_get_error(context.get());
  verdict.reason = X509_verify_cert_error_string(verdict.error);
  sk_X509_pop_free(others, X509_free);
  return verdict;
}

}  // namespace handfast::test
