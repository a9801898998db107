// The compressions of certificates that the runner made up.
#include "bogo/compression.hpp"

#include <algorithm>
#include <array>

#include <handfast/random.hpp>

namespace handfast::bogo {
namespace {

/// Four octets more.
class Expanding final : public CertificateCompression {
 public:
  [[nodiscard]] CertificateCompressionAlgorithm algorithm() const noexcept override {
    return static_cast<CertificateCompressionAlgorithm>(0xff02);
  }
  [[nodiscard]] Result<Octets> compress(Bytes message) const override {
    Octets made(prefix.begin(), prefix.end());
    made.insert(made.end(), message.begin(), message.end());
    return made;
  }
  [[nodiscard]] Result<> decompress(Bytes compressed, MutableBytes message) const override {
    if (compressed.size() != prefix.size() + message.size() ||
        !equal(compressed.first(prefix.size()), prefix))
      return fail(ErrorCode::certificate_malformed);
    copy(compressed.subspan(prefix.size()), message);
    return {};
  }

 private:
  static constexpr std::array<std::uint8_t, 4> prefix = {1, 2, 3, 4};
};

/// Without the two zeros that a Certificate message begins with.
class Shrinking final : public CertificateCompression {
 public:
  [[nodiscard]] CertificateCompressionAlgorithm algorithm() const noexcept override {
    return static_cast<CertificateCompressionAlgorithm>(0xff01);
  }
  [[nodiscard]] Result<Octets> compress(Bytes message) const override {
    if (message.size() < 2 || message[0] != 0 || message[1] != 0) return fail(ErrorCode::invalid_argument);
    return to_octets(message.subspan(2));
  }
  [[nodiscard]] Result<> decompress(Bytes compressed, MutableBytes message) const override {
    if (message.size() != compressed.size() + 2) return fail(ErrorCode::certificate_malformed);
    message[0] = message[1] = 0;
    copy(compressed, message.subspan(2));
    return {};
  }
};

/// An octet in front that is another one each time.
class Random final : public CertificateCompression {
 public:
  [[nodiscard]] CertificateCompressionAlgorithm algorithm() const noexcept override {
    return static_cast<CertificateCompressionAlgorithm>(0xff03);
  }
  [[nodiscard]] Result<Octets> compress(Bytes message) const override {
    Octets made(1 + message.size());
    if (auto drawn = system_random().fill(MutableBytes(made).first(1)); !drawn) return fail(drawn.error());
    copy(message, MutableBytes(made).subspan(1));
    return made;
  }
  [[nodiscard]] Result<> decompress(Bytes compressed, MutableBytes message) const override {
    if (compressed.size() != message.size() + 1) return fail(ErrorCode::certificate_malformed);
    copy(compressed.subspan(1), message);
    return {};
  }
};

}  // namespace

std::vector<std::shared_ptr<const CertificateCompression>> made_up_compressions(bool all, std::uint16_t one) {
  std::vector<std::shared_ptr<const CertificateCompression>> wanted = {
      std::make_shared<Expanding>(), std::make_shared<Shrinking>(), std::make_shared<Random>()};
  if (!all)
    std::erase_if(wanted,
                  [one](const auto& each) { return static_cast<std::uint16_t>(each->algorithm()) != one; });
  return wanted;
}

}  // namespace handfast::bogo
