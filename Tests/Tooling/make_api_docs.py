#!/usr/bin/env python3
"""Makes the API documentation of the library modules with DocC, from a release build.

    make_api_docs.py [--out .build/docs-api] [MODULE ...]

Each module is a folder of static pages made of its comments and its catalog, Sources/MODULE/MODULE.docc; serve one with
`python3 -m http.server -d .build/docs-api/QSim` and open /documentation/qsim. Whatever DocC warns of, such as
a link that leads nowhere or a parameter that is left out, is an error.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

import symbol_graphs


def conversion(module, graphs, out, root=symbol_graphs.ROOT):
    """The arguments of docc that make the pages of a module."""
    return [
        "convert", str(root / "Sources" / module / f"{module}.docc"),
        "--additional-symbol-graph-dir", str(graphs),
        "--fallback-display-name", module, "--fallback-bundle-identifier", f"qsim.{module}",
        "--output-path", str(out / module), "--warnings-as-errors",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=symbol_graphs.ROOT / ".build" / "docs-api")
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    modules, failed = options.modules or symbol_graphs.library_modules(), []
    for module in modules:
        with tempfile.TemporaryDirectory() as folder:
            graphs = pathlib.Path(folder, module)
            symbol_graphs.extract(module, graphs)
            shutil.rmtree(options.out / module, ignore_errors=True)
            run = subprocess.run(
                [symbol_graphs.tool("docc"), *conversion(module, graphs, options.out)],
                capture_output=True, text=True)
        if run.returncode:
            failed.append(module)
            print(f"{module}:\n{run.stdout}{run.stderr}")
    if failed:
        print(f"DocC refused {', '.join(failed)}")
        return 1
    print(f"{len(modules)} modules documented in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
