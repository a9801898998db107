// Public keys: parsed once into libcrypto's low-level objects, then only used.
#include <algorithm>
#include <array>
#include <bit>

#include "crypto/curve.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/emsa.hpp"
#include "crypto/public_key_state.hpp"
#include "crypto/sodium.hpp"

namespace handfast::crypto {
namespace {

using Kind = SignatureAlgorithm::Kind;

Bytes without_leading_zeros(Bytes number) noexcept {
  const auto first = std::ranges::find_if(number, [](std::uint8_t octet) { return octet != 0; });
  return {first, number.end()};
}

std::size_t bit_length(Bytes number) noexcept {  // without leading zeros
  if (number.empty()) return 0;
  return 8 * (number.size() - 1) + static_cast<std::size_t>(std::bit_width(number[0]));
}

bool is_odd(Bytes number) noexcept { return !number.empty() && (number.back() & 1) != 0; }

std::optional<KeyType> type_of(NamedGroup group) noexcept {
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521})
    if (curve_of(type) == group) return type;
  return std::nullopt;
}

/// RFC 8017 §8.1.2 and §8.2.2.
bool verify_rsa(const PublicKeyState& state, const SignatureAlgorithm& algorithm, Bytes message,
                Bytes signature) {
  std::array<std::uint8_t, PublicKey::maximum_rsa_octets> room;
  const MutableBytes encoded = MutableBytes(room).first(state.modulus.size());
  if (!rsavp1(state, signature, encoded)) return false;
  const Digest digest = hash(algorithm.hash, message);
  if (algorithm.kind == Kind::rsa_pss)
    return verify_pss(digest, algorithm.hash, algorithm.salt_length, state.bits, encoded);
  // Made anew and compared as a whole, nothing of the padding is parsed: no room for forgeries inside it.
  std::array<std::uint8_t, PublicKey::maximum_rsa_octets> expected_room;
  const MutableBytes expected = MutableBytes(expected_room).first(encoded.size());
  return encode_pkcs1(digest, algorithm.hash, expected) && equal(encoded, expected);
}

bool verify_ed25519(const PublicKeyState& state, Bytes message, Bytes signature) noexcept {
  if (signature.size() != crypto_sign_ed25519_BYTES) return false;
  prepare_sodium();
  return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(),
                                             state.point.data()) == 0;
}

Result<std::shared_ptr<PublicKeyState>> rsa_state(Bytes modulus, Bytes exponent) {
  modulus = without_leading_zeros(modulus);
  exponent = without_leading_zeros(exponent);
  const std::size_t bits = bit_length(modulus);
  if (bits < PublicKey::minimum_rsa_bits || bits > PublicKey::maximum_rsa_bits)
    return fail(ErrorCode::certificate_unsupported, "an RSA modulus has 1024 to 8192 bits");
  if (!is_odd(modulus)) return fail(ErrorCode::certificate_malformed, "the RSA modulus is even");
  if (!is_odd(exponent) || exponent.size() > 8 || bit_length(exponent) < 2)
    return fail(ErrorCode::certificate_malformed, "the RSA exponent is even, one, or beyond 64 bits");

  auto state = std::make_shared<PublicKeyState>();
  state->type = KeyType::rsa;
  state->bits = bits;
  state->modulus = to_octets(modulus);
  state->exponent = to_octets(exponent);
  return state;
}

Result<std::shared_ptr<PublicKeyState>> ec_state(NamedGroup group, Bytes uncompressed_point) {
  const std::optional<KeyType> type = type_of(group);
  if (!type) return fail(ErrorCode::certificate_unsupported, "a curve that is not P-256, P-384 or P-521");
  const Curve& curve = *curve_of(group);
  const bool compressed = uncompressed_point.size() == 1 + curve.field_size &&
                          (uncompressed_point[0] == 2 || uncompressed_point[0] == 3);
  if (compressed) return fail(ErrorCode::certificate_unsupported, "a compressed point");
  if (uncompressed_point.size() != curve.point_size() || uncompressed_point[0] != 4)
    return fail(ErrorCode::certificate_malformed, "not an uncompressed point");

  auto state = std::make_shared<PublicKeyState>();
  state->type = *type;
  state->bits = curve.bits;
  state->point = to_octets(uncompressed_point);
  state->ec = owned<EcPoint>(EC_POINT_new(curve.ec_group));
  const PublicWorkspace workspace(curve);
  const ErrorQueueGuard guard;
  // This checks that the coordinates are below the prime and the point is on the curve.
  if (EC_POINT_oct2point(curve.ec_group, state->ec.get(), uncompressed_point.data(),
                         uncompressed_point.size(), workspace.context()) != 1)
    return fail(ErrorCode::certificate_malformed, "not a point of the curve");
  return state;
}

}  // namespace

