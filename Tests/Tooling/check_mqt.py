"""Runs every circuit that `make_mqt.py --full DIRECTORY` wrote and compares the counts.

    python Tests/Tooling/check_mqt.py DIRECTORY --qsim PATH [--shots N] [--only REGEX]

A circuit passes if every outcome seen has a probability and the total variation distance between
counts and the exact distribution is within sampling error: at most half the sum of
sqrt(p (1 - p) / shots), which bounds its mean, plus sqrt(ln(1e9) / (2 shots)), which by
McDiarmid's inequality is exceeded with a probability below 1e-9. Exits 1 if a circuit fails.
"""

import argparse
import json
import math
import pathlib
import re
import subprocess
import sys


def counts_of(qsim, path, shots, measured, timeout):
    command = [qsim, "run", str(path), "--shots", str(shots), "--seed", "1", "--json",
               "--reproducible"] + ([] if measured else ["--measure-all"])
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.strip()[:300]}")
    return json.loads(done.stdout)["counts"]


def verdict(counts, distribution, shots):
    """(passes, explanation)"""
    if sum(counts.values()) != shots:
        return False, f"{sum(counts.values())} counts for {shots} shots"
    strangers = sorted(set(counts) - set(distribution))
    if strangers:
        return False, f"impossible outcomes {strangers[:3]}, e.g. instead of {min(distribution)}"
    distance = 0.5 * sum(abs(counts.get(k, 0) / shots - p) for k, p in distribution.items())
    bound = 0.5 * sum(math.sqrt(max(p * (1 - p), 0) / shots) for p in distribution.values())
    bound += math.sqrt(math.log(1e9) / (2 * shots))
    return distance <= bound, f"distance {distance:.4f}, allowed {bound:.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--qsim", required=True)
    parser.add_argument("--shots", type=int, default=100_000)
    parser.add_argument("--only", default="", help="regular expression on file names")
    parser.add_argument("--timeout", type=float, default=120)
    arguments = parser.parse_args()
    failures, total = [], 0
    for name in (arguments.directory / "index.txt").read_text().split():
        if not re.search(arguments.only, name):
            continue
        stem = name.rsplit(".", 2)[0]
        truth = json.loads((arguments.directory / f"{stem}.json").read_text())
        total += 1
        try:
            counts = counts_of(arguments.qsim, arguments.directory / name, arguments.shots,
                               truth["measured"], arguments.timeout)
            passes, why = verdict(counts, truth["distribution"], arguments.shots)
        except (RuntimeError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            passes, why = False, f"{type(error).__name__}: {error}"
        print(f"{'ok  ' if passes else 'FAIL'} {name}: {why}", flush=True)
        if not passes:
            failures.append(name)
    print(f"{total - len(failures)} of {total} circuits agree")
    if failures or not total:
        sys.exit(1)


if __name__ == "__main__":
    main()
