#!/usr/bin/env python3
"""Kills `qsim collect` at random moments, lets it go on, and compares its rows with those of a run that was not killed.

    Tests/Tooling/check_collect.py [--qsim .build/release/qsim] [--kills 50] [--seed 1] [--sinter BIN]

Rows are equal in every column but `seconds`. With --sinter, the folder that holds the command `sinter` (and `python`), `sinter combine`
and `sinter plot` read the file, too. Needs Python's standard library. Exits 1 at the first difference.
"""
import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time

TASKS = ["--code", "surface_code", "--task", "rotated_memory_z", "--distance", "3,5", "--rounds", "d", "--p", "0.004,0.008",
         "--max_shots", "100000", "--max_errors", "2000", "--decoders", "matching", "union-find", "--seed", "7", "--threads", "2"]


def rows(path):
    with open(path, newline="") as file:
        return [[field.strip() for place, field in enumerate(row) if place != 3] for row in csv.reader(file)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qsim", default=".build/release/qsim")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sinter")
    options = parser.parse_args()
    generator = random.Random(options.seed)
    command = [os.path.abspath(options.qsim), "collect", *TASKS]

    def collect(path, *more):
        return subprocess.Popen([*command, "--out", path, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    with tempfile.TemporaryDirectory() as folder:
        whole = os.path.join(folder, "whole.csv")
        start = time.perf_counter()
        if collect(whole).wait():
            sys.exit("check_collect.py: the first run failed")
        duration, expected = time.perf_counter() - start, rows(whole)
        partial = 0
        for kill in range(options.kills):
            path = os.path.join(folder, f"{kill}.csv")
            process = collect(path)
            time.sleep(generator.uniform(0, duration))
            process.kill()
            process.wait()
            written = len(rows(path)) if os.path.exists(path) else 0
            partial += 1 < written < len(expected)
            if collect(path, "--resume").wait() or rows(path) != expected:
                print(f"kill {kill}: rows differ after {written} of {len(expected)}")
                return 1
        print(f"{options.kills} kills in up to {duration:.2f} s, {partial} amid {len(expected)} rows: all as if nothing had happened")
        if options.sinter:
            check_sinter(os.path.join(options.sinter, "sinter"), whole, expected, folder)
    return 0


def check_sinter(sinter, path, expected, folder):
    combined = subprocess.run([sinter, "combine", path], check=True, stdout=subprocess.PIPE, text=True).stdout
    tasks = list(csv.reader(combined.splitlines()))[1:]
    shots = sum(int(row[0]) for row in expected[1:])
    if sum(int(row[0]) for row in tasks) != shots or len(tasks) != len({row[4] for row in expected[1:]}):
        sys.exit("check_collect.py: `sinter combine` reads other rows")
    plot = os.path.join(folder, "plot.png")
    subprocess.run([sinter, "plot", "--in", path, "--x_func", "m.p", "--group_func", "f'{decoder} {m.d}'", "--out", plot], check=True,
                   stdout=subprocess.DEVNULL)
    if not os.path.getsize(plot):
        sys.exit("check_collect.py: `sinter plot` draws nothing")
    print(f"sinter combines {len(expected) - 1} rows into {len(tasks)} tasks of {shots} shots, and plots them")


if __name__ == "__main__":
    sys.exit(main())
