// The secrets of TLS 1.2.
#include "schedule/key_schedule12.hpp"

#include <algorithm>
#include <array>

#include "crypto/prf.hpp"
#include "wire/big_endian.hpp"

namespace handfast::schedule {
namespace {

constexpr std::string_view master_secret_label = "master secret";
constexpr std::string_view extended_master_secret_label = "extended master secret";
constexpr std::string_view key_expansion_label = "key expansion";
constexpr std::string_view client_finished_label = "client finished";
constexpr std::string_view server_finished_label = "server finished";

// RFC 5288 §3: the salt. RFC 7905 §2: the whole IV. RFC 5246 §6.2.3.2: IVs of CBC stand in the records.
std::size_t fixed_iv_size(const SuiteInfo& suite) noexcept {
  if (!suite.aead) return 0;
  return *suite.aead == crypto::AeadAlgorithm::chacha20_poly1305 ? 12 : 4;
}

}  // namespace

MasterSecret12 master_secret12(crypto::HashAlgorithm algorithm, Bytes pre_master_secret, Bytes client_random,
                               Bytes server_random) noexcept {
  MasterSecret12 secret;
  crypto::prf(algorithm, pre_master_secret, master_secret_label, {client_random, server_random},
              secret.span());
  return secret;
}

MasterSecret12 extended_master_secret12(crypto::HashAlgorithm algorithm, Bytes pre_master_secret,
                                        const crypto::Digest& session_hash) noexcept {
  MasterSecret12 secret;
  crypto::prf(algorithm, pre_master_secret, extended_master_secret_label, {session_hash.view()},
              secret.span());
  return secret;
}

KeyBlock12::KeyBlock12(const SuiteInfo& suite, const crypto::HmacKey& master_secret, Bytes client_random,
                       Bytes server_random) noexcept
    : mac_key_size_(static_cast<std::uint8_t>(suite.cbc ? suite.cbc->mac_key_size() : 0)),
      key_size_(static_cast<std::uint8_t>(suite.aead ? crypto::key_size(*suite.aead) : suite.cbc->key_size)),
      iv_size_(static_cast<std::uint8_t>(fixed_iv_size(suite))) {
  octets_.resize(2 * (std::size_t{mac_key_size_} + key_size_ + iv_size_));
  // RFC 5246 §6.3: here the server's random comes first.
  crypto::prf(master_secret, key_expansion_label, {server_random, client_random}, octets_.span());
}

Bytes KeyBlock12::part(Role writer, std::size_t start, std::size_t size) const noexcept {
  return octets_.view().subspan(start + (writer == Role::server ? size : 0), size);
}

Bytes KeyBlock12::mac_key(Role writer) const noexcept { return part(writer, 0, mac_key_size_); }

Bytes KeyBlock12::key(Role writer) const noexcept {
  return part(writer, std::size_t{2} * mac_key_size_, key_size_);
}

Bytes KeyBlock12::iv(Role writer) const noexcept {
  return part(writer, std::size_t{2} * (mac_key_size_ + key_size_), iv_size_);
}

Secret<verify_data12_size> verify_data12(Role sender, const crypto::HmacKey& master_secret,
                                         const crypto::Digest& transcript) noexcept {
  Secret<verify_data12_size> data;
  crypto::prf(master_secret, sender == Role::client ? client_finished_label : server_finished_label,
              {transcript.view()}, data.span());
  return data;
}

Result<> exporter12(crypto::HashAlgorithm algorithm, Bytes master_secret, std::string_view label,
                    Bytes client_random, Bytes server_random, std::optional<Bytes> context,
                    MutableBytes output) noexcept {
  // RFC 5705 §4: these would hand out the connection's own keys.
  constexpr std::array own{master_secret_label, extended_master_secret_label, key_expansion_label,
                           client_finished_label, server_finished_label};
  if (std::ranges::find(own, label) != own.end())
    return fail(ErrorCode::invalid_argument, "a label that TLS itself uses");
  if (!context) {
    crypto::prf(algorithm, master_secret, label, {client_random, server_random}, output);
    return {};
  }
  if (context->size() > 0xffff)
    return fail(ErrorCode::invalid_argument, "a context has at most 65535 octets");
  std::array<std::uint8_t, 2> length{};
  wire::store<2>(length.data(), static_cast<std::uint32_t>(context->size()));
  crypto::prf(algorithm, master_secret, label, {client_random, server_random, length, *context}, output);
  return {};
}

}  // namespace handfast::schedule
