// The AEADs on libipsec-mb's direct API. The only file that includes its header.
//
// What is not obvious about libipsec-mb 1.3: the header aligns an expanded GCM key to 64 octets where LINUX
// is defined, and to none elsewhere, but the code is one, and wants 16 for the expansion, which every
// allocation has; decryption only computes the tag; without AES-NI the function pointers are null; the direct
// functions keep no state outside of their arguments, so any thread may call them, while the job API belongs
// to one manager and one thread.
#include "crypto/aead_ipsec_mb.hpp"

#include <array>
#include <new>
#include <optional>

#define NO_COMPAT_IMB_API_053  // hides old names that clash with everything
#include <handfast/secret.hpp>

#include <intel-ipsec-mb.h>

#include "crypto/contract.hpp"

namespace handfast::crypto::aead_ipsec_mb {
namespace {

/// The functions of one tier, out of a manager, which is not needed afterwards.
struct Gcm {
  aes_gcm_pre_t expand = nullptr;
  aes_gcm_enc_dec_t encrypt = nullptr;
  aes_gcm_enc_dec_t decrypt = nullptr;
  aes_gcm_init_t begin = nullptr;
  aes_gcm_enc_dec_update_t encrypt_more = nullptr;
  aes_gcm_enc_dec_finalize_t end = nullptr;

  [[nodiscard]] bool complete() const noexcept {
    return expand != nullptr && encrypt != nullptr && decrypt != nullptr && begin != nullptr &&
           encrypt_more != nullptr && end != nullptr;
  }
};
struct ChaChaPoly {
  chacha_poly_init_t begin = nullptr;
  chacha_poly_enc_dec_update_t encrypt_more = nullptr;
  chacha_poly_enc_dec_update_t decrypt_more = nullptr;
  chacha_poly_finalize_t end = nullptr;

