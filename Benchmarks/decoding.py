#!/usr/bin/env python3
"""Decodes the same detection events with qsim and with PyMatching, in alternation, and prints ratios of their times.

    Benchmarks/decoding.py --venv ~/.peers [--qsim PATH] [--runs 5] [--distances 9,13,17,21,25] [--probabilities 0.001,0.003,0.005]
                           [--decoders matching,correlated-matching] [--threads 1] [--scratch /dev/shm] [--jsonl FILE] [--check]
                           [--tasks decode,collect] [--shots 1000000]

Needs Python's standard library; Stim, PyMatching and sinter live in the virtual environment. Circuits come from `qsim gen`, error models and
detection events from Stim, with fixed seeds.

Ours is `timing.us_per_shot` of `qsim decode --json`: decoding alone, in a process of its own, from packed rows in memory to
predictions. Theirs is `decode_batch` of packed shots to packed predictions within a Python that has already started, after a batch to
warm up. The order is ours, theirs, ours, theirs, …; a ratio is the median of theirs ÷ ours over the pairs, above 1 where we are
faster. Both count their wrong predictions, which may differ where two matchings weigh the same. --check exits 1 where a ratio
stays under its floor.

The task `collect` has the whole command `qsim collect` with two threads against `sinter.collect` with two workers within a Python that
has already started: rotated surface codes of d = 3, 5, 7 at p = 0.002, as many shots each.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

# (floor, goal) by decoder and probability.
GOALS = {("matching", "0.001"): (1.2, 2.5), ("matching", "0.003"): (1.0, 1.5), ("matching", "0.005"): (1.0, 1.5)}
CORRELATED = (1.2, None)
COLLECTING = (4.0, None)
EVENTS = 400_000
NOISE = ["after_clifford_depolarization", "after_reset_flip_probability", "before_measure_flip_probability",
         "before_round_data_depolarization"]

WORKER = r'''
import json, sys, time, numpy, pymatching, stim
def prepare(circuit, events, out):
    circuit = stim.Circuit.from_file(circuit)
    model = circuit.detector_error_model(decompose_errors=True)
    model.to_file(out + ".dem")
    sampler = circuit.compile_detector_sampler(seed=5)
    few = sampler.sample(100)
    shots = max(500, int(events / max(1.0, few.sum() / 100)))
    detections, observables = sampler.sample(shots, separate_observables=True, bit_packed=True)
    detections.tofile(out + ".b8")
    observables.tofile(out + ".obs.b8")
    state.update(model=model, detections=detections, observables=observables)
    return {"shots": shots, "events": float(few.sum() / 100), "detectors": model.num_detectors}
def compile(correlated):
    options = {"enable_correlations": True} if correlated else {}
    state.update(options=options, matching=pymatching.Matching.from_detector_error_model(state["model"], **options))
    state["matching"].decode_batch(state["detections"][:50], bit_packed_shots=True, **options)
    return {}
def decode():
    start = time.perf_counter()
    predictions = state["matching"].decode_batch(
        state["detections"], bit_packed_shots=True, bit_packed_predictions=True, **state["options"])
    seconds = time.perf_counter() - start
    wrong = (predictions != state["observables"]).any(axis=1).sum()
    return {"us": seconds * 1e6 / len(predictions), "mistakes": int(wrong)}
state = {}
print(json.dumps([pymatching.__version__, stim.__version__]), flush=True)
for line in sys.stdin:
    task, *arguments = json.loads(line)
    print(json.dumps(globals()[task](*arguments)), flush=True)
'''

COLLECT = r'''
import json, sys, time, sinter, stim
def main():
    paths, shots, workers = json.loads(sys.argv[1])
    tasks = [sinter.Task(circuit=stim.Circuit.from_file(path), decoder="pymatching", json_metadata={"path": path}) for path in paths]
    start = time.perf_counter()
    stats = sinter.collect(num_workers=workers, tasks=tasks, max_shots=shots)
    print(json.dumps([time.perf_counter() - start, sum(task.errors for task in stats)]))
if __name__ == "__main__":
    main()
'''


class Peer:
    """PyMatching in a Python that stays alive."""

    def __init__(self, python):
        self.process = subprocess.Popen([python, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.versions = json.loads(self.process.stdout.readline())

    def call(self, *task):
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder, self.peer, self.rows = options, folder, Peer(options.python), []

    def circuit(self, distance, probability):
        """A rotated surface code memory over as many rounds, with noise of one strength everywhere."""
        path = os.path.join(self.folder, f"surface_d{distance}_p{probability}.stim")
        command = [self.options.qsim, "gen", "--code", "surface_code", "--task", "rotated_memory_z", "--distance", str(distance),
                   "--rounds", str(distance), "--out", path]
        subprocess.run(command + [word for name in NOISE for word in ("--" + name, probability)], check=True)
        return path

    def ours(self, decoder, base):
        command = [self.options.qsim, "decode", "--dem", base + ".dem", "--in", base + ".b8", "--in_format", "b8", "--obs-in",
                   base + ".obs.b8", "--obs-in-format", "b8", "--count-mistakes", "--decoder", decoder, "--threads",
                   str(self.options.threads), "--json"]
        answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        return answer["timing"]["us_per_shot"], answer["mistakes"]

    def compare(self, decoder, distance, probability, base, sample):
        """One row: ours and PyMatching in turn."""
        self.peer.call("compile", decoder == "correlated-matching")
        mine, theirs, mistakes = [], [], (0, 0)
        for turn in range(self.options.runs + 1):
            us, wrong = self.ours(decoder, base)
            answer = self.peer.call("decode")
            mistakes = (wrong, answer["mistakes"])
            if turn:  # the first turn warms up
                mine.append(us)
                theirs.append(answer["us"])
        floor, goal = GOALS.get((decoder, probability), (None, None)) if decoder == "matching" else CORRELATED
        row = {"decoder": decoder, "distance": distance, "probability": probability, "shots": sample["shots"],
               "events": sample["events"], "ours_us": statistics.median(mine), "pymatching_us": statistics.median(theirs),
               "ratio": statistics.median(t / m for t, m in zip(theirs, mine)), "mistakes": mistakes, "floor": floor, "goal": goal}
        self.rows.append(row)
        verdict = "" if floor is None else "met" if row["ratio"] >= floor else "MISSED"
        print(f"| {decoder}, d = {distance}, p = {probability} | {row['events']:.1f} | {row['ours_us']:.2f} | "
              f"{row['pymatching_us']:.2f} | {row['ratio']:.2f} | {floor or ''} | {goal or ''} | {verdict} | "
              f"{mistakes[0]} / {mistakes[1]} of {sample['shots']} |", flush=True)

    def collect(self, workers=2):
        """One row: three tasks by `qsim collect` and by sinter in turn."""
        paths = [self.circuit(distance, "0.002") for distance in (3, 5, 7)]
        script, out = os.path.join(self.folder, "collect.py"), os.path.join(self.folder, "stats.csv")
        with open(script, "w") as file:
            file.write(COLLECT)
        command = [self.options.qsim, "collect", "--circuits", *paths, "--decoders", "matching", "--max_shots",
                   str(self.options.shots), "--seed", "1", "--threads", str(workers), "--json", "--out", out]
        mine, theirs, mistakes = [], [], (0, 0)
        for turn in range(self.options.runs + 1):
            if os.path.exists(out):
                os.remove(out)
            start = time.perf_counter()
            rows = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)["rows"]
            seconds = time.perf_counter() - start
            arguments = json.dumps([paths, self.options.shots, workers])
            answer = subprocess.run([self.options.python, script, arguments], check=True, stdout=subprocess.PIPE, text=True)
            peer, wrong = json.loads(answer.stdout)
            mistakes = (sum(row["errors"] for row in rows), wrong)
            if turn:
                mine.append(seconds)
                theirs.append(peer)
        row = {"task": "collect", "shots": 3 * self.options.shots, "ours_s": statistics.median(mine),
               "sinter_s": statistics.median(theirs), "ratio": statistics.median(t / m for t, m in zip(theirs, mine)),
               "mistakes": mistakes, "floor": COLLECTING[0], "goal": COLLECTING[1]}
        self.rows.append(row)
        print(f"\ncollect, {row['shots']} shots, {workers} threads: {row['ours_s']:.2f} s, sinter {row['sinter_s']:.2f} s, ratio "
              f"{row['ratio']:.2f}, floor {row['floor']}: {'met' if row['ratio'] >= row['floor'] else 'MISSED'}; "
              f"mistakes {mistakes[0]} / {mistakes[1]}", flush=True)

    def run(self):
        pymatching, stim = self.peer.versions
        print(f"PyMatching {pymatching}, Stim {stim}; medians of {self.options.runs} alternating runs, "
              f"{self.options.threads} thread{'s' * (self.options.threads > 1)} of ours\n")
        print("| work | events a shot | ours (µs a shot) | PyMatching | ratio | floor | goal | | mistakes, ours / theirs |")
        print("|---|--:|--:|--:|--:|--:|--:|---|--:|")
        for probability in self.options.probabilities:
            for distance in self.options.distances:
                base = os.path.join(self.folder, "shots")
                sample = self.peer.call("prepare", self.circuit(distance, probability), self.options.events, base)
                for decoder in self.options.decoders:
                    self.compare(decoder, distance, probability, base, sample)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", default=os.path.expanduser("~/.peers"))
    parser.add_argument("--qsim", default=".build/release/qsim")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--distances", default="9,13,17,21,25")
    parser.add_argument("--probabilities", default="0.001,0.003,0.005")
    parser.add_argument("--decoders", default="matching,correlated-matching")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--events", type=int, default=EVENTS, help="detection events a batch")
    parser.add_argument("--tasks", default="decode")
    parser.add_argument("--shots", type=int, default=1_000_000, help="shots of each task of collect")
    parser.add_argument("--scratch", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--jsonl")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    options.python = os.path.join(options.venv, "bin", "python")
    options.qsim = os.path.abspath(options.qsim)
    options.distances = [int(word) for word in options.distances.split(",")]
    options.probabilities = options.probabilities.split(",")
    options.decoders = options.decoders.split(",")
    if not os.path.exists(options.python):
        sys.exit(f"decoding.py: no Python in {options.venv}; make one: python3 -m venv {options.venv} && "
                 f"{options.venv}/bin/pip install stim pymatching sinter")
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        bench = Bench(options, folder)
        if "decode" in options.tasks.split(","):
            bench.run()
        if "collect" in options.tasks.split(","):
            bench.collect()
    if options.jsonl:
        with open(options.jsonl, "a") as file:
            for row in bench.rows:
                print(json.dumps(row), file=file)
    missed = [row for row in bench.rows if row["floor"] and row["ratio"] < row["floor"]]
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
