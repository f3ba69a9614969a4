#!/usr/bin/env python3
"""One job in one peer simulator, run again each time a line arrives: the worker of compare.py.

    peers.py TASK PEER[+VARIANT] CIRCUIT --threads T --precision single|double [--observable FILE]

Needs the peer's package, in the virtual environment that runs it. The first line on standard output says that the job is
ready: {"version", "prep_s"}. Each line on standard input, {"indices": [...]}, is answered by a line
{"seconds", "check", ...}. Not timed: Python's parsing and the construction of circuit objects. `prep_s` is what the peer
spends on optimising the circuit outside the timed call.

Tasks: statevector (from |0…0> to the finished state; check: |amplitude| at the indices), sample (10^6 shots from the
finished state), expectation (of the Pauli sum in the finished state), gradient (adjoint, by every rotation), density
(density matrix under depolarizing noise; check: <Z…Z>), trajectories (100 noisy shots).
"""
import argparse
import ast
import importlib.metadata
import json
import math
import re
import sys
import time

NOISE_ONE, NOISE_TWO = 0.001, 0.01
SHOTS, TRAJECTORIES = 1_000_000, 100
STATEMENT = re.compile(r"\s*(\w+)\s*(?:\(([^)]*)\))?\s+([^;]*);")
CANONICAL = {"cp": "cu1", "u": "u3", "U": "u3", "CX": "cx"}


# MARK: Circuits

def number(text):
    """The value of a constant expression of OpenQASM 2, such as -pi/4."""
    operations = {ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b,
                  ast.Mult: lambda a, b: a * b, ast.Div: lambda a, b: a / b}

    def value(node):
        if isinstance(node, ast.Constant):
            return float(node.value)
        if isinstance(node, ast.Name) and node.id == "pi":
            return math.pi
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        if isinstance(node, ast.BinOp) and type(node.op) in operations:
            return operations[type(node.op)](value(node.left), value(node.right))
        raise ValueError(f"not a constant expression: {text}")

    return value(ast.parse(text.strip(), mode="eval").body)


def read_circuit(path):
    """(number of qubits, [(gate, arguments, qubits)]) of a flat OpenQASM 2 file with one register."""
    count, gates = 0, []
    with open(path) as file:
        for line in file:
            match = STATEMENT.match(line)
            if not match or match.group(1) in ("OPENQASM", "include", "creg", "barrier", "measure"):
                continue
            name, arguments, operands = match.groups()
            qubits = [int(index) for index in re.findall(r"\[(\d+)\]", operands)]
            if name == "qreg":
                count = qubits[0]
            else:
                values = [number(a) for a in arguments.split(",")] if arguments else []
                gates.append((CANONICAL.get(name, name), values, qubits))
    return count, gates


def read_observable(path):
    """[(coefficient, Pauli string whose character i acts on qubit i)]."""
    with open(path) as file:
        return [(float(a), b) for a, b in (line.split() for line in file if line.strip())]


class Job:
    """What every peer gets: the circuit and the options."""

    def __init__(self, options):
        self.path, self.threads, self.precision = options.circuit, options.threads, options.precision
        self.variant = options.variant
        self.qubit_count, self.gates = read_circuit(options.circuit)
        self.observable = read_observable(options.observable) if options.observable else []


def timed(body):
    start = time.perf_counter()
    result = body()
    return time.perf_counter() - start, result


# MARK: Google qsim

