// libcrypto's X25519 without EVP, whose objects cost more than the ladder saves (docs/adr/0012): the
// functions of its default provider are called as EVP calls them (provider-keymgmt(7), provider-keyexch(7)).
#include "crypto/x25519_libcrypto.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <new>
#include <string_view>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "crypto/libcrypto.hpp"
#include "crypto/stack.hpp"

namespace handfast::crypto {
namespace {

/// The provider's table of functions for X25519 in one operation, which ends with the identifier 0; null if
/// it has none, or none to keep.
const OSSL_DISPATCH* functions_of(OSSL_PROVIDER* provider, int operation) noexcept {
  int no_cache = 0;
  const OSSL_ALGORITHM* each = OSSL_PROVIDER_query_operation(provider, operation, &no_cache);
  if (each == nullptr || no_cache != 0) return nullptr;
  for (; each->algorithm_names != nullptr; ++each) {
    const std::string_view names = each->algorithm_names;  // separated by colons
    if (names.substr(0, names.find(':')) == "X25519") return each->implementation;
  }
  return nullptr;
}

using Library = std::unique_ptr<OSSL_LIB_CTX, ReleaseWith<OSSL_LIB_CTX_free>>;
using Loaded = std::unique_ptr<OSSL_PROVIDER, ReleaseWith<OSSL_PROVIDER_unload>>;

/// The default provider and what it has for X25519.
struct Provider {
  // A library context of our own: the program's has the providers and the configuration that it wants.
  Library library;
  Loaded loaded;
  void* context = nullptr;
  OSSL_FUNC_keymgmt_new_fn* new_key = nullptr;
  OSSL_FUNC_keymgmt_free_fn* free_key = nullptr;
  OSSL_FUNC_keymgmt_import_fn* import_key = nullptr;
  OSSL_FUNC_keyexch_newctx_fn* new_exchange = nullptr;
  OSSL_FUNC_keyexch_freectx_fn* free_exchange = nullptr;
  OSSL_FUNC_keyexch_init_fn* set_own = nullptr;
  OSSL_FUNC_keyexch_set_peer_fn* set_peer = nullptr;
  OSSL_FUNC_keyexch_derive_fn* derive = nullptr;

  Provider() noexcept : library(OSSL_LIB_CTX_new()) {
    if (library) loaded.reset(OSSL_PROVIDER_load(library.get(), "default"));
    if (!loaded) return;
    context = OSSL_PROVIDER_get0_provider_ctx(loaded.get());
    take_key_management(functions_of(loaded.get(), OSSL_OP_KEYMGMT));
    take_key_exchange(functions_of(loaded.get(), OSSL_OP_KEYEXCH));
  }

  [[nodiscard]] bool complete() const noexcept {
    return new_key != nullptr && free_key != nullptr && import_key != nullptr && new_exchange != nullptr &&
           free_exchange != nullptr && set_own != nullptr && set_peer != nullptr && derive != nullptr;
  }

 private:
  void take_key_management(const OSSL_DISPATCH* each) noexcept {
    for (; each != nullptr && each->function_id != 0; ++each) switch (each->function_id) {
        case OSSL_FUNC_KEYMGMT_NEW: new_key = OSSL_FUNC_keymgmt_new(each); break;
        case OSSL_FUNC_KEYMGMT_FREE: free_key = OSSL_FUNC_keymgmt_free(each); break;
        case OSSL_FUNC_KEYMGMT_IMPORT: import_key = OSSL_FUNC_keymgmt_import(each); break;
        default: break;
      }
  }
  void take_key_exchange(const OSSL_DISPATCH* each) noexcept {
    for (; each != nullptr && each->function_id != 0; ++each) switch (each->function_id) {
        case OSSL_FUNC_KEYEXCH_NEWCTX: new_exchange = OSSL_FUNC_keyexch_newctx(each); break;
        case OSSL_FUNC_KEYEXCH_FREECTX: free_exchange = OSSL_FUNC_keyexch_freectx(each); break;
        case OSSL_FUNC_KEYEXCH_INIT: set_own = OSSL_FUNC_keyexch_init(each); break;
        case OSSL_FUNC_KEYEXCH_SET_PEER: set_peer = OSSL_FUNC_keyexch_set_peer(each); break;
        case OSSL_FUNC_KEYEXCH_DERIVE: derive = OSSL_FUNC_keyexch_derive(each); break;
        default: break;
      }
  }
};

/// Made at the first call, and kept until the process ends; null if something is missing, which is tried
/// again, for it may have been memory. Of several that threads make at once one stays.
const Provider* the_provider() noexcept {
  constinit static std::atomic<const Provider*> made = nullptr;
  if (const Provider* const provider = made.load(std::memory_order_acquire)) return provider;
  std::unique_ptr<const Provider> mine(new (std::nothrow) Provider);
  if (!mine || !mine->complete()) return nullptr;
  const Provider* first = nullptr;
  if (made.compare_exchange_strong(first, mine.get(), std::memory_order_acq_rel)) return mine.release();
  return first;
}

using Release = void (*)(void*);
using Object = std::unique_ptr<void, Release>;

/// A parameter for an import, which reads it only.
OSSL_PARAM parameter(const char* name, Bytes value) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the structure serves both directions
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(value.data()), value.size());
}

/// A key object, without its private half if `scalar` is empty; null if that fails.
Object new_key(const Provider& provider, Bytes scalar, Bytes public_key) noexcept {
  Object key(provider.new_key(provider.context), provider.free_key);
  std::array parameters{parameter(OSSL_PKEY_PARAM_PUB_KEY, public_key), OSSL_PARAM_construct_end(),
                        OSSL_PARAM_construct_end()};
  if (!scalar.empty()) parameters[1] = parameter(OSSL_PKEY_PARAM_PRIV_KEY, scalar);
  const int parts = scalar.empty() ? OSSL_KEYMGMT_SELECT_PUBLIC_KEY : OSSL_KEYMGMT_SELECT_KEYPAIR;
  if (key == nullptr || provider.import_key(key.get(), parts, parameters.data()) != 1) key.reset();
  return key;
}

}  // namespace

void prepare_libcrypto_x25519() noexcept {
  const ErrorQueueGuard clean_queue;
  (void)the_provider();
}

bool libcrypto_x25519(Bytes scalar, Bytes public_key, Bytes point, MutableBytes shared) noexcept {
  const ErrorQueueGuard clean_queue;
  const Provider* const provider = the_provider();
  if (provider == nullptr) return false;
  const Object own = new_key(*provider, scalar, public_key);
  const Object peer = new_key(*provider, {}, point);
  const Object exchange(provider->new_exchange(provider->context), provider->free_exchange);
  std::size_t size = shared.size();
  const bool agreed = own != nullptr && peer != nullptr && exchange != nullptr &&
                      provider->set_own(exchange.get(), own.get(), nullptr) == 1 &&
                      provider->set_peer(exchange.get(), peer.get()) == 1 &&
                      provider->derive(exchange.get(), shared.data(), &size, shared.size()) == 1 &&
                      size == shared.size();
  wipe_stack_below();  // half of the shared secret stays there
  return agreed;
}

}  // namespace handfast::crypto
