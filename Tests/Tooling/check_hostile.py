#!/usr/bin/env python3
"""Runs qsim on generated legal programs and on mutated files, and looks for what must never happen.

    check_hostile.py --qsim .build/release/qsim [--programs N] [--files N] [--seed S] [--jobs J] [--keep DIRECTORY]

A run is at fault if it dies by a signal, exits with a status that the documents do not list or with 70, takes
more than 5 s of CPU time, holds more memory than its limit or its own bound and an allowance, prints `nan`, fails without
a word, or refuses a text without naming the file and, in OpenQASM, the place. Plans ask for as many shots as they like:
their collections are interrupted after some seconds, and are at fault if they do not end then. The same seed gives the same
inputs and commands; what is at fault is kept, with its command. The last line tells how many runs there were and how
long they took, and the exit status is 1 if any was at fault.
"""

import argparse
import collections
import concurrent.futures
import json
import multiprocessing
import os
import pathlib
import random
import re
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time

import hostile_programs

ROOT = pathlib.Path(__file__).resolve().parents[2]
STATUSES = {0, 1, 64, 65, 66, 69, 71, 73, 74}
INTERRUPTED = {75, 130}
CPU_S = 5
WALL_S = 300
INTERRUPT_S = 3
ANSWER_S = 3
LIMIT_MIB = 512
ALLOWANCE_MIB = 256
# What the program itself takes, with its libraries and what it read.
PROGRAM_MIB = 96
# Programs may be loops without end, or long ones: as a user would, who does not want to wait.
TIME = "--max-time 2s --threads 2"
SHOTS = ["01", "b8", "r8", "ptb64", "hits", "dets"]

