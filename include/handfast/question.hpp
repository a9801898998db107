// Questions: what a connection cannot decide by itself, or may not decide alone. The caller answers when it
// can.
#pragma once
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/client_session_store.hpp>
#include <handfast/replay_guard.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// Which configuration should serve this client? Asked of servers made by Connection::server_asking.
/// Answer: choose_configuration, refuse or pass. Views live until then.
struct ConfigurationQuestion {
  std::string_view server_name;                         ///< lower case, empty: none was sent
  std::vector<std::string_view> application_protocols;  ///< as offered
  std::vector<ProtocolVersion> versions;                ///< as offered, most wanted first
  Bytes client_hello;                                   ///< the whole message
};

/// Sign this with a key of ours that is held elsewhere. Answer: answer_signature. Views live until then.
struct SignatureQuestion {
  /// How to sign.
  SignatureScheme scheme = SignatureScheme::ed25519;
  Bytes content;      ///< what is to be signed, before any hashing
  Bytes certificate;  ///< the leaf that is shown, DER; empty where a raw public key is
  /// SubjectPublicKeyInfo of the key that is to sign: the leaf's, the delegated credential's, or the raw one.
  Bytes public_key;
};

/// Is the peer who it says? Answer: answer_verification. Views live until then.
struct VerificationQuestion {
  /// Whose chain it is.
  Role peer = Role::server;
  std::vector<Bytes> chain;      ///< DER, leaf first, as sent
  std::string_view server_name;  ///< the name a client wants; empty on a server
  Bytes ocsp_response;           ///< stapled; empty: none
  /// The chain is that of a session: a client offers it, and sends nothing before, or a server resumes it, if
  /// it is still trusted. Otherwise the handshake goes on without the session, and the peer shows its chain
  /// anew.
  bool of_session = false;
  Bytes public_key;  ///< a raw public key, SubjectPublicKeyInfo; the chain is empty then
};

/// Which session has this id? Asked of servers whose SessionStore says Later. Answer: the session, or none.
/// The view lives until then.
struct SessionQuestion {
  Bytes id;  ///< as the client sent it, or the ticket
};

/// Which session should this client offer? Asked of clients whose ClientSessionStore says Later, before
/// anything is sent. Answer: the session, or none. The pointer lives until then.
struct ClientSessionQuestion {
  const SessionKey* key = nullptr;  ///< never null in a question
};

/// Is this early data new? Asked of servers whose ReplayGuard says Later. Answer: the verdict. Views live
/// until then.
struct EarlyDataQuestion {
  /// What is known about the ClientHello that brought it.
  EarlyDataClaim claim;
};

/// Which external PSK has this identity? Asked of servers whose ExternalPskStore says Later. Answer: the PSK,
/// or none. The view lives until then.
struct PskQuestion {
  Bytes identity;  ///< as the client sent it
};

using Question = std::variant<std::monostate, ConfigurationQuestion, SignatureQuestion, VerificationQuestion,
                              SessionQuestion, ClientSessionQuestion, EarlyDataQuestion, PskQuestion>;

}  // namespace handfast
