"""Tests of tools/run_tests.py: how reports of ctest and GoogleTest become one count."""
import json
import tempfile
import unittest
from pathlib import Path

from run_tests import Total, count


def case(name: str, result: str = "COMPLETED", failures: int = 0, status: str = "RUN") -> dict:
    found = {"name": name, "status": status, "result": result}
    if failures:
        found["failures"] = [{"failure": "x"}] * failures
    return found


def row(name: str, status: str, why: str = "") -> str:
    return f'<testcase name="{name}" status="{status}">' + (f'<skipped message="{why}"/>' if why else "") + "</testcase>"


class Count(unittest.TestCase):
    def count(self, tests: dict[str, str], reports: dict[str, list[dict]]) -> Total:
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder)
            rows = "".join(row(name, *status.split(": ")) for name, status in tests.items())
            (results / "ctest.xml").write_text(f"<testsuite>{rows}</testsuite>")
            for name, cases in reports.items():
                (results / f"{name}.json").write_text(
                    json.dumps({"testsuites": [{"name": "Suite", "testsuite": cases}]}))
            return count(results / "ctest.xml", results)

    def test_cases_count_one_by_one(self):
        total = self.count({"wire": "run"}, {"wire": [case("A"), case("B"), case("C", "SKIPPED")]})
        self.assertEqual(total.closing_line(), "2 passed, 0 failed, 1 skipped")
        self.assertEqual(total.skipped, ["wire: Suite.C"])

    def test_a_failing_case_is_named_and_counted_once(self):
        total = self.count({"wire": "fail"}, {"wire": [case("A"), case("B", failures=2)]})
        self.assertEqual(total.closing_line(), "1 passed, 1 failed, 0 skipped")
        self.assertEqual(total.failed, ["wire: Suite.B"])

    def test_a_crash_is_a_failure_with_and_without_a_report(self):
        self.assertEqual(self.count({"wire": "fail"}, {}).failed, ["wire"])
        self.assertEqual(self.count({"wire": "fail"}, {"wire": [case("A")]}).failed, ["wire"])

    def test_other_programs_are_one_case(self):
        total = self.count({"a": "run", "b": "fail", "c": "notrun: SKIP_RETURN_CODE=77", "d": "disabled"}, {})
        self.assertEqual(total.closing_line(), "1 passed, 1 failed, 2 skipped")

    def test_a_program_that_is_missing_is_a_failure(self):
        total = self.count({"wire": "notrun: Unable to find executable"}, {})
        self.assertEqual(total.failed, ["wire (Unable to find executable)"])

    def test_ci_refuses_what_was_skipped_without_need(self):
        total = self.count({"crypto": "run", "interop_gnutls": "notrun: SKIP_RETURN_CODE=77",
                            "interop_go": "notrun: SKIP_RETURN_CODE=77"},
                           {"crypto": [case("A"), case("Vectors", "SKIPPED")]})
        self.assertEqual(total.closing_line(), "1 passed, 0 failed, 3 skipped")
        total.refuse_skipped()
        self.assertEqual(total.closing_line(), "1 passed, 2 failed, 1 skipped")
        self.assertEqual(total.skipped, ["interop_go"])
        self.assertEqual(total.failed, ["crypto: Suite.Vectors (skipped)", "interop_gnutls (skipped)"])

    def test_disabled_cases_are_skipped_and_filtered_ones_are_not_there(self):
        total = self.count({"wire": "run"}, {"wire": [case("DISABLED_A", status="NOTRUN"),
                                                      case("B", status="NOTRUN"), case("C")]})
        self.assertEqual(total.closing_line(), "1 passed, 0 failed, 1 skipped")


if __name__ == "__main__":
    unittest.main()
