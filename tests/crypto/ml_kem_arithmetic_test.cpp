// The ring of ML-KEM: every tier against the definitions of FIPS 203, written here as they stand there.
#include "crypto/ml_kem_arithmetic.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "crypto/cpu_tiers.hpp"
#include "support/vectors.hpp"

namespace handfast::crypto::ml_kem {
namespace {

using handfast::test::to_hex;
using Coefficients = std::array<int, n>;

int modulo_q(long long value) { return static_cast<int>((value % q + q) % q); }

Coefficients coefficients_of(const Polynomial& polynomial) {
  Coefficients c;
  std::ranges::copy(polynomial.coefficients, c.begin());
  return c;
}

Polynomial polynomial_of(const Coefficients& c) {
  Polynomial polynomial;
  for (std::size_t i = 0; i < n; ++i) polynomial.coefficients[i] = static_cast<std::int16_t>(c[i]);
  return polynomial;
}

// FIPS 203 §4.3: the power of 17 that belongs to the i-th pair of coefficients.
int root(std::size_t i) {
  std::size_t reversed = 0;
  for (unsigned bit = 0; bit < 7; ++bit) reversed |= (i >> bit & 1) << (6 - bit);
  int result = 17;
  for (std::size_t j = 0; j < reversed; ++j) result = result * 17 * 17 % q;
  return result;
}

// The transform by its definition: the remainders modulo X² - root(i).
Coefficients transform(const Coefficients& f) {
  Coefficients result;
  for (std::size_t i = 0; i < 128; ++i) {
    const int x = root(i);
    int even = 0;
    int odd = 0;
    for (std::size_t j = n; j > 0; j -= 2) {
      even = (even * x + f[j - 2]) % q;
      odd = (odd * x + f[j - 1]) % q;
    }
    result[2 * i] = even;
    result[2 * i + 1] = odd;
  }
  return result;
}

// Multiplication modulo X^256 + 1.
Coefficients product(const Coefficients& a, const Coefficients& b) {
  std::array<long long, n> sums{};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) sums[(i + j) % n] += i + j < n ? a[i] * b[j] : -a[i] * b[j];
  Coefficients result;
  std::ranges::transform(sums, result.begin(), modulo_q);
  return result;
}

// FIPS 203 §4.2.1, with fractions as they are.
int compressed(std::size_t d, int x) { return ((x << (d + 1)) + q) / (2 * q) % (1 << d); }
int decompressed(std::size_t d, int y) { return (2 * q * y + (1 << d)) >> (d + 1); }

// FIPS 203 Algorithm 5, bit by bit.
Octets encoded(std::size_t d, const Coefficients& c) {
  Octets octets(32 * d);
  for (std::size_t i = 0; i < n * d; ++i)
    octets[i / 8] = static_cast<std::uint8_t>(octets[i / 8] | (c[i / d] >> (i % d) & 1) << (i % 8));
  return octets;
}

// Random polynomials, and the extremes.
std::vector<Coefficients> samples() {
  std::vector<Coefficients> all;
  for (const int value : {0, 1, q / 2, q / 2 + 1, q - 1}) all.emplace_back().fill(value);
  for (const std::size_t step : {1U, 2U, 4U, 8U, 16U, 32U, 64U, 128U}) {
    Coefficients& c = all.emplace_back();
    for (std::size_t i = 0; i < n; ++i) c[i] = i / step % 2 == 0 ? q - 1 : 0;
  }
  for (const std::size_t i : {0U, 1U, 15U, 16U, 17U, 31U, 32U, 127U, 128U, 255U})
    all.emplace_back(Coefficients{})[i] = 1;
  std::mt19937 generator(203);
  std::uniform_int_distribution<int> below_q(0, q - 1);
  for (int i = 0; i < 100; ++i) std::ranges::generate(all.emplace_back(), [&] { return below_q(generator); });
  return all;
}

Octets random_octets(std::size_t size, unsigned seed) {
  std::mt19937 generator(seed);
  Octets octets(size);
  for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(generator());
  return octets;
}

class MlKemArithmetic : public testing::TestWithParam<CpuTier> {
 protected:
  const Arithmetic& code_ = arithmetic(GetParam());
};

TEST_P(MlKemArithmetic, TransformsAsDefined) {
  for (const Coefficients& f : samples()) {
    Polynomial polynomial = polynomial_of(f);
    code_.ntt(polynomial);
    ASSERT_EQ(coefficients_of(polynomial), transform(f));
  }
}

TEST_P(MlKemArithmetic, TransformsBack) {
  for (const Coefficients& f : samples()) {
    Polynomial polynomial = polynomial_of(transform(f));
    code_.inverse_ntt(polynomial);
    ASSERT_EQ(coefficients_of(polynomial), f);
    // Any polynomial is a transform too: this way the extremes come in.
    polynomial = polynomial_of(f);
    code_.inverse_ntt(polynomial);
    ASSERT_EQ(transform(coefficients_of(polynomial)), f);
  }
}

TEST_P(MlKemArithmetic, MultipliesInTheRing) {
  const std::vector<Coefficients> all = samples();
  for (std::size_t count = 1; count <= 4; ++count) {
    for (std::size_t first = 0; first + count < all.size(); first += 7) {
      std::array<Polynomial, 4> row;
      std::array<Multiplier, 4> column;
      Coefficients sum{};
      for (std::size_t i = 0; i < count; ++i) {
        const Coefficients& a = all[first + i];
        const Coefficients& b = all[all.size() - 1 - first - i];
        row[i] = polynomial_of(transform(a));
        code_.prepare(polynomial_of(transform(b)), column[i]);
        const Coefficients ab = product(a, b);
        for (std::size_t j = 0; j < n; ++j) sum[j] = modulo_q(sum[j] + ab[j]);
      }
      Polynomial result;
      code_.multiply(row.data(), column.data(), count, result);
      ASSERT_EQ(coefficients_of(result), transform(sum));
    }
  }
}

TEST_P(MlKemArithmetic, SumsOfTheGreatestProductsFit) {
  Coefficients greatest;
  greatest.fill(q - 1);
  const std::array<Polynomial, 4> row = {polynomial_of(greatest), polynomial_of(greatest),
                                         polynomial_of(greatest), polynomial_of(greatest)};
  std::array<int, 128> roots;
  for (std::size_t i = 0; i < 128; ++i) roots[i] = root(i);
  for (int value = 0; value < q; ++value) {
    Coefficients b;
    b.fill(value);
    std::array<Multiplier, 4> column;
    for (Multiplier& multiplier : column) code_.prepare(polynomial_of(b), multiplier);
    Polynomial result;
    code_.multiply(row.data(), column.data(), 4, result);
    // (-1 - X)(v + v X) = -v - γ v - 2 v X modulo X² - γ, four times.
    for (std::size_t i = 0; i < 128; ++i) {
      ASSERT_EQ(result.coefficients[2 * i], modulo_q(-4LL * value * (1 + roots[i]))) << value << ' ' << i;
      ASSERT_EQ(result.coefficients[2 * i + 1], modulo_q(-8LL * value)) << value << ' ' << i;
    }
  }
}

TEST_P(MlKemArithmetic, AddsAndSubtracts) {
  const std::vector<Coefficients> all = samples();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Coefficients& a = all[i];
    const Coefficients& b = all[(i * 5 + 3) % all.size()];
    Polynomial sum = polynomial_of(a);
    code_.add(sum, polynomial_of(b));
    Polynomial difference = polynomial_of(b);
    code_.subtract_from(polynomial_of(a), difference);
    for (std::size_t j = 0; j < n; ++j) {
      ASSERT_EQ(sum.coefficients[j], modulo_q(a[j] + b[j]));
      ASSERT_EQ(difference.coefficients[j], modulo_q(a[j] - b[j]));
    }
  }
}

