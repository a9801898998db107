// External PSKs: the table of a server, and imports as RFC 9258 defines them.
#include <handfast/external_psk.hpp>

#include "session/folder.hpp"
#include "session/sessions.hpp"

namespace handfast::test {
namespace {

ExternalPsk psk(std::string_view identity, std::size_t key_size = 32) {
  ExternalPsk made;
  made.identity = to_octets(as_bytes(identity));
  made.key.resize(key_size);
  for (std::size_t i = 0; i < key_size; ++i) made.key[i] = static_cast<std::uint8_t>(i);
  return made;
}

std::string hex(Bytes octets) {
  std::string text;
  for (const std::uint8_t octet : octets) {
    text += "0123456789abcdef"[octet >> 4];
    text += "0123456789abcdef"[octet & 15];
  }
  return text;
}

// RFC 9258 has no example. These were computed with Python's hashlib and hmac from the text of §5.1 alone.
TEST(ImportPsk, DerivesWhatTheTextOfTheRfcSays) {
  struct Case {
    PskHash hash;
    PskHash target;
    const char* key;
  };
  const std::string_view context = "client 7 and server 1";
  for (const Case& known : {Case{PskHash::sha256, PskHash::sha256,
                                 "e919279ac00879cf2b39a0e345d3d96eef9438e1d9a4f3d139b9a019e1d2a6fa"},
                            Case{PskHash::sha256, PskHash::sha384,
                                 "97cd0d181ea808bb4094f7ec1629784e55f8832b82e3680c10723235126a93570460d1b391c"
                                 "e66b23e0d1e327a162396"},
                            Case{PskHash::sha384, PskHash::sha256,
                                 "7900f505d29ce9af46589fa2a1538aad0ea73952e8803598348b6e5d856799e9"},
                            Case{PskHash::sha384, PskHash::sha384,
                                 "39d9ed263d2235693016f04917c9fbf53f694664b869ad911ad422474187c6f03e7c4517c28"
                                 "b4d9abab22358ac7d422a"}}) {
    ExternalPsk external = psk("client 7");
    external.hash = known.hash;
    const auto made = import_psk(external, as_bytes(context), ProtocolVersion::tls13, known.target);
    ASSERT_TRUE(made) << describe(made.error());
    EXPECT_EQ(hex(made->key), known.key);
    EXPECT_EQ(made->hash, known.target);
    EXPECT_TRUE(made->imported);
    const std::string kdf = known.target == PskHash::sha384 ? "0002" : "0001";
    EXPECT_EQ(hex(made->identity),
              "0008" + hex(as_bytes("client 7")) + "0015" + hex(as_bytes(context)) + "0304" + kdf);
  }
}

TEST(ImportPsk, TellsContextsAndIdentitiesApart) {
  const auto key = [](std::string_view identity, std::string_view context) {
    return import_psk(psk(identity), as_bytes(context), ProtocolVersion::tls13, PskHash::sha256)->key;
  };
  EXPECT_NE(key("a", "x"), key("a", "y"));
  EXPECT_NE(key("a", "x"), key("b", "x"));
  EXPECT_NE(key("a", ""), key("a", "x"));
  EXPECT_EQ(key("a", "x"), key("a", "x"));
}

TEST(ImportPsk, MakesOneForEachHashOfTheSuites) {
  const auto made = import_psk_for_all(psk("a"), as_bytes("x"));
  ASSERT_TRUE(made);
  ASSERT_EQ(made->size(), 2U);
  EXPECT_EQ((*made)[0].key.size(), 32U);
  EXPECT_EQ((*made)[1].key.size(), 48U);
}

TEST(ImportPsk, RefusesWhatCannotBeImported) {
  const auto code = [](const ExternalPsk& external, Bytes context, ProtocolVersion target) {
    return import_psk(external, context, target, PskHash::sha256).error().code;
  };
  EXPECT_EQ(code(psk("a"), {}, ProtocolVersion::tls12), ErrorCode::invalid_argument);
  EXPECT_EQ(code(psk(""), {}, ProtocolVersion::tls13), ErrorCode::invalid_argument);
  EXPECT_EQ(code(psk("a", 15), {}, ProtocolVersion::tls13), ErrorCode::invalid_argument);
  EXPECT_EQ(code(psk("a"), Octets(65'527), ProtocolVersion::tls13), ErrorCode::invalid_argument);
  EXPECT_TRUE(import_psk(psk("a"), Octets(65'526), ProtocolVersion::tls13, PskHash::sha256));
  EXPECT_EQ(code(psk("a"), Octets(70'000), ProtocolVersion::tls13), ErrorCode::invalid_argument);
  const auto once = import_psk(psk("a"), {}, ProtocolVersion::tls13, PskHash::sha256);
  EXPECT_EQ(code(*once, {}, ProtocolVersion::tls13), ErrorCode::invalid_argument);
}

std::vector<ExternalPsk> psks(std::initializer_list<std::string_view> identities) {
  std::vector<ExternalPsk> made;
  for (const std::string_view identity : identities) made.push_back(psk(identity));
  return made;
}

TEST(ExternalPskTable, FindsByIdentity) {
  const auto table = *ExternalPskTable::make(psks({"alice", "bob"}));
  EXPECT_EQ(table->size(), 2U);
  const auto found = table->find(as_bytes("bob")).take();
  ASSERT_TRUE(found);
  EXPECT_EQ(as_text(found->identity), "bob");
  EXPECT_EQ(found->key, psk("bob").key);
  EXPECT_FALSE(table->find(as_bytes("carol")).take());
  EXPECT_FALSE(table->find({}).take());
}

TEST(ExternalPskTable, RefusesTwoOfOneIdentityAndShortKeys) {
  EXPECT_EQ(ExternalPskTable::make(psks({"a", "a"})).error().code, ErrorCode::invalid_argument);
  std::vector<ExternalPsk> short_key;
  short_key.push_back(psk("a", 15));
  EXPECT_EQ(ExternalPskTable::make(std::move(short_key)).error().code, ErrorCode::invalid_argument);
}

TEST(ExternalPskTable, ReadsLinesOfIdentityAndKey) {
  const std::string key = "000102030405060708090A0b0c0d0e0f";
  const auto table = ExternalPskTable::parse(
      as_bytes("# who may come\n\nalice:" + key + "\r\nurn:b:c:" + key + "\n#00ff:" + key + "\n#\n"));
  ASSERT_TRUE(table) << describe(table.error());
  EXPECT_EQ((*table)->size(), 3U);
  const auto found = (*table)->find(as_bytes("urn:b:c")).take();
  ASSERT_TRUE(found);
  EXPECT_EQ(hex(found->key), "000102030405060708090a0b0c0d0e0f");
  EXPECT_TRUE((*table)->find(Octets{0x00, 0xff}).take());
}

TEST(ExternalPskTable, RefusesLinesThatAreNone) {
  const std::string key = "000102030405060708090a0b0c0d0e0f";
  for (const std::string& line :
       {std::string("alice"), std::string("alice:"), ":" + key, "alice:" + key + "0", "alice:" + key + "0g",
        std::string("alice:0011"), "#0:" + key, "#zz:" + key, "#:" + key}) {
    const std::string first = "bob:" + key + "\n";
    const auto table = ExternalPskTable::parse(as_bytes(first + line));
    ASSERT_FALSE(table) << line;
    EXPECT_EQ(table.error().code, ErrorCode::stored_state_malformed) << line;
    EXPECT_EQ(table.error().offset, first.size()) << line;
  }
}

TEST(ExternalPskTable, ComesFromAFileThatIsPrivate) {
  const Folder folder;
  const std::string text = "alice:000102030405060708090a0b0c0d0e0f\n";
  write_file(folder.file("psks"), as_bytes(text));
  EXPECT_TRUE(ExternalPskTable::load(folder.file("psks")));
  write_file(folder.file("psks"), as_bytes(text), 0604);
  EXPECT_EQ(ExternalPskTable::load(folder.file("psks")).error().code, ErrorCode::file_unreadable);
}

}  // namespace
}  // namespace handfast::test
