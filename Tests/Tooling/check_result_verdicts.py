#!/usr/bin/env python3
"""Writes what Stim says about files of shots: the bits it reads, or that it refuses them.

    python3 Tests/Tooling/check_result_verdicts.py --out Tests/Fixtures/results/verdicts.jsonl

Needs stim 1.16 from PyPI; the tests read the written file and need nothing. A line holds `format`, `counts` (of
measurements, detectors and observables), `data` (hexadecimal), `shots` (a string of 0 and 1 for each shot; null where Stim
refuses) and, where qsim means to differ from Stim, `differs`: why, with `ours` as what qsim reads (null: refuses).
"""

import argparse
import json
import os
import tempfile

import stim

M3 = (3, 0, 0)
D3 = (0, 3, 0)
MDL = (2, 3, 1)
M0 = (0, 0, 0)
M10 = (10, 0, 0)
M300 = (300, 0, 0)

TEXTS = {
    "01": [
        (M3, t) for t in [
            "", "010\n", "010", "010\n111\n", "010\n111", "01\n", "0101\n", "010\r\n", "010\r\n111\r\n", "010\r", "\n", "\n010\n",
            "010\n\n", "010\n\n111\n", "012\n", "01a\n", "01 \n", " 010\n", "010 \n", "01", "0", "010\n0", "010\n01\n", "010\n\n\n",
            "0 1 0\n", "010#\n", "\x00\x01\x00\n", "OlO\n", "010,111\n", "010\n1112\n", "\ufeff010\n", "010\n\r\n", "111\t\n",
        ]
    ] + [(M0, t) for t in ["", "\n", "\n\n", "0\n", "\r\n", " \n"]],
    "hits": [
        (M3, t) for t in [
            "", "\n", "0\n", "1", "0,2\n", "0,2", "2,0\n", "1,1\n", "3\n", "0,3\n", "0,\n", ",0\n", ",\n", "0,,1\n", "0, 1\n", "0 ,1\n",
            " 0\n", "0 \n", "-1\n", "+1\n", "01\n", "00\n", "0x1\n", "1.0\n", "a\n", "0,a\n", "0;1\n", "0\r\n", "\r\n", "0,1\r\n2\r\n",
            "\n\n0\n", "0\n\n", "99999999999999999999\n", "18446744073709551616\n", "4294967296\n", "0,1,2\n0,1,2\n", "0\t\n", "0 1\n", "D0\n",
            "1,", "0,1,", "0\n1,", "1\r", "0,1,0\n",
        ]
    ] + [(M0, t) for t in ["", "\n", "0\n", "\n\n"]],
    "dets": [
        (MDL, t) for t in [
            "", "shot\n", "shot", "shot M0\n", "shot M0 D0 L0\n", "shot M0 D0 L0", "shot D2 M1\n", "shot L0 L0\n", "shot M0 M0\n",
            "shot M2\n", "shot D3\n", "shot L1\n", "shot m0\n", "shot X0\n", "shot Q1\n", "shot 0\n", "shot M\n", "shot M-1\n", "shot M+1\n",
            "shot M01\n", "shot M 1\n", "shot  M1\n", "shot\tM1\n", "shot M1 \n", "shot M1  D0\n", "shot M1\tD0\n", "shot \n", "shot\t\n",
            " shot M1\n", "\nshot M1\n", "shot M1\n\nshot D1\n", "shot M1\n\n", "\n\n", "\n", " \n", "  ", "SHOT M1\n", "Shot M1\n", "shots M1\n",
            "shotM1\n", "sho M1\n", "M1\n", "shot M1 shot M0\n", "shot M1,D0\n", "shot M1\r\n", "shot M1\r\nshot D1\r\n", "shot\r\n",
            "shot M1\nshot", "shot M1\nsh", "shot M99999999999999999999\n", "shot M1a\n", "shot M1D0\n", "shot M1 # c\n", "shot M1\n# c\n",
            "shot D0 D1 D2\nshot\nshot L0\n", "shot M0 ^\n", "shot\nshot\n", "shot L00\n", "shot M1\n  \nshot M0\n", "shot M1 D0 M0\n", "shot M0x\n",
        ]
    ] + [(M0, t) for t in ["", "shot\n", "shot M0\n"]] + [(D3, t) for t in ["shot M0\n", "shot D0\n", "shot L0\n"]],
}

BYTES = {
    "b8": [(M3, b) for b in ["", "00", "07", "08", "ff", "0203", "f8"]]
    + [(M10, b) for b in ["", "0102", "01", "010201", "ffff", "0004", "01020103"]]
    + [((8, 0, 0), b) for b in ["", "ff", "ff00"]] + [((2, 3, 1), b) for b in ["2a", "3f", "40", "80"]] + [(M0, b) for b in ["", "00", "ff"]],
    "r8": [(M3, b) for b in ["", "03", "00", "0002", "0001", "02", "0200", "0201", "04", "000000", "00000000", "0000000003", "01", "0101",
                             "010000", "ff", "03ff", "0303", "030002", "0301", "ff00", "010100", "05", "ffff", "0003"]]
    + [(M300, b) for b in ["ff2d", "ff2c", "ff2c00", "ff2e", "ff00", "ff002c", "ffff", "ff", "feff", "fe2d", "ff2dff2d", "00ff2c", "ff2d00ff2c"]]
    + [(M0, b) for b in ["", "00", "0000", "01", "ff"]],
    "ptb64": [(M3, b) for b in ["", "00" * 24, "01" + "00" * 23, "ff" * 24, "00" * 23, "00" * 8, "00" * 48, "00" * 25, "80" + "00" * 7 + "01" + "00" * 15]]
    + [((1, 0, 0), b) for b in ["", "00" * 8, "02" + "00" * 6 + "80", "00" * 7, "00" * 16, "00" * 9]] + [(M0, b) for b in ["", "00"]],
}

# Where qsim means to differ: (format, counts, data) to (why, what qsim reads).
NO_BITS = "shots without bits leave no bytes: Stim ignores what is there, qsim refuses a number of bits that cannot be right"
DIFFERENCES = {
    ("b8", M0, b"\x00"): (NO_BITS, None),
    ("b8", M0, b"\xff"): (NO_BITS, None),
    ("ptb64", M0, b"\x00"): (NO_BITS, None),
}


def verdict(form, counts, data):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(data)
    try:
        rows = stim.read_shot_data_file(
            path=file.name, format=form, num_measurements=counts[0], num_detectors=counts[1], num_observables=counts[2])
        return ["".join("1" if bit else "0" for bit in row) for row in rows]
    except Exception as error:
        verdict.reason = str(error)
        return None
    finally:
        os.unlink(file.name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    cases = [(f, c, t.encode()) for f, rows in TEXTS.items() for c, t in rows]
    cases += [(f, c, bytes.fromhex(b)) for f, rows in BYTES.items() for c, b in rows]
    with open(arguments.out, "w") as out:
        for form, counts, data in cases:
            row = {"format": form, "counts": list(counts), "data": data.hex(), "shots": verdict(form, counts, data)}
            difference = DIFFERENCES.get((form, counts, data))
            if difference:
                row["differs"], row["ours"] = difference
            out.write(json.dumps(row) + "\n")
            if arguments.verbose:
                shots = row["shots"]
                print(form, counts, data if len(data) < 40 else len(data), "->", verdict.reason if shots is None else shots if len(shots) < 5 else len(shots))


if __name__ == "__main__":
    main()