TEST_P(MlKemArithmetic, CompressesEveryValueAsDefined) {
  for (const std::size_t d : {1U, 4U, 5U, 10U, 11U}) {
    for (int first = 0; first < q; first += static_cast<int>(n)) {
      Coefficients c;
      Coefficients wanted;
      for (std::size_t i = 0; i < n; ++i) {
        // From the middle out, so that neighbours in the packed octets differ.
        c[i] = (first + static_cast<int>(i * 77 % n)) % q;
        wanted[i] = compressed(d, c[i]);
      }
      Polynomial polynomial = polynomial_of(c);
      Octets octets(32 * d);
      code_.compress(d, polynomial, octets.data());
      ASSERT_EQ(to_hex(octets), to_hex(encoded(d, wanted))) << d;
    }
  }
}

TEST_P(MlKemArithmetic, DecompressesEveryValueAsDefined) {
  for (const std::size_t d : {1U, 4U, 5U, 10U, 11U}) {
    for (int first = 0; first < 1 << d; first += static_cast<int>(n)) {
      Coefficients c;
      Coefficients wanted;
      for (std::size_t i = 0; i < n; ++i) {
        c[i] = (first + static_cast<int>(i * 77 % n)) % (1 << d);
        wanted[i] = decompressed(d, c[i]);
      }
      Polynomial polynomial;
      code_.decompress(d, encoded(d, c).data(), polynomial);
      ASSERT_EQ(coefficients_of(polynomial), wanted) << d;
    }
  }
}

