// What can be asked of hellos besides their fields.
#include "message/server_hello.hpp"

namespace handfast::message {

Bytes truncated(Bytes message, const ClientHello& hello) {
  if (!hello.extensions.pre_shared_key) return message;
  // pre_shared_key is the last extension, and the binders are its last field.
  return message.first(message.size() - wire::encoded_size(hello.extensions.pre_shared_key->binders));
}

bool is_hello_retry_request(Bytes message) noexcept {
  constexpr std::size_t random = wire::message_header_size + sizeof(ProtocolVersion);
  return message.size() >= random + hello_retry_request_random.size() &&
         message[0] == static_cast<std::uint8_t>(HandshakeType::server_hello) &&
         equal(message.subspan(random, hello_retry_request_random.size()), hello_retry_request_random);
}

Result<> check_extensions(const ServerHello& hello, ProtocolVersion version) {
  const auto place =
      version == ProtocolVersion::tls13 ? ExtensionPlace::server_hello : ExtensionPlace::server_hello_tls12;
  const auto& received = hello.extensions.received();
  std::size_t before = 0;  // octets of extensions
  for (const wire::RawExtension& entry : received) {
    if (is_known(entry.extension_type) && !may_stand_in(entry.extension_type, place)) {
      Error error(ErrorCode::extension_not_allowed);
      error.message = ServerHello::type;
      error.field = name_of(entry.extension_type).data();
      // The extensions come last.
      error.offset =
          static_cast<std::uint32_t>(wire::encoded_size(hello) - received.octets().size() + before);
      return fail(error);
    }
    before += wire::encoded_size(entry);
  }
  return {};
}

}  // namespace handfast::message
