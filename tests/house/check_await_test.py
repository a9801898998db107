"""Tests of tools/check_await.py: what the rules allow passes, each form they forbid is found where it stands."""
import unittest

from check_await import check_source


def in_coroutine(statements: str) -> str:
    return f"Task<> Client::run(const Config& config) {{\n{statements}\n}}\n"


class CheckAwait(unittest.TestCase):
    def accepts(self, statements: str):
        self.assertEqual(check_source(in_coroutine(statements)), [], statements)

    def refuses(self, statements: str, why: str):
        found = check_source(in_coroutine(statements))
        self.assertEqual(len(found), 1, f"{statements}: {found}")
        self.assertEqual(found[0][0], 2, found)
        self.assertIn(why, found[0][1])

    def test_the_four_places(self):
        self.accepts("co_await greet();")
        self.accepts("const auto hello = co_await receive<ServerHello>();")
        self.accepts("std::optional<Question> question = co_await ask(config);")
        self.accepts("const message::ServerHello& hello = co_await receive<message::ServerHello>();")
        self.accepts("auto* x = co_await ask();")
        self.accepts("state_.hello = co_await receive<ServerHello>();")
        self.accepts("this->hello = co_await receive<ServerHello>();")
        self.accepts("co_return co_await finish(config);")

    def test_a_statement_begins_after_blocks_labels_and_controls(self):
        self.accepts("if (a) co_await greet();")
        self.accepts("if constexpr (a) co_await greet();")
        self.accepts("if (a) { co_await greet(); } else co_await leave();")
        self.accepts("for (int i = 0; i < 3; ++i) co_await greet();")
        self.accepts("for (;;) {\n  const auto n = co_await read(buffer);\n  if (n == 0) break;\n}")
        self.accepts("while (more()) co_await greet();")
        self.accepts("do co_await greet(); while (more());")
        self.accepts("switch (x) { case 1: co_await greet(); break; default: co_await leave(); }")
        self.accepts("switch (x) { case Kind::a: { co_await greet(); } }")
        self.accepts("try { co_await greet(); } catch (...) {}")
        self.accepts("{ co_await greet(); }")
        self.accepts("const Guard guard{config};\nco_await greet();")
        self.accepts("const auto f = [&](int x) { return x; };\nco_await greet();")

    def test_plain_arguments(self):
        self.accepts("co_await send(a, b.c, d->e, N::f, *this, &g, -1, !h, 0x1'00, 'c', \"text\", nullptr);")
        self.accepts("co_await send(std::move(hello));")
        self.accepts("co_await send(Bytes(hello.random), Finished(verify_data(keys)));")
        self.accepts("co_await require(hello.version == ProtocolVersion::tls13, ErrorCode::illegal_value, \"x\");")
        self.accepts("co_await require(a < b, ErrorCode::illegal_value);")
        self.accepts("co_await require(list.size() <= limit, ErrorCode::illegal_value);")
        self.accepts("co_await require(holds<A, B>(config), ErrorCode::illegal_value);")
        self.accepts("auto n = co_await stream.async_read_some(asio::buffer(octets), asio::use_awaitable);")
        self.accepts("co_await handshake.template receive<M>();")
        self.accepts("co_await stream().read(octets);")

    def test_conditions_and_headers(self):
        self.refuses("if (co_await greet()) leave();", "inside a condition")
        self.refuses("while (co_await greet()) leave();", "inside a condition")
        self.refuses("switch (co_await greet()) {}", "inside a condition")
        self.refuses("for (auto x = co_await greet(); x;) leave();", "inside a condition")
        self.refuses("for (; a; co_await greet()) leave();", "inside a condition")
        self.refuses("for (const auto& x : co_await list()) leave();", "inside a condition")
        self.refuses("if (const auto x = co_await greet(); x) leave();", "inside a condition")

    def test_arguments_and_braces(self):
        self.refuses("send(co_await greet());", "inside a condition, an argument or braces")
        self.refuses("const T t{co_await greet()};", "inside a condition, an argument or braces")
        self.refuses("const T t(co_await greet());", "inside a condition, an argument or braces")
        self.refuses("const T t = {co_await greet()};", "inside a condition, an argument or braces")
        self.refuses("f({.a = co_await greet()});", "inside a condition, an argument or braces")
        self.refuses("co_return T{co_await greet()};", "inside a condition, an argument or braces")
        self.refuses("a[co_await greet()] = 1;", "inside a condition, an argument or braces")

    def test_beside_other_operators(self):
        self.refuses("const bool ok = a && co_await greet();", "not a whole statement")
        self.refuses("const bool ok = a ? co_await greet() : b;", "not a whole statement")
        self.refuses("const int n = 1 + co_await greet();", "not a whole statement")
        self.refuses("const int n = co_await greet() + 1;", "goes on after the call")
        self.refuses("const int n = co_await greet() ? 1 : 2;", "goes on after the call")
        self.refuses("n += co_await greet();", "not a whole statement")
        self.refuses("a = b = co_await greet();", "beside another operator")
        self.refuses("co_return 1 + co_await greet();", "not a whole statement")
        self.refuses("return_value(1), co_await greet();", "not a whole statement")
        self.refuses("(co_await greet());", "inside a condition, an argument or braces")
        self.refuses("(void)co_await greet();", "not a whole statement")

    def test_operands_that_gcc_copies_twice(self):
        self.refuses("co_await send(Finished{data});", "more than a variable")
        self.refuses("co_await send({.a = 1});", "more than a variable")
        self.refuses("co_await send([&] { return 1; });", "more than a variable")
        self.refuses("co_await send(a ? X() : Y());", "more than a variable")
        self.refuses("co_await require(a && b, ErrorCode::illegal_value);", "more than a variable")
        self.refuses("co_await require(holds(a || b), ErrorCode::illegal_value);", "more than a variable")
        self.refuses("co_await send(a[0]);", "more than a variable")
        self.refuses("co_await send(a = b);", "more than a variable")
        self.refuses("co_await task;", "not a call")
        self.refuses("co_await Task{};", "not one plain call")
        self.refuses("co_await (greet());", "not one plain call")
        self.refuses("co_await [&] { return 1; }();", "not one plain call")

    def test_lambdas_are_no_coroutines(self):
        self.refuses("spawn([&]() -> Task<> { co_return; });", "a lambda is a coroutine")
        self.refuses("spawn([&] { co_return; });", "a lambda is a coroutine")
        self.refuses("auto f = []<class T>(T x) -> Task<> { co_await greet(x); };", "a lambda is a coroutine")
        self.accepts("co_await greet();\nauto f = [](int x) { return x; };\nco_return;")

    def test_no_rvalue_reference_parameters(self):
        found = check_source("Task<> send(Handshake& handshake, Octets&& octets) {\n  co_return;\n}\n")
        self.assertEqual(found, [(2, "a coroutine has a && parameter")])
        self.assertEqual(check_source("Task<> send(Handshake& h, Octets octets) {\n  if (a && b) co_return;\n}\n"), [])

    def test_comments_texts_and_directives_are_no_code(self):
        self.accepts("// if (co_await greet())\n/* f(co_await g()) */\nlog(\"if (co_await greet())\");")
        self.accepts("log(R\"x(f(co_await g()))x\");\nconst char c = '\"';")
        self.assertEqual(check_source("#define AWAIT(x) f(co_await x)\nint a;\n"), [])

    def test_the_line_is_that_of_the_word(self):
        self.assertEqual(check_source("/* one\ntwo */\nTask<> f(H& h) {\n  if (\n    co_await g()) {}\n}\n")[0][0], 5)

    def test_a_member_function_with_all_that_may_follow_its_parameters(self):
        for after in ("", " const", " noexcept", " noexcept(true)", " override", " const noexcept final"):
            self.assertEqual(check_source(f"Task<> A::f(H& h){after} {{ co_await g(); }}"), [], after)
        self.assertEqual(check_source("auto A::f(H& h) -> Task<std::vector<int>> { co_await g(); }"), [])
        self.assertEqual(check_source("class A { Task<> f(H& h) { co_await g(); } };"), [])


if __name__ == "__main__":
    unittest.main()
