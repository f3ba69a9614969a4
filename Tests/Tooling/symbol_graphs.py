"""Symbol graphs of the library modules: what the compiler knows of their public declarations.

They are extracted from a release build, which must be there: `swift build -c release`.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def library_modules(root=ROOT):
    """The Swift modules under Sources that Package.swift declares as `.target`, in its order."""
    names = re.findall(r'\.target\(\s*name: "(\w+)"', (root / "Package.swift").read_text())
    return [name for name in names if any((root / "Sources" / name).rglob("*.swift"))]


def module_maps(root=ROOT):
    """Module maps of the C targets: those that the build made, and those that packages bring."""
    patterns = [
        ".build/release/*.build/module.modulemap",
        "Sources/*/include/module.modulemap",
        ".build/checkouts/*/Sources/*/include/module.modulemap",
    ]
    return [path for pattern in patterns for path in sorted(root.glob(pattern))]


def tool(name):
    """The path of a tool of the Swift toolchain: on PATH, or beside `swift`."""
    swift = shutil.which("swift")
    found = shutil.which(name) or (swift and shutil.which(name, path=pathlib.Path(swift).resolve().parent))
    if not found:
        raise SystemExit(f"{name} is neither on PATH nor beside swift: install Swift 6.2 or later")
    return found


def extract(module, folder, root=ROOT):
    """Writes the symbol graphs of a module, public declarations only, into a folder, which is emptied first."""
    modules = root / ".build" / "release" / "Modules"
    if not (modules / f"{module}.swiftmodule").exists():
        raise SystemExit(f"{module} is not built: run swift build -c release first")
    target = json.loads(subprocess.check_output([tool("swift"), "-print-target-info"]))["target"]["triple"]
    command = [tool("swift"), "symbolgraph-extract", "-module-name", module, "-target", target, "-I", str(modules)]
    for path in module_maps(root):
        command += ["-Xcc", f"-fmodule-map-file={path}", "-I", str(path.parent)]
    if sys.platform == "darwin":
        command += ["-sdk", subprocess.check_output(["xcrun", "--show-sdk-path"], text=True).strip()]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command += ["-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"{run.stdout}{run.stderr}no symbol graph of {module}")
