// Sources of randomness that tests control.
#pragma once
#include <string_view>

#include <handfast/random.hpp>

#include "crypto/hash.hpp"

namespace handfast::crypto::test {

/// The same octets every time: SHA-256 of seed and counter.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::string_view seed) : seed_(hash(HashAlgorithm::sha256, as_bytes(seed))) {}

  Result<> fill(MutableBytes output) noexcept override {
    while (!output.empty()) {
      const std::uint8_t number[] = {static_cast<std::uint8_t>(counter_ >> 8),
                                     static_cast<std::uint8_t>(counter_)};
      ++counter_;
      const Digest block = hash(HashAlgorithm::sha256, {seed_.view(), number});
      const std::size_t taken = std::min<std::size_t>(block.size, output.size());
      copy(block.view().first(taken), output);
      output = output.subspan(taken);
    }
    return {};
  }

 private:
  Digest seed_;
  unsigned counter_ = 0;
};

/// One octet for ever.
class ConstantRandom final : public RandomSource {
 public:
  explicit ConstantRandom(std::uint8_t octet) : octet_(octet) {}
  Result<> fill(MutableBytes output) noexcept override {
    std::ranges::fill(output, octet_);
    return {};
  }

 private:
  std::uint8_t octet_;
};

/// A given text, and then no more.
class ScriptedRandom final : public RandomSource {
 public:
  explicit ScriptedRandom(Octets script) : script_(std::move(script)) {}
  Result<> fill(MutableBytes output) noexcept override {
    if (output.size() > script_.size() - at_) return handfast::fail(ErrorCode::random_failed);
    copy(Bytes(script_).subspan(at_, output.size()), output);
    at_ += output.size();
    return {};
  }
  [[nodiscard]] bool used_up() const { return at_ == script_.size(); }

 private:
  Octets script_;
  std::size_t at_ = 0;
};

class FailingRandom final : public RandomSource {
 public:
  Result<> fill(MutableBytes /*output*/) noexcept override {
    return handfast::fail(ErrorCode::random_failed);
  }

 private:
};

}  // namespace handfast::crypto::test
