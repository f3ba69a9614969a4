"""Writes Tests/Fixtures/gen: what `stim gen` prints, without the lines that start with `#`.

Needs stim 1.16. Run from the root of the repository.
"""

import hashlib
import itertools
import json
import pathlib

import stim

FOLDER = pathlib.Path("Tests/Fixtures/gen")
TASKS = [
    ("repetition_code", "memory"),
    ("surface_code", "rotated_memory_x"),
    ("surface_code", "rotated_memory_z"),
    ("surface_code", "unrotated_memory_x"),
    ("surface_code", "unrotated_memory_z"),
    ("color_code", "memory_xyz"),
]
FLAGS = [
    "after_clifford_depolarization",
    "after_reset_flip_probability",
    "before_measure_flip_probability",
    "before_round_data_depolarization",
]
NOISES = [[0.0] * 4, [0.001] * 4, [0.01, 0.002, 1e-5, 0.123456789], [1.0, 0.0, 0.5, 0.0]]
TEXTS = [
    ("repetition_code", "memory", 3, 3, [0.0] * 4),
    ("surface_code", "rotated_memory_x", 3, 2, [0.001, 0.002, 0.003, 0.004]),
    ("color_code", "memory_xyz", 3, 4, [0.001, 0.002, 0.003, 0.004]),
]


def generated(code, task, distance, rounds, noise):
    circuit = stim.Circuit.generated(
        f"{code}:{task}", distance=distance, rounds=rounds, **dict(zip(FLAGS, noise))
    )
    return f"{circuit}\n"


def main():
    rows = []
    for (code, task), distance, noise in itertools.product(TASKS, [2, 3, 4, 5, 9], NOISES):
        if code == "color_code" and distance % 2 == 0:
            continue
        for rounds in [2, distance, 1_000_000] if noise == NOISES[1] else [3]:
            text = generated(code, task, distance, rounds, noise)
            rows.append(
                {
                    "code": code,
                    "task": task,
                    "distance": distance,
                    "rounds": rounds,
                    "noise": noise,
                    "sha256": hashlib.sha256(text.encode()).hexdigest(),
                }
            )
    lines = ",\n".join(json.dumps(row) for row in rows)
    (FOLDER / "generated.json").write_text(f"[\n{lines}\n]\n")
    for code, task, distance, rounds, noise in TEXTS:
        text = generated(code, task, distance, rounds, noise)
        (FOLDER / f"{code}_{task}_d{distance}_r{rounds}.stim").write_text(text)
    print(len(rows), "rows")


if __name__ == "__main__":
    main()