CIRCUITS = [
    f"run {{file}} --from {{kind}} --shots {{shots}} --seed 1 --engine {{engine}} --max-memory 512M {TIME}",
    f"run {{file}} --from {{kind}} --shots 3 --seed 1 --noise thermal:t1_us=50,t2_us=70 --max-memory 512M --json {TIME}",
    f"run {{file}} --from {{kind}} --shots 20 --seed 1 --noise depolarizing:p=0.1 --engine trajectories --max-memory 512M --csv {TIME}",
    f"run {{file}} --from {{kind}} --shots {{shots}} --seed 1 --engine {{engine}} --top {{top}} --max-memory {{memory}} --json {TIME}",
    f"run {{file}} --from {{kind}} --shots 40 --seed 1 --engine sparse --top {{top}} --max-memory {{memory}} --json {TIME}",
    "plan {file} --from {kind} --engine {engine} --json",
    "draw {file} --from {kind}", "draw {file} --from {kind} --ascii --width {width}", "draw {file} --from {kind} --format svg",
    "convert {file} - --from {kind} --to {language}",
    "noise {file} --from {kind} --model {noise}",
]
COMMANDS = {
    "qasm3": CIRCUITS,
    "qasm2": CIRCUITS,
    "stim": CIRCUITS + [
        f"sample --in {{file}} --shots {{shots}} --seed 1 --out_format {{format}} --max-memory 512M {TIME}",
        f"sample --in {{file}} --shots 64 --seed 1 --skip_reference_sample --out_format ptb64 --max-memory 512M {TIME}",
        f"detect --in {{file}} --shots {{shots}} --seed 1 --append_observables --out_format {{format}} --max-memory 512M {TIME}",
        f"detect --in {{file}} --shots 64 --seed 1 --route {{route}} --obs_out /dev/null --max-memory 512M {TIME}",
        "m2d --circuit {file} --in /dev/null", "m2d --circuit {file} --in LICENSE --in_format b8 --skip_reference_sample",
        "analyze_errors --in {file}", "analyze_errors --in {file} --fold_loops --allow_gauge_detectors",
        "analyze_errors --in {file} --decompose_errors --approximate_disjoint_errors --ignore_decomposition_failures",
        "explain_errors --in {file}", "diagram --in {file} --type {diagram}",
        "transform --in {file} --form {transform}", "flows --in {file}", "missing_detectors --in {file}",
        "logical_errors --in {file} --search {search}", "exact --circuit {file}",
        "collect --circuits {file} --decoders {decoder} --max_shots 64 --seed 1", "repl --seed 1 < {file}",
        "convert --circuit {file} --types {types} --in /dev/null --out_format {format}",
    ],
    "dem": [
        f"sample_dem --in {{file}} --shots {{shots}} --seed 1 --out_format {{format}} --obs_out /dev/null --err_out /dev/null --max-memory 512M {TIME}",
        f"sample_dem --in {{file}} --shots 64 --seed 1 --out_format ptb64 --max-memory 512M {TIME}",
        "logical_errors --in {file} --search {search}", "diagram --in {file} --type matchgraph-svg",
        "decode --dem {file} --in /dev/null --decoder {decoder}", "decode --dem {file} --in LICENSE --in_format b8 --count_mistakes --in_includes_appended_observables",
        "exact --dem {file} --decoders ml {decoder}",
    ],
    "plan": ["collect --plan {file} --seed 1 --max_shots 50", "collect --plan {file} --seed 1 --max_shots 50 --decoders {decoder} --json"],
    "csv": ["threshold {file}", "threshold {file} --csv", "threshold {file} --json --resamples 20"],
    "scenario": ["qkd rate {file} --csv", "qkd rate {file} --json --max-distance"],
    "noise": ["run Examples/circuits/bell.qasm --shots 5 --seed 1 --noise {file}", "noise Examples/circuits/bell.qasm --model {file}"],
    "observable": ["run Examples/circuits/qft.qasm --observable {file}"],
}
CHOICES = {
    "shots": ["1", "5", "64", "65", "100"], "width": ["0", "1", "40", "1000"], "format": SHOTS,
    "engine": ["auto", "statevector", "density-matrix", "trajectories", "stabilizer", "sparse"],
    "top": ["1", "64", "3000", "100000"], "memory": ["32M", "64M", "512M"],
    "language": ["qasm2", "qasm3", "stim"], "noise": ["depolarizing --p 0.01", "si1000 --p 0.01", "thermal", "erasure --p 0.1"],
    "route": ["auto", "frames", "errors"], "diagram": ["timeline-text", "timeline-svg", "detslice-text", "detslice-svg", "matchgraph-svg"],
    "transform": ["flattened", "inverse", "decomposed", "without-noise", "without-tags", "without-feedback"],
    "search": ["graphlike", "any", "sat", "likeliest-sat"],
    "decoder": ["matching", "correlated-matching", "union-find", "dense-matching", "lookup"], "types": ["M", "D", "DL", "MDL"],
}
CORPUS = {
    "qasm3": ["Examples/circuits/*.qasm", "Tests/Fixtures/idioms/*.qasm", "Tests/Fixtures/*/qasm3.jsonl"],
    "qasm2": ["Tests/Fixtures/*/qasm2.jsonl"],
    "stim": ["Examples/circuits/*.stim", "Tests/Fixtures/*/*.stim", "Tests/Fixtures/stim/verdicts.jsonl", "Tests/Fixtures/errormodels/models.jsonl"],
    "dem": ["Examples/shots/*.dem", "Tests/Fixtures/dem/verdicts.jsonl"],
    "plan": ["Examples/plans/*.yaml"], "csv": ["Examples/collected/*.csv"], "noise": ["Tests/Fixtures/Noise/**/*.json", "Examples/noise/*.json"],
}
SEEDS = {
    "scenario": ["protocol: bb84-decoy-finite-two\npreset: lim-2014\nparameters:\n  block_size: 1e9\n  epsilon_secrecy: 1e-9\ndistance_km: 0:150:50\n",
                 "protocol: [mdi-infinite]\ndistance_km: [0, 10, 20:40:10]\nparameters: {misalignment: 0.01}\n"],
    "observable": ["1 Z0\n-0.5 X0*X1\n2 Z1\n", "0.25 Y0*Z2\n# a comment\n1e-3 Z0*Z1*Z2\n"],
}
EXTREMES = ["0", "-1", "1", "2147483648", "9223372036854775807", "18446744073709551615", "1e308", "-1e308", "1e-320", "nan", "inf", "1e999", "0.5", "1000000000000000000"]


