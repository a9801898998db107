// What the handshakes of both roles share: the peer's messages, our own, the transcript, questions.
#pragma once
#include <memory>
#include <optional>

#include <handfast/config.hpp>
#include <handfast/inspect.hpp>
#include <handfast/question.hpp>
#include <handfast/secret.hpp>
#include <handfast/summary.hpp>
#include <handfast/time.hpp>

#include "config/delegated_credential.hpp"
#include "handshake/flight_log.hpp"
#include "handshake/flow.hpp"
#include "handshake/transport.hpp"
#include "message/handshake_reader.hpp"
#include "message/messages.hpp"
#include "schedule/transcript.hpp"
#include "x509/path.hpp"

namespace handfast::handshake {

/// Holds if the condition does; else the handshake ends: `co_await require(...)`.
inline Result<> require(bool condition, ErrorCode code, const char* detail = nullptr) noexcept {
  if (condition) [[likely]]
    return {};
  return fail(code, detail);
}

/// On the heap, for what most handshakes have not. Null: there is none.
template <class T>
[[nodiscard]] std::unique_ptr<T> boxed(std::optional<T> value) {
  return value ? std::make_unique<T>(std::move(*value)) : nullptr;
}

/// What a change_cipher_spec record means at present.
enum class ChangeCipherSpec : std::uint8_t {
  refused,   ///< nothing: unexpected_message
  dropped,   ///< TLS 1.3's compatibility mode: it is passed over
  awaited,   ///< TLS 1.2: it is the next thing that must come
  received,  ///< it came
};

/// Room for the message that was received last.
template <std::size_t Octets>
struct MessageSlot {
  alignas(std::max_align_t) std::array<std::byte, Octets> octets{};
};
/// The largest of all is the ClientHello, and no client receives one.
using ServerSlot = MessageSlot<sizeof(message::ClientHello)>;
using ClientSlot = MessageSlot<sizeof(message::ServerHello)>;

/// One handshake in progress. Pinned; freed when it ends. The coroutines of both roles work on it.
class Handshake {
 public:
  /// `slot`: of a ServerSlot or ClientSlot that lives as long.
  Handshake(Role role, Transport& engine, std::size_t arena_octets, std::byte* slot)
      : transport(engine), role_(role), flow_(arena_octets), slot_(slot) {}
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;
  ~Handshake() = default;

  [[nodiscard]] Flow& flow() noexcept { return flow_; }
  [[nodiscard]] Role role() const noexcept { return role_; }

  // --- what the engine does

  /// Handshake octets of one record; run() goes on with them. Errors: message_too_large.
  Result<> add(Bytes fragment) { return reader_.add(fragment); }
  void run() { flow_.run(); }
  void set_limits(message::MessageLimits limits) noexcept { reader_.set_limits(limits); }
  /// Octets that no receive() has asked for yet, or part of a message.
  [[nodiscard]] bool has_unread() const noexcept { return next_.has_value() || reader_.pending() != 0; }

  /// Nothing stands behind the last message but what is ignored.
  [[nodiscard]] bool ends_flight() noexcept {
    look_ahead();
    return !has_unread();
  }

  /// What stands behind the last message that was received.
  [[nodiscard]] Bytes unread() const noexcept { return reader_.unread(); }

  // --- what the coroutines await

  /// The next message, which must be an M: added to the transcript and decoded. The view lives until the next
  /// receive().
  template <class M>
  class ReceiveOperation final : public Operation {
   public:
    explicit ReceiveOperation(Handshake& handshake) noexcept : handshake_(handshake) {}
    Status poll() override { return handshake_.poll_message<M>(why); }
    [[nodiscard]] const char* waits_for() const noexcept override { return M::name; }
    const M& take() noexcept { return handshake_.slot<M>(); }

   private:
    Handshake& handshake_;
  };
  template <class M>
  [[nodiscard]] ReceiveOperation<M> receive() noexcept {
    return ReceiveOperation<M>(*this);
  }
  /// The message that receive<M>() gave last.
  template <class M>
  [[nodiscard]] const M& slot() const noexcept {
    return *std::launder(reinterpret_cast<const M*>(slot_));
  }

