"""Tests of check_documentation.py and what it shares: which declarations count, and what is wrong with them."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_documentation as checker  # noqa: E402
import make_api_docs  # noqa: E402
import symbol_graphs  # noqa: E402

ROOT = pathlib.Path("/package")


def symbol(comment=None, name="State.count", line=6, kind="swift.property", file="Sources/A/State%20One.swift"):
    """A symbol as a graph has it; without a file, one that no source declares."""
    made = {"kind": {"identifier": kind}, "pathComponents": name.split(".")}
    if file:
        made["location"] = {"uri": f"file://{ROOT}/{file}", "position": {"line": line, "character": 2}}
    if comment is not None:
        made["docComment"] = {"lines": [{"text": text} for text in comment.split("\n")]}
    return made


class DocumentationTests(unittest.TestCase):
    def examine(self, *symbols):
        return checker.examine([{"symbols": list(symbols)}], ROOT)

    def test_a_comment_with_a_summary_passes(self):
        for comment in ["The number of qubits.", "The number of qubits.\n\n- Complexity: O(1).", "- one thing\n- another"]:
            self.assertEqual(self.examine(symbol(comment)), (1, []), comment)

    def test_a_missing_comment_is_named_with_its_place(self):
        self.assertEqual(self.examine(symbol()), (1, ["Sources/A/State One.swift:7: State.count has no comment"]))

    def test_a_comment_needs_text(self):
        self.assertIn("empty", self.examine(symbol(" \n"))[1][0])
        for fields in ["- Parameter count: the number.", "- Throws: nothing.", "\n- Returns: it."]:
            self.assertIn("without a summary", self.examine(symbol(fields))[1][0], fields)

    def test_extensions_and_what_no_source_declares_do_not_count(self):
        self.assertEqual(self.examine(symbol(kind="swift.extension"), symbol(file=None)), (0, []))

    def test_a_declaration_in_two_graphs_is_named_once_and_in_order(self):
        problems = self.examine(symbol(line=20, name="b"), symbol(line=3, name="a"), symbol(line=3, name="a"))[1]
        self.assertEqual([problem.split(": ")[0] for problem in problems], [
            "Sources/A/State One.swift:4", "Sources/A/State One.swift:21"])


class ModuleTests(unittest.TestCase):
    def test_libraries_are_the_targets_with_swift_files_under_sources(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for file in ["Kernels/a.c", "Core/Bits/a.swift", "Engines/a.swift", "Tool/main.swift"]:
                path = root / "Sources" / file
                path.parent.mkdir(parents=True)
                path.write_text("")
            (root / "Package.swift").write_text(
                '.target(name: "Kernels"), .target(name: "Core"),\n.target(\n  name: "Engines", dependencies: ["Core"]),\n'
                '.executableTarget(name: "Tool"), .target(name: "Support", path: "Tests/Support")\n')
            self.assertEqual(symbol_graphs.library_modules(root), ["Core", "Engines"])

    def test_every_library_module_has_a_catalog_under_its_name(self):
        modules = symbol_graphs.library_modules()
        self.assertIn("QuantumCore", modules)
        for module in modules:
            catalog = pathlib.Path(make_api_docs.conversion(module, ROOT, ROOT)[1])
            page = catalog / f"{module}.md"
            self.assertTrue(page.exists(), page)
            self.assertTrue(page.read_text().startswith(f"# ``{module}``\n"), page)

    def test_a_module_that_is_not_built_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(SystemExit):
            symbol_graphs.extract("Core", pathlib.Path(folder, "graphs"), pathlib.Path(folder))


if __name__ == "__main__":
    unittest.main()
