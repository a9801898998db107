// The cache of successful signature checks: buckets of a few keys, guarded by a lock for each shard.
#include <array>
#include <bit>
#include <cstdint>
#include <mutex>
#include <vector>

#include <handfast/signature_cache.hpp>

namespace handfast::x509 {
namespace {

using Key = std::array<std::uint64_t, 4>;
constexpr std::size_t shard_count = 64;
constexpr std::size_t bucket_size = 4;

Key load(Bytes octets) noexcept {
  Key key{};
  std::memcpy(key.data(), octets.data(), sizeof key);
  return key;
}

struct Bucket {
  std::array<Key, bucket_size> keys{};
  std::size_t next = 0;  // the oldest, which the next insertion replaces
};

// Lines of its own, so that the locks of two shards do not slow each other.
struct alignas(64) Shard {
  mutable std::mutex lock;
  std::vector<Bucket> buckets;
};

}  // namespace

struct SignatureCache::Shards {
  std::array<Shard, shard_count> all;

  // Keys are hash values: their bits are evenly spread. A key of zeros alone would look like an empty place;
  // it is as hard to find as any other collision.
  Shard& shard(const Key& key) noexcept { return all[key[0] % shard_count]; }
  static Bucket& bucket(Shard& shard, const Key& key) noexcept {
    return shard.buckets[key[1] & (shard.buckets.size() - 1)];
  }
};

SignatureCache::SignatureCache(std::size_t entries) : shards_(std::make_unique<Shards>()) {
  const std::size_t buckets = entries / (shard_count * bucket_size) + 1;
  for (Shard& shard : shards_->all) shard.buckets.resize(std::bit_ceil(buckets));
}

SignatureCache::~SignatureCache() = default;

bool SignatureCache::contains(Bytes key) const noexcept {
  if (key.size() != sizeof(Key)) return false;
  const Key wanted = load(key);
  Shard& shard = shards_->shard(wanted);
  const std::scoped_lock guard(shard.lock);
  for (const Key& known : Shards::bucket(shard, wanted).keys)
    if (known == wanted) return true;
  return false;
}

void SignatureCache::insert(Bytes key) noexcept {
  if (key.size() != sizeof(Key)) return;
  const Key wanted = load(key);
  Shard& shard = shards_->shard(wanted);
  const std::scoped_lock guard(shard.lock);
  Bucket& bucket = Shards::bucket(shard, wanted);
  for (const Key& known : bucket.keys)
    if (known == wanted) return;
  bucket.keys[bucket.next] = wanted;
  bucket.next = (bucket.next + 1) % bucket_size;
}

}  // namespace handfast::x509
