#!/usr/bin/env python3
"""Writes Sources/QSimCLI/Embedded/ExampleFiles.swift from the circuits in Examples/circuits.

With --check, only says whether the file is current: exit 1 if it is not.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "Sources/QSimCLI/Embedded/ExampleFiles.swift"


def literal(text):
    """A Swift raw string of several lines that holds the text."""
    hashes = "#"
    while '"""' + hashes in text or "\\" + hashes in text:
        hashes += "#"
    lines = text.removesuffix("\n").split("\n")
    ending = "\n" if text.endswith("\n") else ""
    body = "".join(f"        {line}\n" if line else "\n" for line in lines)
    return f'{hashes}"""\n{body}{"" if not ending else chr(10)}        """{hashes}'


def source():
    """The text of the Swift file."""
    parts = [
        "// swift-format-ignore-file\n"
        "// Written by Tests/Tooling/embed_examples.py from Examples/circuits; do not edit.\n\n"
        "/// The circuits of `qsim examples`.\n"
        "enum ExampleFiles {\n"
        "  /// Names and texts, in order of their names.\n"
        "  static let all: [(name: String, text: String)] = [\n"
    ]
    files = [path for path in (ROOT / "Examples/circuits").iterdir()
             if path.suffix in (".qasm", ".stim")]
    for path in sorted(files, key=lambda path: path.name):
        text = path.read_text(encoding="utf-8")
        if "\r" in text:
            sys.exit(f"{path.name}: line ends are \\n here")
        parts.append(f'    (\n      name: "{path.name}",\n      text: {literal(text)}\n    ),\n')
    parts.append("  ]\n}\n")
    return "".join(parts)


if __name__ == "__main__":
    text = source()
    current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if "--check" in sys.argv[1:]:
        if text != current:
            sys.exit("embedded examples are out of date: run Tests/Tooling/embed_examples.py")
    elif text != current:
        TARGET.write_text(text, encoding="utf-8")
        print(f"wrote {TARGET.relative_to(ROOT)}")
