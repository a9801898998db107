// HTTP/1.1 heads, and that no octets of a client break the parser.
#include "http.hpp"

#include <random>

#include <gtest/gtest.h>

namespace handfast::tool::http {
namespace {

TEST(HttpHead, EndsAtTheFirstEmptyLine) {
  EXPECT_EQ(find_end("GET / HTTP/1.1\r\nA: b\r\n\r\nbody"), 24u);
  EXPECT_EQ(find_end("GET / HTTP/1.1\n\n"), 16u);
  EXPECT_EQ(find_end("GET / HTTP/1.1\r\nA: b\r\n"), std::nullopt);
  EXPECT_EQ(find_end(""), std::nullopt);
}

TEST(HttpHead, GivesMethodPathAndFields) {
  const auto request = parse("GET /a%20b/%C3%A9?q=1#f HTTP/1.1\r\nHOST: x\r\nUser-Agent: \t me \r\n\r\n");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->target, "/a%20b/%C3%A9?q=1#f");
  EXPECT_EQ(request->path, "/a b/\xc3\xa9");
  EXPECT_EQ(request->field("user-agent"), "me");
  EXPECT_EQ(request->field("absent"), "");
  EXPECT_FALSE(request->is_head());
}

TEST(HttpHead, TakesTheFormThatProxiesGet) {
  EXPECT_EQ(parse("GET HTTPS://h:1/x HTTP/1.1\r\nHost: h\r\n\r\n")->path, "/x");
  EXPECT_EQ(parse("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n")->path, "/");
}

TEST(HttpHead, DecodesAPercentAtTheEnd) {
  EXPECT_EQ(parse("GET /%41 HTTP/1.0\r\n\r\n")->path, "/A");
  EXPECT_EQ(parse("GET /%4 HTTP/1.0\r\n\r\n").error(), Status::bad_request);
  EXPECT_EQ(parse("GET /% HTTP/1.0\r\n\r\n").error(), Status::bad_request);
}

TEST(HttpHead, NoOctetsBreakIt) {
  std::mt19937 random(1);
  const std::string seed = "GET /a%20b HTTP/1.1\r\nHost: x\r\nUser-Agent: y\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) {
    std::string head = seed;
    for (int changes = 1 + i % 5; changes > 0; --changes)
      head[random() % head.size()] = static_cast<char>(random() % 256);
    head.resize(random() % (head.size() + 1));
    const auto request = parse(head);
    if (request) {
      EXPECT_TRUE(request->path.starts_with('/'));
      EXPECT_EQ(request->path.find('\0'), std::string::npos);
    }
  }
}

TEST(HttpResponse, SaysWhatFollows) {
  Response response;
  response.status = Status::method_not_allowed;
  response.content_length = 7;
  const std::string text = to_text(response);
  EXPECT_TRUE(text.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_NE(text.find("\r\nContent-Length: 7\r\n"), std::string::npos);
  EXPECT_NE(text.find("\r\nAllow: GET, HEAD\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("Connection: close\r\n\r\n"));
}

TEST(HttpPath, IsEncodedSoThatNothingBreaksOut) {
  EXPECT_EQ(encode_path("a b/\r\nX: y"), "a%20b/%0D%0AX%3A%20y");
  EXPECT_EQ(encode_path("-._~/A9"), "-._~/A9");
}

}  // namespace
}  // namespace handfast::tool::http
