#!/usr/bin/env python3
"""Measures the figures the README quotes for `qsim run`: start-up, memory, the guard.

    Benchmarks/measure.py [--qsim PATH] [--runs N] [--check] [--peer PYTHON]

Prints a Markdown table of medians. --check exits 1 if a bound is missed (memory and refusal only: times depend on the
machine). --peer names a Python with qiskit and qiskit-aer; the same circuit files then run through Aer, in alternation.
"""
import argparse, json, math, os, random, resource, statistics, subprocess, sys, tempfile, time

BELL = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n'


def qft(n, seed=1):
    r = random.Random(seed)
    lines = [f"u3({r.uniform(-3, 3)},{r.uniform(-3, 3)},{r.uniform(-3, 3)}) q[{q}];" for q in range(n)]
    for i in reversed(range(n)):
        lines.append(f"h q[{i}];")
        lines += [f"cu1({math.pi / 2 ** (i - j)!r}) q[{j}],q[{i}];" for j in reversed(range(i))]
    lines += [f"swap q[{i}],q[{n - 1 - i}];" for i in range(n // 2)]
    return lines


def toffoli(n, gates=600, seed=2):
    r = random.Random(seed)
    lines = [f"h q[{q}];" for q in range(n)]
    for k in range(gates):
        a, b, c = r.sample(range(n), 3)
        lines.append(f"ccx q[{a}],q[{b}],q[{c}];")
        if k % 5 == 0:
            lines.append(f"ry({r.uniform(-3, 3)!r}) q[{c}];")
    return lines


def program(n, lines):
    body = "\n".join(lines)
    return f'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[{n}];\ncreg c[{n}];\n{body}\nmeasure q -> c;\n'


def run(command):
    """(seconds, peak MiB, exit code, stdout) of one run, from the operating system's accounting."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out = process.stdout.read()
    process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), out


AER = """
import sys, time
from qiskit import qasm2
from qiskit_aer import AerSimulator
c = qasm2.load(sys.argv[1], custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
s = AerSimulator(method='statevector', precision=sys.argv[2], max_parallel_threads=2)
start = time.perf_counter(); s.run(c, shots=1000, seed_simulator=1).result().get_counts(); print(time.perf_counter() - start)
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--qsim", default=".build/release/qsim")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--peer")
    options = parser.parse_args()
    failures, rows = [], []
    with tempfile.TemporaryDirectory() as folder:
        def file(name, text):
            path = os.path.join(folder, name)
            with open(path, "w") as f:
                f.write(text)
            return path

        bell = file("bell.qasm", BELL)
        times = [run([options.qsim, "run", bell, "--shots", "1000", "--seed", "1"])[0] for _ in range(4 * options.runs)]
        rows.append(("Bell pair, whole process", f"{statistics.median(times) * 1e3:.1f} ms", "60 ms"))
        refused = file("refused.qasm", program(40, ["h q;", "t q[0];"] + [f"cx q[{i}],q[{i + 1}];" for i in range(39)]))
        results = [run([options.qsim, "run", refused]) for _ in range(options.runs)]
        rows.append(("40 live qubits refused", f"{statistics.median(r[0] for r in results) * 1e3:.1f} ms", "200 ms"))
        if any(r[2] != 71 for r in results):
            failures.append("40 live qubits must exit 71")
        for name, n, lines in (("QFT, 24 qubits", 24, qft(24)), ("Toffoli-heavy, 20 qubits", 20, toffoli(20))):
            path = file(f"{n}.qasm", program(n, lines))
            for precision, size in (("double", 16), ("single", 8)):
                command = [options.qsim, "run", path, "--seed", "1", "--shots", "1000", "--threads", "2", "--precision", precision]
                ours, peers, peak = [], [], 0
                for _ in range(options.runs):
                    seconds, memory, code, _ = run(command)
                    peak = max(peak, memory)
                    ours.append(seconds)
                    if code:
                        failures.append(f"{name} {precision} exits {code}")
                    if options.peer:
                        peers.append(float(run([options.peer, "-c", AER, path, precision])[3]))
                state = 2 ** n * size / 2 ** 20
                if peak > 1.2 * state + 64:
                    failures.append(f"{name} {precision}: peak {peak:.0f} MiB for a state of {state:.0f} MiB")
                text = f"{statistics.median(ours):.3f} s, peak {peak:.0f} MiB"
                if peers:
                    text += f", Aer ÷ ours {statistics.median(p / o for p, o in zip(peers, ours)):.2f}"
                rows.append((f"{name}, {precision}", text, f"{1.2 * state + 64:.0f} MiB"))
    print("| figure | measured | bound |\n|---|--:|--:|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    for failure in failures:
        print("missed:", failure, file=sys.stderr)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