def cirq_operations(gates, qubits):
    import cirq
    import numpy

    fixed = {"h": cirq.H, "x": cirq.X, "y": cirq.Y, "z": cirq.Z, "s": cirq.S, "t": cirq.T,
             "cx": cirq.CNOT, "cz": cirq.CZ, "swap": cirq.SWAP}
    for name, arguments, indices in gates:
        on = [qubits[i] for i in indices]
        if name in fixed:
            yield fixed[name](*on)
        elif name in ("rx", "ry", "rz"):
            yield getattr(cirq, name)(arguments[0])(*on)
        elif name == "cu1":
            yield cirq.CZPowGate(exponent=arguments[0] / math.pi)(*on)
        elif name == "rzz":
            yield cirq.ZZPowGate(exponent=arguments[0] / math.pi, global_shift=-0.5)(*on)
        elif name == "u3":
            theta, phi, lam = arguments
            c, s = math.cos(theta / 2), math.sin(theta / 2)
            e = lambda angle: complex(math.cos(angle), math.sin(angle))
            yield cirq.MatrixGate(numpy.array([[c, -e(lam) * s], [e(phi) * s, e(phi + lam) * c]]))(*on)
        else:
            raise ValueError(f"no Cirq gate for {name}")


class GoogleQsim:
    """Single precision only; the variant f2, f3, f4 is the largest fused gate."""
    package = "qsimcirq"

    def __init__(self, job):
        import cirq
        import qsimcirq

        self.job = job
        # Cirq's first qubit is the most significant one.
        self.qubits = [cirq.LineQubit(job.qubit_count - 1 - i) for i in range(job.qubit_count)]
        fused = int(job.variant[1:]) if job.variant else 4
        self.simulator = qsimcirq.QSimSimulator({"t": job.threads, "f": fused, "v": 0})
        self.fill = [cirq.I(q) for q in self.qubits]

    def statevector(self):
        import cirq
        import qsimcirq

        circuit = qsimcirq.QSimCircuit(cirq.Circuit(cirq_operations(self.job.gates, self.qubits), self.fill))
        order = cirq.QubitOrder.as_qubit_order(sorted(self.qubits))
        translated = circuit.translate_cirq_to_qsim(order)
        if isinstance(translated, tuple):
            translated = translated[0]
        options = {**self.simulator.qsim_options, "c": translated, "s": 1}

        def run(indices):
            width = self.job.qubit_count
            options["i"] = "\n".join(format(i, f"0{width}b")[::-1] for i in indices or [0])
            seconds, amplitudes = timed(lambda: self.simulator._sim_module.qsim_simulate(options))
            return seconds, [abs(a) for a in amplitudes[:len(indices)]]
        return 0.0, run

    def sample(self):
        import cirq

        circuit = cirq.Circuit(cirq_operations(self.job.gates, self.qubits), self.fill,
                               cirq.measure(*sorted(self.qubits), key="m"))

        def run(indices):
            few, _ = timed(lambda: self.simulator.run(circuit, repetitions=2))
            many, _ = timed(lambda: self.simulator.run(circuit, repetitions=SHOTS))
            return max(0.0, many - few), []
        return 0.0, run

    def trajectories(self):
        import cirq

        circuit = cirq.Circuit()
        for operation in cirq_operations(self.job.gates, self.qubits):
            noise = (cirq.depolarize(NOISE_ONE)(*operation.qubits) if len(operation.qubits) == 1
                     else cirq.depolarize(NOISE_TWO, 2)(*operation.qubits))
            circuit.append([operation, noise])
        circuit.append(cirq.measure(*sorted(self.qubits), key="m"))
        return 0.0, lambda indices: (timed(lambda: self.simulator.run(circuit, repetitions=TRAJECTORIES))[0], [])


# MARK: Qulacs

