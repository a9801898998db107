// Key exchange: what each group is made of, and the two operations on any of them.
#include "crypto/key_exchange.hpp"

#include <optional>

#include "crypto/curve.hpp"
#include "crypto/x25519.hpp"

// [8446:7.4.2#1] [8422:5.10#1] [8422:5.11#1,2] [8446:4.2.8.2#1] Shared secrets keep their leading zeros, and
// points lie on their curve.
namespace handfast::crypto {
namespace {

using ml_kem::ParameterSet;

/// A group's parts: a curve, ML-KEM, or both, and then which comes first in shares and secrets.
struct Composition {
  std::optional<NamedGroup> curve;
  std::optional<ParameterSet> lattice;
  bool lattice_first = false;
};

std::optional<Composition> composition_of(NamedGroup group) noexcept {
  switch (group) {
    case NamedGroup::x25519:
    case NamedGroup::secp256r1:
    case NamedGroup::secp384r1:
    case NamedGroup::secp521r1: return Composition{group, std::nullopt};
    // draft-ietf-tls-mlkem §4
    case NamedGroup::MLKEM768: return Composition{std::nullopt, ParameterSet::ml_kem_768, true};
    case NamedGroup::MLKEM1024: return Composition{std::nullopt, ParameterSet::ml_kem_1024, true};
    // draft-ietf-tls-ecdhe-mlkem §3: the order differs, for the sake of certified implementations
    case NamedGroup::X25519MLKEM768: return Composition{NamedGroup::x25519, ParameterSet::ml_kem_768, true};
    case NamedGroup::SecP256r1MLKEM768:
      return Composition{NamedGroup::secp256r1, ParameterSet::ml_kem_768, false};
    case NamedGroup::SecP384r1MLKEM1024:
      return Composition{NamedGroup::secp384r1, ParameterSet::ml_kem_1024, false};
    default: return std::nullopt;
  }
}

// ---- the part of the curve, which is empty where there is none

constexpr std::size_t field_size(std::optional<NamedGroup> curve) noexcept {
  if (!curve) return 0;
  switch (*curve) {
    case NamedGroup::secp384r1: return 48;
    case NamedGroup::secp521r1: return 66;
    default: return 32;
  }
}
constexpr std::size_t curve_share_size(std::optional<NamedGroup> curve) noexcept {
  if (!curve) return 0;
  return curve == NamedGroup::x25519 ? x25519_size : 1 + 2 * field_size(curve);
}

/// Draws a private number and writes its public share.
Result<CurveScalar> generate_curve_part(std::optional<NamedGroup> group, RandomSource& random,
                                        MutableBytes share) {
  if (!group) return CurveScalar();
  if (*group == NamedGroup::x25519) {
    CurveScalar scalar;
    scalar.resize(x25519_size);
    if (const Result<> drawn = random.fill(scalar.span()); !drawn) return fail(drawn.error());
    x25519_public_key(scalar.view(), share);
    return scalar;
  }
  const Curve& curve = *curve_of(*group);
  Result<CurveScalar> scalar = draw_scalar(curve, random);
  if (scalar) multiply_base(curve, scalar->view(), share);
  return scalar;
}

/// `share` is the scalar's own.
Result<> agree(std::optional<NamedGroup> group, Bytes scalar, Bytes share, Bytes peer_share,
               MutableBytes secret) {
  if (!group) return {};
  if (*group == NamedGroup::x25519) {
    // RFC 8446 §7.4.2: a result of zeros ends the handshake [8446:7.4.2#2] [8422:5.10#2] [8422:5.11#3]
    if (!x25519(scalar, share, peer_share, secret))
      return fail(ErrorCode::bad_key_share, "X25519 gives zeros");
  } else if (!multiply(*curve_of(*group), scalar, peer_share, secret)) {
    // RFC 8446 §4.2.8.2: the peer's point is checked
    return fail(ErrorCode::bad_key_share, "not an uncompressed point of the curve");
  }
  return {};
}

// ---- both parts side by side

/// Where a share's or a secret's parts lie. `Span` is Bytes or MutableBytes.
template <class Span>
struct Parts {
  Span curve;
  Span lattice;
};
template <class Span>
Parts<Span> split(const Composition& composition, Span whole, std::size_t curve_size) noexcept {
  if (composition.lattice_first) return {whole.last(curve_size), whole.first(whole.size() - curve_size)};
  return {whole.first(curve_size), whole.subspan(curve_size)};
}

std::size_t client_size(const Composition& composition) noexcept {
  return curve_share_size(composition.curve) +
         (composition.lattice ? ml_kem::encapsulation_key_size(*composition.lattice) : 0);
}
std::size_t server_size(const Composition& composition) noexcept {
  return curve_share_size(composition.curve) +
         (composition.lattice ? ml_kem::ciphertext_size(*composition.lattice) : 0);
}
std::size_t secret_size(const Composition& composition) noexcept {
  return field_size(composition.curve) + (composition.lattice ? ml_kem::shared_secret_size : 0);
}

auto unsupported() noexcept { return fail(ErrorCode::no_common_group, "a group that is not supported"); }

}  // namespace

void prepare_key_exchange() noexcept { prepare_x25519(); }

bool supported(NamedGroup group) noexcept { return composition_of(group).has_value(); }

std::size_t client_share_size(NamedGroup group) noexcept {
  const auto composition = composition_of(group);
  return composition ? client_size(*composition) : 0;
}
std::size_t server_share_size(NamedGroup group) noexcept {
  const auto composition = composition_of(group);
  return composition ? server_size(*composition) : 0;
}
std::size_t shared_secret_size(NamedGroup group) noexcept {
  const auto composition = composition_of(group);
  return composition ? secret_size(*composition) : 0;
}

Result<PrivateShare> PrivateShare::generate(NamedGroup group, RandomSource& random) {
  const std::optional<Composition> composition = composition_of(group);
  if (!composition) return unsupported();
  PrivateShare made(group);
  made.share_.resize(client_size(*composition));
  const auto parts = split<MutableBytes>(*composition, made.share_, curve_share_size(composition->curve));
  Result<CurveScalar> scalar = generate_curve_part(composition->curve, random, parts.curve);
  if (!scalar) return fail(scalar.error());
  made.scalar_ = *std::move(scalar);
  if (composition->lattice) {
    Secret<ml_kem::seed_size> seed;
    if (const Result<> drawn = random.fill(seed.span()); !drawn) return fail(drawn.error());
    made.ml_kem_ =
        ml_kem::PrivateKey::ephemeral(*composition->lattice, seed.view().first<ml_kem::seed_size>());
    copy(made.ml_kem_->encapsulation_key(), parts.lattice);
  }
  return made;
}

Result<SharedSecret> PrivateShare::decapsulate(Bytes server_share) const {
  const Composition composition = *composition_of(group_);
  // RFC 8446 §4.2.8: a share has the length of its group
  if (server_share.size() != server_size(composition))
    return fail(ErrorCode::bad_key_share, "a wrong length");
  SharedSecret secret;
  secret.resize(secret_size(composition));
  const auto theirs = split(composition, server_share, curve_share_size(composition.curve));
  const auto parts = split(composition, secret.span(), field_size(composition.curve));
  const auto ours = split<Bytes>(composition, share_, curve_share_size(composition.curve));
  if (const Result<> done = agree(composition.curve, scalar_.view(), ours.curve, theirs.curve, parts.curve);
      !done)
    return fail(done.error());
  if (ml_kem_) {
    const Result<ml_kem::SharedSecret> opened = ml_kem_->decapsulate(theirs.lattice);
    if (!opened) return fail(opened.error());
    copy(opened->view(), parts.lattice);
  }
  return secret;
}

Result<Encapsulation> encapsulate(NamedGroup group, Bytes client_share, RandomSource& random) {
  const std::optional<Composition> composition = composition_of(group);
  if (!composition) return unsupported();
  if (client_share.size() != client_size(*composition))
    return fail(ErrorCode::bad_key_share, "a wrong length");
  Encapsulation made;
  made.share.resize(server_size(*composition));
  made.secret.resize(secret_size(*composition));
  const auto theirs = split(*composition, client_share, curve_share_size(composition->curve));
  const auto ours = split<MutableBytes>(*composition, made.share, curve_share_size(composition->curve));
  const auto parts = split(*composition, made.secret.span(), field_size(composition->curve));

  const Result<CurveScalar> scalar = generate_curve_part(composition->curve, random, ours.curve);
  if (!scalar) return fail(scalar.error());
  if (const Result<> done = agree(composition->curve, scalar->view(), ours.curve, theirs.curve, parts.curve);
      !done)
    return fail(done.error());
  if (composition->lattice) {
    Secret<ml_kem::message_size> message;
    if (const Result<> drawn = random.fill(message.span()); !drawn) return fail(drawn.error());
    const Result<ml_kem::SharedSecret> sealed = ml_kem::encapsulate(
        *composition->lattice, theirs.lattice, message.view().first<ml_kem::message_size>(), ours.lattice);
    if (!sealed) return fail(sealed.error());
    copy(sealed->view(), parts.lattice);
  }
  return made;
}

}  // namespace handfast::crypto
