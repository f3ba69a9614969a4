"""Random circuits that cover every gate of qelib1.inc and stdgates.inc, with their final states.

Used by make_statevectors.py (fixtures) and check_statevectors.py (a live comparison).
OpenQASM 2 states come from Qiskit; OpenQASM 3 states from the oracle's matrices, because the
built-in U of OpenQASM 3 carries a phase that Qiskit's importer drops. Both are compared with the
other source up to global phase before anything is written.
"""

import math
import random

import numpy as np
import qiskit
import qiskit.qasm2
from qiskit import QuantumCircuit
from qiskit.circuit.library import standard_gates
from qiskit.quantum_info import Statevector

import gates
import oracle

QASM2_GATES = ["u3", "u2", "u1", "cx", "id", "u0", "x", "y", "z", "h", "s", "sdg", "t", "tdg",
               "rx", "ry", "rz", "cz", "cy", "swap", "ch", "ccx", "crz", "cu1", "cu3",
               "u", "p", "sx", "sxdg", "cswap", "crx", "cry", "cp", "csx", "cu", "rxx", "rzz",
               "rccx", "rc3x", "c3x", "c3sqrtx", "c4x", "U", "CX"]
QASM3_GATES = ["p", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "rx", "ry", "rz", "cx",
               "cy", "cz", "cp", "crx", "cry", "crz", "ch", "swap", "ccx", "cswap", "cu", "CX",
               "phase", "cphase", "id", "u1", "u2", "u3", "U", "gphase"]
POWERS = ["2", "3", "-1", "-2", "0.5", "0.25", "-0.5", "1.5", "1.0 / 3"]


def angle(rng, language):
    """(text, value) of a random angle in one of the notations files use."""
    kind = rng.randrange(6)
    pi = rng.choice(["pi", "π"]) if language == "qasm3" else "pi"
    if kind == 0:
        a, b = rng.randint(1, 7), rng.randint(8, 17)
        return f"{a}*{pi}/{b}", a * math.pi / b
    if kind == 1:
        b = rng.randint(2, 9)
        return f"-{pi}/{b}", -math.pi / b
    if kind == 2:
        value = rng.uniform(-3, 3)
        text = f"{value:.6e}"
        return text, float(text)
    if kind == 3:
        a, b = rng.randint(1, 9), rng.randint(1, 5)
        return f"({pi} - 0.{a}) / {b}.5", (math.pi - a / 10) / (b + 0.5)
    text = f"{rng.uniform(-math.pi, math.pi):.{rng.randint(2, 15)}f}"
    return text, float(text)


class Writer:
    """One circuit: its text and what Qiskit needs to check it."""

    def __init__(self, rng, language, qubits):
        self.rng, self.language, self.count = rng, language, qubits
        self.lines, self.operations = [], []
        if qubits >= 2 and rng.random() < 0.4:
            first = rng.randint(1, qubits - 1)
            self.registers = [("left", first), ("right", qubits - first)]
        else:
            self.registers = [(rng.choice(["q", "reg_A", "qB7"]), qubits)]
        self.names = [f"{name}[{i}]" for name, size in self.registers for i in range(size)]
        self.used_gates = set()

    def place(self, k):
        qubits = list(range(self.count))
        self.rng.shuffle(qubits)
        return qubits[:k]

    def call(self, name, arguments, qubits, modifiers=""):
        params = "(" + ",".join(arguments) + ")" if arguments else ""
        operands = (" " + ", ".join(self.names[q] for q in qubits)) if qubits else ""
        self.lines.append(f"{modifiers}{name}{params}{operands};")

    def gate(self, name):
        """The gate on random operands with random angles, perhaps under modifiers (version 3)."""
        table = gates.QELIB1 if self.language == "qasm2" else gates.STDGATES | gates.BUILT_IN_3
        parameters, k, _ = table[name] if name != "gphase" else (1, 0, None)
        if name == "u0":
            pairs = [("1", 1.0)]
        else:
            pairs = [angle(self.rng, self.language) for _ in range(parameters)]
        modifiers, text = [], ""
        if self.language == "qasm3" and self.rng.random() < 0.45:
            modifiers, text, extra = self.modifiers(k)
            k += extra
        qubits = self.place(k)
        self.used_gates.add(name)
        self.call(name, [t for t, _ in pairs], qubits, text)
        self.operations.append((modifiers, name, [v for _, v in pairs], qubits))

    def modifiers(self, k):
        chosen, text, extra = [], "", 0
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            kind = self.rng.choice(["ctrl", "negctrl", "inv", "pow"])
            if kind in ("ctrl", "negctrl"):
                room = min(self.count - k - extra, 3)
                if room < 1:
                    continue
                number = self.rng.choice([1, 1, min(2, room)])
                extra += number
                text += f"{kind} @ " if number == 1 and self.rng.random() < 0.7 else (
                    f"{kind}({number}) @ ")
                chosen.append((kind, number))
            elif kind == "inv":
                text += "inv @ "
                chosen.append((kind, 1))
            else:
                exponent = self.rng.choice(POWERS)
                text += f"pow({exponent}) @ "
                chosen.append((kind, float(eval(exponent))))  # noqa: S307 - from the list above
        return chosen, text, extra

    def prelude(self):
        """Every qubit away from the axes, so that every phase shows."""
        for q in range(self.count):
            name = self.rng.choice(["u3", "ry"])
            arguments = [angle(self.rng, self.language) for _ in range(3 if name == "u3" else 1)]
            self.call(name, [t for t, _ in arguments], [q])
            self.operations.append(([], name, [v for _, v in arguments], [q]))
        for q in range(self.count - 1):
            self.call("cx", [], [q, q + 1])
            self.operations.append(([], "cx", [], [q, q + 1]))
            t, v = angle(self.rng, self.language)
            self.call("rx", [t], [q + 1])
            self.operations.append(([], "rx", [v], [q + 1]))

    def text(self):
        if self.language == "qasm2":
            head = ["OPENQASM 2.0;", 'include "qelib1.inc";']
            head += [f"qreg {name}[{size}];" for name, size in self.registers]
        else:
            head = [self.rng.choice(["OPENQASM 3.0;", "OPENQASM 3;"]), 'include "stdgates.inc";']
            head += [f"qubit[{size}] {name};" for name, size in self.registers]
        return "\n".join(head + self.lines) + "\n"