def mutated(rng, text):
    """A text with a few of its bytes, words or lines changed."""
    for _ in range(rng.randrange(1, 5)):
        kind = rng.randrange(9)
        lines = text.split("\n")
        at = rng.randrange(len(lines))
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(rng.randrange(len(lines) + 1), lines[at])
        elif kind == 2:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            numbers = list(re.finditer(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text))
            if numbers:
                number = rng.choice(numbers)
                text = text[: number.start()] + rng.choice(EXTREMES) + text[number.end():]
            continue
        elif kind == 4:
            place = rng.randrange(len(text) + 1)
            text = text[:place] + rng.choice(["\0", "\ufeff", "\r", "é", "{", "}", "(", ")", "[", "]", ";", ",", "\"", "\t", "-", "^", "!"]) + text[place:]
            continue
        elif kind == 5 and text:
            place = rng.randrange(len(text))
            text = text[:place] + text[place + rng.randrange(1, 8):]
            continue
        elif kind == 6:
            text = text[: rng.randrange(len(text) + 1)]
            continue
        elif kind == 7:
            words = lines[at].split(" ")
            rng.shuffle(words)
            lines[at] = " ".join(words)
        else:
            lines[at] = lines[at] * rng.choice([2, 50])
        text = "\n".join(lines) or "\n"
    return text


def texts_of(path):
    """The texts that a file of the corpus holds: itself, or those of its lines."""
    if path.suffix != ".jsonl":
        return [path.read_text(errors="replace")]
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    keys = ("text", "circuit", "program", "source", "qasm")
    return [row[key] for row in rows for key in keys if isinstance(row.get(key), str)]


def corpus():
    """Texts to mutate, by kind."""
    found = {kind: list(texts) for kind, texts in SEEDS.items()}
    for kind, patterns in CORPUS.items():
        files = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
        found[kind] = [text for path in files for text in texts_of(path) if len(text) < 20_000]
        assert found[kind], f"there is nothing to mutate for {kind}"
    return found


def case(seed, index, texts):
    """(kind, text, arguments) of a run: a program where `texts` is None, else a mutated file."""
    rng = random.Random(f"{seed}-{'program' if texts is None else 'file'}-{index}")
    if texts is None:
        kind = rng.choices(list(hostile_programs.GENERATORS), weights=[8, 3, 8, 5, 1, 1, 1])[0]
        text = hostile_programs.GENERATORS[kind](rng)
    else:
        kind = rng.choices(list(texts), weights=[{"stim": 6, "qasm3": 6, "qasm2": 3, "dem": 5}.get(k, 1) for k in texts])[0]
        text = mutated(rng, rng.choice(texts[kind]))
    template = rng.choice(COMMANDS[kind])
    values = {name: rng.choice(options) for name, options in CHOICES.items()}
    return kind, text, template.format(file="{file}", kind=kind, **values)


class Bench:
    """Where a worker runs commands: a folder and files for output, used again and again."""

    def __init__(self):
        # What children inherit. A process that writes more is told so by `write`.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, 1 << 28))
        self.folder = tempfile.TemporaryDirectory()
        self.out, self.err = tempfile.TemporaryFile(), tempfile.TemporaryFile()

    def write(self, text, suffix):
        path = pathlib.Path(self.folder.name) / f"input.{suffix}"
        path.write_bytes(text.encode("utf-8", errors="replace"))
        return path

    def run(self, arguments, qsim, path, interrupts):
        """What a command did; `interrupts` tells whether one that runs on is asked to end."""
        words = arguments.split()
        source = subprocess.DEVNULL
        if "<" in words:
            source = open(path, "rb")
            words = words[: words.index("<")]
        for file in (self.out, self.err):
            file.seek(0)
            file.truncate()
        process = subprocess.Popen([qsim] + [w.replace("{file}", str(path)) for w in words], stdin=source, stdout=self.out, stderr=self.err, cwd=ROOT)
        if source is not subprocess.DEVNULL:
            source.close()
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (CPU_S * 3, CPU_S * 3))
        descriptor = os.pidfd_open(process.pid)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        isInterrupted, answer = False, 0
        if not poll.poll(1000 * (INTERRUPT_S if interrupts else WALL_S)):
            if interrupts:
                isInterrupted, start = True, time.monotonic()
                os.kill(process.pid, signal.SIGINT)
                poll.poll(1000 * WALL_S)
                answer = time.monotonic() - start
            if not poll.poll(0):
                os.kill(process.pid, signal.SIGKILL)
        os.close(descriptor)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.out.seek(0), self.err.seek(0)
        return Result(process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, isInterrupted, answer,
                      self.out.read(1 << 20), self.err.read(1 << 16))


