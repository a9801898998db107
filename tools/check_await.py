#!/usr/bin/env python3
"""The rules that keep GCC 12 from miscompiling coroutines in silence (ARCHITECTURE.md, docs/adr).

1. co_await stands only as a statement of its own, as the initialiser of one variable, as the right-hand side of
   an assignment, or as the operand of co_return: never in a condition, a loop header, an argument, braces, or
   beside && || ?: or any other operator.
2. Its operand is one call. The arguments are variables, std::move(variable), constants, T(...) of the same, or
   a comparison or sum of them: no braces, no lambdas, no indexing, no && || ?: or assignment.
3. No lambda is a coroutine, and no coroutine has a && parameter.

    tools/check_await.py [FILE...]      (default: every source of the tree)

This reads tokens, not C++: it knows brackets, statements and lambdas, and refuses what it does not know.
"""
import re
import sys
from dataclasses import dataclass
from pathlib import Path

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:\\\n|[^\n])*)
      | (?P<text>(?:u8|[uUL])?R"(?P<mark>[^(\s]{0,16})\(.*?\)(?P=mark)"
              | (?:u8|[uUL])?"(?:\\.|[^"\\\n])*"
              | (?:u8|[uUL])?'(?:\\.|[^'\\\n])+')
      | (?P<number>\.?[0-9](?:[eEpP][+-]|'?[0-9a-zA-Z_.])*)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<sign><=>|<<=|->\*|\.\.\.|::|->|\+\+|--|&&|\|\||<<|<=|>=|==|!=|[-+*/%&|^]=|.)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE)
COROUTINE_WORDS = {"co_await", "co_return", "co_yield"}
OPENING = {"(": ")", "[": "]", "{": "}"}
PLAIN_OPERATORS = {"==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "&", "|", "^"}
CONTROL = {"if", "for", "while", "switch", "catch"}


@dataclass
class Token:
    kind: str
    text: str
    line: int


def tokens_of(source: str) -> list[Token]:
    tokens, line, position = [], 1, 0
    while position < len(source):
        match = TOKEN.match(source, position)
        if match.lastgroup != "skip" and match["skip"] is None:
            kind = next(name for name in ("text", "number", "name", "sign") if match[name] is not None)
            tokens.append(Token(kind, match[0], line))
        line += match[0].count("\n")
        position = match.end()
    return tokens


class Source:
    """A file's tokens with the partner of each bracket."""

    def __init__(self, source: str):
        self.tokens = tokens_of(source)
        self.partner: dict[int, int] = {}
        open_brackets: list[int] = []
        for at, token in enumerate(self.tokens):
            if token.text in OPENING and token.kind == "sign":
                open_brackets.append(at)
            elif token.text in (")", "]", "}") and token.kind == "sign" and open_brackets:
                opened = open_brackets.pop()
                self.partner[opened], self.partner[at] = at, opened

    def text(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def slice(self, start: int, end: int) -> str:
        return " ".join(token.text for token in self.tokens[start:end])

    def template_end(self, at: int) -> int | None:
        """Past the closing > of template arguments that open at `at`; None if it is a comparison."""
        depth = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            if token.text == "<":
                depth += 1
            elif token.text == ">":
                depth -= 1
                if depth == 0:
                    return at + 1
            elif token.text == "(" or token.text == "[":
                at = self.partner.get(at, at)
            elif token.kind == "sign" and token.text not in ("::", ",", "*", "&", "&&", "..."):
                return None
            at += 1
        return None

    # --- where a statement begins

    def begins_statement(self, at: int) -> bool:
        """Whether a statement begins at this token: after ; { } else do, a label, or the (...) of a control."""
        before = self.text(at - 1)
        if at == 0 or before in ("else", "do"):
            return True
        if before in (";", "}"):
            return not self.inside_parentheses(at)
        if before == "{":
            return self.is_block(at - 1)
        if before == ":":
            return self.is_label(at - 1)
        if before == ")":
            head = self.partner.get(at - 1, 0) - 1
            return self.text(head) in CONTROL or (
                self.text(head) == "constexpr" and self.text(head - 1) == "if")
        return False

    def inside_parentheses(self, at: int) -> bool:
        """Whether the innermost bracket around this token is round: the ; of a for header."""
        at -= 1
        while at >= 0:
            if self.text(at) in (")", "]", "}") and at in self.partner:
                at = self.partner[at]
            elif self.text(at) in OPENING and self.tokens[at].kind == "sign":
                return self.text(at) != "{"
            at -= 1
        return False

    def is_label(self, colon: int) -> bool:
        start = colon - 1
        while start >= 0 and self.text(start) not in (";", "{", "}", "?", ":"):
            if self.text(start) in ("case", "default"):
                return True
            start -= 1
        return False

    def is_block(self, brace: int) -> bool:
        """Whether this { opens statements: a function's or control's body, or a bare block; not an initialiser."""
        before = self.text(brace - 1)
        if before in (";", "{", "}", "else", "do", "try", ""):
            return before != "{" or self.is_block(brace - 1)
        if before == ":":
            return self.is_label(brace - 1)
        return self.body_of(brace) is not None

    # --- functions

    def body_of(self, brace: int) -> int | None:
        """If this { opens the body of a function, a lambda or a control: where the ( of its parameters is."""
        at = brace - 1
        while at >= 0:
            word = self.text(at)
            if word == ")":
                opened = self.partner.get(at)
                if opened is None:
                    return None
                if self.text(opened - 1) in ("noexcept", "requires", "explicit", "decltype"):
                    at = opened - 2
                    continue
                return opened
            # What may stand between the parameters and the body: specifiers, a trailing return type.
            if self.tokens[at].kind == "name" or word in ("->", "::", "<", ">", ",", "*", "&", "&&"):
                if word in ("return", "co_return", "co_await", "co_yield", "namespace", "struct", "class", "enum",
                            "union"):
                    return None
                at -= 1
                continue
            return None
        return None

    def function_around(self, at: int) -> tuple[int, int] | None:
        """(parameters' (, body's {) of the innermost function or lambda around this token."""
        at -= 1
        while at >= 0:
            if self.text(at) in (")", "]", "}") and at in self.partner:
                at = self.partner[at]
            elif self.text(at) == "{":
                parameters = self.body_of(at)
                if parameters is not None:
                    head = self.text(parameters - 1)
                    if head not in CONTROL and not (head == "constexpr" and self.text(parameters - 2) == "if"):
                        return parameters, at
                elif self.text(at - 1) == "]":  # a lambda without parameters
                    return at - 1, at
            at -= 1
        return None

    def is_lambda(self, parameters: int) -> bool:
        if self.text(parameters) == "]":
            opened = self.partner.get(parameters, 0)
        else:
            before = parameters - 1
            if self.text(before) == ">":  # []<class T>(...)
                while before >= 0 and self.text(before) != "]" and self.text(before) not in (";", "{", "}"):
                    before -= 1
            if self.text(before) != "]":
                return False
            opened = self.partner.get(before, 0)
        # a[i](x) and operator[](x) have a name before the bracket; [[attribute]] has another bracket inside
        return self.tokens[opened - 1].kind != "name" or self.text(opened - 1) in ("return", "co_return", "co_await")


def statement_start(source: Source, at: int) -> int | None:
    """Where the statement begins whose own tokens (outside brackets) include this one; None inside brackets."""
    while at >= 0:
        if source.begins_statement(at):
            return at
        before = source.text(at - 1)
        if before in (")", "]", "}") and at - 1 in source.partner:
            at = source.partner[at - 1]
        elif before in OPENING:
            return None
        else:
            at -= 1
    return None


def place_reason(source: Source, at: int) -> str | None:
    """Rule 1: why co_await may not stand here, or None."""
    if source.begins_statement(at):
        return None
    start = statement_start(source, at)
    if start is None:
        return "inside a condition, an argument or braces"
    before = source.text(at - 1)
    if before == "co_return":
        return None if start == at - 1 else "not the whole operand of co_return"
    if before != "=":
        return "not a whole statement, initialiser, right-hand side or operand of co_return"
    head = source.tokens[start : at - 1]
    if any(token.text in ("=", "?", "&&", "||", "+=", "|=", "co_await", "(", "{") for token in head):
        return "beside another operator"
    return None


def variable_end(source: Source, at: int) -> int | None:
    """Past a variable or a name: a, a.b, a->b, A::b, f<T>, this->a; None if there is none."""
    while True:
        if source.text(at) == "::":
            at += 1
        if source.tokens[at].kind != "name":
            return None
        at += 1
        if source.text(at) == "<":
            after = source.template_end(at)
            if after is not None and source.text(after) in ("(", "::", ",", ")", ";"):
                at = after
        if source.text(at) not in (".", "->", "::"):
            return at
        at += 1
        if source.text(at) == "template":
            at += 1


def value_end(source: Source, at: int) -> tuple[int | None, str | None]:
    """Past one value: a constant, a variable, or a call of the same with plain arguments."""
    while source.text(at) in ("&", "*", "-", "!", "~"):
        at += 1
    if source.tokens[at].kind in ("number", "text"):
        at += 1
        while source.tokens[at].kind in ("text", "name"):  # "a" "b", "a"sv
            at += 1
        return at, None
    end = variable_end(source, at)
    while end is not None and source.text(end) == "(":
        why = arguments_reason(source, end)
        if why:
            return None, why
        end = source.partner[end] + 1
        if source.text(end) in (".", "->"):
            end = variable_end(source, end + 1)
    return end, None


def argument_reason(source: Source, start: int, end: int) -> str | None:
    """Rule 2: why tokens [start, end) may not be an argument, or None."""
    at = start
    while at < end:
        after, why = value_end(source, at)
        if why or after == end:
            return why
        if after is None or after > end or source.text(after) not in PLAIN_OPERATORS:
            break
        at = after + 1
    return f"more than a variable, a constant, T(...) or their comparison: {source.slice(start, end)}"


def arguments_reason(source: Source, opened: int) -> str | None:
    end = source.partner[opened]
    start = at = opened + 1
    if start == end:
        return None
    while at <= end:
        if at == end or source.text(at) == ",":
            why = argument_reason(source, start, at)
            if why:
                return why
            start = at + 1
        elif source.text(at) in OPENING:
            at = source.partner[at]
        elif source.text(at) == "<":
            after = source.template_end(at)
            if after is not None and after <= end:
                at = after - 1
        at += 1
    return None


def operand_reason(source: Source, at: int) -> str | None:
    """Rule 2: why what follows co_await is not one call, or None."""
    call = variable_end(source, at)
    while call is not None and source.text(call) == "(":
        why = arguments_reason(source, call)
        if why:
            return why
        after = source.partner[call] + 1
        if source.text(after) == ";":
            return None
        if source.text(after) not in (".", "->"):
            return "the operand goes on after the call"
        call = variable_end(source, after + 1)  # a chain of calls: stream().read(x)
    if call is not None and source.text(call) == ";":
        return "the operand is not a call"
    return "the operand is not one plain call"


def function_reason(source: Source, at: int) -> str | None:
    """Rule 3: why the function around this token may not be a coroutine, or None."""
    function = source.function_around(at)
    if function is None:
        return None
    parameters, _ = function
    if source.is_lambda(parameters):
        return "a lambda is a coroutine"
    if any(token.text == "&&" for token in source.tokens[parameters : source.partner[parameters]]):
        return "a coroutine has a && parameter"
    return None


def check_source(text: str) -> list[tuple[int, str]]:
    """(line, reason) of everything that breaks a rule."""
    source = Source(text)
    findings = []
    for at, token in enumerate(source.tokens):
        if token.text not in COROUTINE_WORDS or token.kind != "name":
            continue
        reasons = [function_reason(source, at)]
        if token.text == "co_await":
            reasons.append(place_reason(source, at) or operand_reason(source, at + 1))
        findings += [(token.line, why) for why in reasons if why]
    return findings


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    folders = ("apps", "bench", "examples", "include", "src", "tests")
    paths = [Path(name) for name in sys.argv[1:]] or sorted(
        path for folder in folders for path in (root / folder).rglob("*.[ch]pp"))
    findings = [f"{path}:{line}: {why}" for path in paths for line, why in check_source(path.read_text())]
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
