"""Tests of console_blocks.py: what it accepts, and that it fails where it should."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import console_blocks as runner  # noqa: E402


class ConsoleBlockTests(unittest.TestCase):
    def problems(self, document, update=False, targets=frozenset({"run"}), examples=()):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "Guides", "page.md")
            path.parent.mkdir()
            path.write_text(document)
            count, problems = runner.check(path, "/nowhere", targets, examples, update)
            self.text = path.read_text()
            return problems

    def test_output_as_shown_passes(self):
        self.assertEqual(self.problems("```console\n$ echo a; echo b >&2\na\nb\n$ true\n```\n"), [])

    def test_other_output_fails(self):
        for shown in ["b", "a\nb", "", "a "]:
            self.assertEqual(len(self.problems(f"```console\n$ echo a\n{shown}\n```\n")), 1, shown)

    def test_dots_stand_for_any_lines(self):
        self.assertEqual(self.problems("```console\n$ seq 5\n1\n...\n5\n...\n```\n"), [])
        self.assertEqual(len(self.problems("```console\n$ seq 5\n1\n...\n6\n```\n")), 1)

    def test_a_failing_command_fails(self):
        self.assertEqual(len(self.problems("```console\n$ false\n```\n")), 1)
        self.assertEqual(self.problems('```console\n$ false; echo "exit $?"\nexit 1\n```\n'), [])

    def test_a_command_may_continue(self):
        self.assertEqual(self.problems("```console\n$ echo a \\\n  b\na b\n```\n"), [])

    def test_no_block_is_exempt(self):
        self.assertEqual(len(self.problems("```console no-run\n$ true\n```\n")), 1)
        self.assertEqual(len(self.problems("```console\noutput\n```\n")), 1)

    def test_make_targets_must_exist(self):
        self.assertEqual(self.problems("```sh\nmake run PREFIX=/x && make -j2 run\n```\n"), [])
        self.assertEqual(len(self.problems("```sh\nmake fly\n```\n")), 1)

    def test_swift_blocks_are_text_of_an_example(self):
        example = "import QSim\n\nfunc f() {\n  let a = 1\n  let b = 2\n}\n"
        document = "```swift\nlet a = 1\nlet b = {}\n```\n"
        self.assertEqual(self.problems(document.format(2), examples=[example]), [])
        self.assertEqual(len(self.problems(document.format(3), examples=[example])), 1)

    def test_update_writes_what_came_out(self):
        self.problems("a\n```console\n$ seq 3\nold\n$ seq 9\n1\n...\n9\n```\nb\n", update=True)
        self.assertEqual(self.text, "a\n```console\n$ seq 3\n1\n2\n3\n$ seq 9\n1\n...\n9\n```\nb\n")


if __name__ == "__main__":
    unittest.main()
