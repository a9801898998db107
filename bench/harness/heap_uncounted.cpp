// The heap as it is: for the programs that measure times.
#include "harness/heap.hpp"

namespace handfast::bench::heap {

bool counts() noexcept { return false; }

Charge::Charge(Account& account) noexcept : outer_(&account) {}
Charge::~Charge() = default;

}  // namespace handfast::bench::heap
