// How a ticket is sealed and opened.
//
// A ticket is the name of a key, a salt, and the session under AES-256-GCM. Key and nonce are derived from
// the ticket key with the salt, so that no two tickets share a key: a nonce never repeats, however many
// tickets one key of a large fleet seals (RFC 5869 §3.1).
#include "session/ticket.hpp"

#include "crypto/aead.hpp"
#include "crypto/hkdf.hpp"
#include "wire/codec.hpp"

namespace handfast::session {
namespace {

constexpr std::size_t salt_size = 16;
constexpr std::size_t header_size = TicketKey::name_size + salt_size;
// RFC 8446 §4.6.1 has room for 65,535 octets, but clients, this one among them, read no NewSessionTicket of
// more than 2^14, and a ClientHello has to hold what else it says beside the ticket.
constexpr std::size_t longest_ticket = 16'000;

struct SealedTicket {
  wire::Fixed<TicketKey::name_size> key_name;
  wire::Fixed<salt_size> salt;
  wire::Rest sealed;

  static constexpr void wire(auto& io, auto& m) {
    io("key_name", m.key_name);
    io("salt", m.salt);
    io("sealed", m.sealed);
  }
};

/// Protects one ticket.
struct Protection {
  crypto::AeadKey key;
  Secret<crypto::aead_nonce_size> nonce;
};

Protection derive(const TicketKey& key, Bytes salt) {
  using crypto::HashAlgorithm;
  const crypto::MacValue extracted = crypto::hkdf_extract(HashAlgorithm::sha256, salt, key.key.view());
  Secret<crypto::max_aead_key_size + crypto::aead_nonce_size> derived;
  crypto::hkdf_expand(crypto::HmacKey(HashAlgorithm::sha256, extracted.view()), as_bytes("handfast ticket"),
                      derived.span());
  return {
      crypto::AeadKey(crypto::AeadAlgorithm::aes_256_gcm, derived.view().first(crypto::max_aead_key_size)),
      Secret<crypto::aead_nonce_size>(derived.view().last(crypto::aead_nonce_size))};
}

}  // namespace

Result<Octets> seal_ticket(const TicketKey& key, const Session& session, RandomSource& random) {
  const auto plaintext = session.encode();
  if (!plaintext) return fail(plaintext.error());
  const std::size_t size = header_size + plaintext->size() + crypto::aead_tag_size;
  if (size > longest_ticket) return fail(ErrorCode::invalid_argument, "session: longer than a ticket can be");
  Octets ticket(size);
  const MutableBytes header = MutableBytes(ticket).first(header_size);
  copy(key.name, header);
  if (auto drawn = random.fill(header.last(salt_size)); !drawn) return fail(drawn.error());
  const Protection protection = derive(key, header.last(salt_size));
  protection.key.seal(protection.nonce.view(), header, *plaintext, MutableBytes(ticket).subspan(header_size));
  return ticket;
}

Bytes ticket_key_name(Bytes ticket) noexcept {
  return ticket.size() <= header_size + crypto::aead_tag_size ? Bytes() : ticket.first(TicketKey::name_size);
}

Result<Session> open_ticket(const TicketKey& key, Bytes ticket) {
  const auto parts = wire::decode<SealedTicket>(ticket);
  if (!parts) return fail(ErrorCode::unknown_psk_identity, "ticket: too short");
  SecretOctets opened(parts->sealed.begin(), parts->sealed.end());
  const Protection protection = derive(key, parts->salt);
  if (!protection.key.open(protection.nonce.view(), ticket.first(header_size), opened))
    return fail(ErrorCode::unknown_psk_identity, "ticket: changed on its way");
  auto session = Session::decode(Bytes(opened).first(opened.size() - crypto::aead_tag_size));
  if (!session)
    return fail(ErrorCode::unknown_psk_identity, "ticket: sealed by another version of this library");
  return session;
}

}  // namespace handfast::session
