// The table of errors: complete, and what it makes of an error.
#include <set>

#include <handfast/error.hpp>

#include <gtest/gtest.h>

namespace handfast {
namespace {

TEST(ErrorTable, EveryCodeHasNameSentenceAndHint) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::file_unreadable); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const ErrorInfo& info = error_info(code);
    EXPECT_EQ(info.code, code);
    EXPECT_FALSE(info.name.empty());
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_TRUE(info.sentence.ends_with('.')) << info.name;
    EXPECT_TRUE(info.hint.ends_with('.')) << info.name;
    EXPECT_FALSE(info.section.empty());
  }
}

// decryption_failed, no_certificate, export_restriction, decompression_failure: of older versions alone
// [5246:7.2.2#6,7,8] [8446:B#1].
TEST(ErrorTable, NamesNoAlertThatIsReserved) {
  for (unsigned code = 0; code <= static_cast<unsigned>(ErrorCode::file_unreadable); ++code) {
    const auto alert = static_cast<unsigned>(error_info(static_cast<ErrorCode>(code)).alert);
    EXPECT_TRUE(alert != 21 && alert != 30 && alert != 41 && alert != 60) << code;
  }
}

TEST(Error, TakesItsAlertFromTheTable) {
  EXPECT_EQ(Error(ErrorCode::bad_record_mac).alert, AlertDescription::bad_record_mac);
  EXPECT_EQ(Error(ErrorCode::illegal_value, AlertDescription::protocol_version).alert,
            AlertDescription::protocol_version);
}

TEST(Error, DescribesMessageFieldOffsetAndAlert) {
  Error error(ErrorCode::truncated);
  error.message = HandshakeType::server_hello;
  error.field = "random";
  error.offset = 2;
  EXPECT_EQ(describe(error),
            "The message ends in the middle of a field (server_hello, field random at octet 2) "
            "[alert decode_error]");
}

TEST(Error, NamesAReceivedAlert) {
  EXPECT_EQ(describe(Error(ErrorCode::peer_alert, AlertDescription::unknown_ca)),
            "The peer ended the connection with an alert [received alert unknown_ca]");
}

}  // namespace
}  // namespace handfast