class Qulacs:
    """Double precision only; variants light, opt2, opt3, opt4 are its circuit optimisers."""
    package = "qulacs"

    def __init__(self, job):
        self.job = job

    def circuit(self, noisy=False, parametric=False):
        import qulacs
        from qulacs import gate

        n = self.job.qubit_count
        circuit = qulacs.ParametricQuantumCircuit(n) if parametric else qulacs.QuantumCircuit(n)
        plain = {"h": gate.H, "x": gate.X, "y": gate.Y, "z": gate.Z, "s": gate.S, "t": gate.T,
                 "u3": gate.U3, "cx": gate.CNOT, "cz": gate.CZ, "swap": gate.SWAP}
        for name, arguments, qubits in self.job.gates:
            if name in ("rx", "ry", "rz"):
                # RX, RY, RZ of Qulacs, parametric or not, turn the other way; RotX, … do not.
                if parametric:
                    getattr(circuit, f"add_parametric_{name.upper()}_gate")(qubits[0], -arguments[0])
                else:
                    circuit.add_gate(getattr(gate, "Rot" + name[1].upper())(qubits[0], arguments[0]))
            elif name == "cu1":
                matrix = gate.to_matrix_gate(gate.U1(qubits[1], arguments[0]))
                matrix.add_control_qubit(qubits[0], 1)
                circuit.add_gate(matrix)
            elif name == "rzz":
                circuit.add_gate(gate.PauliRotation(qubits, [3, 3], -arguments[0]))
            else:
                circuit.add_gate(plain[name](*qubits, *arguments))
            if noisy:
                circuit.add_gate(gate.DepolarizingNoise(qubits[0], NOISE_ONE) if len(qubits) == 1
                                 else gate.TwoQubitDepolarizingNoise(*qubits, NOISE_TWO))
        return circuit

    def optimised(self, circuit):
        from qulacs.circuit import QuantumCircuitOptimizer

        if self.job.variant == "light":
            return timed(lambda: QuantumCircuitOptimizer().optimize_light(circuit))[0]
        if self.job.variant.startswith("opt"):
            return timed(lambda: QuantumCircuitOptimizer().optimize(circuit, int(self.job.variant[3:])))[0]
        return 0.0

    def observable(self):
        import qulacs

        observable = qulacs.Observable(self.job.qubit_count)
        for coefficient, letters in self.job.observable:
            observable.add_operator(coefficient, " ".join(f"{p} {i}" for i, p in enumerate(letters) if p != "I"))
        return observable

    def finished(self):
        import qulacs

        circuit = self.circuit()
        self.job.variant = self.job.variant or "opt3"
        self.optimised(circuit)
        state = qulacs.QuantumState(self.job.qubit_count)
        circuit.update_quantum_state(state)
        return state

    def statevector(self):
        import qulacs

        circuit = self.circuit()
        preparation = self.optimised(circuit)

        def simulate():
            state = qulacs.QuantumState(self.job.qubit_count)
            circuit.update_quantum_state(state)
            return state

        def run(indices):
            seconds, state = timed(simulate)
            return seconds, [abs(state.get_amplitude(i)) for i in indices]
        return preparation, run

    def sample(self):
        state = self.finished()
        return 0.0, lambda indices: (timed(lambda: len(state.sampling(SHOTS, 1)))[0], [])

    def expectation(self):
        state, observable = self.finished(), self.observable()

        def run(indices):
            seconds, value = timed(lambda: observable.get_expectation_value(state))
            return seconds, [complex(value).real]
        return 0.0, run

    def gradient(self):
        circuit, observable = self.circuit(parametric=True), self.observable()

        def run(indices):
            seconds, values = timed(lambda: circuit.backprop(observable))
            return seconds, [-v for v in values]
        return 0.0, run

    def density(self):
        import qulacs

        circuit = self.circuit(noisy=True)
        observable = qulacs.Observable(self.job.qubit_count)
        observable.add_operator(1.0, " ".join(f"Z {i}" for i in range(self.job.qubit_count)))

        def simulate():
            state = qulacs.DensityMatrix(self.job.qubit_count)
            circuit.update_quantum_state(state)
            return state

        def run(indices):
            seconds, state = timed(simulate)
            return seconds, [complex(observable.get_expectation_value(state)).real]
        return 0.0, run

    def trajectories(self):
        import qulacs

        circuit = self.circuit(noisy=True)

        def simulate():
            for _ in range(TRAJECTORIES):
                state = qulacs.QuantumState(self.job.qubit_count)
                circuit.update_quantum_state(state)
                state.sampling(1)
        return 0.0, lambda indices: (timed(simulate)[0], [])


