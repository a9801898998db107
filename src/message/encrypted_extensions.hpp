// EncryptedExtensions (RFC 8446 §4.3.1).
#pragma once
#include "message/extension_table.hpp"
#include "message/extensions.hpp"

namespace handfast::message {

struct EncryptedExtensionsExtensions : KnownExtensions {
  std::optional<Empty> server_name;
  std::optional<MaxFragmentLengthExtension> max_fragment_length;
  std::optional<NamedGroupList> supported_groups;
  std::optional<ProtocolNameList> application_layer_protocol_negotiation;
  std::optional<ClientCertTypeServer> client_certificate_type;
  std::optional<ServerCertTypeServer> server_certificate_type;
  std::optional<RecordSizeLimit> record_size_limit;
  std::optional<Empty> early_data;
  std::optional<AvailableTrustAnchorList> trust_anchors;
  std::optional<ServerTicketRequestHint> ticket_request;

  static constexpr bool wire(auto& io, auto& m) {
    using enum ExtensionType;
    return io(server_name, m.server_name) || io(max_fragment_length, m.max_fragment_length) ||
           io(supported_groups, m.supported_groups) ||
           io(application_layer_protocol_negotiation, m.application_layer_protocol_negotiation) ||
           io(client_certificate_type, m.client_certificate_type) ||
           io(server_certificate_type, m.server_certificate_type) ||
           io(record_size_limit, m.record_size_limit) || io(early_data, m.early_data) ||
           io(trust_anchors, m.trust_anchors) || io(ticket_request, m.ticket_request);
  }
};
static_assert(agrees_with_table<EncryptedExtensionsExtensions>(ExtensionPlace::encrypted_extensions));

struct EncryptedExtensions {
  static constexpr auto type = HandshakeType::encrypted_extensions;
  static constexpr const char* name = "encrypted_extensions";

  wire::ExtensionBlock<EncryptedExtensionsExtensions, wire::Presence::required> extensions;

  static constexpr void wire(auto& io, auto& m) { io("extensions", m.extensions); }
};

}  // namespace handfast::message
