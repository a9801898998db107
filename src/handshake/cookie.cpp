// Sealing and opening cookies.
#include "handshake/cookie.hpp"

#include <chrono>

#include "crypto/hmac.hpp"
#include "schedule/suite.hpp"
#include "wire/codec.hpp"

namespace handfast::handshake {
namespace {

constexpr std::size_t mac_size = 32;
constexpr std::chrono::seconds longest_life{60};

struct Contents {
  std::uint8_t format = 1;
  std::uint32_t seconds_high = 0;
  std::uint32_t seconds_low = 0;
  CipherSuite suite{};
  NamedGroup group{};
  wire::Fixed<32> first_hello;
  wire::Opaque<1, 32, 64> transcript_hash;

  static constexpr void wire(auto& io, auto& m) {
    io("format", m.format);
    io("seconds_high", m.seconds_high);
    io("seconds_low", m.seconds_low);
    io("suite", m.suite);
    io("group", m.group);
    io("first_hello", m.first_hello);
    io("transcript_hash", m.transcript_hash);
  }
};

crypto::Digest to_digest(Bytes octets) noexcept {
  crypto::Digest digest;
  digest.size = static_cast<std::uint8_t>(octets.size());
  copy(octets, digest.octets);
  return digest;
}

crypto::MacValue mac(Bytes contents, Bytes key) noexcept {
  return crypto::HmacKey(crypto::HashAlgorithm::sha256, key)
      .mac({as_bytes("handfast retry cookie"), contents});
}

}  // namespace

Octets seal_cookie(const RetryState& state, Time now, Bytes key) {
  const auto seconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  Contents contents;
  contents.seconds_high = static_cast<std::uint32_t>(seconds >> 32);
  contents.seconds_low = static_cast<std::uint32_t>(seconds);
  contents.suite = state.suite;
  contents.group = state.group;
  contents.first_hello = state.first_hello.view();
  contents.transcript_hash = state.transcript_hash.view();
  Octets cookie(wire::encoded_size(contents));
  [[maybe_unused]] const auto encoded = wire::encode(contents, cookie);
  const crypto::MacValue tag = mac(cookie, key);
  cookie.insert(cookie.end(), tag.view().begin(), tag.view().end());
  return cookie;
}

Result<RetryState> open_cookie(Bytes cookie, Time now, Bytes key) {
  if (cookie.size() <= mac_size) return fail(ErrorCode::bad_cookie);
  const Bytes body = cookie.first(cookie.size() - mac_size);
  if (!mac(body, key).equals(cookie.last(mac_size))) return fail(ErrorCode::bad_cookie);
  const auto contents = wire::decode<Contents>(body);
  if (!contents) return fail(ErrorCode::bad_cookie);
  const std::uint64_t seconds = std::uint64_t{contents->seconds_high} << 32 | contents->seconds_low;
  const Time made{std::chrono::seconds(static_cast<std::int64_t>(seconds))};
  if (made > now || now - made > longest_life) return fail(ErrorCode::bad_cookie, "it is too old");
  return RetryState{contents->suite, contents->group, to_digest(contents->first_hello),
                    to_digest(contents->transcript_hash)};
}

}  // namespace handfast::handshake
