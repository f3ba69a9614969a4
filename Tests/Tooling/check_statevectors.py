"""Compares the states that `qsim run --state-out` writes with Qiskit's on fresh random circuits.

    python Tests/Tooling/check_statevectors.py --qsim PATH [--seed N] [--repeats N]

Covers every gate of qelib1.inc and stdgates.inc at least `--repeats` times with random angles, in
both precisions, plus Aer on the OpenQASM 2 circuits. States agree up to global phase to 1e-10 in
double and 1e-4 in single precision. Every qubit of the circuits is touched by a gate, so all of
them are live. Without --seed a new seed is drawn and printed. Exits 1 on a difference.
"""

import argparse
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np

import random_circuits

TOLERANCE = {"double": 1e-10, "single": 1e-4}
DTYPE = {"double": np.complex128, "single": np.complex64}


def state_of(qsim, circuit, state, precision):
    command = [qsim, "run", str(circuit), "--state-out", str(state), "--precision", precision,
               "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.strip()[:300]}")
    vector = np.load(state)
    if vector.dtype != DTYPE[precision]:
        raise RuntimeError(f"{vector.dtype} in {precision} precision")
    return vector.reshape(-1)


def aer_state(text):
    import qiskit
    import qiskit_aer
    circuit = qiskit.qasm2.loads(
        text, custom_instructions=qiskit.qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    circuit.save_statevector()
    simulator = qiskit_aer.AerSimulator(method="statevector")
    circuit = qiskit.transpile(circuit, simulator, optimization_level=0)
    return np.asarray(simulator.run(circuit, shots=1).result().get_statevector())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qsim", required=True)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--repeats", type=int, default=28)
    arguments = parser.parse_args()
    seed = random.SystemRandom().randrange(2**32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}")
    failures, total = 0, 0
    worst = dict.fromkeys(TOLERANCE, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        circuit_path = pathlib.Path(folder, "circuit.qasm")
        state_path = pathlib.Path(folder, "state.npy")
        for language in ("qasm2", "qasm3"):
            for name, writer in random_circuits.generate(seed, language, arguments.repeats):
                text = writer.text()
                expected, difference = random_circuits.state(writer, text)
                if language == "qasm2":
                    difference = max(difference,
                                     random_circuits.phase_distance(aer_state(text), expected))
                if difference > 1e-11:
                    raise SystemExit(f"{name}: the peers differ among themselves\n{text}")
                circuit_path.write_text(text, encoding="utf-8")
                for precision, tolerance in TOLERANCE.items():
                    total += 1
                    try:
                        vector = state_of(arguments.qsim, circuit_path, state_path, precision)
                        if vector.shape != expected.shape:
                            raise RuntimeError(f"{len(vector)} amplitudes, not {len(expected)}")
                        distance = random_circuits.phase_distance(vector.astype(complex), expected)
                        why = f"differs by {distance:.2e}"
                        worst[precision] = max(worst[precision], distance)
                        passes = distance <= tolerance
                    except (RuntimeError, ValueError, OSError,
                            subprocess.TimeoutExpired) as error:
                        passes, why = False, str(error)
                    if not passes:
                        failures += 1
                        print(f"FAIL {name} {precision}: {why}\n{text}", flush=True)
    print(f"{total - failures} of {total} states agree; largest difference "
          + ", ".join(f"{p} {d:.1e}" for p, d in worst.items()))
    if failures:
        sys.exit(1)


if __name__ == "__main__":
    main()
