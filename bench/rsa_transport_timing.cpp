// Does the time that a server takes over a ClientKeyExchange tell whether the premaster secret inside was
// well formed? Decrypts well-formed and malformed ciphertexts in random order, each only once, and compares
// the distributions of the times with Welch's t-test: |t| below 4.5 means that nothing shows at this count.
//
//   rsa_transport_timing [--count N] [--bits N]
//
// Half of all decryptions are of well-formed ciphertexts, N of each half; the malformed half is spread evenly
// over the kinds below. Exit status 1: a difference shows.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include <openssl/rsa.h>

#include "crypto/private_key.hpp"
#include "crypto/rsa_key_transport.hpp"
#include "harness/clock.hpp"

namespace {

using namespace handfast;
using crypto::premaster_secret_size;

constexpr double threshold = 4.5;

struct Options {
  std::size_t count = 1000;
  std::size_t bits = 2048;
};

/// Not for secrets: which kind comes next, and what fills the blocks.
using Generator = std::mt19937_64;

std::uint8_t any_octet(Generator& generator) { return static_cast<std::uint8_t>(generator()); }
std::uint8_t any_but_zero(Generator& generator) { return static_cast<std::uint8_t>(1 + generator() % 255); }

/// What is wrong with a block: each makes it so, starting from a well-formed one.
struct Kind {
  std::string_view name;
  void (*spoil)(MutableBytes block, Generator& generator);
};
constexpr std::array kinds{
    Kind{"well formed", [](MutableBytes /*block*/, Generator& /*generator*/) {}},
    Kind{"wrong version", [](MutableBytes block,
                             Generator& /*generator*/) { block[block.size() - premaster_secret_size] ^= 1; }},
    Kind{"first octet not 0", [](MutableBytes block, Generator& /*generator*/) { block[0] = 1; }},
    Kind{"block type not 2",
         [](MutableBytes block, Generator& generator) {
           block[1] = static_cast<std::uint8_t>(3 + generator() % 250);
         }},
    Kind{"zero in the first padding",
         [](MutableBytes block, Generator& generator) { block[2 + generator() % 8] = 0; }},
    Kind{"longer message",
         [](MutableBytes block, Generator& generator) {
           block[10 + generator() % (block.size() - premaster_secret_size - 11)] = 0;
         }},
    Kind{"no zero at all",
         [](MutableBytes block, Generator& generator) {
           for (std::uint8_t& octet : block.subspan(2)) octet = any_but_zero(generator);
         }},
    Kind{"a number with many leading zeros",
         [](MutableBytes block, Generator& /*generator*/) {
           std::ranges::fill(block.first(block.size() - 8), std::uint8_t{0});
         }},
    Kind{"any number",
         [](MutableBytes block, Generator& generator) {
           for (std::uint8_t& octet : block) octet = any_octet(generator);
           block[0] = static_cast<std::uint8_t>(1 + block[0] % 63);  // below every modulus
         }},
};

/// A key, and the public operation on any block.
class Server {
 public:
  explicit Server(std::size_t bits)
      : key(crypto::PrivateKey::generate(crypto::KeyType::rsa, system_random(), bits).value()),
        rsa_(RSA_new()) {
    const auto number = [](Bytes octets) {
      return BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr);
    };
    const crypto::PublicKey& public_key = key.public_key();
    RSA_set0_key(rsa_, number(public_key.modulus()), number(public_key.exponent()), nullptr);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { RSA_free(rsa_); }

  [[nodiscard]] Octets encrypt(Bytes block) const {
    Octets out(block.size());
    if (RSA_public_encrypt(static_cast<int>(block.size()), block.data(), out.data(), rsa_, RSA_NO_PADDING) <
        0)
      std::abort();
    return out;
  }

  const crypto::PrivateKey key;

