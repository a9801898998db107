// Claims of early data.
#pragma once
#include <handfast/replay_guard.hpp>

#include "crypto/hash.hpp"
#include "session/sessions.hpp"

namespace handfast::test {

/// A claim that arrives at noon exactly, and the octets it is a view of.
class TestClaim {
 public:
  TestClaim(const RegisterId& id, std::uint32_t number) {
    const std::uint8_t octets[] = {static_cast<std::uint8_t>(number >> 24),
                                   static_cast<std::uint8_t>(number >> 16),
                                   static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    binder_ = crypto::hash(crypto::HashAlgorithm::sha256, octets);
    claim_.binder = binder_.view();
    claim_.issued = noon - std::chrono::hours(1);
    claim_.claimed_age = std::chrono::hours(1);
    claim_.register_id = id;
  }
  TestClaim(const TestClaim&) = delete;
  TestClaim& operator=(const TestClaim&) = delete;
  ~TestClaim() = default;

  EarlyDataClaim* operator->() noexcept { return &claim_; }
  const EarlyDataClaim& operator*() const noexcept { return claim_; }

 private:
  crypto::Digest binder_;
  EarlyDataClaim claim_;
};

}  // namespace handfast::test