Result = collections.namedtuple("Result", "status seconds mib isInterrupted answer out err")


def fault(kind, name, arguments, result):
    """What is wrong with a run, or None."""
    status = result.status
    if status == -signal.SIGKILL and result.seconds > CPU_S:
        return f"over {CPU_S} s of CPU time"
    if status < 0 or status >= 128 and not (status == 130 and result.isInterrupted):
        return f"signal {-status if status < 0 else status - 128}"
    if status not in (STATUSES | INTERRUPTED if result.isInterrupted else STATUSES):
        return f"exit status {status}"
    if result.answer > ANSWER_S:
        return f"goes on for over {ANSWER_S} s when interrupted"
    if result.seconds > CPU_S and not result.isInterrupted:
        return f"over {CPU_S} s of CPU time"
    if result.mib > LIMIT_MIB + ALLOWANCE_MIB:
        return f"over {LIMIT_MIB + ALLOWANCE_MIB} MiB"
    bound = bound_mib(result.out) if arguments.startswith("run ") else None
    if bound is not None and result.mib > bound + PROGRAM_MIB:
        return f"over the {bound:.0f} MiB that it says"
    if status not in (0, 130) and not result.err.strip():
        return f"exit status {status} without a word"
    if status == 1:
        return "exit status 1, though nothing was to be checked"
    command = arguments.split()[0]
    if command in ("run", "threshold", "exact", "qkd") and re.search(rb"(?<![\w-])-?nan(?![\w-])", result.out):
        return "prints nan"
    if status == 65 and "<" not in arguments:
        place = rb":\d+(:\d+)?:" if kind in ("qasm2", "qasm3") else rb":"
        named = [re.escape(name).encode() + place]
        if " LICENSE" in arguments:
            named.append(rb"LICENSE: error: byte \d+, shot \d+:")
        if not any(re.search(pattern, result.err) for pattern in named):
            return "refused without a place"
    return None


def bound_mib(out):
    """What a run's JSON says that it takes at most beside the program itself, in MiB, or None."""
    found = re.search(rb'"at_most_bytes": *(\d+)', out)
    return int(found.group(1)) / (1 << 20) if found else None


def attempt(job):
    seed, index, is_file, qsim, keep = job
    if not hasattr(attempt, "bench"):
        attempt.bench = Bench()
    texts = corpus.cached if is_file else None
    kind, text, arguments = case(seed, index, texts)
    suffix = {"qasm2": "qasm", "qasm3": "qasm", "plan": "yaml", "scenario": "yaml", "noise": "json", "observable": "obs"}.get(kind, kind)
    path = attempt.bench.write(text, suffix)
    result = attempt.bench.run(arguments, qsim, path, interrupts=kind == "plan")
    found = fault(kind, path.name, arguments, result)
    if found:
        pathlib.Path(keep).mkdir(parents=True, exist_ok=True)
        kept = pathlib.Path(keep) / f"{'file' if is_file else 'program'}-{index}.{suffix}"
        kept.write_bytes(text.encode("utf-8", errors="replace"))
        message = result.err.decode(errors="replace").strip().split("\n")[0][:160]
        return found, f"qsim {arguments.replace('{file}', str(kept))}", message
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--qsim", default=str(ROOT / ".build/release/qsim"))
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="the index of the first program and file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", default=str(ROOT / ".build/hostile"))
    options = parser.parse_args()
    corpus.cached = corpus()
    qsim = str(pathlib.Path(options.qsim).resolve())
    jobs = [(options.seed, options.first + i, False, qsim, options.keep) for i in range(options.programs)]
    jobs += [(options.seed, options.first + i, True, qsim, options.keep) for i in range(options.files)]
    faults = collections.Counter()
    start = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(options.jobs, multiprocessing.get_context("fork")) as pool:
        for found in pool.map(attempt, jobs, chunksize=16):
            if found:
                faults[found[0]] += 1
                print(f"{found[0]}: {found[1]}\n    {found[2]}", flush=True)
    for name, count in faults.most_common():
        print(f"{count:6d}  {name}")
    print(f"{options.programs} programs and {options.files} files in {time.monotonic() - start:.0f} s: {sum(faults.values())} runs at fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