# MARK: Aer

class Aer:
    """Times are those that the engine reports for itself."""
    package = "qiskit-aer"

    def __init__(self, job):
        self.job = job

    def load(self):
        import qiskit.qasm2

        return qiskit.qasm2.load(self.job.path, custom_instructions=qiskit.qasm2.LEGACY_CUSTOM_INSTRUCTIONS)

    def simulator(self, method, **more):
        import qiskit_aer

        return qiskit_aer.AerSimulator(method=method, precision=self.job.precision,
                                       max_parallel_threads=self.job.threads, **more)

    @staticmethod
    def noise():
        from qiskit_aer.noise import NoiseModel, depolarizing_error

        # Qiskit counts the identity among the Paulis of its depolarizing channel.
        model = NoiseModel()
        model.add_all_qubit_quantum_error(depolarizing_error(NOISE_ONE * 4 / 3, 1), ["h", "rx", "ry", "rz", "u3"])
        model.add_all_qubit_quantum_error(depolarizing_error(NOISE_TWO * 16 / 15, 2), ["cz", "cx"])
        return model

    @staticmethod
    def run_once(simulator, circuit, shots=1):
        result = simulator.run(circuit, shots=shots, seed_simulator=1).result()
        if not result.success:
            raise RuntimeError(result.status)
        return result

    def statevector(self):
        import qiskit_aer  # noqa: F401, adds save_amplitudes

        plain, simulator = self.load(), self.simulator("statevector")

        def run(indices):
            circuit = plain.copy()
            circuit.save_amplitudes(indices or [0])
            result = self.run_once(simulator, circuit)
            return result.results[0].time_taken, [abs(a) for a in result.data()["amplitudes"][:len(indices)]]
        return 0.0, run

    def sample(self):
        circuit, simulator = self.load(), self.simulator("statevector")
        circuit.measure_all()

        def run(indices):
            result = self.run_once(simulator, circuit, SHOTS)
            return result.results[0].metadata["sample_measure_time"], []
        return 0.0, run

    def expectation(self):
        import qiskit_aer  # noqa: F401
        from qiskit.quantum_info import SparsePauliOp

        simulator, bare, full = self.simulator("statevector"), self.load(), self.load()
        bare.save_amplitudes([0])
        terms = self.job.observable
        operator = SparsePauliOp([p[::-1] for _, p in terms], [c for c, _ in terms])
        full.save_expectation_value(operator, range(self.job.qubit_count))

        def run(indices):
            without = self.run_once(simulator, bare).results[0].time_taken
            result = self.run_once(simulator, full)
            return max(0.0, result.results[0].time_taken - without), [result.data()["expectation_value"]]
        return 0.0, run

    def density(self):
        import qiskit_aer  # noqa: F401
        from qiskit.quantum_info import SparsePauliOp

        circuit = self.load()
        circuit.save_expectation_value(SparsePauliOp("Z" * self.job.qubit_count), range(self.job.qubit_count))
        simulator = self.simulator("density_matrix", noise_model=self.noise())

        def run(indices):
            result = self.run_once(simulator, circuit)
            return result.results[0].time_taken, [complex(result.data()["expectation_value"]).real]
        return 0.0, run

    def trajectories(self):
        circuit = self.load()
        circuit.measure_all()
        simulator = self.simulator("statevector", noise_model=self.noise())
        return 0.0, lambda indices: (self.run_once(simulator, circuit, TRAJECTORIES).results[0].time_taken, [])


# MARK: Lightning