 private:
  RSA* rsa_;
};

/// One decryption: made beforehand, measured once.
struct Probe {
  std::size_t kind;
  Octets block;
  Octets ciphertext;
};

Probe make_probe(const Server& server, std::size_t kind, Generator& generator) {
  const std::size_t size = server.key.public_key().modulus().size();
  Octets block(size);
  for (std::uint8_t& octet : block) octet = any_but_zero(generator);
  const std::size_t start = size - premaster_secret_size;
  block[0] = 0;
  block[1] = 2;
  block[start - 1] = 0;
  block[start] = block[start + 1] = 3;
  kinds[kind].spoil(block, generator);
  Octets ciphertext = server.encrypt(block);
  return {kind, std::move(block), std::move(ciphertext)};
}

/// Well-formed and malformed ones in equal number, in an order that nothing else follows.
std::vector<Probe> make_probes(const Server& server, std::size_t each, Generator& generator) {
  std::vector<Probe> probes;
  for (std::size_t i = 0; i < each; ++i) {
    probes.push_back(make_probe(server, 0, generator));
    probes.push_back(make_probe(server, 1 + generator() % (kinds.size() - 1), generator));
  }
  std::ranges::shuffle(probes, generator);
  return probes;
}

using Samples = std::vector<double>;  // microseconds
using SamplesOfKinds = std::array<Samples, kinds.size()>;

void measure(const Server& server, std::span<const Probe> probes, SamplesOfKinds& samples) {
  const double microseconds_per_tick = bench::nanoseconds_per_tick() / 1000;
  for (const Probe& probe : probes) {
    const std::uint64_t begin = bench::ticks();
    const auto premaster =
        crypto::decrypt_premaster(server.key, probe.ciphertext, ProtocolVersion::tls12, system_random());
    const std::uint64_t end = bench::ticks();
    samples[probe.kind].push_back(static_cast<double>(end - begin) * microseconds_per_tick);
    const bool same = premaster && premaster->equals(Bytes(probe.block).last(premaster_secret_size));
    if (same != (probe.kind == 0)) {
      std::fprintf(stderr, "decrypt_premaster() is wrong\n");
      std::exit(2);
    }
  }
}

double mean_of(const Samples& samples) {
  double sum = 0;
  for (const double sample : samples) sum += sample;
  return sum / static_cast<double>(samples.size());
}
double variance_of(const Samples& samples) {
  const double mean = mean_of(samples);
  double sum = 0;
  for (const double sample : samples) sum += (sample - mean) * (sample - mean);
  return sum / static_cast<double>(samples.size() - 1);
}
double welch_t(const Samples& a, const Samples& b) {
  if (a.size() < 2 || b.size() < 2) return 0;
  const double error =
      variance_of(a) / static_cast<double>(a.size()) + variance_of(b) / static_cast<double>(b.size());
  return (mean_of(a) - mean_of(b)) / std::sqrt(error);
}
double quantile(const Samples& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

Samples below(const Samples& samples, double limit) {
  Samples kept;
  std::ranges::copy_if(samples, std::back_inserter(kept), [limit](double sample) { return sample <= limit; });
  return kept;
}

void print_distribution(std::string_view name, Samples samples, const Samples* well_formed) {
  if (samples.size() < 2) return;
  std::ranges::sort(samples);
  std::printf("%-34.*s %8zu %9.3f %8.3f %9.3f %9.3f %9.3f %9.3f", static_cast<int>(name.size()), name.data(),
              samples.size(), mean_of(samples), std::sqrt(variance_of(samples)), quantile(samples, 0.05),
              quantile(samples, 0.5), quantile(samples, 0.95), quantile(samples, 0.99));
  if (well_formed != nullptr) std::printf(" %+7.2f", welch_t(*well_formed, samples));
  std::printf("\n");
}

/// The verdict is over all times and, since what interrupts a process hides small differences, over those
/// below some quantiles of all.
bool report(const SamplesOfKinds& samples) {
  const Samples& well_formed = samples[0];
  Samples malformed;
  for (std::size_t kind = 1; kind < kinds.size(); ++kind)
    malformed.insert(malformed.end(), samples[kind].begin(), samples[kind].end());
  std::printf("%-34s %8s %9s %8s %9s %9s %9s %9s %7s\n", "microseconds", "count", "mean", "sd", "5 %",
              "median", "95 %", "99 %", "t");
  print_distribution(kinds[0].name, well_formed, nullptr);
  print_distribution("malformed", malformed, &well_formed);
  for (std::size_t kind = 1; kind < kinds.size(); ++kind)
    print_distribution(kinds[kind].name, samples[kind], &well_formed);

  Samples all = well_formed;
  all.insert(all.end(), malformed.begin(), malformed.end());
  std::ranges::sort(all);
  bool shows = false;
  std::printf("\nwell formed against malformed, Welch's t:\n");
  for (const double share : {1.0, 0.99, 0.95, 0.9, 0.75, 0.5}) {
    const double limit = quantile(all, share);
    const double t = welch_t(below(well_formed, limit), below(malformed, limit));
    std::printf("  of the fastest %3.0f %%  t = %+.3f\n", 100 * share, t);
    shows = shows || std::abs(t) >= threshold;
  }
  std::printf("%s: |t| %s %.1f\n", shows ? "A DIFFERENCE SHOWS" : "nothing shows",
              shows ? "reaches" : "below", threshold);
  return shows;
}

bool read_number(std::string_view text, std::size_t least, std::size_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && out >= least;
}

bool read_options(std::span<char*> arguments, Options& options) {
  for (std::size_t i = 1; i < arguments.size(); i += 2) {
    if (i + 1 == arguments.size()) return false;
    const std::string_view name = arguments[i];
    const std::string_view value = arguments[i + 1];
    const bool good = (name == "--count" && read_number(value, 100, options.count)) ||
                      (name == "--bits" && read_number(value, 2048, options.bits) && options.bits <= 8192);
    if (!good) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options({argv, static_cast<std::size_t>(argc)}, options)) {
    std::fprintf(stderr, "rsa_transport_timing [--count N, at least 100] [--bits N, 2048 to 8192]\n");
    return 2;
  }
  std::random_device device;
  Generator generator(device());
  const Server server(options.bits);
  SamplesOfKinds warming;
  measure(server, make_probes(server, 50, generator), warming);
  SamplesOfKinds samples;
  constexpr std::size_t batch = 500;
  for (std::size_t done = 0; done < options.count; done += batch)
    measure(server, make_probes(server, std::min(batch, options.count - done), generator), samples);
  return report(samples) ? 1 : 0;
}
