// The commands in docs/sessions.md do what the page says.
#include <cstdlib>

#include <handfast/ticket_keys.hpp>

#include "session/folder.hpp"
#include "session/sessions.hpp"

namespace handfast::test {
namespace {

/// The page's shell commands, in order.
std::vector<std::string> recipes() {
  const std::string page(as_text(read_file(HANDFAST_SOURCE_DIR "/docs/sessions.md")));
  const std::string open = "```sh\n";
  std::vector<std::string> found;
  for (std::size_t at = 0; (at = page.find(open, at)) != std::string::npos;) {
    at += open.size();
    found.push_back(page.substr(at, page.find("```", at) - at));
  }
  return found;
}

bool run_in(const Folder& folder, const std::string& script) {
  write_file(folder.file("script"), as_bytes("set -eu\ncd " + folder.file("") + "\n" + script));
  return std::system(("sh " + folder.file("script")).c_str()) == 0;
}

TEST(Recipes, MakeAndRotateASetOfKeysForAFleet) {
  if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no openssl program";
  const std::vector<std::string> scripts = recipes();
  ASSERT_EQ(scripts.size(), 2U);
  const Folder folder;
  const std::string path = folder.file("ticket-keys");
  ASSERT_TRUE(run_in(folder, scripts[0]));
  EXPECT_EQ(mode_of(path), 0600U);
  auto before = TicketKeys::load(path);
  ASSERT_TRUE(before) << describe(before.error());
  const auto first = (*before)->seal(plain_session(), noon);
  for (int rotation = 1; rotation <= 5; ++rotation) {
    ASSERT_TRUE(run_in(folder, scripts[1]));
    EXPECT_EQ(mode_of(path), 0600U);
    const auto after = TicketKeys::load(path);
    ASSERT_TRUE(after) << describe(after.error());
    // Either host opens what the other seals, before both have the new set.
    EXPECT_TRUE((*after)->open(*(*before)->seal(plain_session(), noon), noon));
    EXPECT_TRUE((*before)->open(*(*after)->seal(plain_session(), noon), noon));
    EXPECT_EQ((*after)->open(*first, noon).has_value(), rotation <= 3);
    before = after;
  }
}

}  // namespace
}  // namespace handfast::test
