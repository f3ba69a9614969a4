#!/usr/bin/env python3
"""Runs the same .stim files through qsim and Stim, in alternation, and prints ratios of their times.

    Benchmarks/stabilizer.py --venv ~/.peers [--qsim PATH] [--runs 5] [--tasks sample,detect,…] [--distances 5,11,21,31]
                             [--scratch /dev/shm] [--jsonl FILE] [--check]

Needs only Python's standard library; Stim lives in the virtual environment. Circuits come from `qsim gen`, random Clifford
circuits from a fixed seed.

Ours is the whole command, from its start to its end, with 2 threads and with 1. Stim's is what its own library takes within a
Python that has already started: parsing the same file, compiling, sampling or analysing, and writing the same format to a
file in the scratch folder, which should be on tmpfs; what the run before wrote is removed first. Rows of a few milliseconds come
twice, the second time without what a one-line circuit takes, that is, without the start of a process. The order is ours, theirs, ours, theirs, …; a ratio is the median of
theirs ÷ ours over the pairs, above 1 where we are faster. --check exits 1 where a ratio stays under its floor.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

# (floor, goal) of a task; `detect` by probability.
GOALS = {"sample": (3, 5), "detect": (8, 20), "detect-1e-2": (3, None), "detect-model": (3, None), "analyze": (3, 6),
         "analyze-folded": (3, 6), "reference": (2, 5), "tableau": (2, 5)}
# Shots by task and distance: a second or more of Stim's time.
SHOTS = {"sample": {5: 10_000_000, 11: 1_500_000, 21: 200_000, 31: 60_000},
         "detect": {5: 5_000_000, 11: 2_000_000, 21: 300_000, 31: 120_000}}

WORKER = r'''
import json, sys, time, stim
def sample(path, shots, out):
    stim.Circuit.from_file(path).compile_sampler().sample_write(shots, filepath=out, format="b8")
def detect(path, shots, out):
    stim.Circuit.from_file(path).compile_detector_sampler().sample_write(shots, filepath=out, format="b8")
def detect_model(path, shots, out):
    # The sampler alone: its error model is made once, outside the time.
    if path not in models:
        models[path] = stim.Circuit.from_file(path).detector_error_model()
        return detect_model(path, shots, out)
    start = time.perf_counter()
    models[path].compile_sampler().sample_write(
        shots, det_out_file=out, det_out_format="b8", obs_out_file=out + ".obs", obs_out_format="b8")
    return time.perf_counter() - start
def analyze(path, fold, out):
    model = stim.Circuit.from_file(path).detector_error_model(decompose_errors=True, flatten_loops=not fold)
    with open(out, "w") as f: print(model, file=f)
def reference(path, _, out):
    stim.Circuit.from_file(path).reference_sample(bit_packed=True).tofile(out)
def tableau(path, _, out):
    stim.TableauSimulator(seed=1).do_circuit(stim.Circuit.from_file(path))
models = {}
print(json.dumps(stim.__version__), flush=True)
for line in sys.stdin:
    task, path, number, out = json.loads(line)
    start = time.perf_counter()
    seconds = globals()[task](path, number, out)
    print(json.dumps(seconds if seconds is not None else time.perf_counter() - start), flush=True)
'''


class Peer:
    """Stim in a Python that stays alive."""

    def __init__(self, python):
        self.process = subprocess.Popen([python, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.version = json.loads(self.process.stdout.readline())

    def seconds(self, task, path, number, out):
        self.process.stdin.write(json.dumps([task, path, number, out]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder, self.peer, self.rows = options, folder, Peer(options.python), []

    def path(self, name):
        return os.path.join(self.folder, name)

    def surface(self, distance, probability):
        """A rotated surface code memory with noise of one strength everywhere."""
        path = self.path(f"surface_d{distance}_p{probability}.stim")
        if not os.path.exists(path):
            noise = ["after_clifford_depolarization", "after_reset_flip_probability", "before_measure_flip_probability",
                     "before_round_data_depolarization"]
            command = [self.options.qsim, "gen", "--code", "surface_code", "--task", "rotated_memory_z", "--distance",
                       str(distance), "--rounds", str(distance), "--out", path]
            subprocess.run(command + [word for name in noise for word in ("--" + name, str(probability))], check=True)
        return path

    def clifford(self, qubits, depth=100):
        """Layers of random single-qubit Cliffords, one line for each gate, and of CX on random pairs; every qubit is measured."""
        path = self.path(f"clifford_n{qubits}.stim")
        if not os.path.exists(path):
            names = ["H", "S", "SQRT_X", "C_XYZ", "C_ZYX", "S_DAG"]
            generator = random.Random(qubits)
            with open(path, "w") as file:
                for _ in range(depth):
                    chosen = {name: [] for name in names}
                    for qubit in range(qubits):
                        chosen[generator.choice(names)].append(qubit)
                    for name, targets in chosen.items():
                        if targets:
                            print(name, *targets, file=file)
                    order = list(range(qubits))
                    generator.shuffle(order)
                    print("CX", *order[:qubits // 2 * 2], file=file)
                print("M", *range(qubits), file=file)
        return path

    def removed(self, name):
        """The path of an output that is not there."""
        for suffix in ("", ".obs"):
            pathlib.Path(self.path(name) + suffix).unlink(missing_ok=True)
        return self.path(name)

    def one_line(self):
        """A command that does next to nothing."""
        circuit = self.path("one.stim")
        pathlib.Path(circuit).write_text("M 0\n")
        return ["sample", "--shots", "1", "--seed", "1", "--in", circuit, "--out", self.path("ours")]

    def ours(self, arguments, threads):
        command = [self.options.qsim, *arguments]
        if threads:
            command += ["--threads", str(threads)]
        self.removed("ours")
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    def compare(self, goal, name, arguments, task, path, number, threads=(2, 1), short=False):
        """One row: ours with each thread count, and Stim, in turn; of short work a second without the start of a process."""
        mine, theirs, starts = {count: [] for count in threads}, [], []
        for turn in range(self.options.runs + 1):
            for count in threads:
                seconds = self.ours(arguments, count)
                if turn:  # the first turn warms up
                    mine[count].append(seconds)
            seconds = self.peer.seconds(task, path, number, self.removed("theirs"))
            if turn:
                theirs.append(seconds)
            if short:
                starts.append(self.ours(self.one_line(), 0))
        self.report(goal, name, mine, theirs, threads)
        if short:
            start = statistics.median(starts)
            work = {count: [seconds - start for seconds in mine[count]] for count in threads}
            self.report(None, name + ", without the start", work, theirs, threads)

    def report(self, goal, name, mine, theirs, threads):
        ratios = {count: statistics.median(t / m for t, m in zip(theirs, mine[count])) for count in threads}
        best = threads[0]
        floor, aim = GOALS.get(goal, (None, None))
        row = {"task": name, "ours_s": statistics.median(mine[best]), "stim_s": statistics.median(theirs),
               "ratio": ratios[best], "ratio_1_thread": ratios.get(1), "floor": floor, "goal": aim}
        self.rows.append(row)
        one = f"{row['ratio_1_thread']:.2f}" if row["ratio_1_thread"] else ""
        verdict = "" if floor is None else "met" if row["ratio"] >= floor else "MISSED"
        print(f"| {name} | {row['ours_s'] * 1e3:.1f} | {row['stim_s'] * 1e3:.1f} | {row['ratio']:.2f} | {one} | "
              f"{floor or ''} | {aim or ''} | {verdict} |", flush=True)

    def sampling(self, command, goal, task, distance, probability, label):
        path, shots, out = self.surface(distance, probability), SHOTS[command].get(distance, 10_000), self.path("ours")
        arguments = [command, "--shots", str(shots), "--seed", "1", "--in", path, "--out_format", "b8", "--out", out]
        self.compare(goal, f"{label}, d = {distance}, p = {probability}, {shots} shots", arguments, task, path, shots)

    def run(self):
        options, out = self.options, self.path("ours")
        print(f"Stim {self.peer.version}; medians of {options.runs} alternating runs\n")
        print("| work | ours, 2 threads (ms) | Stim (ms) | ratio | ratio, 1 thread | floor | goal | |")
        print("|---|--:|--:|--:|--:|--:|--:|---|")
        for task in options.tasks:
            for d in options.distances:
                if task == "sample":
                    self.sampling("sample", "sample", "sample", d, 0.001, "sample")
                elif task == "detect" and d > 5:
                    self.sampling("detect", "detect", "detect", d, 0.001, "detect")
                    self.sampling("detect", "detect-model", "detect_model", d, 0.001, "detect against Stim's model sampler")
                elif task == "detect-1e-2" and d > 5:
                    self.sampling("detect", "detect-1e-2", "detect", d, 0.01, "detect")
                elif task in ("analyze", "analyze-folded") and d > 11:
                    path = self.surface(d, 0.001)
                    fold = ["--fold_loops"] if task == "analyze-folded" else []
                    self.compare(task, f"{task}, d = {d}", ["analyze_errors", "--decompose_errors", *fold, "--in", path, "--out", out],
                                 "analyze", path, bool(fold), threads=(0,))
            if task == "reference":
                path = self.surface(51, 0.001)
                self.compare(task, "one sample without noise, d = 51", ["sample", "--shots", "1", "--seed", "1", "--in", path, "--out_format", "b8",
                             "--out", out], "reference", path, 0, short=True)
            if task == "tableau":
                for qubits in (1000, 5000):
                    path = self.clifford(qubits)
                    self.compare(task, f"random Clifford circuit, n = {qubits}, depth 100",
                                 ["sample", "--shots", "1", "--seed", "1", "--in", path, "--out_format", "b8", "--out", out],
                                 "tableau", path, 0, short=True)
            if task == "folded":
                path = self.path("repetition.stim")
                subprocess.run([options.qsim, "gen", "--code", "repetition_code", "--task", "memory", "--distance", "5", "--rounds",
                                "1000000", "--before_round_data_depolarization", "0.01", "--out", path], check=True)
                arguments = ["analyze_errors", "--fold_loops", "--in", path, "--out", out]
                seconds = statistics.median(self.ours(arguments, 0) for _ in range(options.runs))
                print(f"| error model of 10^6 rounds, folded | {seconds * 1e3:.1f} | | | | | | {'met' if seconds < 1 else 'MISSED'} |")
            if task == "startup":
                self.startup()

    def startup(self):
        """A one-line circuit against a Swift program that does nothing."""
        source, empty = self.path("main.swift"), self.path("empty")
        pathlib.Path(source).write_text("")
        subprocess.run(["swiftc", "-O", source, "-o", empty], check=True)
        ours, nothing = [], []
        for _ in range(20):
            ours.append(self.ours(self.one_line(), 0))
            start = time.perf_counter()
            subprocess.run([empty], check=True)
            nothing.append(time.perf_counter() - start)
        extra = statistics.median(ours) - statistics.median(nothing)
        self.rows.append({"task": "start-up beyond an empty program", "ours_s": extra, "ratio": None, "floor": None})
        print(f"| start-up beyond an empty program | {extra * 1e3:.1f} | | | | 15 ms | | {'met' if extra < 0.015 else 'MISSED'} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", default=os.path.expanduser("~/.peers"))
    parser.add_argument("--qsim", default=".build/release/qsim")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tasks", default="sample,detect,detect-1e-2,analyze,analyze-folded,reference,tableau,folded,startup")
    parser.add_argument("--distances", default="5,11,21,31")
    parser.add_argument("--scratch", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--jsonl")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    options.python = os.path.join(options.venv, "bin", "python")
    options.qsim = os.path.abspath(options.qsim)
    options.tasks = options.tasks.split(",")
    options.distances = [int(word) for word in options.distances.split(",")]
    if not os.path.exists(options.python):
        sys.exit(f"stabilizer.py: no Python in {options.venv}; make one: python3 -m venv {options.venv} && "
                 f"{options.venv}/bin/pip install stim")
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        bench = Bench(options, folder)
        bench.run()
    if options.jsonl:
        with open(options.jsonl, "a") as file:
            for row in bench.rows:
                print(json.dumps(row), file=file)
    missed = [row["task"] for row in bench.rows if row.get("floor") and row["ratio"] < row["floor"]]
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
