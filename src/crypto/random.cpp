// The operating system's randomness, in batches that a fork cannot duplicate.
#include <cerrno>
#include <cstddef>
#include <new>

#include <handfast/random.hpp>
#include <handfast/secret.hpp>

#include <sys/mman.h>
#include <sys/random.h>

#include "crypto/of_this_thread.hpp"

namespace handfast {

RandomSource::~RandomSource() = default;

namespace {

/// All of `output` from the kernel.
bool ask_kernel(MutableBytes output) noexcept {
  while (!output.empty()) {
    const ssize_t got = getrandom(output.data(), output.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    output = output.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

/// One thread's stock of random octets, in a page of its own that the kernel clears in a forked child: there
/// `left` is 0, and the child draws anew. Where a page or that promise is not to be had, there is no stock.
class Batch {
 public:
  Batch() noexcept {
    void* const memory =
        mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    if (madvise(memory, sizeof(Page), MADV_WIPEONFORK) != 0) {
      munmap(memory, sizeof(Page));
      return;
    }
    page_ = new (memory) Page{};
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() {
    if (page_ == nullptr) return;
    wipe(page_, sizeof(Page));
    munmap(page_, sizeof(Page));
  }

  bool fill(MutableBytes output) noexcept {
    if (page_ == nullptr || output.size() > batch_size / 2) return ask_kernel(output);
    if (output.size() > page_->left) {
      page_->left = 0;
      if (!ask_kernel(page_->octets)) return false;
      page_->left = batch_size;
    }
    // What is handed out is erased: who reads this memory later learns nothing about earlier keys.
    const MutableBytes used = MutableBytes(page_->octets).subspan(page_->left - output.size(), output.size());
    page_->left -= output.size();
    copy(used, output);
    wipe(used);
    return true;
  }

 private:
  // About eight handshakes' need: what a call costs by itself is spread over them.
  static constexpr std::size_t batch_size = 1024;
  struct Page {
    std::size_t left = 0;  // how many of `octets`, from the start, were not handed out yet
    std::array<std::uint8_t, batch_size> octets{};
  };
  Page* page_ = nullptr;
};

class SystemRandom final : public RandomSource {
 public:
  Result<> fill(MutableBytes output) noexcept override {
    if (draw(output)) return {};
    wipe(output);
    return fail(ErrorCode::random_failed, "getrandom failed");
  }

 private:
  static bool draw(MutableBytes output) noexcept {
    Batch* const batch = crypto::of_this_thread<Batch>();
    return batch != nullptr ? batch->fill(output) : ask_kernel(output);
  }
};

}  // namespace

RandomSource& system_random() noexcept {
  // Never destroyed: threads may outlive main().
  alignas(SystemRandom) static std::byte room[sizeof(SystemRandom)];
  static SystemRandom* const source = new (room) SystemRandom;
  return *source;
}

}  // namespace handfast