  [[nodiscard]] bool complete() const noexcept {
    return begin != nullptr && encrypt_more != nullptr && decrypt_more != nullptr && end != nullptr;
  }
};
struct Functions {
  Gcm gcm_128;
  Gcm gcm_256;
  ChaChaPoly chacha_poly;
};

Functions ask_manager(CpuTier tier) noexcept {
  IMB_MGR* const manager = alloc_mb_mgr(0);
  if (manager == nullptr) return {};
  if (tier == CpuTier::avx512) {
    init_mb_mgr_avx512(manager);
  } else {
    init_mb_mgr_avx2(manager);
  }
  Functions functions;
  if (imb_get_errno(manager) == 0) {
    functions.gcm_128 = {manager->gcm128_pre,  manager->gcm128_enc,        manager->gcm128_dec,
                         manager->gcm128_init, manager->gcm128_enc_update, manager->gcm128_enc_finalize};
    functions.gcm_256 = {manager->gcm256_pre,  manager->gcm256_enc,        manager->gcm256_dec,
                         manager->gcm256_init, manager->gcm256_enc_update, manager->gcm256_enc_finalize};
    // Without AVX-512's integer multiplier libcrypto's ChaCha20-Poly1305 is twice as fast.
    if (tier == CpuTier::avx512 && (manager->features & IMB_FEATURE_AVX512_IFMA) != 0)
      functions.chacha_poly = {manager->chacha20_poly1305_init, manager->chacha20_poly1305_enc_update,
                               manager->chacha20_poly1305_dec_update, manager->chacha20_poly1305_finalize};
  }
  free_mb_mgr(manager);
  return functions;
}

const Functions& functions_of(CpuTier tier) noexcept {
  if (tier == CpuTier::avx512) {
    static const Functions avx512 = ask_manager(CpuTier::avx512);
    return avx512;
  }
  static const Functions avx2 = ask_manager(CpuTier::aesni_avx2);
  return avx2;
}

// Of other versions' code nobody knows here what it needs: they get what the header asks for. With 16 octets
// a key is small enough for malloc's caches (1,032 octets), which makes it four times cheaper to get.
constexpr std::size_t gcm_key_alignment =
    IMB_VERSION_NUM >= IMB_VERSION(1, 3, 0) && IMB_VERSION_NUM < IMB_VERSION(1, 4, 0) ? 16 : 64;
struct alignas(gcm_key_alignment) alignas(gcm_key_data) GcmKey {
  gcm_key_data data;
  const Gcm* functions;
};
struct alignas(16) ChaChaPolyKey {
  std::array<std::uint8_t, 32> key;
  const ChaChaPoly* functions;
};

/// Plaintext and trailer in one piece, at `out` if there is a trailer; none if they are better sealed in two.
std::optional<Bytes> in_one_piece(Bytes plaintext, Bytes trailer, MutableBytes out) noexcept {
  // To copy a longer plaintext costs more than a second call.
  constexpr std::size_t copied_plaintext = 2048;
  if (trailer.empty()) return plaintext;
  if (plaintext.data() != out.data()) {
    if (plaintext.size() > copied_plaintext) return std::nullopt;
    copy(plaintext, out);
  }
  copy(trailer, out.subspan(plaintext.size()));
  return out.first(plaintext.size() + trailer.size());
}

/// Wipes an operation's state, which holds key stream.
template <class State>
struct Wiped : State {
  ~Wiped() { wipe(static_cast<State*>(this), sizeof(State)); }
};

void seal_gcm(const GcmKey& key, const Sealing& sealing) noexcept {
  const auto& [nonce, aad, plaintext, trailer, out] = sealing;
  const Gcm& f = *key.functions;
  Wiped<gcm_context_data> state;
  std::uint8_t* const tag = out.data() + plaintext.size() + trailer.size();
  if (const std::optional<Bytes> text = in_one_piece(plaintext, trailer, out)) {
    f.encrypt(&key.data, &state, out.data(), text->data(), text->size(), nonce.data(), aad.data(), aad.size(),
              tag, aead_tag_size);
    return;
  }
  f.begin(&key.data, &state, nonce.data(), aad.data(), aad.size());
  f.encrypt_more(&key.data, &state, out.data(), plaintext.data(), plaintext.size());
  f.encrypt_more(&key.data, &state, out.data() + plaintext.size(), trailer.data(), trailer.size());
  f.end(&key.data, &state, tag, aead_tag_size);
}

void seal_chacha_poly(const ChaChaPolyKey& key, const Sealing& sealing) noexcept {
  const auto& [nonce, aad, plaintext, trailer, out] = sealing;
  const ChaChaPoly& f = *key.functions;
  Wiped<chacha20_poly1305_context_data> state;
  f.begin(key.key.data(), &state, nonce.data(), aad.data(), aad.size());
  if (const std::optional<Bytes> text = in_one_piece(plaintext, trailer, out)) {
    if (!text->empty()) f.encrypt_more(key.key.data(), &state, out.data(), text->data(), text->size());
  } else {
    f.encrypt_more(key.key.data(), &state, out.data(), plaintext.data(), plaintext.size());
    f.encrypt_more(key.key.data(), &state, out.data() + plaintext.size(), trailer.data(), trailer.size());
  }
  f.end(&state, out.data() + plaintext.size() + trailer.size(), aead_tag_size);
}

}  // namespace

bool available(AeadAlgorithm algorithm, CpuTier tier) noexcept {
  if (tier == CpuTier::portable || tier > detected_cpu_tier()) return false;
  const Functions& functions = functions_of(tier);
  switch (algorithm) {
    case AeadAlgorithm::aes_128_gcm: return functions.gcm_128.complete();
    case AeadAlgorithm::aes_256_gcm: return functions.gcm_256.complete();
    case AeadAlgorithm::chacha20_poly1305: return functions.chacha_poly.complete();
  }
  return false;
}

void* expand(AeadAlgorithm algorithm, Bytes key, CpuTier tier) {
  require(available(algorithm, tier));
  const Functions& functions = functions_of(tier);
  if (algorithm == AeadAlgorithm::chacha20_poly1305) {
    auto* const expanded = new ChaChaPolyKey{{}, &functions.chacha_poly};
    copy(key, expanded->key);
    return expanded;
  }
  auto* const expanded = new GcmKey;
  expanded->functions = algorithm == AeadAlgorithm::aes_128_gcm ? &functions.gcm_128 : &functions.gcm_256;
  expanded->functions->expand(key.data(), &expanded->data);
  return expanded;
}

void release(AeadAlgorithm algorithm, void* expanded) noexcept {
  if (algorithm == AeadAlgorithm::chacha20_poly1305) {
    wipe(expanded, sizeof(ChaChaPolyKey));
    delete static_cast<ChaChaPolyKey*>(expanded);
  } else {
    wipe(expanded, sizeof(GcmKey));
    delete static_cast<GcmKey*>(expanded);
  }
}

void seal(AeadAlgorithm algorithm, const void* expanded, const Sealing& sealing) noexcept {
  if (algorithm == AeadAlgorithm::chacha20_poly1305)
    return seal_chacha_poly(*static_cast<const ChaChaPolyKey*>(expanded), sealing);
  seal_gcm(*static_cast<const GcmKey*>(expanded), sealing);
}

void open(AeadAlgorithm algorithm, const void* expanded, Bytes nonce, Bytes aad, MutableBytes text,
          MutableBytes tag) noexcept {
  if (algorithm == AeadAlgorithm::chacha20_poly1305) {
    const auto& key = *static_cast<const ChaChaPolyKey*>(expanded);
    const ChaChaPoly& f = *key.functions;
    Wiped<chacha20_poly1305_context_data> state;
    f.begin(key.key.data(), &state, nonce.data(), aad.data(), aad.size());
    if (!text.empty()) f.decrypt_more(key.key.data(), &state, text.data(), text.data(), text.size());
    f.end(&state, tag.data(), tag.size());
    return;
  }
  const auto& key = *static_cast<const GcmKey*>(expanded);
  Wiped<gcm_context_data> state;
  key.functions->decrypt(&key.data, &state, text.data(), text.data(), text.size(), nonce.data(), aad.data(),
                         aad.size(), tag.data(), tag.size());
}

}  // namespace handfast::crypto::aead_ipsec_mb
