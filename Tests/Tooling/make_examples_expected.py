"""Writes expected.json beside the example circuits and the idioms, from the oracle.

    python Tests/Tooling/make_examples_expected.py [DIRECTORY...] [--no-cross-check]

Default directories: Examples/circuits and Tests/Fixtures/idioms. Every circuit that Qiskit Aer
or stim can run is also sampled there and compared within sampling error; the entry names the
partner in "checked_with", or says null. Values of `input` parameters are taken from
`--param name=value` in the circuit's own comments.

Entries: "file", "language" (qasm2, qasm3, stim), "qubits" (declared), "params" where there are
inputs, "key_order" (qiskit: bit 0 rightmost, registers separated by a space, last declared
leftmost; record: first measured leftmost), and one or more of
  "distribution"   exact probability of each outcome
  "marginals"      exact probability that each bit of a .stim record is 1 (noisy circuits)
  "probabilities"  of the basis states, qubit 0 rightmost, where nothing is measured
"""

import json
import math
import pathlib
import re
import sys

import oracle

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOTS = 200_000
# Partners that are known to be wrong.
WRONG_PARTNER = {"if_never_true.qasm": "Aer compares a register with too large a constant bit-wise",
                 "own_gates_win.qasm": "Qiskit's transpiler goes by the names of gates",
                 "controlled_u_phase.qasm": "Qiskit drops the phase of the built-in U"}
# Circuits that the oracle and its partners are too narrow for: their qubits and outcomes in closed form.
WIDE_SUM = 0x00ff00ff00ff00ff + 0x0123456789abcdef
TOO_WIDE = {"wide_adder.qasm": (130, {f"{WIDE_SUM:065b}": 0.5,
                                      f"{WIDE_SUM + (1 << 63):065b}": 0.5})}
NOISE = re.compile(r"^\s*([XYZ]_ERROR|DEPOLARIZE|PAULI_CHANNEL|E\(|ELSE_|CORRELATED|HERALDED"
                   r"|M\w*\()", re.MULTILINE)


def rounded(p):
    return float(f"{float(p):.12g}")


def params_of(text):
    return {name: float(value) if "." in value or "e" in value else int(value)
            for name, value in re.findall(r"--param (\w+)=([-\d.e]*\d)", text)}


def entry(path):
    text = path.read_text(encoding="utf-8")
    language = oracle.language_of(path.name, text)
    result = {"file": path.name, "language": language,
              "key_order": "record" if language == "stim" else "qiskit"}
    if path.name in TOO_WIDE:
        result["qubits"], result["distribution"] = TOO_WIDE[path.name]
        return result
    if language == "stim":
        program = oracle.StimProgram(text)
        result["qubits"] = program.circuit.num_qubits
        noisy = bool(NOISE.search(text))
        feedback = "rec[" in re.sub(r"(?m)^\s*(DETECTOR|OBSERVABLE).*$", "", text)
        if program.circuit.num_measurements <= 9 or not noisy:
            result["distribution"] = program.run()
        if noisy and not feedback and "CORRELATED" not in text:
            result["marginals"] = [rounded(p) for p in oracle.StimProgram(text, True).run()]
        elif noisy:
            bits = program.circuit.num_measurements
            result["marginals"] = [
                rounded(sum(p for key, p in result["distribution"].items() if key[i] == "1"))
                for i in range(bits)]
    else:
        params = params_of(text)
        if params:
            result["params"] = params
        result |= oracle.simulate(path.name, text, params)
    for key in ("distribution", "probabilities"):
        if key in result:
            total = sum(result[key].values())
            if abs(total - 1) > 1e-9:
                raise ValueError(f"{path.name}: probabilities add up to {total}")
            result[key] = {k: rounded(p) for k, p in result[key].items() if p > 1e-11}
    return result


