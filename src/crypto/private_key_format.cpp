// Private keys in files: PEM and DER, PKCS#8 (RFC 5958), PKCS#1 (RFC 8017 §A.1.2), SEC1 (RFC 5915).
#include <array>
#include <climits>
#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "crypto/contract.hpp"
#include "crypto/private_key_state.hpp"

namespace handfast::crypto {
namespace {

using Bio = std::unique_ptr<BIO, ReleaseWith<BIO_free>>;
using PrivateKeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, ReleaseWith<PKCS8_PRIV_KEY_INFO_free>>;
using EncryptedPrivateKeyInfo = std::unique_ptr<X509_SIG, ReleaseWith<X509_SIG_free>>;
using AlgorithmIdentifier = std::unique_ptr<X509_ALGOR, ReleaseWith<X509_ALGOR_free>>;
using OctetString = std::unique_ptr<ASN1_OCTET_STRING, ReleaseWith<ASN1_OCTET_STRING_free>>;
using PssParameters = std::unique_ptr<RSA_PSS_PARAMS, ReleaseWith<RSA_PSS_PARAMS_free>>;

using State = Result<SharedPrivateKeyState>;

/// What one of libcrypto's functions d2i_... makes of all of `der`, or null. Some take a prepared object.
template <class Owner, auto D2i>
Owner parse(Bytes der, Owner prepared = nullptr) {
  if (der.size() > INT_MAX) return nullptr;
  const std::uint8_t* at = der.data();
  auto* start = prepared.get();
  Owner object(D2i(start != nullptr ? &start : nullptr, &at, static_cast<long>(der.size())));
  // A prepared object is the result, or stays with its owner where parsing fails.
  if (object != nullptr) hand_over(prepared);
  if (at != der.data() + der.size()) return nullptr;
  return object;
}

Bytes octets_of(const ASN1_STRING* string) noexcept {
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

auto malformed(const char* detail) noexcept { return fail(ErrorCode::bad_private_key, detail); }

// ---- the kinds of keys

State parse_rsa(Bytes der, bool pss_only = false, std::optional<PssRestriction> restriction = {},
                Octets pss_parameters = {}) {
  RsaKey key = parse<RsaKey, d2i_RSAPrivateKey>(der);
  if (key == nullptr) return malformed("not an RSAPrivateKey of PKCS#1");
  if (RSA_get_version(key.get()) != RSA_ASN1_VERSION_DEFAULT)
    return fail(ErrorCode::unsupported_private_key, "an RSA key of more than two primes");
  return rsa_private_key(std::move(key), pss_only, restriction, std::move(pss_parameters));
}

const Curve* curve_of_nid(int nid) {
  for (const NamedGroup group : {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
    const Curve* const curve = curve_of(group);
    if (EC_GROUP_get_curve_name(curve->ec_group) == nid) return curve;
  }
  return nullptr;
}

/// `outer` is the curve that PKCS#8 names; null: the key has to name it.
State parse_sec1(Bytes der, const Curve* outer) {
  EcKey prepared;
  if (outer != nullptr) {
    prepared = owned<EcKey>(EC_KEY_new());
    must(EC_KEY_set_group(prepared.get(), outer->ec_group));
  }
  const EcKey key = parse<EcKey, d2i_ECPrivateKey>(der, std::move(prepared));
  if (key == nullptr) return malformed("not an ECPrivateKey of SEC1");
  const EC_GROUP* const group = EC_KEY_get0_group(key.get());
  const Curve* const curve = EC_KEY_decoded_from_explicit_params(key.get()) == 1
                                 ? nullptr
                                 : curve_of_nid(EC_GROUP_get_curve_name(group));
  if (curve == nullptr)
    return fail(ErrorCode::unsupported_private_key, "a curve that is not P-256, P-384 or P-521, by name");
  if (outer != nullptr && curve != outer) return malformed("the key names two curves");

  CurveScalar scalar;
  scalar.resize(curve->field_size);
  const BIGNUM* const number = EC_KEY_get0_private_key(key.get());
  if (number == nullptr ||
      BN_bn2binpad(number, scalar.data(), static_cast<int>(scalar.size())) != static_cast<int>(scalar.size()))
    return malformed("the private number is not below the order of the curve");
  std::array<std::uint8_t, max_point_size> room;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const MutableBytes point = MutableBytes(room).first(curve->point_size());
  const EC_POINT* const given = EC_KEY_get0_public_key(key.get());
  if (given == nullptr || EC_POINT_point2oct(group, given, POINT_CONVERSION_UNCOMPRESSED, point.data(),
                                             point.size(), nullptr) != point.size())
    return malformed("the public key of the file is no point");
  return ec_private_key(*curve, std::move(scalar), point);
}

State parse_ed25519(Bytes der) {  // RFC 8410 §7: an octet string in the octet string
  const auto seed = parse<OctetString, d2i_ASN1_OCTET_STRING>(der);
  if (seed == nullptr) return malformed("not a CurvePrivateKey");
  return ed25519_private_key(octets_of(seed.get()));
}

std::optional<HashAlgorithm> hash_of(const X509_ALGOR* algorithm) noexcept {
  if (algorithm == nullptr) return std::nullopt;  // the default is SHA-1
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  switch (OBJ_obj2nid(oid)) {
    case NID_sha256: return HashAlgorithm::sha256;
    case NID_sha384: return HashAlgorithm::sha384;
    case NID_sha512: return HashAlgorithm::sha512;
    default: return std::nullopt;
  }
}

/// RSASSA-PSS-params (RFC 4055 §3.1), if this library makes such signatures.
std::optional<PssRestriction> parse_pss_restriction(Bytes der) {
  const auto parameters = parse<PssParameters, d2i_RSA_PSS_PARAMS>(der);
  if (parameters == nullptr || parameters->maskGenAlgorithm == nullptr) return std::nullopt;
  const ASN1_OBJECT* generator = nullptr;
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(&generator, &type, &value, parameters->maskGenAlgorithm);
  if (OBJ_obj2nid(generator) != NID_mgf1 || type != V_ASN1_SEQUENCE) return std::nullopt;
  const auto mask_hash =
      parse<AlgorithmIdentifier, d2i_X509_ALGOR>(octets_of(static_cast<const ASN1_STRING*>(value)));
  const std::optional<HashAlgorithm> hash = hash_of(parameters->hashAlgorithm);
  const long salt = parameters->saltLength == nullptr ? 20 : ASN1_INTEGER_get(parameters->saltLength);
  const long trailer = parameters->trailerField == nullptr ? 1 : ASN1_INTEGER_get(parameters->trailerField);
  if (!hash || hash_of(mask_hash.get()) != hash || salt < 0 || salt > 255 || trailer != 1)
    return std::nullopt;
  return PssRestriction{*hash, static_cast<std::uint8_t>(salt)};
}

State parse_rsa_pss(Bytes der, const X509_ALGOR* algorithm) {
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(nullptr, &type, &value, algorithm);
  if (type == V_ASN1_UNDEF) return parse_rsa(der, true);
  const std::optional<PssRestriction> restriction =
      type == V_ASN1_SEQUENCE ? parse_pss_restriction(octets_of(static_cast<const ASN1_STRING*>(value)))
                              : std::nullopt;
  if (!restriction)
    return fail(ErrorCode::unsupported_private_key, "an RSA-PSS key bound to other parameters");
  return parse_rsa(der, true, restriction, to_octets(octets_of(static_cast<const ASN1_STRING*>(value))));
}

// ---- PKCS#8

State parse_private_key_info(const PKCS8_PRIV_KEY_INFO* info) {
  const ASN1_OBJECT* oid = nullptr;
  const unsigned char* data = nullptr;
  int size = 0;
  const X509_ALGOR* algorithm = nullptr;
  if (PKCS8_pkey_get0(&oid, &data, &size, &algorithm, info) != 1)
    return malformed("not a PrivateKeyInfo of PKCS#8");
  const Bytes key(data, static_cast<std::size_t>(size));
  switch (OBJ_obj2nid(oid)) {
    case NID_rsaEncryption: return parse_rsa(key);
    case NID_rsassaPss: return parse_rsa_pss(key, algorithm);
    case NID_ED25519: return parse_ed25519(key);
    case NID_X9_62_id_ecPublicKey: {
      int type = V_ASN1_UNDEF;
      const void* value = nullptr;
      X509_ALGOR_get0(nullptr, &type, &value, algorithm);
      const Curve* const curve =
          type == V_ASN1_OBJECT ? curve_of_nid(OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(value))) : nullptr;
      if (curve == nullptr)
        return fail(ErrorCode::unsupported_private_key, "a curve that is not P-256, P-384 or P-521, by name");
      return parse_sec1(key, curve);
    }
    default: return fail(ErrorCode::unsupported_private_key, "neither RSA nor a NIST curve nor Ed25519");
  }
}

State parse_pkcs8(Bytes der) {
  const auto info = parse<PrivateKeyInfo, d2i_PKCS8_PRIV_KEY_INFO>(der);
  if (info == nullptr) return malformed("not a PrivateKeyInfo of PKCS#8");
  return parse_private_key_info(info.get());
}

/// Why libcrypto's last decryption failed: it did not come so far as to try, for it does not have the method.
bool unknown_encryption() noexcept { return ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_EVP; }

State parse_encrypted(Bytes der, std::string_view passphrase) {
  const auto encrypted = parse<EncryptedPrivateKeyInfo, d2i_X509_SIG>(der);
  if (encrypted == nullptr) return malformed("not an EncryptedPrivateKeyInfo of PKCS#8");
  if (passphrase.empty()) return fail(ErrorCode::passphrase_needed);
  const PrivateKeyInfo info(
      PKCS8_decrypt(encrypted.get(), passphrase.data(), static_cast<int>(passphrase.size())));
  if (info == nullptr) {
    if (unknown_encryption())
      return fail(ErrorCode::unsupported_private_key, "encrypted in a way not known here");
    return fail(ErrorCode::wrong_passphrase);
  }
  return parse_private_key_info(info.get());
}

// ---- PEM

/// libcrypto's memory, wiped when freed.
struct Block {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;

  Block() noexcept = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  }
  [[nodiscard]] std::string_view label() const noexcept { return name; }
  [[nodiscard]] Bytes der() const noexcept { return {data, static_cast<std::size_t>(size)}; }
};

int give_passphrase(char* buffer, int room, int /*writing*/, void* passphrase) {
  const auto& text = *static_cast<const std::string_view*>(passphrase);
  if (text.size() > static_cast<std::size_t>(room)) return -1;
  std::copy(text.begin(), text.end(), buffer);
  return static_cast<int>(text.size());
}

/// A block of the old form, which may be encrypted by itself (RFC 1421 §4.6.1.1).
State parse_old_block(Block& block, std::string_view passphrase) {
  EVP_CIPHER_INFO cipher{};
  if (PEM_get_EVP_CIPHER_INFO(block.header, &cipher) != 1)
    return fail(ErrorCode::unsupported_private_key, "encrypted in a way not known here");
  const bool encrypted = cipher.cipher != nullptr;
  if (encrypted) {
    if (passphrase.empty()) return fail(ErrorCode::passphrase_needed);
    if (PEM_do_header(&cipher, block.data, &block.size, give_passphrase, &passphrase) != 1)
      return fail(ErrorCode::wrong_passphrase);
  }
  State state =
      block.label() == "RSA PRIVATE KEY" ? parse_rsa(block.der()) : parse_sec1(block.der(), nullptr);
  // Padding alone lets one wrong passphrase in 256 through, and nothing else guards the text.
  if (!state && encrypted && state.error().code == ErrorCode::bad_private_key)
    return fail(ErrorCode::wrong_passphrase);
  return state;
}

State parse_block(Block& block, std::string_view passphrase) {
  const std::string_view label = block.label();
  if (label == "PRIVATE KEY") return parse_pkcs8(block.der());
  if (label == "ENCRYPTED PRIVATE KEY") return parse_encrypted(block.der(), passphrase);
  if (label == "RSA PRIVATE KEY" || label == "EC PRIVATE KEY") return parse_old_block(block, passphrase);
  return fail(ErrorCode::unsupported_private_key, "neither PKCS#8 nor PKCS#1 nor SEC1");
}

State parse_pem(Bytes text, std::string_view passphrase) {
  if (text.size() > INT_MAX) return fail(ErrorCode::bad_pem);
  if (text.empty()) return fail(ErrorCode::bad_pem, "there is no PEM block");  // a null view, too
  const Bio bio = owned<Bio>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  for (bool any = false;; any = true) {
    Block block;
    if (PEM_read_bio(bio.get(), &block.name, &block.header, &block.data, &block.size) != 1) {
      const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
      if (!at_end) return fail(ErrorCode::bad_pem, "a PEM block does not end or is not Base64");
      if (any) return fail(ErrorCode::no_private_key_in_file);
      return fail(ErrorCode::bad_pem, "there is no PEM block");
    }
    if (block.label().ends_with("PRIVATE KEY")) return parse_block(block, passphrase);
  }
}

State parse_der(Bytes der, std::string_view passphrase) {
  if (parse<PrivateKeyInfo, d2i_PKCS8_PRIV_KEY_INFO>(der) != nullptr) return parse_pkcs8(der);
  if (parse<EncryptedPrivateKeyInfo, d2i_X509_SIG>(der) != nullptr) return parse_encrypted(der, passphrase);
  if (parse<RsaKey, d2i_RSAPrivateKey>(der) != nullptr) return parse_rsa(der);
  if (parse<EcKey, d2i_ECPrivateKey>(der) != nullptr) return parse_sec1(der, nullptr);
  return malformed("neither PKCS#8 nor PKCS#1 nor SEC1");
}

// ---- writing

/// The inner octets of PKCS#8, in libcrypto's memory.
struct Inner {
  unsigned char* data = nullptr;
  int size = 0;
};

Inner inner_octets(const PrivateKeyState& key) {
  Inner inner;
  if (key.rsa != nullptr) {
    inner.size = i2d_RSAPrivateKey(key.rsa.get(), &inner.data);
  } else if (key.ec != nullptr) {
    inner.size = i2d_ECPrivateKey(key.ec.get(), &inner.data);
  } else {
    const OctetString seed = owned<OctetString>(ASN1_OCTET_STRING_new());
    must(ASN1_OCTET_STRING_set(seed.get(), key.ed25519.data(), 32));
    inner.size = i2d_ASN1_OCTET_STRING(seed.get(), &inner.data);
    OPENSSL_cleanse(seed->data, static_cast<std::size_t>(seed->length));
  }
  must(inner.size > 0);
  return inner;
}

}  // namespace

Result<PrivateKey> PrivateKey::from_pem(Bytes text, std::string_view passphrase) {
  const ErrorQueueGuard guard;
  State state = parse_pem(text, passphrase);
  if (!state) return fail(state.error());
  return PrivateKey(*std::move(state));
}

Result<PrivateKey> PrivateKey::from_der(Bytes der, std::string_view passphrase) {
  const ErrorQueueGuard guard;
  State state = parse_der(der, passphrase);
  if (!state) return fail(state.error());
  return PrivateKey(*std::move(state));
}

SecretOctets PrivateKey::to_der() const {
  const PrivateKeyInfo info = owned<PrivateKeyInfo>(PKCS8_PRIV_KEY_INFO_new());
  int algorithm = NID_ED25519;
  int type = V_ASN1_UNDEF;
  void* value = nullptr;
  if (this->type() == KeyType::rsa) {
    algorithm = NID_rsaEncryption;
    type = V_ASN1_NULL;
  } else if (this->type() == KeyType::rsa_pss) {
    algorithm = NID_rsassaPss;
    if (const Octets& parameters = state_->pss_parameters; !parameters.empty()) {
      ASN1_STRING* const sequence = ASN1_STRING_new();
      must(sequence != nullptr &&
           ASN1_STRING_set(sequence, parameters.data(), static_cast<int>(parameters.size())));
      type = V_ASN1_SEQUENCE;
      value = sequence;  // PKCS8_pkey_set0 takes it
    }
  } else if (state_->ec != nullptr) {
    algorithm = NID_X9_62_id_ecPublicKey;
    type = V_ASN1_OBJECT;
    value = OBJ_nid2obj(EC_GROUP_get_curve_name(EC_KEY_get0_group(state_->ec.get())));
  }
  const Inner inner = inner_octets(*state_);
  must(PKCS8_pkey_set0(info.get(), OBJ_nid2obj(algorithm), 0, type, value, inner.data, inner.size));

  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
  must(size > 0);
  SecretOctets der(static_cast<std::size_t>(size));
  unsigned char* end = der.data();
  require(i2d_PKCS8_PRIV_KEY_INFO(info.get(), &end) == size);
  return der;
}

SecretOctets PrivateKey::to_pem() const {
  const SecretOctets der = to_der();
  SecretOctets pem;
  const auto append = [&pem](std::string_view text) { pem.insert(pem.end(), text.begin(), text.end()); };
  append("-----BEGIN PRIVATE KEY-----\n");
  constexpr std::size_t line = 48;  // octets that make 64 characters
  Secret<65> text;
  for (std::size_t at = 0; at < der.size(); at += line) {
    const std::size_t taken = std::min(line, der.size() - at);
    const int size = EVP_EncodeBlock(text.data(), der.data() + at, static_cast<int>(taken));
    append(as_text(text.view().first(static_cast<std::size_t>(size))));
    append("\n");
  }
  append("-----END PRIVATE KEY-----\n");
  return pem;
}

}  // namespace handfast::crypto