def generate(seed, language, repeats, per_circuit=7):
    """Circuits in which every gate of the language's library appears at least `repeats` times."""
    rng = random.Random(f"{seed}/{language}")
    names = QASM2_GATES if language == "qasm2" else QASM3_GATES
    table = gates.QELIB1 if language == "qasm2" else gates.STDGATES | gates.BUILT_IN_3
    bag = names * repeats
    rng.shuffle(bag)
    index = 0
    while bag:
        chosen = [bag.pop() for _ in range(min(per_circuit, len(bag)))]
        need = max((table[n][1] if n in table else 0) for n in chosen)
        writer = Writer(rng, language, rng.randint(max(need, 1), 5))
        writer.prelude()
        for name in chosen:
            writer.gate(name)
        yield f"{language}-{index:03}", writer
        index += 1


QISKIT_NAMES = {"U": "u", "CX": "cx", "phase": "p", "cphase": "cp"}


def qiskit_gate(name, params):
    """The OpenQASM 3 gate as a Qiskit gate, with the global phase that version 3 gives it."""
    if name == "gphase":
        return standard_gates.GlobalPhaseGate(params[0])
    base = standard_gates.get_standard_gate_name_mapping()[QISKIT_NAMES.get(name, name)].base_class
    gate = base(*params)
    extra = {"U": lambda: params[0] / 2, "u2": lambda: -(params[0] + params[1]) / 2,
             "u3": lambda: -(params[1] + params[2]) / 2}.get(name, lambda: 0.0)()
    if not extra:
        return gate
    circuit = QuantumCircuit(gate.num_qubits, global_phase=extra)
    circuit.append(gate, range(gate.num_qubits))
    return circuit.to_gate()


def qiskit_state3(writer):
    """The state of an OpenQASM 3 circuit by Qiskit's operator algebra."""
    from qiskit.circuit.library import UnitaryGate
    from qiskit.quantum_info import Operator
    circuit = QuantumCircuit(writer.count)
    for modifiers, name, params, qubits in writer.operations:
        gate = qiskit_gate(name, params)
        for kind, value in reversed(modifiers):
            if kind == "inv":
                gate = gate.inverse()
            elif kind == "pow":
                if gate.num_qubits == 0:
                    gate = standard_gates.GlobalPhaseGate(principal(gate.params[0]) * value
                                                          if value % 1 else gate.params[0] * value)
                else:
                    gate = UnitaryGate(Operator(gate).power(value))
            else:
                matrix = Operator(gate).data
                # Qiskit's control() puts the controls on the low qubits: first in the list.
                gate = UnitaryGate(controlled_little_endian(matrix, value, kind == "ctrl"))
        circuit.append(gate, qubits)
    return Statevector(circuit).data


def controlled_little_endian(matrix, controls, positive):
    size = matrix.shape[0]
    result = np.eye(size << controls, dtype=complex)
    active = ((1 << controls) - 1) if positive else 0
    rows = [(i << controls) | active for i in range(size)]
    result[np.ix_(rows, rows)] = matrix
    return result


def principal(value):
    wrapped = math.remainder(value, 2 * math.pi)
    return math.pi if wrapped == -math.pi else wrapped


def oracle_state(name, text):
    machine = oracle.Pure()
    oracle.program(name, text).run(machine)
    return machine.vector()


def phase_distance(a, b):
    """Largest difference of two states after turning the global phase away."""
    overlap = np.vdot(a, b)
    return float(np.abs(a * (overlap / abs(overlap)) - b).max())


def state(writer, text):
    """(state, difference to the partner up to global phase)"""
    ours = oracle_state("c.qasm", text)
    if writer.language == "qasm2":
        circuit = qiskit.qasm2.loads(
            text, custom_instructions=qiskit.qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
        theirs = Statevector(circuit).data
        return theirs, phase_distance(ours, theirs)
    return ours, phase_distance(qiskit_state3(writer), ours)