TEST_P(MlKemArithmetic, EncodesAndDecodesTwelveBits) {
  for (const Coefficients& c : samples()) {
    Octets octets(encoded_size);
    code_.encode(polynomial_of(c), octets.data());
    ASSERT_EQ(to_hex(octets), to_hex(encoded(12, c)));
    Polynomial polynomial;
    EXPECT_TRUE(code_.decode(octets.data(), polynomial));
    ASSERT_EQ(coefficients_of(polynomial), c);
  }
}

TEST_P(MlKemArithmetic, NoticesEveryCoefficientThatIsNotBelowQ) {
  for (std::size_t i = 0; i < n; ++i) {
    for (const int value : {q, q + 1, 4095}) {
      Coefficients c;
      c.fill(q - 1);
      c[i] = value;
      Polynomial polynomial;
      EXPECT_FALSE(code_.decode(encoded(12, c).data(), polynomial)) << i;
      c[i] = value - q;
      ASSERT_EQ(coefficients_of(polynomial), c);
    }
  }
}

TEST_P(MlKemArithmetic, SamplesNoiseAsDefined) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    Octets octets = random_octets(noise_size, seed);
    if (seed < 2) std::ranges::fill(octets, seed == 0 ? 0x33 : 0xcc);  // the extremes
    const auto bit = [&](std::size_t i) { return octets[i / 8] >> (i % 8) & 1; };
    Coefficients wanted;
    for (std::size_t i = 0; i < n; ++i)
      wanted[i] = modulo_q(bit(4 * i) + bit(4 * i + 1) - bit(4 * i + 2) - bit(4 * i + 3));
    Polynomial polynomial;
    code_.sample_noise(octets.data(), polynomial);
    ASSERT_EQ(coefficients_of(polynomial), wanted);
  }
}

// FIPS 203 Algorithm 7.
std::size_t sampled(Bytes octets, Coefficients& c, std::size_t count) {
  for (std::size_t i = 0; i < octets.size() && count < n; i += 3) {
    const int first = octets[i] + 256 * (octets[i + 1] % 16);
    const int second = octets[i + 1] / 16 + 16 * octets[i + 2];
    if (first < q) c[count++] = first;
    if (second < q && count < n) c[count++] = second;
  }
  return count;
}

TEST_P(MlKemArithmetic, SamplesUniformlyWhateverIsRejected) {
  unsigned seed = 0;
  for (const std::size_t size : {3U, 21U, 24U, 27U, 48U, 51U, 168U, 384U, 501U, 504U}) {
    for (const unsigned rejected_of_16 : {0U, 3U, 8U, 15U, 16U}) {
      for (const std::size_t start : {0U, 1U, 100U, 224U, 239U, 240U, 255U, 256U}) {
        // Exactly as long as it may read, so that a sanitizer sees an octet too much.
        Octets octets = random_octets(size, ++seed);
        for (std::size_t i = 0; i + 2 < size; i += 3)
          if (octets[i] % 16 < rejected_of_16) octets[i + 1] = octets[i + 2] = 0xff;
        Coefficients wanted;
        wanted.fill(7);
        Polynomial polynomial = polynomial_of(wanted);
        const std::size_t count = sampled(octets, wanted, start);
        ASSERT_EQ(code_.sample_uniform(octets.data(), size, polynomial, start), count);
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(polynomial.coefficients[i], wanted[i]) << i;
      }
    }
  }
}

TEST_P(MlKemArithmetic, AllTiersAgreeOnManyRandomPolynomials) {
  const Arithmetic& portable = arithmetic(CpuTier::portable);
  std::mt19937 generator(768);
  std::uniform_int_distribution<int> below_q(0, q - 1);
  const auto random_polynomial = [&] {
    Polynomial polynomial;
    for (std::int16_t& c : polynomial.coefficients) c = static_cast<std::int16_t>(below_q(generator));
    return polynomial;
  };
  const auto expect_equal = [](const Polynomial& a, const Polynomial& b) {
    ASSERT_EQ(coefficients_of(a), coefficients_of(b));
  };
  for (int round = 0; round < 2000 && !HasFatalFailure(); ++round) {
    const Polynomial a = random_polynomial();
    const Polynomial b = random_polynomial();
    Polynomial x = a;
    Polynomial y = a;
    code_.ntt(x);
    portable.ntt(y);
    expect_equal(x, y);
    Multiplier multiplier;
    code_.prepare(b, multiplier);
    code_.multiply(&a, &multiplier, 1, x);
    portable.prepare(b, multiplier);
    portable.multiply(&a, &multiplier, 1, y);
    expect_equal(x, y);
    code_.inverse_ntt(x);
    portable.inverse_ntt(y);
    expect_equal(x, y);
  }
}

INSTANTIATE_TEST_SUITE_P(EachTier, MlKemArithmetic, testing::ValuesIn(test::cpu_tiers()),
                         test::cpu_tier_name);

}  // namespace
}  // namespace handfast::crypto::ml_kem