  /// The whole next message, which stays to be received.
  class PeekOperation final : public Operation {
   public:
    explicit PeekOperation(Handshake& handshake) noexcept : handshake_(handshake) {}
    Status poll() override { return handshake_.look_ahead() ? Status::ready : Status::pending; }
    [[nodiscard]] const char* waits_for() const noexcept override { return "a handshake message"; }
    message::HandshakeMessage take() noexcept { return *handshake_.next_; }

   private:
    Handshake& handshake_;
  };
  [[nodiscard]] PeekOperation peek() noexcept { return PeekOperation(*this); }

  /// A signature by our credential: made here, or asked for and answered later.
  class SignOperation final : public Operation {
   public:
    explicit SignOperation(Handshake& handshake) noexcept : handshake_(handshake) {}
    Status poll() override;
    [[nodiscard]] const char* waits_for() const noexcept override { return "a signature"; }
    Octets take() noexcept;

   private:
    Handshake& handshake_;
  };
  /// `content` must live until the operation is done.
  [[nodiscard]] SignOperation sign(const Credential& credential, SignatureScheme scheme, Bytes content,
                                   RandomSource& random);

  /// A decision of the application: ready when the question is answered.
  class AnswerOperation final : public Operation {
   public:
    AnswerOperation(Handshake& handshake, const char* what) noexcept : handshake_(handshake), what_(what) {}
    Status poll() override { return handshake_.question.index() == 0 ? Status::ready : Status::pending; }
    [[nodiscard]] const char* waits_for() const noexcept override { return what_; }
    static void take() noexcept {}

   private:
    Handshake& handshake_;
    const char* what_;
  };
  [[nodiscard]] AnswerOperation answer(const char* what) noexcept { return AnswerOperation(*this, what); }

  /// The peer's change_cipher_spec of TLS 1.2, which is no handshake message (RFC 5246 §7.1).
  class ChangeCipherSpecOperation final : public Operation {
   public:
    explicit ChangeCipherSpecOperation(Handshake& handshake) noexcept : handshake_(handshake) {}
    Status poll() override {
      if (handshake_.change_cipher_spec == ChangeCipherSpec::received) return Status::ready;
      handshake_.change_cipher_spec = ChangeCipherSpec::awaited;
      handshake_.look_ahead();  // past what is ignored
      if (!handshake_.has_unread()) return Status::pending;
      why = Error(ErrorCode::unexpected_message, waits_for());
      return Status::failed;
    }
    [[nodiscard]] const char* waits_for() const noexcept override { return "change_cipher_spec"; }
    void take() noexcept { handshake_.change_cipher_spec = ChangeCipherSpec::refused; }

   private:
    Handshake& handshake_;
  };
  [[nodiscard]] ChangeCipherSpecOperation receive_change_cipher_spec() noexcept {
    return ChangeCipherSpecOperation(*this);
  }

  // --- what the coroutines do

  /// Appends a message of ours to the transcript and to what goes out.
  /// Errors: internal_error when the message does not fit its own description.
  template <class M>
  [[nodiscard]] Result<> send(const M& message) {
    Octets& out = transport.outgoing();
    const std::size_t start = out.size();
    if (auto appended = wire::append_message(message, out); !appended) return fail(appended.error());
    note_sent(M::type, Bytes(out).subspan(start));
    return {};
  }
  /// As send(), of a message that is encoded already.
  void send_encoded(HandshakeType type, Bytes message) {
    Octets& out = transport.outgoing();
    out.insert(out.end(), message.begin(), message.end());
    note_sent(type, message);
  }
  /// A message of ours is outgoing: it belongs to the transcript.
  void note_sent(HandshakeType type, Bytes message);
  /// The peer showed a certificate or a raw public key, in this handshake or in the one that is resumed.
  [[nodiscard]] bool peer_showed_itself() const noexcept {
    return !peer_chain.empty() || !summary.peer_public_key.empty();
  }
  /// Hands a secret to the key log and to the observer, if there are any.
  void log_secret(const CommonSettings& settings, std::string_view label, Bytes secret) const noexcept {
    if (settings.key_log) settings.key_log->write(label, summary.client_random, secret);
    tell_secret(label, secret);
  }
  /// Tells an observer that asks for secrets.
  void tell_secret(std::string_view name, Bytes secret) const noexcept {
    if (observer != nullptr && observer->wants_secrets()) observer->secret({name, secret});
  }

