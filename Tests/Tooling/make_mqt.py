"""Exports MQT Bench as OpenQASM 2 and 3 with the exact outcome distributions.

    python Tests/Tooling/make_mqt.py                    the fixtures in Tests/Fixtures/mqt
    python Tests/Tooling/make_mqt.py --full DIRECTORY   all of it, 5 to 12 qubits, for check_mqt.py

Distributions come from Qiskit Aer's state vector where all measurements are terminal and from
`oracle.py` where circuits are dynamic. For the fixtures the oracle also reads the exported text
of both languages and has to agree.
"""

import argparse
import importlib.metadata
import json
import pathlib
import random
import re
import warnings

import numpy as np

warnings.filterwarnings("ignore")

import qiskit  # noqa: E402
import qiskit.qasm2  # noqa: E402
import qiskit.qasm3  # noqa: E402
import qiskit_aer  # noqa: E402
from mqt.bench import BenchmarkLevel, get_benchmark  # noqa: E402
from mqt.bench.benchmarks import get_available_benchmark_names  # noqa: E402

import oracle  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZES = range(5, 13)
LARGEST = 64
LEVELS = {"alg": BenchmarkLevel.ALG, "indep": BenchmarkLevel.INDEP}


def benchmark(name, level, size):
    """The circuit, the same one at every call."""
    np.random.seed(1)
    random.seed(1)
    return get_benchmark(name, LEVELS[level], size)


def renumbered(text):
    """Qiskit numbers some gate names by memory address; count instead, so that runs agree."""
    seen = {}
    return re.sub(r"(?<=_)\d{9,}\b", lambda m: str(seen.setdefault(m[0], len(seen))), text)


def exports(circuit):
    """[(language, text)] and {language: why not}"""
    texts, refusals = [], {}
    for language, dumps in (("qasm2", qiskit.qasm2.dumps), ("qasm3", qiskit.qasm3.dumps)):
        try:
            texts.append((language, renumbered(dumps(circuit))))
        except Exception as error:  # noqa: BLE001 - every refusal is listed
            refusals[language] = f"{type(error).__name__}: {str(error).splitlines()[0][:120]}"
    return texts, refusals


def is_dynamic(circuit):
    measured = set()
    for instruction in circuit.data:
        name = instruction.operation.name
        if name in ("barrier", "delay"):
            continue
        if name == "measure":
            measured.add(instruction.qubits[0])
        elif (hasattr(instruction.operation, "blocks") or name in ("reset", "initialize")
                or measured & set(instruction.qubits)):
            return True
    return False


def key_of(value, registers):
    parts, shift = [], 0
    for size in registers:
        parts.append(format((value >> shift) & ((1 << size) - 1), f"0{size}b"))
        shift += size
    return " ".join(reversed(parts))


def exact(circuit):
    """The distribution over Qiskit's keys, or over basis states where nothing is measured."""
    if is_dynamic(circuit):
        result = oracle.simulate("c.qasm", qiskit.qasm3.dumps(circuit))
        return {k: float(p) for k, p in result["distribution"].items() if p > 1e-12}
    bare = circuit.copy_empty_like()
    targets = {}
    for instruction in circuit.data:
        if instruction.operation.name == "measure":
            targets[circuit.find_bit(instruction.clbits[0]).index] = circuit.find_bit(
                instruction.qubits[0]).index
        elif instruction.operation.name != "barrier":
            bare.append(instruction)
    bare.save_statevector()
    simulator = qiskit_aer.AerSimulator(method="statevector", fusion_enable=False)
    bare = qiskit.transpile(bare, simulator, optimization_level=0)
    vector = np.asarray(simulator.run(bare, shots=1).result().get_statevector())
    probabilities = np.abs(vector) ** 2
    registers = [len(r) for r in circuit.cregs]
    if not targets:
        targets, registers = {q: q for q in range(circuit.num_qubits)}, [circuit.num_qubits]
    elif sum(registers) != circuit.num_clbits:
        raise ValueError("bits outside registers")
    index = np.arange(len(probabilities))
    outcome = np.zeros_like(index)
    for bit, qubit in targets.items():
        outcome |= ((index >> qubit) & 1) << bit
    weights = np.bincount(outcome, weights=probabilities)
    return {key_of(int(i), registers): float(weights[i]) for i in np.nonzero(weights > 1e-12)[0]}


def cases(sizes_of):
    """(name, level, size, circuit) of what can be built; refusals are collected."""
    for name in get_available_benchmark_names():
        for level in LEVELS:
            for size in sizes_of(name, level):
                try:
                    yield name, level, size, benchmark(name, level, size)
                except ValueError:
                    continue


def buildable(name, level):
    sizes = []
    for size in SIZES:
        try:
            benchmark(name, level, size)
            sizes.append(size)
        except ValueError:
            continue
    return sizes


def record(name, level, size, circuit, language, text, distribution):
    return {"name": f"{name}-{level}-{size}", "algorithm": name, "level": level, "size": size,
            "language": language, "qubits": circuit.num_qubits, "clbits": circuit.num_clbits,
            "measured": circuit.num_clbits > 0, "outcomes": len(distribution), "qasm": text}


