// K-PKE: key pairs, encryption, decryption.
#include "crypto/ml_kem_pke.hpp"

#include <array>

#include <handfast/secret.hpp>

#include "crypto/stack.hpp"

namespace handfast::crypto::ml_kem::k_pke {
namespace {

// A T that is wiped when it dies: secrets, and what was computed from them.
template <class T>
struct Wiped : T {
  Wiped() noexcept {}  // NOLINT(modernize-use-equals-default): leaves it as it is
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(static_cast<T*>(this), sizeof(T)); }
};

using Row = std::array<Polynomial, max_k>;
using Multipliers = std::array<Multiplier, max_k>;

}  // namespace

void generate(Context& context, Bytes rho, Bytes sigma, MutableBytes s,
              MutableBytes encapsulation_key) noexcept {
  const Parameters& p = context.parameters;
  const Arithmetic& arithmetic = context.arithmetic;
  const NoiseSampler noise(context.lanes, sigma, 2 * p.k);
  const MatrixSampler matrix(context.lanes, rho, p.k, MatrixSampler::Order::as_it_is);
  context.lanes.run();

  Wiped<Polynomial> secret;
  Wiped<Multipliers> s_multipliers;
  for (std::size_t i = 0; i < p.k; ++i) {
    noise.polynomial(arithmetic, i, secret);
    arithmetic.ntt(secret);
    arithmetic.encode(secret, s.data() + i * encoded_size);
    arithmetic.prepare(secret, s_multipliers[i]);
  }
  for (std::size_t i = 0; i < p.k; ++i) {
    Row row;
    matrix.row(arithmetic, context.keccak, i, row.data());
    Wiped<Polynomial> t;  // public, but then nothing of this frame tells one secret from another
    arithmetic.multiply(row.data(), s_multipliers.data(), p.k, t);
    noise.polynomial(arithmetic, p.k + i, secret);
    arithmetic.ntt(secret);
    arithmetic.add(t, secret);
    arithmetic.encode(t, encapsulation_key.data() + i * encoded_size);
  }
  copy(rho, encapsulation_key.subspan(p.vector_size()));
  wipe_stack_below();  // hashes and arithmetic leave secrets there, and so below
}

void encrypt(const Context& context, const Polynomial* t, const MatrixSampler& matrix,
             const NoiseSampler& noise, Bytes message, MutableBytes ciphertext) noexcept {
  const Parameters& p = context.parameters;
  const Arithmetic& arithmetic = context.arithmetic;
  Wiped<Polynomial> sum;
  Wiped<Polynomial> summand;
  Wiped<Multipliers> y;
  for (std::size_t i = 0; i < p.k; ++i) {
    noise.polynomial(arithmetic, i, sum);
    arithmetic.ntt(sum);
    arithmetic.prepare(sum, y[i]);
  }
  for (std::size_t i = 0; i < p.k; ++i) {
    Row row;
    matrix.row(arithmetic, context.keccak, i, row.data());
    arithmetic.multiply(row.data(), y.data(), p.k, sum);
    arithmetic.inverse_ntt(sum);
    noise.polynomial(arithmetic, p.k + i, summand);
    arithmetic.add(sum, summand);
    arithmetic.compress(p.du, sum, ciphertext.data() + i * p.u_size());
  }
  arithmetic.multiply(t, y.data(), p.k, sum);
  arithmetic.inverse_ntt(sum);
  noise.polynomial(arithmetic, 2 * p.k, summand);
  arithmetic.add(sum, summand);
  arithmetic.decompress(1, message.data(), summand);
  arithmetic.add(sum, summand);
  arithmetic.compress(p.dv, sum, ciphertext.data() + p.k * p.u_size());
  wipe_stack_below();
}

void decrypt(const Context& context, Bytes s, Bytes ciphertext, MutableBytes message) noexcept {
  const Parameters& p = context.parameters;
  const Arithmetic& arithmetic = context.arithmetic;
  Multipliers u;
  for (std::size_t i = 0; i < p.k; ++i) {
    Polynomial polynomial;
    arithmetic.decompress(p.du, ciphertext.data() + i * p.u_size(), polynomial);
    arithmetic.ntt(polynomial);
    arithmetic.prepare(polynomial, u[i]);
  }
  Polynomial v;
  arithmetic.decompress(p.dv, ciphertext.data() + p.k * p.u_size(), v);

  Wiped<Row> s_decoded;
  for (std::size_t i = 0; i < p.k; ++i) (void)arithmetic.decode(s.data() + i * encoded_size, s_decoded[i]);
  Wiped<Polynomial> w;
  arithmetic.multiply(s_decoded.data(), u.data(), p.k, w);
  arithmetic.inverse_ntt(w);
  arithmetic.subtract_from(v, w);
  arithmetic.compress(1, w, message.data());
  wipe_stack_below();
}

}  // namespace handfast::crypto::ml_kem::k_pke
