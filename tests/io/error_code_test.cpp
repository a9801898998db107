// Errors as std::error_code and back.
#include <handfast/error_code.hpp>

#include <gtest/gtest.h>

namespace handfast {
namespace {

TEST(ErrorCodeCategory, CarriesCodeAlertAndMessage) {
  Error error(ErrorCode::peer_alert, AlertDescription::unknown_ca);
  error.message = HandshakeType::certificate;
  const auto back = to_error(make_error_code(error));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->code, ErrorCode::peer_alert);
  EXPECT_EQ(back->alert, AlertDescription::unknown_ca);
  EXPECT_EQ(back->message, HandshakeType::certificate);
}

TEST(ErrorCodeCategory, EveryCodeIsAnErrorAndComesBack) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::file_unreadable); ++i) {
    const Error error(static_cast<ErrorCode>(i));
    const std::error_code code = make_error_code(error);
    EXPECT_TRUE(code);
    EXPECT_GT(code.value(), 0);
    EXPECT_EQ(to_error(code)->code, error.code);
    EXPECT_EQ(to_error(code)->alert, error.alert);
    EXPECT_FALSE(to_error(code)->in_message());
  }
}

TEST(ErrorCodeCategory, ComparesWithAnErrorCodeWhateverTheAlert) {
  const std::error_code code = make_error_code(Error(ErrorCode::peer_alert, AlertDescription::access_denied));
  EXPECT_TRUE(code == ErrorCode::peer_alert);
  EXPECT_FALSE(code == ErrorCode::truncated);
  EXPECT_FALSE(std::make_error_code(std::errc::broken_pipe) == ErrorCode::peer_alert);
}

TEST(ErrorCodeCategory, DescribesInWords) {
  const std::error_code code = make_error_code(Error(ErrorCode::peer_alert, AlertDescription::unknown_ca));
  EXPECT_STREQ(code.category().name(), "handfast");
  EXPECT_EQ(code.message(), "The peer ended the connection with an alert [received alert unknown_ca]");
}

TEST(ErrorCodeCategory, OthersHoldNoError) {
  EXPECT_FALSE(to_error(std::make_error_code(std::errc::timed_out)));
  EXPECT_FALSE(to_error(std::error_code()));
}

}  // namespace
}  // namespace handfast
