// A bounded map that forgets what was used longest ago.
#pragma once
#include <algorithm>
#include <bit>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <handfast/bytes.hpp>

namespace handfast::session {

/// How much a map may hold.
struct MapLimits {
  std::size_t entries = 0;
  std::size_t octets = 0;
};

/// Keys of octets, values that are vectors of octets or of such vectors. One thread at a time.
template <class Value>
class BoundedMap {
 public:
  struct Entry {
    std::string key;
    Value value;
    std::size_t octets = 0;  // that it counts for
  };

  explicit BoundedMap(MapLimits limits) noexcept : limits_(limits) {}

  /// The value under that key, now the one used last; or null.
  [[nodiscard]] Value* find(Bytes key) {
    const auto found = by_key_.find(as_text(key));
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  /// Puts a value in the place of what was under that key, and forgets others until all fit again. A value
  /// that does not fit alone is not kept, nor is what it would replace.
  void put(Bytes key, Value value) {
    erase(key);
    const std::size_t octets = size_of(key, value);
    if (octets > limits_.octets || limits_.entries == 0) return;
    while (entries_.size() + 1 > limits_.entries || octets_ + octets > limits_.octets)
      forget(--entries_.end());
    entries_.push_front({std::string(as_text(key)), std::move(value), octets});
    by_key_.emplace(entries_.front().key, entries_.begin());
    octets_ += octets;
  }

  void erase(Bytes key) {
    const auto found = by_key_.find(as_text(key));
    if (found != by_key_.end()) forget(found->second);
  }

  /// The one used last comes first.
  [[nodiscard]] const std::list<Entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] std::size_t octets() const noexcept { return octets_; }

 private:
  using Place = typename std::list<Entry>::iterator;

  // What the nodes of list and map, their parts and their allocations add.
  static constexpr std::size_t added_to_entry = 224;
  static constexpr std::size_t added_to_vector = 16;

  template <class T>
  static std::size_t octets_of(const T& octets) noexcept
    requires(sizeof(typename T::value_type) == 1)
  {
    return octets.size() + added_to_vector;
  }
  template <class T>
  static std::size_t octets_of(const T& vectors) noexcept {
    std::size_t size = added_to_vector;
    for (const auto& octets : vectors) size += sizeof octets + octets_of(octets);
    return size;
  }
  static std::size_t size_of(Bytes key, const Value& value) noexcept {
    return added_to_entry + key.size() + octets_of(value);
  }

  void forget(Place place) {
    octets_ -= place->octets;
    by_key_.erase(place->key);
    entries_.erase(place);
  }

  MapLimits limits_;
  std::size_t octets_ = 0;
  std::list<Entry> entries_;
  std::unordered_map<std::string_view, Place> by_key_;  // views of the entries' keys
};

/// Bounded maps, each behind a lock of its own; a key belongs to one of them.
template <class Value>
class ShardedMap {
 public:
  using Map = BoundedMap<Value>;

  explicit ShardedMap(MapLimits limits)
      : shards_(
            std::bit_floor(std::clamp(limits.entries / entries_worth_a_shard, std::size_t{1}, most_shards))) {
    const MapLimits each{limits.entries / shards_.size(), limits.octets / shards_.size()};
    for (auto& shard : shards_) shard = std::make_unique<Shard>(each);
  }

  /// What `work` makes of the map that the key belongs to; nobody else has it meanwhile.
  template <class F>
  auto with(Bytes key, F&& work) {
    Shard& shard = *shards_[std::hash<std::string_view>()(as_text(key)) % shards_.size()];
    const std::scoped_lock guard(shard.lock);
    return work(shard.map);
  }
  /// Calls `work` with one map after the other.
  template <class F>
  void each(F&& work) const {
    for (const auto& shard : shards_) {
      const std::scoped_lock guard(shard->lock);
      work(static_cast<const Map&>(shard->map));
    }
  }

 private:
  static constexpr std::size_t entries_worth_a_shard = 64;  // fewer, and the order of use would mean little
  static constexpr std::size_t most_shards = 16;

  // Lines of its own, so that the locks of two shards do not slow each other.
  struct alignas(64) Shard {
    explicit Shard(MapLimits limits) noexcept : map(limits) {}
    std::mutex lock;
    Map map;
  };

  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace handfast::session
