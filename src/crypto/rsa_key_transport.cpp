// RSA key transport on RSA without padding, with the padding looked through by ourselves.
//
// What is known of libcrypto's part, from 3.0.9 on: the private operation is blinded with a factor of its own
// random generator, refreshed by use [5246:7.4.7.1#6]; exponentiations take BN_FLG_CONSTTIME's ways;
// unblinding is a Montgomery multiplication of fixed width, and BN_bn2binpad() makes the number octets by
// reading and writing the whole width of the modulus, however small the number is. Before, the highest word
// showed in the time of these two last steps (CVE-2022-4304; 3.0.8 closed that in another, slower way). With
// RSA_NO_PADDING the block is then only copied.
#include "crypto/rsa_key_transport.hpp"

#include "crypto/private_key_state.hpp"
#include "crypto/rsa_pkcs1_padding.hpp"
#include "crypto/stack.hpp"

namespace handfast::crypto {
namespace {

using RsaBlock = Secret<PublicKey::maximum_rsa_octets>;

/// A key that is used for encryption is no key for PSS signatures (RFC 8017 §6).
auto not_for_transport() noexcept {
  return fail(ErrorCode::invalid_argument, "RSA key transport takes an ordinary RSA key");
}

/// Whether the private operation can be done with it at all (RFC 8017 §7.2.2 steps 1 and 2a). Both sides of
/// the comparison are public.
bool is_ciphertext(Bytes ciphertext, Bytes modulus) noexcept {
  return ciphertext.size() == modulus.size() && std::ranges::lexicographical_compare(ciphertext, modulus);
}

}  // namespace

Result<Octets> encrypt_premaster(const PublicKey& key, const PremasterSecret& premaster,
                                 RandomSource& random) {
  if (key.type() != KeyType::rsa) return not_for_transport();
  const std::size_t size = key.modulus().size();
  RsaBlock block;
  block.resize(size);
  if (const Result<> padded = pad_pkcs1(premaster.view(), random, block.span()); !padded)
    return fail(padded.error());
  Octets ciphertext(size);
  // The block starts with a zero and so is below the modulus.
  require(rsaep(KeyState::of(key), block.view(), ciphertext));
  return ciphertext;
}

Result<PremasterSecret> decrypt_premaster(const PrivateKey& key, Bytes ciphertext, ProtocolVersion expected,
                                          RandomSource& random) {
  if (key.type() != KeyType::rsa) return not_for_transport();
  // Drawn before anything is known, so that it is there in every case [5246:7.4.7.1#4].
  PremasterSecret fallback;
  if (const Result<> drawn = random.fill(fallback.span()); !drawn) return fail(drawn.error());

  const Bytes modulus = key.public_key().modulus();
  const bool possible = is_ciphertext(ciphertext, modulus);
  RsaBlock block;
  block.resize(modulus.size());
  if (possible) {
    copy(ciphertext, block.span());
  } else {  // some number, so that the peer waits as long as ever; blinding makes all numbers cost the same
    block.span().back() = 2;
  }
  const ErrorQueueGuard guard;
  const auto size = static_cast<int>(block.size());
  const int decrypted =
      RSA_private_decrypt(size, block.data(), block.data(), KeyState::of(key).rsa.get(), RSA_NO_PADDING);
  wipe_stack_below<rsa_scratch>();
  if (decrypted != size)  // for lack of memory or of libcrypto's own randomness, whatever the number
    return fail(ErrorCode::internal_error, "libcrypto could not decrypt with RSA");
  return choose_premaster(block.view(), Choice::equal(possible ? 1 : 0, 1), expected, fallback);
}

}  // namespace handfast::crypto
