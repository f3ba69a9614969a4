#!/usr/bin/env python3
"""Runs the same circuit files through qsim and other simulators, in alternation, and prints ratios of their times.

    Benchmarks/compare.py --venv ~/.peers [--qsim PATH] [--threads 2] [--runs 5] [--seed 1] [--circuits DIR]
                          [--tasks statevector,sample,…] [--families rcs,qft,…] [--qubits 20,24,26]
                          [--precision single,double] [--peers qsim,qulacs,…] [--jsonl FILE] [--check] [--cold]

Needs only Python's standard library; the peers (qsimcirq, qulacs, qiskit-aer, pennylane-lightning) live in the virtual
environment, and those it lacks are left out. Without --circuits, `qsim bench --write-circuits` makes the files from the seed.

Ours is a repetition of `qsim bench --circuit FILE --json` after one to warm up, as the peers are warm: memory, planning and
simulation; with --cold it is plan_s + simulate_s of a new process `qsim run --json`. Tasks other than state vectors are suites
of `qsim bench`. The peers' is the time inside their engine plus their own optimisation of the circuit. Each variant of a peer is
tried once, and those within --field of the fastest then alternate with ours: ours, theirs, ours, theirs, … The ratio is the
median of theirs ÷ ours over the pairs; above 1 we are faster. Amplitudes (or values) must agree, or the row says so and
the exit code is 1. --check also exits 1 where a ratio stays under its floor.
"""
import argparse
import json
import os
import pathlib
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

# (floor, goal) by family or task, and precision where it matters.
GOALS = {
    ("rcs", "single"): (1.5, 2.5), ("rcs-d20", "single"): (1.5, 2.5), ("qv", "single"): (1.5, 2.5),
    ("qft", "single"): (4, 10), ("ising", "single"): (4, 10),
    ("rcs", "double"): (7, 12), ("rcs-d20", "double"): (7, 12), ("qft", "double"): (7, 25),
    ("ising", "double"): (5, 20), ("qv", "double"): (5, 12),
    ("sample", "double"): (5, 20), ("expectation", "double"): (3, 10), ("gradient", "double"): (2, 5),
    ("density", "double"): (5, 20), ("trajectories", "double"): (2, 5),
}
FILES = {"rcs": "rcs_n{n}_d14", "rcs-d20": "rcs_n{n}_d20", "qft": "qft_n{n}", "qv": "qv_n{n}",
         "ising": "ising_n{n}_p10", "ghz": "ghz_n{n}", "hidden-shift": "hiddenshift_n{n}"}
# Which peers may take part, likely fastest first: a slow trial is cut short.
VARIANTS = {
    "single": ["qsim+f4", "qsim+f3", "qsim+f2"],
    "double": ["qulacs+light", "qulacs+opt4", "qulacs+opt3", "qulacs+opt2", "lightning", "aer"],
}
# task: circuit, observable, peers; all in double precision, qsimcirq computes in single.
TASKS = {
    "sample": ("rcs_n24_d14", None, ["qulacs", "aer", "qsim"]),
    "expectation": ("rcs_n22_d14", "obs_pauli100_n22.txt", ["qulacs", "aer", "lightning"]),
    "gradient": ("hea_n18_k100", "obs_ising_n18.txt", ["lightning", "qulacs"]),
    "density": ("rcs_n10_d14", None, ["aer", "qulacs"]),
    "trajectories": ("rcs_n16_d14", None, ["qsim", "qulacs", "aer"]),
}
PACKAGES = {"qsim": "qsimcirq", "qulacs": "qulacs", "aer": "qiskit-aer", "lightning": "pennylane-lightning"}


class PeerFailure(Exception):
    pass


