// What a handshake consists of.
#pragma once
#include <cstdint>

namespace handfast::explain {

/// What happens in a handshake, in either version; one step each.
enum class Act : std::uint8_t {
  client_hello,
  retry,
  client_hello_again,
  early_data,
  server_hello,
  handshake_keys,
  encrypted_extensions,
  certificate_request,
  server_certificate,  ///< TLS 1.2: the whole flight up to ServerHelloDone
  server_finished,
  application_keys,  ///< TLS 1.2: master secret and all keys
  end_of_early_data,
  client_certificate,
  key_exchange,
  client_finished,
  data,
  ticket,
  key_update,
  alert,
  sealed,  ///< what could not be opened
  other,
};

}  // namespace handfast::explain
