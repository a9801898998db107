// Sponges in lanes.
#include "crypto/keccak.hpp"

#include <algorithm>
#include <bit>

#include <handfast/secret.hpp>

#include "crypto/contract.hpp"
#include "crypto/keccak_permutation.hpp"

namespace handfast::crypto {
namespace {

// FIPS 202 §3.1.2: a word's first octet is its lowest.
std::uint64_t load_word(const std::uint8_t* octets) noexcept {
  std::uint64_t word;
  std::memcpy(&word, octets, sizeof word);
  if constexpr (std::endian::native == std::endian::big) return std::byteswap(word);
  return word;
}

// FIPS 202 §6.1, §6.2: 01 and 1111 behind the message, then the padding's first 1, lowest bit first.
constexpr std::uint64_t end_mark(SpongeFunction function) noexcept {
  return function == SpongeFunction::sha3_256 || function == SpongeFunction::sha3_512 ? 0x06 : 0x1f;
}

}  // namespace

const KeccakCode& keccak_code(CpuTier tier) noexcept {
#if defined(__x86_64__)
  switch (std::min(tier, detected_cpu_tier())) {
    case CpuTier::avx512: return keccak_avx512;
    case CpuTier::aesni_avx2: return keccak_avx2;
    case CpuTier::portable: break;
  }
#endif
  (void)tier;
  return keccak_portable;
}

Sponge::Sponge(SpongeFunction function, Bytes head, Bytes body, Bytes end, MutableBytes output) noexcept
    : input_{head, body}, output_(output), rate_words_(rate_of(function) / 8) {
  require(head.size() % 8 == 0 && body.size() % 8 == 0 && end.size() < 8 && output.size() % 8 == 0);
  std::uint8_t last[8] = {};
  copy(end, last);
  last_word_ = load_word(last) | end_mark(function) << (8 * end.size());
}

void Sponge::absorb(KeccakState& state) noexcept {
  if (absorbed_) return;
  std::size_t at = 0;
  for (Bytes& part : input_) {
    const std::size_t count = std::min(part.size() / 8, rate_words_ - at);
    for (std::size_t i = 0; i < count; ++i) state.words[at + i] ^= load_word(part.data() + 8 * i);
    at += count;
    part = part.subspan(8 * count);
  }
  if (at == rate_words_) return;
  state.words[at] ^= last_word_;
  state.words[rate_words_ - 1] ^= std::uint64_t{1} << 63;
  absorbed_ = true;
}

void Sponge::squeeze(const KeccakState& state) noexcept {
  if (!absorbed_) return;
  const std::size_t count = std::min(output_.size() / 8, rate_words_);
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(output_.data(), state.words, 8 * count);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t word = std::byteswap(state.words[i]);
      std::memcpy(output_.data() + 8 * i, &word, 8);
    }
  }
  output_ = output_.subspan(8 * count);
}

KeccakLanes::KeccakLanes(CpuTier tier) noexcept : code_(keccak_code(tier)) {
  std::fill_n(states_.begin(), code_.lanes, KeccakState{});
}

KeccakLanes::~KeccakLanes() { wipe(states_.data(), code_.lanes * sizeof(KeccakState)); }

void KeccakLanes::add(Sponge& sponge) noexcept {
  if (sponge.done()) return;
  sponge.next_ = nullptr;
  (first_waiting_ == nullptr ? first_waiting_ : last_waiting_->next_) = &sponge;
  last_waiting_ = &sponge;
}

void KeccakLanes::fill_lanes() noexcept {
  for (std::size_t lane = 0; lane < code_.lanes && first_waiting_ != nullptr; ++lane) {
    if (running_[lane] != nullptr) continue;
    states_[lane] = {};  // an idle lane is permuted with the others
    running_[lane] = first_waiting_;
    first_waiting_ = first_waiting_->next_;
    ++running_count_;
  }
}

void KeccakLanes::step() noexcept {
  for (std::size_t lane = 0; lane < code_.lanes; ++lane)
    if (running_[lane] != nullptr) running_[lane]->absorb(states_[lane]);
  code_.permute_lanes(states_.data());
  for (std::size_t lane = 0; lane < code_.lanes; ++lane) {
    if (running_[lane] == nullptr) continue;
    running_[lane]->squeeze(states_[lane]);
    if (running_[lane]->done()) release(lane);
  }
}

void KeccakLanes::finish_alone(std::size_t lane) noexcept {
  Sponge& sponge = *running_[lane];
  while (!sponge.done()) {
    sponge.absorb(states_[lane]);
    code_.permute(&states_[lane]);
    sponge.squeeze(states_[lane]);
  }
  release(lane);
}

void KeccakLanes::release(std::size_t lane) noexcept {
  running_[lane] = nullptr;
  --running_count_;
}

void KeccakLanes::advance() noexcept {
  fill_lanes();
  if (running_count_ > 1) return step();
  // Nobody else is there to share the cost of all lanes.
  const auto lane = std::ranges::find_if(running_, [](const Sponge* sponge) { return sponge != nullptr; });
  finish_alone(static_cast<std::size_t>(lane - running_.begin()));
}

void KeccakLanes::run_until(const Sponge& sponge) noexcept {
  while (!sponge.done()) advance();
}

void KeccakLanes::run() noexcept {
  while (first_waiting_ != nullptr || running_count_ != 0) advance();
}

}  // namespace handfast::crypto
