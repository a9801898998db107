// What a thread keeps for itself, and can do without when it ends.
#pragma once

namespace handfast::crypto {

/// The calling thread's own T, made at the first call. Null where it is gone already: in static destructors,
/// and in those of other things of a thread.
template <class T>
[[nodiscard]] T* of_this_thread() {
  constinit static thread_local bool gone = false;
  struct Owner {
    Owner() = default;
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() { gone = true; }
    T value;
  };
  if (gone) return nullptr;
  static thread_local Owner owner;
  return &owner.value;
}

}  // namespace handfast::crypto