class Lightning:
    """PennyLane's lightning.qubit, below its Python front end except for gradients."""
    package = "pennylane-lightning"

    def __init__(self, job):
        self.job = job

    def operations(self):
        import pennylane as qml

        table = {"h": qml.Hadamard, "x": qml.PauliX, "y": qml.PauliY, "z": qml.PauliZ, "s": qml.S, "t": qml.T,
                 "rx": qml.RX, "ry": qml.RY, "rz": qml.RZ, "cx": qml.CNOT, "cz": qml.CZ, "swap": qml.SWAP,
                 "cu1": qml.ControlledPhaseShift, "rzz": qml.IsingZZ}
        operations = []
        for name, arguments, qubits in self.job.gates:
            wires = [self.job.qubit_count - 1 - q for q in qubits]
            # Rot is native and u3 up to a phase; U3 is neither fused nor native.
            operations.append(qml.Rot(arguments[2], arguments[0], arguments[1], wires=wires) if name == "u3"
                              else table[name](*arguments, wires=wires))
        return operations

    def state(self):
        import numpy
        from pennylane_lightning.lightning_qubit._state_vector import LightningStateVector

        kind = numpy.complex64 if self.job.precision == "single" else numpy.complex128
        return LightningStateVector(self.job.qubit_count, dtype=kind)

    def statevector(self):
        operations = self.operations()

        def simulate():
            state = self.state()
            state.apply_operations(operations)
            return state

        def run(indices):
            seconds, state = timed(simulate)
            if not indices:
                return seconds, []
            amplitudes = state.state
            return seconds, [abs(complex(amplitudes[i])) for i in indices]
        return 0.0, run

    def hamiltonian(self, wire):
        import pennylane as qml

        words = [qml.pauli.string_to_pauli_word(p, wire_map={wire(i): i for i in range(len(p))})
                 for _, p in self.job.observable]
        return qml.Hamiltonian([c for c, _ in self.job.observable], words)

    def expectation(self):
        import pennylane as qml
        from pennylane_lightning.lightning_qubit._measurements import LightningMeasurements

        state = self.state()
        state.apply_operations(self.operations())
        measurements = LightningMeasurements(state)
        wanted = qml.expval(self.hamiltonian(lambda i: self.job.qubit_count - 1 - i))

        def run(indices):
            seconds, value = timed(lambda: float(measurements.expval(wanted)))
            return seconds, [value]
        return 0.0, run

    def gradient(self):
        import pennylane as qml

        device = qml.device("lightning.qubit", wires=self.job.qubit_count)
        hamiltonian = self.hamiltonian(lambda i: i)
        rotations = {"rx": qml.RX, "ry": qml.RY, "rz": qml.RZ}
        fixed = {"h": qml.Hadamard, "cx": qml.CNOT, "cz": qml.CZ}

        @qml.qnode(device, diff_method="adjoint")
        def value(angles):
            place = 0
            for name, _, qubits in self.job.gates:
                if name in rotations:
                    rotations[name](angles[place], wires=qubits[0])
                    place += 1
                else:
                    fixed[name](wires=qubits)
            return qml.expval(hamiltonian)

        angles = qml.numpy.array([a[0] for g, a, _ in self.job.gates if g in rotations], requires_grad=True)
        gradient = qml.grad(value)

        def run(indices):
            seconds, values = timed(lambda: gradient(angles))
            return seconds, [float(v) for v in values]
        return 0.0, run


PEERS = {"qsim": GoogleQsim, "qulacs": Qulacs, "aer": Aer, "lightning": Lightning}
TASKS = ["statevector", "sample", "expectation", "gradient", "density", "trajectories"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("peer")
    parser.add_argument("circuit")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=["single", "double"], default="double")
    parser.add_argument("--observable")
    options = parser.parse_args()
    name, _, options.variant = options.peer.partition("+")
    # Peers print where they like; the answers have standard output to themselves.
    answers, sys.stdout = sys.stdout, sys.stderr
    say = lambda line: print(json.dumps(line), file=answers, flush=True)
    peer = PEERS[name](Job(options))
    preparation, run = getattr(peer, options.task)()
    say({"version": importlib.metadata.version(peer.package), "prep_s": preparation})
    for line in sys.stdin:
        seconds, check = run(json.loads(line)["indices"])
        say({"seconds": seconds, "check": check})


if __name__ == "__main__":
    main()
