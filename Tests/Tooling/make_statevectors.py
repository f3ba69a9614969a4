"""Writes Tests/Fixtures/statevectors: random circuits with their final states.

    python Tests/Tooling/make_statevectors.py [--seed N] [DIRECTORY]

Deterministic by seed with the tool versions that PROVENANCE.md names.
"""

import argparse
import json
import pathlib
import platform

import numpy as np
import qiskit

import random_circuits

ROOT = pathlib.Path(__file__).resolve().parents[2]
REPEATS = {"qasm2": 28, "qasm3": 36}

PROVENANCE = """# Where these state vectors come from

`qasm2.jsonl` and `qasm3.jsonl`: one circuit a line, `{{"name", "language", "qasm", "qubits", "re",
"im"}}`; amplitude k is `re[k] + i im[k]`, qubit 0 (the first declared) is the lowest bit of k.
Every value is printed with as many digits as a double needs.

| | |
|---|---|
| script | `Tests/Tooling/make_statevectors.py --seed {seed}` |
| tools | Python {python}, qiskit {qiskit}, numpy {numpy}, openqasm3 (parser) {openqasm3} |
| circuits | {counts} |
| gates | every gate of the list below at least {repeats} times, with random angles |
| agreement of the two sources | {worst:.1e} (largest difference of an amplitude, up to global phase) |

**OpenQASM 2**: the states are Qiskit's (`qiskit.qasm2.loads` with the legacy instructions, then
`qiskit.quantum_info.Statevector`), checked against `oracle.py`.
Gates: {gates2}.

**OpenQASM 3**: the states are computed by `oracle.py` from matrices written after the
specification, checked against operators that Qiskit composes. Qiskit's importer is not used: the
built-in `U(θ, φ, λ)` of version 3 is `exp(iθ/2)` times Qiskit's, and `u2`, `u3` of `stdgates.inc`
are `exp(-i(φ+λ)/2)` times Qiskit's; under `ctrl` these phases show.
Gates: {gates3}, with the modifiers `ctrl`, `negctrl`, `inv` and `pow`.

Readings of the specification, where it can be read in two ways:

* `CX` is the alias of `cx` that the library's documentation describes (the letter of
  `stdgates.inc`, `ctrl @ U(π, 0, π)`, would be a controlled `iX` since `U` has its phase).
* `cu(θ, φ, λ, γ)` is `p(γ - θ/2)` on the control and `ctrl @ U(θ, φ, λ)`, as in `stdgates.inc`:
  the same as Qiskit's `cu`.
* `pow` of a non-integer takes the principal power, eigenphases in (-π, π].

Compare states up to global phase: whole-circuit phases (and `gphase` alone) are not observable.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20170104)
    parser.add_argument("directory", nargs="?", default=ROOT / "Tests/Fixtures/statevectors")
    arguments = parser.parse_args()
    directory = pathlib.Path(arguments.directory)
    directory.mkdir(parents=True, exist_ok=True)
    worst, counts = 0.0, []
    for language in ("qasm2", "qasm3"):
        lines = []
        for name, writer in random_circuits.generate(arguments.seed, language,
                                                     REPEATS[language]):
            text = writer.text()
            vector, difference = random_circuits.state(writer, text)
            if difference > 1e-12:
                raise SystemExit(f"{name}: the sources differ by {difference}\n{text}")
            worst = max(worst, difference)
            lines.append(json.dumps({
                "name": name, "language": language, "qasm": text, "qubits": writer.count,
                "re": [float(x) for x in vector.real], "im": [float(x) for x in vector.imag]},
                sort_keys=True, ensure_ascii=False, separators=(",", ":")))
        path = directory / f"{language}.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        counts.append(f"{len(lines)} in {language}.jsonl")
        print(f"{path}: {len(lines)} circuits, {path.stat().st_size} bytes")
    import importlib.metadata
    (directory / "PROVENANCE.md").write_text(PROVENANCE.format(
        seed=arguments.seed, python=platform.python_version(), qiskit=qiskit.__version__,
        numpy=np.__version__, openqasm3=importlib.metadata.version("openqasm3"),
        counts=", ".join(counts), repeats=min(REPEATS.values()), worst=worst,
        gates2=" ".join(random_circuits.QASM2_GATES),
        gates3=" ".join(random_circuits.QASM3_GATES)), encoding="utf-8")


if __name__ == "__main__":
    main()