class Peer:
    """A worker process that runs one job each time it is asked."""

    def __init__(self, python, task, name, circuit, threads, precision, observable=None, limit=600.0):
        command = [python, str(HERE / "peers.py"), task, name, circuit, "--threads", str(threads), "--precision", precision]
        if observable:
            command += ["--observable", observable]
        count = str(threads)
        variables = {key: count for key in ("OMP_NUM_THREADS", "QULACS_NUM_THREADS", "RAYON_NUM_THREADS",
                                            "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
        self.name, self.errors = name, tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        env={**os.environ, **variables})
        self.buffer = b""
        ready = self._answer(limit)
        self.version, self.preparation = ready["version"], ready["prep_s"]

    def run(self, indices, limit=600.0):
        """(seconds with preparation, check values)."""
        self.process.stdin.write(json.dumps({"indices": indices}).encode() + b"\n")
        self.process.stdin.flush()
        answer = self._answer(limit)
        return answer["seconds"] + self.preparation, answer["check"]

    def _answer(self, limit):
        end = time.monotonic() + limit
        while b"\n" not in self.buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.close()
                raise PeerFailure(f"more than {limit:.3g} s")
            chunk = os.read(self.process.stdout.fileno(), 1 << 16)
            if not chunk:
                self.process.wait()
                self.errors.seek(0)
                lines = self.errors.read().decode(errors="replace").strip().splitlines()
                raise PeerFailure(lines[-1][-200:] if lines else f"ended with status {self.process.returncode}")
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Ours:
    """The qsim command."""

    def __init__(self, options):
        self.command, self.threads, self.seed = options.qsim, options.threads, options.seed

    def call(self, arguments):
        result = subprocess.run([self.command, *arguments], capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"compare.py: {self.command} {' '.join(arguments)}: exit {result.returncode}\n{result.stderr}")
        return json.loads(result.stdout)

    def warm(self, circuit, precision):
        """Seconds of one repetition, of a process that has run the circuit before."""
        answer = self.call(["bench", "--circuit", circuit, "--threads", str(self.threads), "--precision", precision,
                            "--repetitions", "1", "--format", "json"])
        return answer["rows"][0]["seconds"]

    def statevector(self, circuit, precision):
        """(seconds, JSON) of a process of its own."""
        answer = self.call(["run", circuit, "--json", "--top", "1", "--threads", str(self.threads), "--precision", precision])
        return answer["timing"]["plan_s"] + answer["timing"]["simulate_s"], answer

    def amplitudes(self, circuit, precision, indices):
        """|amplitude| at the indices, read from the .npy stream as it passes."""
        command = [self.command, "run", circuit, "--state-out", "-", "--threads", str(self.threads), "--precision", precision]
        size, wanted, found = (8 if precision == "single" else 16), sorted(set(indices)), {}
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            stream = process.stdout
            header = stream.read(10)
            stream.read(int.from_bytes(header[8:10], "little"))
            place = 0
            for index in wanted:
                left = (index - place) * size
                while left > 0:
                    left -= len(stream.read(min(left, 1 << 22)))
                found[index] = stream.read(size)
                place = index + 1
            while stream.read(1 << 22):
                pass
        if process.returncode:
            sys.exit(f"compare.py: {' '.join(command)}: exit {process.returncode}")
        import struct
        parts = {i: struct.unpack("<2f" if size == 8 else "<2d", raw) for i, raw in found.items()}
        return [abs(complex(*parts[i])) for i in indices]

    def bench(self, suite, qubits, precision):
        """(seconds, check values) of a suite of `qsim bench` at one size."""
        answer = self.call(["bench", suite, "--qubits", str(qubits), "--threads", str(self.threads), "--precision", precision,
                            "--repetitions", "5", "--seed", str(self.seed), "--format", "json"])
        row = answer["rows"][0]
        return row["seconds"], row.get("check") or []


def check_indices(n, largest):
    """A few fixed places, the ends, and where our largest amplitude is."""
    fixed = [0, 1, 5, (1 << n) - 1, 0x9E3779B97F4A7C15 % (1 << n), 0xD1B54A32D192ED03 % (1 << n)]
    return list(dict.fromkeys(i for i in fixed + [largest] if i < 1 << n))


def agrees(ours, theirs, scale, tolerance):
    return len(ours) == len(theirs) and all(abs(a - b) <= tolerance * (scale + abs(a)) for a, b in zip(ours, theirs))


def trials(options, task, names, circuit, precision, observable, indices):
    """{peer: (seconds, check)} of one run each; those that fail or are far behind the fastest are left out."""
    results, notes, best = {}, [], None
    for name in names:
        limit = options.limit if best is None else max(3.0, options.field * best + 2)
        try:
            peer = Peer(options.python, task, name, circuit, options.threads, precision, observable, limit + 60)
        except PeerFailure as failure:
            notes.append(f"{name}: {failure}")
            continue
        try:
            seconds, check = peer.run(indices, limit)
            # The first run pays for the first touch of memory and for start-up of threads.
            if seconds < 2:
                seconds = min(seconds, peer.run([], limit)[0])
            results[name] = (seconds, check, peer.version)
            best = seconds if best is None else min(best, seconds)
        except PeerFailure as failure:
            notes.append(f"{name}: {failure}")
        peer.close()
    return results, notes


def alternate(options, task, ours, names, circuit, precision, observable):
    """([our seconds], {peer: [its seconds]}): ours, each peer, ours, each peer, …"""
    peers = [Peer(options.python, task, name, circuit, options.threads, precision, observable) for name in names]
    mine, theirs = [], {name: [] for name in names}
    try:
        for round in range(options.runs + 1):
            seconds = ours()
            if round > 0:  # the first round warms up
                mine.append(seconds)
            for peer in peers:
                seconds, _ = peer.run([])
                if round > 0:
                    theirs[peer.name].append(seconds)
    finally:
        for peer in peers:
            peer.close()
    return mine, theirs


def compare(options, task, label, n, names, circuit, precision, observable, ours, check, indices, scale, tolerance):
    """One row of the table."""
    row = {"work": label, "qubits": n, "precision": precision, "threads": options.threads, "circuit": circuit}
    results, notes = trials(options, task, names, circuit, precision, observable, indices)
    row["trials_s"] = {name: round(r[0], 6) for name, r in results.items()}
    if notes:
        row["notes"] = notes
    if not results:
        return {**row, "error": "no peer ran"}
    wrong = [name for name, r in results.items() if check and r[1] and not agrees(check, r[1], scale, tolerance)]
    row["agree"] = not wrong
    row["checked"] = sorted(name for name, r in results.items() if check and r[1])
    if wrong:
        row["notes"] = notes + [f"{name} gives {results[name][1][:4]}, ours is {check[:4]}" for name in wrong]
    fastest = min(r[0] for r in results.values())
    field = [name for name, r in results.items() if r[0] <= options.field * fastest]
    mine, theirs = alternate(options, task, ours, field, circuit, precision, observable)
    best = min(theirs, key=lambda name: statistics.median(theirs[name]))
    ratios = [b / a for a, b in zip(mine, theirs[best])]
    floor, goal = GOALS.get((label, precision), (None, None))
    row.update(peer=best, version=results[best][2], ours_s=statistics.median(mine), peer_s=statistics.median(theirs[best]),
               ratio=statistics.median(ratios), ratio_min=min(ratios), ratio_max=max(ratios), floor=floor, goal=goal,
               ours_runs_s=mine, peer_runs_s=theirs[best])
    return row


def statevector_row(options, ours, family, n, precision, names):
    circuit = os.path.join(options.circuits, FILES[family].format(n=n) + ".qasm")
    if not os.path.exists(circuit):
        return None
    _, answer = ours.statevector(circuit, precision)
    qubits = answer["state"]["qubits"]
    largest = sum(int(bit) << q for q, bit in zip(qubits, reversed(answer["rows"][0]["key"])))
    indices = check_indices(n, largest)
    # --state-out holds live qubits only; every qubit of these circuits is live.
    check = ours.amplitudes(circuit, precision, indices) if qubits == list(range(n)) else []
    tolerance = 1e-3 if precision == "single" else 1e-7
    return compare(options, "statevector", family, n, names, circuit, precision, None,
                   lambda: ours.statevector(circuit, precision)[0] if options.cold else ours.warm(circuit, precision),
                   check, indices, 2 ** (-n / 2), tolerance)


def task_row(options, ours, task, names):
    stem, observable, _ = TASKS[task]
    circuit = os.path.join(options.circuits, stem + ".qasm")
    path = observable and os.path.join(options.circuits, observable)
    n = int(re.search(r"_n(\d+)", stem).group(1))
    _, check = ours.bench(task, n, "double")
    return compare(options, task, task, n, names, circuit, "double", path,
                   lambda: ours.bench(task, n, "double")[0], check, [], 1e-3, 1e-6)


def line(row):
    if "error" in row:
        return f"| {row['work']} | {row['qubits']} | {row['precision']} | | | | {row['error']} | | | |"
    floor, goal = row["floor"], row["goal"]
    verdict = "" if floor is None else "goal" if row["ratio"] >= goal else "floor" if row["ratio"] >= floor else "**missed**"
    agreed = "differs!" if not row["agree"] else "yes" if row["checked"] else "–"
    return (f"| {row['work']} | {row['qubits']} | {row['precision']} | {row['ours_s']:.4g} | {row['peer']} | {row['peer_s']:.4g} "
            f"| **{row['ratio']:.2f}** ({row['ratio_min']:.2f}–{row['ratio_max']:.2f}) "
            f"| {'' if floor is None else f'{floor:g} / {goal:g}'} | {verdict} | {agreed} |")


HEADING = ("| work | qubits | precision | ours [s] | fastest peer | peer [s] | ratio (least–most) | floor / goal | reached | same results |\n"
           "|---|--:|---|--:|---|--:|--:|--:|---|---|")


def parsed():
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("--venv", required=True, help="virtual environment with the peers")
    parser.add_argument("--qsim", default=str(HERE.parent / ".build/release/qsim"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5, help="pairs of alternating runs (default 5)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--circuits", help="folder with the circuit files; made from the seed by default")
    parser.add_argument("--tasks", default="statevector," + ",".join(TASKS))
    parser.add_argument("--families", default="rcs,rcs-d20,qv,qft,ising")
    parser.add_argument("--qubits", default="20,24,26")
    parser.add_argument("--precision", default="single,double")
    parser.add_argument("--peers", help="only these of: " + ", ".join(PACKAGES))
    parser.add_argument("--field", type=float, default=1.3, help="how far behind a peer's trial may be to alternate (1.3 ×)")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that one run of a peer may take")
    parser.add_argument("--jsonl", help="append one JSON object a row")
    parser.add_argument("--cold", action="store_true", help="time a new process of ours each time")
    parser.add_argument("--check", action="store_true", help="exit 1 where a ratio is under its floor")
    options = parser.parse_args()
    options.python = os.path.join(os.path.expanduser(options.venv), "bin", "python")
    if not os.access(options.python, os.X_OK):
        parser.error(f"there is no Python at {options.python}")
    if not os.access(options.qsim, os.X_OK):
        parser.error(f"there is no qsim at {options.qsim}: run `make build` or give --qsim")
    if options.circuits and options.tasks != "statevector":
        parser.error("--circuits is for --tasks statevector: the other tasks make their circuits from --seed")
    return options


def installed(options):
    """The peers that the environment has, with their versions."""
    code = ("import importlib.metadata as m, json, sys\nfound = {}\n"
            "for name in sys.argv[1:]:\n  try: found[name] = m.version(name)\n  except m.PackageNotFoundError: pass\n"
            "print(json.dumps(found))")
    found = json.loads(subprocess.check_output([options.python, "-c", code, *PACKAGES.values()]))
    wanted = options.peers.split(",") if options.peers else list(PACKAGES)
    return {peer: found[package] for peer, package in PACKAGES.items() if package in found and peer in wanted}


def jobs(options, ours, present):
    available = lambda names: [name for name in names if name.partition("+")[0] in present]
    tasks = options.tasks.split(",")
    if "statevector" in tasks:
        for family in options.families.split(","):
            for precision in options.precision.split(","):
                for n in map(int, options.qubits.split(",")):
                    yield lambda: statevector_row(options, ours, family, n, precision, available(VARIANTS[precision]))
    for task in tasks:
        if task != "statevector":
            yield lambda: task_row(options, ours, task, available(TASKS[task][2]))


def main():
    options = parsed()
    ours, present = Ours(options), installed(options)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        if not options.circuits:
            options.circuits = folder
            subprocess.run([options.qsim, "bench", "--write-circuits", folder, "--qubits", options.qubits,
                            "--seed", str(options.seed)], check=True)
        print(f"Median of {options.runs} alternating runs, {options.threads} threads; "
              + ", ".join(f"{PACKAGES[p]} {v}" for p, v in present.items()) + ".\n")
        print(HEADING, flush=True)
        for job in jobs(options, ours, present):
            row = job()
            if row is None:
                continue
            print(line(row), flush=True)
            for note in row.get("notes", []):
                print(f"compare.py: {row['work']} n = {row['qubits']} {row['precision']}: {note}", file=sys.stderr)
            if options.jsonl:
                with open(options.jsonl, "a") as file:
                    file.write(json.dumps(row) + "\n")
            failed |= not row.get("agree", False)
            failed |= options.check and row.get("floor") is not None and row["ratio"] < row["floor"]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
