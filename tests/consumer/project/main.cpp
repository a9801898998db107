// A stranger's program: it uses the public headers only, and enough of the library to have to link it.
#include <cstdio>

#include <handfast/error.hpp>
#include <handfast/secret.hpp>
#include <handfast/types.hpp>

int main() {
  const handfast::Secret<4> secret(handfast::as_bytes("abcd"));
  const handfast::Error error(handfast::ErrorCode::bad_record_mac);
  std::printf("%s: %s\n", handfast::to_string(handfast::CipherSuite::TLS_AES_128_GCM_SHA256).c_str(),
              handfast::describe(error).c_str());
  return secret.equals(handfast::as_bytes("abcd")) ? 0 : 1;
}