  Transport& transport;
  inspect::Observer* observer = nullptr;  ///< null: nobody watches
  schedule::Transcript transcript;
  Summary summary;
  FlightLog flights;
  Question question;
  std::optional<Octets> signature;  ///< the answer to a SignatureQuestion
  std::unique_ptr<Session>
      answered_session;  ///< the answer to a question about sessions; null: there is none
  std::unique_ptr<ExternalPsk> answered_psk;  ///< the answer to a PskQuestion; null: there is none
  EarlyDataVerdict early_data_verdict{};      ///< the answer to an EarlyDataQuestion
  bool trusted = false;                       ///< the answer to a VerificationQuestion
  ChangeCipherSpec change_cipher_spec = ChangeCipherSpec::refused;
  bool dropped_change_cipher_spec = false;       ///< one was passed over: TLS 1.2 does not forgive that
  std::uint8_t hello_requests_left = 0;          ///< that many more are passed over; TLS 1.2 alone has them
  bool ignored_hello_request = false;            ///< one was passed over: TLS 1.3 does not forgive that
  Time now;                                      ///< of the call that is running
  Secret<64> exporter_secret{Bytes()};           ///< TLS 1.2: the master secret; empty until known
  std::array<std::uint8_t, 32> server_random{};  ///< TLS 1.2, with exporter_secret
  std::array<std::uint8_t, 12> tls_unique{};     ///< TLS 1.2: the first Finished (RFC 5929 §3)
  CertificateType own_certificate_type = CertificateType::X509;   ///< a client's, as the server chose
  CertificateType peer_certificate_type = CertificateType::X509;  ///< RawPublicKey: peer_chain stays empty
  /// The peer's certificates, leaf first, inside peer_certificates.
  std::vector<Bytes> peer_chain;
  std::vector<x509::Candidate> peer_leaf;  ///< peer_chain's first, once it is read; verification takes it
  Octets peer_certificates;                ///< as they came in a Certificate message, or those of a session
  Octets decompressed_certificate;         ///< the same before it was looked at, if it came compressed
  std::unique_ptr<Delegation>
      delegation;  ///< what the peer's CertificateVerify proves; null: its certificate

 private:
  template <class M>
  Operation::Status poll_message(Error& why) {
    static_assert(std::is_trivially_destructible_v<M>);
    static_assert(sizeof(M) <= sizeof(ClientSlot) || std::is_same_v<M, message::ClientHello>);
    if (!look_ahead()) return Operation::Status::pending;
    const message::HandshakeMessage message = *next_;
    if (message.type != M::type) {
      // RFC 5246 §7.4, RFC 8446 §4 [5246:7.4#1] [8446:4#1].
      why = Error(ErrorCode::unexpected_message, M::name);
      why.message = message.type;
      return Operation::Status::failed;
    }
    if (auto decoded = wire::decode_into(*new (slot_) M{}, message.body()); !decoded) {
      why = decoded.error();
      why.message = M::type;
      return Operation::Status::failed;
    }
    received(message);
    return Operation::Status::ready;
  }
  void received(const message::HandshakeMessage& message);
  void tell_message(Role from, HandshakeType type, Bytes message) const;
  bool look_ahead() noexcept;
  bool ignores(const message::HandshakeMessage& message) noexcept;

  Role role_;
  message::HandshakeReader reader_;
  std::optional<message::HandshakeMessage> next_;  // read, not yet received
  Flow flow_;
  std::optional<Error> sign_failure_;
  std::byte* slot_;
};

}  // namespace handfast::handshake
