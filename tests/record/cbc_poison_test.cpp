// Constant time of what CBC decrypts, under valgrind's memcheck: a server that lets padding or MAC show in
// its branches or addresses is an oracle (Vaudenay, POODLE, Lucky Thirteen). [5246:6.2.3.2#5]
#include "record/cbc_keys.hpp"
#include "record/cbc_plaintext.hpp"
#include "support/poison.hpp"

namespace handfast::record {
namespace {

using test::is_poisoned;
using test::poison;
using test::publish;

class LuckyThirteen : public test::Poison {
 protected:
  // What stands behind AES is poisoned; the verdict is published, and with it the size.
  static void expect(const CbcWay& way, Octets plaintext, bool genuine, std::size_t content_size) {
    const crypto::HmacKey mac(way.mac, way.mac_key());
    poison(MutableBytes(plaintext));
    CbcPlaintext found = way.encrypt_then_mac
                             ? check_padding(plaintext)
                             : check_mac_and_padding(mac, 7, ContentType::application_data, plaintext);
    EXPECT_TRUE(is_poisoned(found.genuine) && is_poisoned(found.content_size));
    publish(found);
    EXPECT_EQ(found.genuine.reveal(), genuine) << name_of_cbc_way(way);
    if (genuine) { EXPECT_EQ(found.content_size, content_size) << name_of_cbc_way(way); }
  }
};

TEST_F(LuckyThirteen, GoodRecordsOfAnyPadding) {
  for (const CbcWay& way : cbc_ways) {
    for (const std::size_t size : {0U, 20U, 300U, 1000U}) {
      for (const std::size_t more : {0U, 48U, 240U}) {
        const std::size_t padding = std::min<std::size_t>(least_padding(way, size) + more,
                                                          240 + least_padding(way, size) % cbc_block);
        expect(way, cbc_plaintext(way, 7, ContentType::application_data, counting(size), padding), true,
               size);
      }
    }
  }
  EXPECT_EQ(errors(), 0U);
}

TEST_F(LuckyThirteen, RecordsWithAnythingWrong) {
  for (const CbcWay& way : cbc_ways) {
    for (const std::size_t size : {0U, 300U}) {
      const std::size_t padding = least_padding(way, size) + 32;
      const Octets good = cbc_plaintext(way, 7, ContentType::application_data, counting(size), padding);
      const auto with = [&good](std::size_t at, std::uint8_t octet) {
        Octets bad = good;
        bad.at(at) = octet;
        return bad;
      };
      const std::size_t last = good.size() - 1;
      expect(way, with(last, 0xff), false, 0);      // longer than all, or than what is right
      expect(way, with(last - 5, 0xcc), false, 0);  // inside of the padding
      expect(way, counting(good.size()), false, 0);
      if (way.encrypt_then_mac) continue;
      expect(way, with(size, static_cast<std::uint8_t>(good.at(size) ^ 1)), false, 0);  // the MAC
      expect(way, with(last, 0), false, 0);  // a good padding, but a MAC at the wrong place
    }
  }
  EXPECT_EQ(errors(), 0U);
}

}  // namespace
}  // namespace handfast::record
