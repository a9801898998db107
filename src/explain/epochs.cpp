// Keys that come into force.
#include "explain/epochs.hpp"

#include <algorithm>

#include "schedule/key_schedule.hpp"

namespace handfast::explain {

Epoch epoch13(std::string_view label, crypto::HashAlgorithm hash, crypto::AeadAlgorithm aead,
              Bytes traffic_secret) {
  const schedule::TrafficKeys keys = schedule::traffic_keys(hash, traffic_secret, aead);
  return {.label = label,
          .key = record::RecordKey::tls13(aead, keys.key.view(), keys.iv.view()),
          .hash = hash,
          .traffic_secret = SecretOctets(traffic_secret.begin(), traffic_secret.end())};
}

void Epochs::begin(Epoch epoch) {
  epochs_.clear();
  epochs_.push_back(std::move(epoch));
  certain_ = true;
}

void Epochs::enter(std::string_view label) {
  while (!epochs_.empty() && epochs_.front().label != label) epochs_.pop_front();
  certain_ = !epochs_.empty();
}

void Epochs::forget(std::string_view label) {
  std::erase_if(epochs_, [&](const Epoch& epoch) { return epoch.label == label; });
}

void Epochs::update() {
  if (epochs_.empty() || epochs_.front().traffic_secret.empty()) return;
  const Epoch& old = epochs_.front();
  const auto next = schedule::next_traffic_secret(old.hash, old.traffic_secret);
  begin(epoch13(old.label, old.hash, old.key.aead(), next.view()));
}

std::optional<record::Opened> Epochs::open(MutableBytes record, std::size_t max_plaintext_size) {
  const Octets sealed = to_octets(record);
  for (std::size_t i = 0; i < epochs_.size(); ++i) {
    const auto opened = epochs_[i].key.open(record, max_plaintext_size);
    if (opened) {
      epochs_.erase(epochs_.begin(), epochs_.begin() + static_cast<std::ptrdiff_t>(i));
      certain_ = true;
      return *opened;
    }
    copy(sealed, record);
  }
  // The record was damaged on its way here, but it counts (RFC 8446 §5.3).
  if (certain_) {
    record::RecordKey& key = epochs_.front().key;
    key.set_sequence(key.sequence() + 1);
  }
  return std::nullopt;
}

}  // namespace handfast::explain