Result<PublicKey> PublicKey::rsa(Bytes modulus, Bytes exponent, bool pss_only) {
  if (pss_only) return rsa_pss(modulus, exponent, std::nullopt);
  auto state = rsa_state(modulus, exponent);
  if (!state) return fail(state.error());
  return PublicKey(*std::move(state));
}

Result<PublicKey> PublicKey::rsa_pss(Bytes modulus, Bytes exponent,
                                     std::optional<PssRestriction> restriction) {
  auto state = rsa_state(modulus, exponent);
  if (!state) return fail(state.error());
  (*state)->type = KeyType::rsa_pss;
  (*state)->restriction = restriction;
  return PublicKey(*std::move(state));
}

Result<PublicKey> PublicKey::ec(NamedGroup group, Bytes uncompressed_point) {
  auto state = ec_state(group, uncompressed_point);
  if (!state) return fail(state.error());
  return PublicKey(*std::move(state));
}

PublicKey PublicKey::for_many_checks() const {
  const std::optional<NamedGroup> group = crypto::curve_of(type());
  if (!group || state_->table) return *this;
  EcGroup table = table_of(*crypto::curve_of(*group), state_->ec.get());
  if (!table) return *this;
  auto state = ec_state(*group, point());
  if (!state) return *this;  // it was a point of the curve before
  (*state)->table = std::move(table);
  return PublicKey(*std::move(state));
}

Result<PublicKey> PublicKey::ed25519(Bytes key) {
  if (key.size() != crypto_sign_ed25519_PUBLICKEYBYTES)
    return fail(ErrorCode::certificate_malformed, "an Ed25519 key has 32 octets");
  auto state = std::make_shared<PublicKeyState>();
  state->type = KeyType::ed25519;
  state->bits = 256;
  state->point = to_octets(key);
  return PublicKey(std::move(state));
}

bool PublicKey::fits(const SignatureAlgorithm& algorithm) const noexcept {
  const bool with_sha1 = algorithm.hash == HashAlgorithm::sha1;
  switch (state_->type) {
    case KeyType::rsa:
      return !with_sha1 && (algorithm.kind == Kind::rsa_pkcs1 || algorithm.kind == Kind::rsa_pss);
    case KeyType::rsa_pss:
      return !with_sha1 && algorithm.kind == Kind::rsa_pss &&
             (!state_->restriction || (state_->restriction->hash == algorithm.hash &&
                                       state_->restriction->minimum_salt_length <= algorithm.salt_length));
    case KeyType::ec_p256:
    case KeyType::ec_p384:
    case KeyType::ec_p521: return !with_sha1 && algorithm.kind == Kind::ecdsa;
    case KeyType::ed25519: return algorithm.kind == Kind::ed25519;
  }
  return false;
}

Result<> PublicKey::verify(const SignatureAlgorithm& algorithm, Bytes message, Bytes signature) const {
  if (!fits(algorithm))
    return fail(ErrorCode::bad_signature, "the key does not make signatures of this kind");
  bool genuine = false;
  switch (algorithm.kind) {
    case Kind::rsa_pkcs1:
    case Kind::rsa_pss: genuine = verify_rsa(*state_, algorithm, message, signature); break;
    case Kind::ecdsa:
      genuine = verify_ecdsa(*crypto::curve_of(*crypto::curve_of(type())), state_->ec.get(),
                             state_->table.get(), hash(algorithm.hash, message), signature);
      break;
    case Kind::ed25519: genuine = verify_ed25519(*state_, message, signature); break;
  }
  if (!genuine) return fail(ErrorCode::bad_signature);
  return {};
}

bool PublicKey::has_table() const noexcept { return state_->table != nullptr; }

KeyType PublicKey::type() const noexcept { return state_->type; }
std::size_t PublicKey::bits() const noexcept { return state_->bits; }
Bytes PublicKey::modulus() const noexcept { return state_->modulus; }
Bytes PublicKey::exponent() const noexcept { return state_->exponent; }
Bytes PublicKey::point() const noexcept { return state_->point; }
const std::optional<PssRestriction>& PublicKey::pss_restriction() const noexcept {
  return state_->restriction;
}

bool operator==(const PublicKey& a, const PublicKey& b) noexcept {
  return a.state_ == b.state_ ||
         (a.type() == b.type() && equal(a.modulus(), b.modulus()) && equal(a.exponent(), b.exponent()) &&
          equal(a.point(), b.point()) && a.pss_restriction() == b.pss_restriction());
}

}  // namespace handfast::crypto
