#!/usr/bin/env python3
"""Runs the commands that the documents show and compares what they print.

In README.md and Docs/**/*.md:

* a ```console block holds `$ command` lines (a trailing backslash continues the command on the next
  line), each followed by its output, standard output and standard error as a terminal shows them. A line
  `...` stands for any lines, none included. Every command must exit 0; show another status with
  `; echo "exit $?"`. No console block is exempt.
* a ```sh block is not run; every `make` it names must be a target of the Makefile.
* a ```swift block in README.md or Docs/Guides must be a run of lines of a file under Examples.

Commands run in bash in a scratch folder in which everything of the repository root appears, so files they
write do not stay. `--update` writes the real output into the documents instead of comparing.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT_S = 120


class Block:
    """A fenced block: its info string, the number of its first inner line (from 0), its lines."""

    def __init__(self, info, start, lines):
        self.info, self.start, self.lines = info, start, lines


def blocks(text):
    """The fenced blocks of a Markdown text. An unclosed block ends with the text."""
    found, fence = [], None
    for number, line in enumerate(text.split("\n")):
        match = re.match(r"^ {0,3}(`{3,}|~{3,})\s*(.*?)\s*$", line)
        if fence is None:
            if match:
                fence, current = match.group(1), Block(match.group(2), number + 1, [])
        elif match and match.group(1).startswith(fence) and not match.group(2):
            found.append(current)
            fence = None
        else:
            current.lines.append(line)
    if fence is not None:
        found.append(current)
    return found


def commands(block):
    """The commands of a console block as (offset of its line, command, expected lines)."""
    found = []
    for offset, line in enumerate(block.lines):
        if found and found[-1][3]:  # inside a continued command
            found[-1][1] += "\n" + line
            found[-1][3] = line.endswith("\\")
        elif line.startswith("$ "):
            found.append([offset, line[2:], [], line.endswith("\\")])
        elif not found:
            raise ValueError("output before the first `$ command`")
        else:
            found[-1][2].append(line)
    return [tuple(command[:3]) for command in found]


def matches(expected, actual):
    """Whether lines are as expected, where an expected `...` stands for any lines."""
    if not expected:
        return not actual
    if expected[0] == "...":
        return any(matches(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and matches(expected[1:], actual[1:])


def run(command, folder, binaries):
    """Runs a command; returns its exit status and the lines it printed."""
    environment = dict(os.environ, TERM="dumb", LC_ALL="C.UTF-8", NO_COLOR="1")
    environment["PATH"] = f"{binaries}{os.pathsep}{environment['PATH']}"
    try:
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return 124, [f"(still running after {TIMEOUT_S} s)"]
    text = done.stdout.decode("utf-8", "replace")
    return done.returncode, text.removesuffix("\n").split("\n") if text else []


def make_targets(makefile):
    """The targets a Makefile defines."""
    return set(re.findall(r"^([A-Za-z][\w-]*):(?!=)", makefile, re.MULTILINE))


def sh_problems(block, targets):
    """What is wrong with an sh block: make targets that do not exist."""
    for line in block.lines:
        for arguments in re.findall(r"(?:^|[;&|]\s*)make\b([^;&|#]*)", line):
            for word in arguments.split():
                if not word.startswith("-") and "=" not in word and word not in targets:
                    yield f"`make {word}`: the Makefile has no such target"


def swift_problems(block, examples):
    """What is wrong with a swift block: that no example contains it."""
    snippet = textwrap.dedent("\n".join(block.lines)).strip("\n").split("\n")
    for text in examples:
        lines = text.split("\n")
        for start in range(len(lines) - len(snippet) + 1):
            part = textwrap.dedent("\n".join(lines[start:start + len(snippet)])).split("\n")
            if part == snippet:
                return
    yield "no file under Examples contains this swift block"


def check(path, binaries, targets, examples, update):
    """Checks one document; returns (commands run, problems)."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    is_guide = path.name == "README.md" and path.parent == ROOT or "Guides" in path.parts
    count, problems, replacements = 0, [], []
    for block in blocks(text):
        place = f"{name}:{block.start}"
        words = block.info.split()
        if not words:
            continue
        if words[0] == "console" and words != ["console"]:
            problems.append(f"{place}: ```{block.info}: every console block is run; drop the rest")
        elif words[0] == "sh":
            problems += [f"{place}: {problem}" for problem in sh_problems(block, targets)]
        elif words[0] == "swift" and is_guide:
            problems += [f"{place}: {problem}" for problem in swift_problems(block, examples)]
        elif words[0] == "console":
            try:
                listed = commands(block)
            except ValueError as error:
                problems.append(f"{place}: {error}")
                continue
            with tempfile.TemporaryDirectory() as folder:
                for entry in ROOT.iterdir():
                    if entry.name not in (".git", ".build"):
                        os.symlink(entry, os.path.join(folder, entry.name))
                fresh = []
                for offset, command, expected in listed:
                    count += 1
                    status, actual = run(command, folder, binaries)
                    fresh += [f"$ {command}"] + actual
                    line = block.start + offset + 1
                    if status != 0:
                        shown = "\n".join(f"    {line}" for line in actual[:20])
                        problems.append(f"{name}:{line}: exit {status}: {command}\n{shown}")
                    elif not update and not matches(expected, actual):
                        shown = "\n".join(f"    {line}" for line in actual[:60])
                        problems.append(
                            f"{name}:{line}: `{command}` printed something else:\n{shown}")
                    elif update and matches(expected, actual):
                        fresh[len(fresh) - len(actual):] = expected
                replacements.append((block, "\n".join(fresh).split("\n")))
    if update:
        lines = text.split("\n")
        for block, fresh in reversed(replacements):
            lines[block.start:block.start + len(block.lines)] = fresh
        if lines != text.split("\n"):
            path.write_text("\n".join(lines), encoding="utf-8")
            print(f"updated {name}")
    return count, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", default=ROOT / ".build/release", type=pathlib.Path,
                        help="the folder that holds qsim")
    parser.add_argument("--update", action="store_true",
                        help="write the real output into the documents")
    parser.add_argument("documents", nargs="*", type=pathlib.Path,
                        help="the documents; README.md and Docs/**/*.md by default")
    options = parser.parse_args()
    binaries = options.bin.resolve()
    if not shutil.which("qsim", path=str(binaries)):
        sys.exit(f"console blocks: there is no qsim in {binaries}; build it with `make build`")
    documents = [path.resolve() for path in options.documents] or [
        ROOT / "README.md", *sorted((ROOT / "Docs").rglob("*.md")),
        *sorted(path for path in (ROOT / "Examples").rglob("*.md") if ".build" not in path.parts)]
    targets = make_targets((ROOT / "Makefile").read_text(encoding="utf-8"))
    examples = [path.read_text(encoding="utf-8") for path in (ROOT / "Examples").rglob("*.swift")
                if ".build" not in path.parts]
    count, problems = 0, []
    for path in documents:
        run_count, found = check(path, binaries, targets, examples, options.update)
        count += run_count
        problems += found
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"console blocks: {count} commands in {len(documents)} documents, {len(problems)} problems")
    sys.exit(1 if problems or (count == 0 and not options.documents) else 0)


if __name__ == "__main__":
    main()
