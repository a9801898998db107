// Keccak-f[1600] with general registers, for any processor.
#include "crypto/keccak_permutation.hpp"

namespace handfast::crypto {
namespace {

struct PortableOperations : ScalarKeccakOperations {};

}  // namespace

constinit const KeccakCode keccak_portable = {
    .lanes = 1,
    .permute = KeccakPermutation<PortableOperations>::permute,
    .permute_lanes = KeccakPermutation<PortableOperations>::permute,
};

}  // namespace handfast::crypto
