// What both roles do alike.
#include "handshake/handshake.hpp"

#include "config/credential_contents.hpp"

namespace handfast {

std::string_view name_of(EarlyData value) noexcept {
  switch (value) {
    case EarlyData::none: return "none";
    case EarlyData::accepted: return "accepted";
    case EarlyData::rejected: return "rejected";
  }
  return {};
}

}  // namespace handfast

namespace handfast::handshake {

void Handshake::note_sent(HandshakeType type, Bytes message) {
  transcript.add(message);
  flights.add(role_, type, message.size());
  if (observer != nullptr) [[unlikely]]
    tell_message(role_, type, message);
}

// [6066:1.1#1] Every message, whatever extension it belongs to.
void Handshake::received(const message::HandshakeMessage& message) {
  transcript.add(message.whole);
  const Role peer = role_ == Role::client ? Role::server : Role::client;
  flights.add(peer, message.type, message.whole.size());
  if (observer != nullptr) [[unlikely]]
    tell_message(peer, message.type, message.whole);
  next_.reset();
}

void Handshake::tell_message(Role from, HandshakeType type, Bytes message) const {
  // RFC 8446 §4.4.1: a ticket of TLS 1.3 comes behind the handshake and is no part of its transcript.
  const bool late = type == HandshakeType::new_session_ticket && summary.version == ProtocolVersion::tls13;
  const crypto::Digest hash = transcript.selected() && !late ? transcript.digest() : crypto::Digest();
  observer->message({.from = from, .type = type, .octets = message, .transcript_hash = hash.view()});
}

bool Handshake::look_ahead() noexcept {
  while (!next_) {
    next_ = reader_.next();
    if (!next_ || !ignores(*next_)) break;
    next_.reset();
  }
  return next_.has_value();
}

// RFC 5246 §7.4.1.1: a server's wish to begin means nothing to a client that has begun, and is no part of the
// transcript [5246:7.4.1.1#1].
bool Handshake::ignores(const message::HandshakeMessage& message) noexcept {
  if (message.type != HandshakeType::hello_request || !message.body().empty()) return false;
  if (hello_requests_left == 0) return false;
  --hello_requests_left;
  ignored_hello_request = true;
  return true;
}

Operation::Status Handshake::SignOperation::poll() {
  if (handshake_.sign_failure_) {
    why = *handshake_.sign_failure_;
    return Status::failed;
  }
  return handshake_.signature ? Status::ready : Status::pending;
}

Octets Handshake::SignOperation::take() noexcept {
  Octets made = std::move(*handshake_.signature);
  handshake_.signature.reset();
  return made;
}

Handshake::SignOperation Handshake::sign(const Credential& credential, SignatureScheme scheme, Bytes content,
                                         RandomSource& random) {
  signature.reset();
  sign_failure_.reset();
  if (const auto& key = credential.contents().private_key) {
    auto signed_content = key->sign(scheme, content, random, summary.version);
    if (signed_content) {
      signature = std::move(*signed_content);
    } else {
      sign_failure_ = signed_content.error();
    }
  } else {
    const std::span<const Bytes> chain = credential.chain();
    question = SignatureQuestion{scheme, content, chain.empty() ? Bytes() : chain.front(),
                                 credential.contents().shown_key_info()};
  }
  return SignOperation(*this);
}

}  // namespace handfast::handshake
