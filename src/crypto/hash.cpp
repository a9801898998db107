// Hash functions over libcrypto's plain contexts: no allocation, no fetch, no lock.
#include "crypto/hash.hpp"

#include <new>
#include <type_traits>
#include <utility>

#include <handfast/secret.hpp>

#include <openssl/sha.h>

namespace handfast::crypto {
namespace {

/// What libcrypto calls a hash: its context and the three functions on it.
struct Sha1 {
  using Context = SHA_CTX;
  static constexpr auto init = SHA1_Init;
  static constexpr auto update = SHA1_Update;
  static constexpr auto final = SHA1_Final;
};
struct Sha256 {
  using Context = SHA256_CTX;
  static constexpr auto init = SHA256_Init;
  static constexpr auto update = SHA256_Update;
  static constexpr auto final = SHA256_Final;
};
struct Sha384 {
  using Context = SHA512_CTX;
  static constexpr auto init = SHA384_Init;
  static constexpr auto update = SHA384_Update;
  static constexpr auto final = SHA384_Final;
};
struct Sha512 {
  using Context = SHA512_CTX;
  static constexpr auto init = SHA512_Init;
  static constexpr auto update = SHA512_Update;
  static constexpr auto final = SHA512_Final;
};

/// Calls `f` with the description of the hash.
template <class F>
auto with(HashAlgorithm algorithm, F&& f) {
  switch (algorithm) {
    case HashAlgorithm::sha1: return f(Sha1{});
    case HashAlgorithm::sha256: return f(Sha256{});
    case HashAlgorithm::sha384: return f(Sha384{});
    case HashAlgorithm::sha512: break;
  }
  return f(Sha512{});
}

template <class Function, class Room>
typename Function::Context& context(Room& room) noexcept {
  using Context = typename Function::Context;
  static_assert(sizeof(Context) <= sizeof(Room) && alignof(Context) <= 8 &&
                std::is_trivially_copyable_v<Context>);
  return *std::launder(reinterpret_cast<Context*>(room.data()));
}

std::size_t context_size(HashAlgorithm algorithm) noexcept {
  return with(algorithm, []<class F>(F /*function*/) { return sizeof(typename F::Context); });
}

}  // namespace

Hash::Hash(HashAlgorithm algorithm) noexcept : algorithm_(algorithm) {
  with(algorithm, [this]<class F>(F /*function*/) { F::init(new (state_.data()) typename F::Context); });
}

Hash::Hash(HashAlgorithm algorithm, Bytes chaining_value) noexcept : Hash(algorithm) {
  with(algorithm, [&]<class F>(F /*function*/) {
    // Every context begins with its chaining value; the low word of the length counts bits.
    auto& c = context<F>(state_);
    copy(chaining_value, {state_.data(), chaining_value.size()});
    c.Nl = static_cast<decltype(c.Nl)>(block_size(algorithm)) * 8;
  });
}

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): as much of the state as the hash uses
Hash::Hash(const Hash& other) noexcept : algorithm_(other.algorithm_) {
  copy(Bytes(other.state_).first(context_size(algorithm_)), state_);
}

Hash& Hash::operator=(const Hash& other) noexcept {
  if (this == &other) return *this;
  wipe(state_.data(), context_size(algorithm_));
  algorithm_ = other.algorithm_;
  copy(Bytes(other.state_).first(context_size(algorithm_)), state_);
  return *this;
}

Hash::~Hash() { wipe(state_.data(), context_size(algorithm_)); }

void Hash::update(Bytes data) noexcept {
  if (data.empty()) return;
  with(algorithm_,
       [&]<class F>(F /*function*/) { F::update(&context<F>(state_), data.data(), data.size()); });
}

void Hash::save_chaining_value(MutableBytes out) const noexcept {
  copy(Bytes(state_).first(out.size()), out);
}

void Hash::finish(MutableBytes out) noexcept {
  with(algorithm_, [&]<class F>(F /*function*/) { F::final(out.data(), &context<F>(state_)); });
}

Digest Hash::digest() const noexcept {
  Digest result;
  result.size = static_cast<std::uint8_t>(digest_size(algorithm_));
  Hash branch(*this);
  branch.finish({result.octets.data(), result.size});
  return result;
}

Digest hash(HashAlgorithm algorithm, Bytes data) noexcept { return hash(algorithm, {data}); }

Digest hash(HashAlgorithm algorithm, std::initializer_list<Bytes> parts) noexcept {
  Hash running(algorithm);
  for (const Bytes part : parts) running.update(part);
  return running.digest();
}

}  // namespace handfast::crypto
