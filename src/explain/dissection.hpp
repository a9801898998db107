// A recording taken apart: records, the messages in them, what they agree on.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include <handfast/explain.hpp>

#include "crypto/hash.hpp"
#include "schedule/suite.hpp"

namespace handfast::explain {

/// What happened, in order.
struct Event {
  enum class Kind : std::uint8_t {
    message,             ///< a handshake message is complete
    change_cipher_spec,  ///< a record of it
    alert,               ///< a record of it
    data,                ///< application data
    sealed,              ///< a protected record that could not be opened
  };
  Kind kind = Kind::message;
  Role from = Role::client;
  std::size_t record = 0;   ///< the last one of it
  std::size_t message = 0;  ///< of kind message: which
};

/// What a recording says, before it is told as a story.
struct Dissection {
  std::vector<Event> events;
  std::vector<inspect::ExplainedRecord> records;
  std::vector<inspect::ExplainedMessage> messages;
  std::vector<std::string> remarks;

  std::optional<ProtocolVersion> version;
  const schedule::SuiteInfo* suite = nullptr;  ///< null: no ServerHello, or a suite that is not known here
  CipherSuite cipher_suite = CipherSuite::TLS_NULL_WITH_NULL_NULL;
  std::optional<NamedGroup> group;
  std::string server_name;
  bool hello_retry = false;
  std::optional<std::uint16_t> psk;  ///< which of the client's the server took
  bool early_data = false;           ///< the client offered it
  bool early_data_accepted = false;
  std::array<bool, 2>
      delegated{};  ///< client and server: a delegated credential (RFC 9345) stood beside the leaf
  /// Client and server: octets of the Certificate that came compressed (RFC 8879), with its header.
  std::array<std::optional<std::size_t>, 2> decompressed{};
  bool offered_ticket = false;  ///< TLS 1.2: the ClientHello brought one (RFC 5077)
  bool extended_master_secret = false;
  bool encrypt_then_mac = false;
  std::array<std::uint8_t, 32> client_random{};
  std::array<std::uint8_t, 32> server_random{};

  /// The index of a message of this type from this side; the last one if `last`.
  [[nodiscard]] std::optional<std::size_t> find(HandshakeType type, Role from, bool last = false) const;
};

[[nodiscard]] Dissection dissect(const inspect::Recording& recording);

}  // namespace handfast::explain
