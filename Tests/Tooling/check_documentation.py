#!/usr/bin/env python3
"""Names the public declarations of the library modules that have no comment, or a comment without a summary.

    check_documentation.py

Reads the symbol graphs of a release build. A declaration that fulfils a requirement of a protocol has the
comment of the requirement if it has none of its own. The exit status is 1 if anything is named.
"""

import json
import pathlib
import re
import sys
import tempfile
import urllib.parse

import symbol_graphs

# What may follow a summary, as Docs/Style.md has it.
FIELD = re.compile(
    r"- (Parameters?|Returns|Throws|Precondition|Postcondition|Complexity|Note|Important|Warning|Source)\b.*:")


def file_of(symbol):
    """The path of the file that declares a symbol; None for symbols that no source declares."""
    location = symbol.get("location")
    return location and pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(location["uri"]).path))


def complaint(symbol):
    """What is wrong with the comment of a symbol; None if nothing is."""
    if "docComment" not in symbol:
        return "has no comment"
    text = "\n".join(line["text"] for line in symbol["docComment"]["lines"]).strip()
    if not text:
        return "has an empty comment"
    if FIELD.match(text):
        return "has a comment without a summary"
    return None


def examine(graphs, root):
    """The number of public declarations in symbol graphs, and a line for each that is not documented.

    Extensions do not count, only what they declare.
    """
    count, problems = 0, []
    for graph in graphs:
        for symbol in graph["symbols"]:
            path = file_of(symbol)
            if path is None or symbol["kind"]["identifier"] == "swift.extension":
                continue
            count += 1
            wrong = complaint(symbol)
            if wrong:
                place = path.relative_to(root) if path.is_relative_to(root) else path
                line = symbol["location"]["position"]["line"] + 1
                problems.append((str(place), line, f"{'.'.join(symbol['pathComponents'])} {wrong}"))
    return count, [f"{place}:{line}: {text}" for place, line, text in sorted(set(problems))]


def main():
    graphs, modules = [], symbol_graphs.library_modules()
    with tempfile.TemporaryDirectory() as folder:
        for module in modules:
            target = pathlib.Path(folder, module)
            symbol_graphs.extract(module, target)
            graphs += [json.loads(path.read_text()) for path in sorted(target.glob("*.json"))]
    count, problems = examine(graphs, symbol_graphs.ROOT)
    for problem in problems:
        print(problem)
    print(f"{count} public declarations in {len(modules)} modules, {len(problems)} not documented")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