def write_fixtures(directory):
    directory.mkdir(parents=True, exist_ok=True)
    lines = {"qasm2": [], "qasm3": []}
    refused = {}
    for name in get_available_benchmark_names():
        available = buildable(name, "alg")
        if not available:
            refused[name] = {"both": "no instance of 5 to 12 qubits"}
            continue
        first = available[0]
        second = next((s for s in available if s >= 7 and s != first), None)
        wanted = [("alg", first), ("indep", first)] + ([("alg", second)] if second else [])
        for level, size in wanted:
            circuit = benchmark(name, level, size)
            texts, refusals = exports(circuit)
            refused.setdefault(name, {}).update(refusals)
            if not texts:
                continue
            distribution = exact(circuit)
            for language, text in texts:
                if len(text) > 60_000:
                    print(f"{name} {level} {size} {language}: {len(text)} bytes, left out")
                    continue
                check = oracle.simulate("c.qasm", text)
                check = check.get("distribution") or check["probabilities"]
                worst = max(abs(check.get(k, 0) - distribution.get(k, 0))
                            for k in check.keys() | distribution.keys())
                if worst > 1e-9:
                    raise SystemExit(
                        f"{name} {level} {size} {language}: sources differ by {worst}")
                case = record(name, level, size, circuit, language, text, distribution)
                chosen = sorted(distribution.items(), key=lambda item: (-item[1], item[0]))
                case["complete"] = len(chosen) <= 256
                if not case["complete"]:
                    chosen = chosen[:LARGEST]
                case["distribution"] = {k: float(f"{p:.12g}") for k, p in chosen}
                lines[language].append(json.dumps(case, sort_keys=True, ensure_ascii=False,
                                                  separators=(",", ":")))
                print(f"{name} {level} {size} {language}: {len(text)} bytes, "
                      f"{len(distribution)} outcomes, sources agree to {worst:.0e}", flush=True)
    for language, rows in lines.items():
        path = directory / f"{language}.jsonl"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        print(f"{path}: {len(rows)} circuits, {path.stat().st_size} bytes")
    table = "\n".join(f"| {name} | {language} | {re.sub(r'[|]', '/', why)} |"
                      for name, reasons in sorted(refused.items())
                      for language, why in sorted(reasons.items()))
    versions = {p: importlib.metadata.version(p)
                for p in ("mqt.bench", "qiskit", "qiskit-aer", "numpy", "openqasm3")}
    (directory / "PROVENANCE.md").write_text(
        PROVENANCE.format(versions=", ".join(f"{p} {v}" for p, v in versions.items()),
                          two=len(lines["qasm2"]), three=len(lines["qasm3"]), table=table),
        encoding="utf-8")


PROVENANCE = """# Where these benchmark circuits come from

MQT Bench (https://www.cda.cit.tum.de/mqtbench, MIT licence), exported by
`Tests/Tooling/make_mqt.py` with {versions}.

`qasm2.jsonl` ({two} circuits) and `qasm3.jsonl` ({three} circuits), one a line: every algorithm at
its smallest size from five qubits on, at the algorithm level (`alg`) and the target-independent
level (`indep`), and once more at the next size from seven on. "qasm" is what Qiskit's exporter
wrote (gate names that hold a memory address are numbered instead). "distribution" holds exact probabilities over Qiskit's keys (bit 0 rightmost,
registers separated by a space, last declared leftmost), over the basis states where "measured" is
false. Where "complete" is false there are more than 256 outcomes ("outcomes" says how many) and
only the 64 most probable are kept. Probabilities: Aer's state vector, or `oracle.py` for dynamic
circuits; the oracle has read every text here and agrees to 1e-9.

Not exported:

| algorithm | language | why |
|---|---|---|
{table}

The whole set of 5 to 12 qubits is written by `make_mqt.py --full DIRECTORY` and compared with a
built `qsim` by `check_mqt.py DIRECTORY --qsim PATH`.
"""


def write_full(directory):
    directory.mkdir(parents=True, exist_ok=True)
    count, index = 0, []
    for name, level, size, circuit in cases(lambda name, level: SIZES):
        texts, refusals = exports(circuit)
        for language, why in refusals.items():
            print(f"{name} {level} {size}: no {language}: {why}", flush=True)
        if not texts:
            continue
        distribution = exact(circuit)
        stem = f"{name}-{level}-{size}"
        (directory / f"{stem}.json").write_text(json.dumps(
            {"measured": circuit.num_clbits > 0, "qubits": circuit.num_qubits,
             "distribution": distribution}, sort_keys=True))
        for language, text in texts:
            (directory / f"{stem}.{language}.qasm").write_text(text, encoding="utf-8")
            index.append(f"{stem}.{language}.qasm")
            count += 1
    (directory / "index.txt").write_text("\n".join(index) + "\n")
    print(f"{directory}: {count} circuits")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", type=pathlib.Path, metavar="DIRECTORY")
    arguments = parser.parse_args()
    if arguments.full:
        write_full(arguments.full)
    else:
        write_fixtures(ROOT / "Tests/Fixtures/mqt")


if __name__ == "__main__":
    main()
