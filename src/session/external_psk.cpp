// External PSKs, and what RFC 9258 makes of them.
#include <handfast/external_psk.hpp>

#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "session/psk_check.hpp"
#include "session/psk_hash.hpp"
#include "wire/codec.hpp"

namespace handfast {
namespace {

constexpr std::size_t longest_identity = 0xffff;  // RFC 8446 §4.2.11
constexpr std::size_t shortest_key = 16;          // RFC 9257 §6: 128 bits at least

enum class TargetKdf : std::uint16_t { hkdf_sha256 = 0x0001, hkdf_sha384 = 0x0002 };

struct ImportedIdentity {  // RFC 9258 §5.1
  wire::Opaque<2, 1, 0xffff> external_identity;
  wire::Opaque<2, 0, 0xffff> context;
  ProtocolVersion target_protocol{};
  TargetKdf target_kdf{};

  static constexpr void wire(auto& io, auto& m) {
    io("external_identity", m.external_identity);
    io("context", m.context);
    io("target_protocol", m.target_protocol);
    io("target_kdf", m.target_kdf);
  }
};

Result<Octets> imported_identity(const ExternalPsk& psk, Bytes context, ProtocolVersion target_protocol,
                                 PskHash target_kdf) {
  ImportedIdentity parts;
  parts.external_identity = Bytes(psk.identity);
  parts.context = context;
  parts.target_protocol = target_protocol;
  parts.target_kdf = target_kdf == PskHash::sha384 ? TargetKdf::hkdf_sha384 : TargetKdf::hkdf_sha256;
  Octets identity(wire::encoded_size(parts));
  if (identity.size() > longest_identity || !wire::encode(parts, identity))
    return fail(ErrorCode::invalid_argument, "external PSK: identity and context are too long to import");
  return identity;
}

}  // namespace

Octets session::check_of(Bytes key) {
  return to_octets(crypto::HmacKey(crypto::HashAlgorithm::sha256, key)
                       .mac(as_bytes("handfast external psk check"))
                       .view());
}

std::string_view name_of(PskHash value) noexcept { return crypto::name_of(session::algorithm_of(value)); }

ExternalPsk ExternalPsk::clone() const {
  return {identity, key, hash, imported, max_early_data_size, application_protocol, cipher_suite};
}

Result<> ExternalPsk::check() const noexcept {
  if (identity.empty() || identity.size() > longest_identity)
    return fail(ErrorCode::invalid_argument, "external PSK: an identity has 1 to 65,535 octets");
  if (key.size() < shortest_key)
    return fail(ErrorCode::invalid_argument, "external PSK: a key has 16 octets at least");
  return {};
}

Result<ExternalPsk> import_psk(const ExternalPsk& psk, Bytes context, ProtocolVersion target_protocol,
                               PskHash target_kdf) {
  if (auto usable = psk.check(); !usable) return fail(usable.error());
  if (psk.imported) return fail(ErrorCode::invalid_argument, "external PSK: it is imported already");
  if (target_protocol != ProtocolVersion::tls13)
    return fail(ErrorCode::invalid_argument, "external PSK: imported for TLS 1.3 only");
  auto identity = imported_identity(psk, context, target_protocol, target_kdf);
  if (!identity) return fail(identity.error());

  // RFC 9258 §5.1: the hash is that of the external PSK, the length that of the target.
  const crypto::HashAlgorithm hash = session::algorithm_of(psk.hash);
  const crypto::MacValue epskx = crypto::hkdf_extract(hash, {}, psk.key);
  ExternalPsk made = psk.clone();
  made.key.assign(crypto::digest_size(session::algorithm_of(target_kdf)), 0);
  crypto::expand_label(crypto::HmacKey(hash, epskx.view()), "derived psk",
                       crypto::hash(hash, *identity).view(), made.key);
  made.identity = *std::move(identity);
  made.hash = target_kdf;
  made.imported = true;
  return made;
}

Result<std::vector<ExternalPsk>> import_psk_for_all(const ExternalPsk& psk, Bytes context) {
  std::vector<ExternalPsk> made;
  for (const PskHash target : {PskHash::sha256, PskHash::sha384}) {
    auto imported = import_psk(psk, context, ProtocolVersion::tls13, target);
    if (!imported) return fail(imported.error());
    made.push_back(*std::move(imported));
  }
  return made;
}

}  // namespace handfast
