// The transcript hash (RFC 8446 §4.4.1).
#pragma once
#include <variant>

#include <handfast/bytes.hpp>

#include "crypto/hash.hpp"

namespace handfast::schedule {

/// The handshake messages so far, as a hash; until the hash is known, as they are.
///
/// A value: a copy goes on by itself, so that several may run at once. Messages are added whole, with their
/// four octets of header and without record headers. One thread at a time.
class Transcript {
 public:
  /// Keeps messages until select().
  Transcript() = default;
  explicit Transcript(crypto::HashAlgorithm algorithm) : state_(crypto::Hash(algorithm)) {}
  /// What replace_with_message_hash() would have left: the state of a server that kept nothing between
  /// HelloRetryRequest and its answer but the hash of the first ClientHello, in the cookie
  /// (RFC 8446 §4.2.2).
  [[nodiscard]] static Transcript of_message_hash(crypto::HashAlgorithm algorithm, Bytes client_hello_hash);

  /// The hash is negotiated: what was kept is hashed and freed. Once selected, a second call does nothing.
  void select(crypto::HashAlgorithm algorithm);
  [[nodiscard]] bool selected() const noexcept { return std::holds_alternative<crypto::Hash>(state_); }

  void add(Bytes message);
  /// So many octets come until the hash is selected: room is made for them at once.
  void expect(std::size_t octets);

  /// Transcript-Hash of what was added so far; the transcript goes on. Only when selected().
  [[nodiscard]] crypto::Digest digest() const noexcept;
  /// As digest(), as if `partial` had been added: the ClientHello up to its binders
  /// (RFC 8446 §4.2.11.2). The transcript stays as it was. Only when selected().
  [[nodiscard]] crypto::Digest digest_with(Bytes partial) const noexcept;

  /// HelloRetryRequest: puts the synthetic message_hash message in the place of everything so far, which is
  /// ClientHello1 alone (RFC 8446 §4.4.1). Only when selected().
  void replace_with_message_hash() noexcept;

  /// The messages, while the hash is not selected; empty afterwards. TLS 1.2's CertificateVerify signs them
  /// under a hash of its own (RFC 5246 §7.4.8), so that a transcript that is never selected serves it.
  /// Lives until the next add() or select().
  [[nodiscard]] Bytes messages() const noexcept;

 private:
  [[nodiscard]] const crypto::Hash& hash() const noexcept { return *std::get_if<crypto::Hash>(&state_); }

  std::variant<Octets, crypto::Hash> state_;
};

}  // namespace handfast::schedule