def counts_of(path, result):
    """(partner, counts) by sampling, or (None, reason)."""
    text = path.read_text(encoding="utf-8")
    if path.name in WRONG_PARTNER:
        return None, WRONG_PARTNER[path.name]
    if path.name in TOO_WIDE:
        return None, "too wide for a state vector"
    if result["language"] == "stim":
        if re.search(r"\[(T|R_|U3)", text):
            return None, "tags that stim ignores"
        import stim
        sampler = stim.Circuit(text).compile_sampler(seed=11)
        counts = {}
        for row in sampler.sample(SHOTS):
            key = "".join("1" if b else "0" for b in row)
            counts[key] = counts.get(key, 0) + 1
        return "stim " + stim.__version__, counts
    import qiskit
    import qiskit_aer
    try:
        if result["language"] == "qasm2":
            # The extended library only where needed: it would win over a file's own gates.
            try:
                circuit = qiskit.qasm2.loads(text)
            except qiskit.qasm2.QASM2ParseError:
                circuit = qiskit.qasm2.loads(
                    text, custom_instructions=qiskit.qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
        else:
            circuit = qiskit.qasm3.loads(text)
            if circuit.parameters:
                circuit = circuit.assign_parameters(
                    {p: result["params"][p.name] for p in circuit.parameters})
        circuit = qiskit.transpile(circuit, basis_gates=["u", "cx", "p", "rz"],
                                   optimization_level=0) if circuit.clbits else circuit
        if not circuit.clbits:
            vector = qiskit.quantum_info.Statevector(circuit).probabilities_dict()
            return "qiskit " + qiskit.__version__, {k: p for k, p in vector.items()}
        simulator = qiskit_aer.AerSimulator(method="statevector")
        outcome = simulator.run(circuit, shots=SHOTS, seed_simulator=11).result()
        # Bits in order of declaration; Qiskit's own keys lose bits outside registers.
        return "qiskit-aer " + qiskit_aer.__version__, {
            format(int(k, 16), f"0{circuit.num_clbits}b"): c
            for k, c in outcome.data(0)["counts"].items()}
    except Exception as error:  # noqa: BLE001 - any refusal of the partner is reported, not fatal
        return None, f"{type(error).__name__}: {str(error).splitlines()[0][:90]}"


def compare(result, counts):
    """Largest deviation in standard errors, key by key (bit by bit for marginals alone)."""
    total = sum(counts.values())
    exact = result.get("distribution") or result.get("probabilities")
    exact = exact and {k.replace(" ", ""): p for k, p in exact.items()}
    if "probabilities" in result:
        worst = max(abs(exact.get(k, 0.0) - counts.get(k, 0.0)) for k in exact.keys() | counts)
        return 0.0 if worst < 1e-10 else math.inf
    pairs = []
    if exact is not None:
        pairs += [(exact.get(k, 0.0), counts.get(k, 0) / total) for k in exact.keys() | counts]
    for i, p in enumerate(result.get("marginals", [])):
        pairs.append((p, sum(c for k, c in counts.items() if k[i] == "1") / total))
    return max(abs(f - p) / math.sqrt(max(p * (1 - p), 1 / total) / total)
               if p > 1e-12 else (math.inf if f else 0.0) for p, f in pairs)


def main(arguments):
    cross_check = "--no-cross-check" not in arguments
    directories = [pathlib.Path(a) for a in arguments if not a.startswith("--")]
    for directory in directories or [ROOT / "Examples/circuits", ROOT / "Tests/Fixtures/idioms"]:
        old = directory / "expected.json"
        known = {e["file"]: e.get("checked_with") for e in json.loads(old.read_text())
                 } if old.exists() else {}
        entries = []
        for path in sorted(directory.iterdir()):
            if path.suffix not in (".qasm", ".stim"):
                continue
            result = entry(path)
            result["checked_with"] = known.get(path.name)
            if cross_check:
                partner, counts = counts_of(path, result)
                result["checked_with"] = partner
                if partner is None:
                    if result["language"] == "qasm2" and directory.name == "circuits":
                        raise SystemExit(f"{path.name}: Qiskit refuses an example: {counts}")
                    print(f"{path.name}: no partner ({counts})")
                else:
                    deviation = compare(result, counts)
                    print(f"{path.name}: {partner}, {deviation:.2f} standard errors")
                    if deviation > 5.5:
                        raise SystemExit(f"{path.name} disagrees with {partner}")
            entries.append(result)
        text = json.dumps(entries, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        old.write_text(text, encoding="utf-8")
        print(f"{old}: {len(entries)} circuits, {len(text)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
