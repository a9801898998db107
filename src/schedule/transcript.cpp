// The transcript hash.
#include "schedule/transcript.hpp"

#include <array>

#include <handfast/types.hpp>

namespace handfast::schedule {
namespace {

// RFC 8446 §4.4.1: ClientHello1 becomes message_hash || 00 00 Hash.length || Hash(ClientHello1).
crypto::Hash after_message_hash(crypto::HashAlgorithm algorithm, Bytes client_hello_hash) noexcept {
  const std::array<std::uint8_t, 4> header{static_cast<std::uint8_t>(HandshakeType::message_hash), 0, 0,
                                           static_cast<std::uint8_t>(client_hello_hash.size())};
  crypto::Hash running(algorithm);
  running.update(header);
  running.update(client_hello_hash);
  return running;
}

}  // namespace

Transcript Transcript::of_message_hash(crypto::HashAlgorithm algorithm, Bytes client_hello_hash) {
  Transcript transcript;
  transcript.state_ = after_message_hash(algorithm, client_hello_hash);
  return transcript;
}

void Transcript::select(crypto::HashAlgorithm algorithm) {
  if (selected()) return;
  crypto::Hash running(algorithm);
  running.update(messages());
  state_ = running;
}

void Transcript::add(Bytes message) {
  if (auto* const running = std::get_if<crypto::Hash>(&state_)) {
    running->update(message);
  } else {
    Octets& kept = std::get<Octets>(state_);
    kept.insert(kept.end(), message.begin(), message.end());
  }
}

void Transcript::expect(std::size_t octets) {
  if (auto* const kept = std::get_if<Octets>(&state_)) kept->reserve(kept->size() + octets);
}

crypto::Digest Transcript::digest() const noexcept { return hash().digest(); }

crypto::Digest Transcript::digest_with(Bytes partial) const noexcept {
  crypto::Hash branch = hash();
  branch.update(partial);
  return branch.digest();
}

void Transcript::replace_with_message_hash() noexcept {
  const crypto::Digest client_hello_hash = hash().digest();
  state_ = after_message_hash(hash().algorithm(), client_hello_hash.view());
}

Bytes Transcript::messages() const noexcept {
  const auto* const kept = std::get_if<Octets>(&state_);
  return kept == nullptr ? Bytes() : Bytes(*kept);
}

}  // namespace handfast::schedule
