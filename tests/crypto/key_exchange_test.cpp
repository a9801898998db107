// Key exchange: each group against Wycheproof and itself, the hybrids against an independent composition.
#include "crypto/key_exchange.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/curve.hpp"
#include "crypto/fake_random.hpp"
#include "crypto/wycheproof.hpp"

namespace handfast::crypto {
namespace {

using test::Case;
using test::from_hex;
using test::SeededRandom;
using test::to_hex;

constexpr NamedGroup groups[] = {
    NamedGroup::x25519,         NamedGroup::secp256r1,         NamedGroup::secp384r1,
    NamedGroup::secp521r1,      NamedGroup::MLKEM768,          NamedGroup::MLKEM1024,
    NamedGroup::X25519MLKEM768, NamedGroup::SecP256r1MLKEM768, NamedGroup::SecP384r1MLKEM1024};

TEST(KeyExchange, KnowsTheSizesOfEachGroup) {
  struct Sizes {
    std::size_t client, server, secret;
  };
  constexpr Sizes sizes[] = {{32, 32, 32},
                             {65, 65, 32},
                             {97, 97, 48},
                             {133, 133, 66},
                             {1184, 1088, 32},
                             {1568, 1568, 32},
                             {1184 + 32, 1088 + 32, 64},
                             {65 + 1184, 65 + 1088, 64},
                             {97 + 1568, 97 + 1568, 80}};
  for (std::size_t i = 0; i < std::size(groups); ++i) {
    EXPECT_TRUE(supported(groups[i]));
    EXPECT_EQ(client_share_size(groups[i]), sizes[i].client);
    EXPECT_EQ(server_share_size(groups[i]), sizes[i].server);
    EXPECT_EQ(shared_secret_size(groups[i]), sizes[i].secret);
  }
  for (const NamedGroup other : {NamedGroup::x448, NamedGroup::ffdhe2048, static_cast<NamedGroup>(0x0a0a)}) {
    EXPECT_FALSE(supported(other));
    EXPECT_EQ(client_share_size(other) + server_share_size(other) + shared_secret_size(other), 0U);
    EXPECT_EQ(PrivateShare::generate(other, system_random()).error().code, ErrorCode::no_common_group);
    EXPECT_EQ(encapsulate(other, Octets(32), system_random()).error().code, ErrorCode::no_common_group);
  }
}

// [8446:4.2.8#2]
TEST(KeyExchange, BothSidesGetTheSameSecretAndANewOneEachTime) {
  for (const NamedGroup group : groups) {
    SCOPED_TRACE(to_string(group));
    Octets last;
    for (int round = 0; round < 3; ++round) {
      auto client = PrivateShare::generate(group, system_random());
      ASSERT_TRUE(client);
      EXPECT_EQ(client->group(), group);
      ASSERT_EQ(client->public_share().size(), client_share_size(group));
      const Bytes before_move = client->public_share();
      const PrivateShare moved = *std::move(client);
      EXPECT_EQ(moved.public_share().data(), before_move.data());
      auto server = encapsulate(group, moved.public_share(), system_random());
      ASSERT_TRUE(server);
      EXPECT_EQ(server->share.size(), server_share_size(group));
      EXPECT_EQ(server->secret.size(), shared_secret_size(group));
      const auto secret = moved.decapsulate(server->share);
      ASSERT_TRUE(secret);
      EXPECT_TRUE(secret->equals(server->secret.view()));
      EXPECT_FALSE(secret->equals(last));
      last = to_octets(secret->view());
    }
  }
}

TEST(KeyExchange, RefusesSharesOfAWrongLength) {
  for (const NamedGroup group : groups) {
    SCOPED_TRACE(to_string(group));
    const auto client = PrivateShare::generate(group, system_random());
    ASSERT_TRUE(client);
    const auto server = encapsulate(group, client->public_share(), system_random());
    ASSERT_TRUE(server);
    for (const int change : {-1, 1}) {
      Octets share = to_octets(client->public_share());
      share.resize(static_cast<std::size_t>(static_cast<int>(share.size()) + change));
      EXPECT_EQ(encapsulate(group, share, system_random()).error().code, ErrorCode::bad_key_share);
      share = server->share;
      share.resize(static_cast<std::size_t>(static_cast<int>(share.size()) + change));
      EXPECT_EQ(client->decapsulate(share).error().code, ErrorCode::bad_key_share);
    }
    EXPECT_EQ(encapsulate(group, {}, system_random()).error().code, ErrorCode::bad_key_share);
    EXPECT_EQ(client->decapsulate({}).error().code, ErrorCode::bad_key_share);
  }
}

// A share with the curve's part replaced, where it stands in this group.
Octets with_curve_part(NamedGroup group, Bytes share, Bytes part) {
  Octets changed = to_octets(share);
  const bool last = group == NamedGroup::X25519MLKEM768;
  copy(part, MutableBytes(changed).subspan(last ? changed.size() - part.size() : 0));
  return changed;
}

// [8446:7.4.2] zeros out of X25519; [8446:4.2.8.2] points off the curve.
TEST(KeyExchange, RefusesBadPartsOfTheCurve) {
  const Octets zero(32, 0);
  Octets small_order = from_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
  for (const NamedGroup group : groups) {
    if (group == NamedGroup::MLKEM768 || group == NamedGroup::MLKEM1024) continue;
    SCOPED_TRACE(to_string(group));
    const auto client = PrivateShare::generate(group, system_random());
    ASSERT_TRUE(client);
    const auto server = encapsulate(group, client->public_share(), system_random());
    ASSERT_TRUE(server);
    std::vector<Octets> bad_parts;
    if (group == NamedGroup::x25519 || group == NamedGroup::X25519MLKEM768) {
      bad_parts = {zero, small_order};
    } else {
      const std::size_t size = group == NamedGroup::secp521r1 ? 133
                               : group == NamedGroup::secp384r1 || group == NamedGroup::SecP384r1MLKEM1024
                                   ? 97
                                   : 65;
      Octets off = to_octets(client->public_share().first(size));
      off.back() ^= 1;
      Octets other_form = to_octets(client->public_share().first(size));
      other_form[0] = 6;
      Octets infinity(size, 0);
      Octets beyond(size, 0xff);
      beyond[0] = 4;
      bad_parts = {off, other_form, infinity, beyond};
    }
    for (const Octets& part : bad_parts) {
      EXPECT_EQ(client->decapsulate(with_curve_part(group, server->share, part)).error().code,
                ErrorCode::bad_key_share);
      EXPECT_EQ(encapsulate(group, with_curve_part(group, client->public_share(), part), system_random())
                    .error()
                    .code,
                ErrorCode::bad_key_share);
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
  }
}

// FIPS 203 §7.2: a coefficient that is not below q.
TEST(KeyExchange, RefusesAnEncapsulationKeyOutOfRange) {
  for (const NamedGroup group : {NamedGroup::MLKEM768, NamedGroup::MLKEM1024, NamedGroup::X25519MLKEM768,
                                 NamedGroup::SecP256r1MLKEM768, NamedGroup::SecP384r1MLKEM1024}) {
    const auto client = PrivateShare::generate(group, system_random());
    ASSERT_TRUE(client);
    Octets share = to_octets(client->public_share());
    const std::size_t at = group == NamedGroup::SecP256r1MLKEM768    ? 65
                           : group == NamedGroup::SecP384r1MLKEM1024 ? 97
                                                                     : 0;
    share[at] = 0xff;
    share[at + 1] |= 0x0f;
    EXPECT_EQ(encapsulate(group, share, system_random()).error().code, ErrorCode::bad_key_share);
  }
}

TEST(KeyExchange, PassesOnAFailingSource) {
  for (const NamedGroup group : groups) {
    SCOPED_TRACE(to_string(group));
    test::FailingRandom failing;
    const auto client = PrivateShare::generate(group, system_random());
    ASSERT_TRUE(client);
    EXPECT_EQ(PrivateShare::generate(group, failing).error().code, ErrorCode::random_failed);
    EXPECT_EQ(encapsulate(group, client->public_share(), failing).error().code, ErrorCode::random_failed);
    // The source may also give up between the two parts.
    const bool hybrid = client_share_size(group) > 1000;
    const std::size_t first = shared_secret_size(group) - (hybrid ? ml_kem::shared_secret_size : 0);
    test::ScriptedRandom short_source(Octets(first, 0x21));
    const auto generated = PrivateShare::generate(group, short_source);
    EXPECT_EQ(generated.has_value(), !hybrid);
    test::ScriptedRandom short_again(Octets(first, 0x21));
    EXPECT_EQ(encapsulate(group, client->public_share(), short_again).has_value(), !hybrid);
  }
}

TEST(KeyExchange, DoesNotLoopForeverOnABrokenSource) {
  for (const NamedGroup group : {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
    test::ConstantRandom zeros(0);
    test::ConstantRandom ones(0xff);
    EXPECT_EQ(PrivateShare::generate(group, zeros).error().code, ErrorCode::random_failed);
    EXPECT_EQ(PrivateShare::generate(group, ones).error().code, ErrorCode::random_failed);
  }
}

Octets counting(std::uint8_t from, std::size_t size) {
  Octets octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(from + 7 * i);
  return octets;
}
Octets joined(Octets first, Bytes second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

struct KnownHybrid {
  NamedGroup group;
  std::size_t scalar_size;
  const char* client_share;  // SHA-256
  const char* server_share;  // SHA-256
  const char* secret;
};
// Computed by an implementation that shares nothing with this one (plain integers in Python, after FIPS 203,
// RFC 7748 and the curves' equations), for the private values of the test below.
constexpr KnownHybrid known_hybrids[] = {
    {NamedGroup::X25519MLKEM768, 32, "f91f0ea7bf27373488de451a11d79e8c8304316723d339b34d12b2d1597a2ffa",
     "861c4eadd595d5ee438fba7d46f9db0c0a881a674b4b3d4e376e48dae39461de",
     "e72b08a513681db5cb2de0e5ae3523c72ea4afcebb0437ec9e034fab30c7f392"
     "9719feff4693b72552ff6cff7791c44edc9939130614f3ee0ba6b089ba9ef15a"},
    {NamedGroup::SecP256r1MLKEM768, 32, "af82f5135d1e28b3b04d2fbda3342de595e7c177514e867665e278ff99482f86",
     "a8e67ea3bd03419dfad23e90b644cf3bd2d87473f709be38b02bfb42362d073d",
     "8df4228d49b0b294b9302713393342b2aa2fc4a4a4cd8e59100a2a0eadffb3d8"
     "e72b08a513681db5cb2de0e5ae3523c72ea4afcebb0437ec9e034fab30c7f392"},
    {NamedGroup::SecP384r1MLKEM1024, 48, "33bdc61b004fc54e9236e7c384284228a056b08e256aebdf6c99b162e5597c2a",
     "81253a713efdfdf34c0983ce615a7e65b158625c13d4a6522921e3e89a1cebeb",
     "4cc301c782474cb7aac6516bd76010885493ea9b6c13894c53f422d04f467995a0adda80b6c2a6a8fa5314955b6d0a4e"
     "ca6c66ea7754b8b436f92d1d47f2dd3aa87410cbf2ffb1f52b04a720948b2e89"},
};

std::string sha256_of(Bytes octets) { return to_hex(hash(HashAlgorithm::sha256, octets).view()); }

TEST(KeyExchange, GivesTheKnownAnswersOfTheHybrids) {
  for (const KnownHybrid& known : known_hybrids) {
    SCOPED_TRACE(to_string(known.group));
    // The curve's private number first, then d and z, respectively m.
    test::ScriptedRandom client_random(
        joined(joined(counting(0x11, known.scalar_size), counting(0x33, 32)), counting(0x55, 32)));
    test::ScriptedRandom server_random(joined(counting(0x77, known.scalar_size), counting(0x99, 32)));
    const auto client = PrivateShare::generate(known.group, client_random);
    ASSERT_TRUE(client);
    EXPECT_TRUE(client_random.used_up());
    EXPECT_EQ(sha256_of(client->public_share()), known.client_share);
    const auto server = encapsulate(known.group, client->public_share(), server_random);
    ASSERT_TRUE(server);
    EXPECT_TRUE(server_random.used_up());
    EXPECT_EQ(sha256_of(server->share), known.server_share);
    EXPECT_EQ(to_hex(server->secret.view()), known.secret);
    const auto secret = client->decapsulate(server->share);
    ASSERT_TRUE(secret);
    EXPECT_EQ(to_hex(secret->view()), known.secret);
  }
}

// draft-ietf-tls-mlkem §4: shares and secret are ML-KEM's own.
TEST(KeyExchange, IsMlKemItselfWhereThereIsNoCurve) {
  const Octets d_and_z = counting(0x33, 64);
  const Octets m = counting(0x99, 32);
  struct Alone {
    NamedGroup group;
    ml_kem::ParameterSet set;
  };
  for (const Alone& alone : {Alone{NamedGroup::MLKEM768, ml_kem::ParameterSet::ml_kem_768},
                             Alone{NamedGroup::MLKEM1024, ml_kem::ParameterSet::ml_kem_1024}}) {
    SCOPED_TRACE(to_string(alone.group));
    test::ScriptedRandom client_random(d_and_z);
    test::ScriptedRandom server_random(m);
    const auto client = PrivateShare::generate(alone.group, client_random);
    ASSERT_TRUE(client);
    const auto lattice = ml_kem::PrivateKey::from_seed(alone.set, Bytes(d_and_z).first<64>());
    EXPECT_TRUE(equal(client->public_share(), lattice.encapsulation_key()));
    const auto server = encapsulate(alone.group, client->public_share(), server_random);
    Octets ciphertext(ml_kem::ciphertext_size(alone.set));
    const auto from_lattice =
        ml_kem::encapsulate(alone.set, lattice.encapsulation_key(), Bytes(m).first<32>(), ciphertext);
    ASSERT_TRUE(server && from_lattice);
    EXPECT_EQ(server->share, ciphertext);
    EXPECT_TRUE(server->secret.equals(from_lattice->view()));
    const auto secret = client->decapsulate(server->share);
    ASSERT_TRUE(secret);
    EXPECT_TRUE(secret->equals(from_lattice->view()));
  }
}

// The order of the parts, seen from outside: each part of shares and secrets is what the part alone gives.
TEST(KeyExchange, PutsThePartsOfAHybridInTheirOrder) {
  const Octets d_and_z = counting(0x33, 64);
  const Octets m = counting(0x99, 32);
  struct Order {
    NamedGroup hybrid;
    NamedGroup curve;
    ml_kem::ParameterSet set;
    bool lattice_first;
  };
  constexpr Order orders[] = {
      {NamedGroup::X25519MLKEM768, NamedGroup::x25519, ml_kem::ParameterSet::ml_kem_768, true},
      {NamedGroup::SecP256r1MLKEM768, NamedGroup::secp256r1, ml_kem::ParameterSet::ml_kem_768, false},
      {NamedGroup::SecP384r1MLKEM1024, NamedGroup::secp384r1, ml_kem::ParameterSet::ml_kem_1024, false}};
  for (const Order& order : orders) {
    SCOPED_TRACE(to_string(order.hybrid));
    const std::size_t size = shared_secret_size(order.curve);
    test::ScriptedRandom for_curve(counting(0x11, size));
    test::ScriptedRandom for_hybrid(joined(counting(0x11, size), d_and_z));
    const auto curve = PrivateShare::generate(order.curve, for_curve);
    const auto hybrid = PrivateShare::generate(order.hybrid, for_hybrid);
    ASSERT_TRUE(curve && hybrid);
    const auto lattice = ml_kem::PrivateKey::from_seed(order.set, Bytes(d_and_z).first<64>());
    const auto arranged = [&](Bytes of_curve, Bytes of_lattice) {
      return order.lattice_first ? joined(to_octets(of_lattice), of_curve)
                                 : joined(to_octets(of_curve), of_lattice);
    };
    EXPECT_EQ(to_octets(hybrid->public_share()),
              arranged(curve->public_share(), lattice.encapsulation_key()));

    test::ScriptedRandom server_curve(counting(0x77, size));
    test::ScriptedRandom server_hybrid(joined(counting(0x77, size), m));
    const auto from_curve = encapsulate(order.curve, curve->public_share(), server_curve);
    const auto from_hybrid = encapsulate(order.hybrid, hybrid->public_share(), server_hybrid);
    Octets ciphertext(ml_kem::ciphertext_size(order.set));
    const auto from_lattice =
        ml_kem::encapsulate(order.set, lattice.encapsulation_key(), Bytes(m).first<32>(), ciphertext);
    ASSERT_TRUE(from_curve && from_hybrid && from_lattice);
    EXPECT_EQ(from_hybrid->share, arranged(from_curve->share, ciphertext));
    EXPECT_TRUE(from_hybrid->secret.equals(arranged(from_curve->secret.view(), from_lattice->view())));
  }
}

TEST(Curve, AcceptsExactlyTheScalarsFromOneToOrderMinusOne) {
  for (const NamedGroup group : {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
    const Curve& curve = *curve_of(group);
    Octets scalar(curve.field_size, 0);
    EXPECT_FALSE(is_scalar(curve, scalar));
    scalar.back() = 1;
    EXPECT_TRUE(is_scalar(curve, scalar));
    scalar.assign(curve.field_size, 0);
    scalar[1] = 0x80;
    EXPECT_TRUE(is_scalar(curve, scalar));
    Octets order = to_octets(curve.order());
    EXPECT_FALSE(is_scalar(curve, order));
    order.back() = static_cast<std::uint8_t>(order.back() - 1);  // odd, so nothing is borrowed
    EXPECT_TRUE(is_scalar(curve, order));
    order.back() = static_cast<std::uint8_t>(order.back() + 2);
    EXPECT_FALSE(is_scalar(curve, order));
    EXPECT_FALSE(is_scalar(curve, Octets(curve.field_size, 0xff)));
    Octets just_less_at_the_top = to_octets(curve.order());
    just_less_at_the_top[0] = static_cast<std::uint8_t>(just_less_at_the_top[0] - 1);
    std::fill(just_less_at_the_top.begin() + 1, just_less_at_the_top.end(), std::uint8_t{0xff});
    EXPECT_TRUE(is_scalar(curve, just_less_at_the_top));
  }
}

TEST(Curve, PassesWycheproofEcdhOfRawPoints) {
  struct File {
    const char* name;
    NamedGroup group;
    int count;
  };
  constexpr File files[] = {{"secp256r1", NamedGroup::secp256r1, 355},
                            {"secp384r1", NamedGroup::secp384r1, 790},
                            {"secp521r1", NamedGroup::secp521r1, 661}};
  for (const File& each_file : files) {
    HANDFAST_VECTORS_OR_SKIP(file, std::string("wycheproof/ecdh_") + each_file.name + "_ecpoint_test.json");
    const Curve& curve = *curve_of(each_file.group);
    const int count = test::for_each_case(file, [&](const Case& each) {
      Octets scalar = each.octets("private");
      while (scalar.size() > curve.field_size && scalar[0] == 0) scalar.erase(scalar.begin());
      scalar.insert(scalar.begin(), curve.field_size - scalar.size(), 0);
      ASSERT_TRUE(is_scalar(curve, scalar));
      Octets x(curve.field_size);
      const bool agreed = multiply(curve, scalar, each.octets("public"), x);
      // "acceptable" is a compressed point: TLS does not allow it.
      EXPECT_EQ(agreed, each.valid());
      if (agreed) { EXPECT_EQ(to_hex(x), each.test.at("shared").get<std::string>()); }
      EXPECT_EQ(ERR_peek_error(), 0U);
    });
    EXPECT_EQ(count, each_file.count) << each_file.name;
  }
}

// RFC 5903 §8.1: private and public values of both sides, and what they share.
TEST(Curve, GivesAKnownAnswer) {
  const Curve& curve = *curve_of(NamedGroup::secp256r1);
  const Octets i = from_hex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433");
  const Octets r = from_hex("c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53");
  Octets point(65);
  multiply_base(curve, i, point);
  EXPECT_EQ(to_hex(point),
            "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e5"
            "9ab1f45b33accf"
            "5f58389e0577b8990bb3");
  Octets shared(32);
  ASSERT_TRUE(multiply(curve, r, point, shared));
  EXPECT_EQ(to_hex(shared), "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
}

// Our own division of P-256's points; the other curves are all libcrypto's.
TEST(Curve, MultipliesAsLibcryptoDoes) {
  test::SeededRandom random("scalars");
  const auto context = owned<BigNumberContext>(BN_CTX_new());
  for (const NamedGroup group : {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
    const Curve& curve = *curve_of(group);
    const auto product = owned<EcPoint>(EC_POINT_new(curve.ec_group));
    Octets point(curve.point_size());
    const auto expect_right = [&](Bytes scalar) {
      must(EC_POINT_mul(curve.ec_group, product.get(), number_of(scalar).get(), nullptr, nullptr,
                        context.get()));
      Octets expected(curve.point_size());
      ASSERT_EQ(EC_POINT_point2oct(curve.ec_group, product.get(), POINT_CONVERSION_UNCOMPRESSED,
                                   expected.data(), expected.size(), context.get()),
                expected.size());
      multiply_base(curve, scalar, point);
      ASSERT_EQ(to_hex(point), to_hex(expected));
      const Bytes expected_x = Bytes(expected).subspan(1, curve.field_size);
      Octets x(curve.field_size);
      const BigNumber x_number = new_number();
      const BigNumber inverse = new_number();
      multiply_base_and_invert(curve, scalar, x_number.get(), inverse.get(), context.get());
      write_number(x_number.get(), x);
      ASSERT_EQ(to_hex(x), to_hex(expected_x));
      const BigNumber one_again = new_number();
      must(BN_mod_mul(one_again.get(), inverse.get(), number_of(scalar).get(),
                      EC_GROUP_get0_order(curve.ec_group), context.get()));
      ASSERT_TRUE(BN_is_one(one_again.get()));
      // The base is a point like any other.
      Octets one(curve.field_size, 0);
      one.back() = 1;
      Octets base(curve.point_size());
      multiply_base(curve, one, base);
      std::ranges::fill(x, std::uint8_t{0});
      ASSERT_TRUE(multiply(curve, scalar, base, x));
      ASSERT_EQ(to_hex(x), to_hex(expected_x));
    };
    Octets end = to_octets(curve.order());
    for (std::uint8_t i = 1; i < 40; ++i) {  // from both ends
      Octets small(curve.field_size, 0);
      small.back() = i;
      expect_right(small);
      const BigNumber large = number_of(curve.order());
      must(BN_sub_word(large.get(), i));
      write_number(large.get(), end);
      expect_right(end);
    }
    for (int i = 0; i < 200; ++i) expect_right(draw_scalar(curve, random)->view());
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace handfast::crypto
