"""Gate matrices for the oracle, written from the definitions and independent of any simulator.

Matrices are in textbook order: the first operand is the most significant bit of the row index,
so a controlled gate is block-diagonal, `diag(I, U)`.
"""

import cmath
import math

import numpy as np

I2 = np.eye(2, dtype=complex)
X = np.array([[0, 1], [1, 0]], dtype=complex)
Y = np.array([[0, -1j], [1j, 0]], dtype=complex)
Z = np.diag([1, -1]).astype(complex)
H = np.array([[1, 1], [1, -1]], dtype=complex) / math.sqrt(2)
S = np.diag([1, 1j]).astype(complex)
SDG = S.conj().T
T = np.diag([1, cmath.exp(1j * math.pi / 4)])
TDG = T.conj().T
SX = 0.5 * np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]])
SXDG = SX.conj().T
SWAP = np.eye(4, dtype=complex)[[0, 2, 1, 3]]


def controlled(matrix, controls=1):
    size = matrix.shape[0] << controls
    result = np.eye(size, dtype=complex)
    result[-matrix.shape[0]:, -matrix.shape[0]:] = matrix
    return result


def negatively_controlled(matrix):
    size = matrix.shape[0]
    result = np.eye(2 * size, dtype=complex)
    result[:size, :size] = matrix
    return result


def phase(angle):
    return np.diag([1, cmath.exp(1j * angle)])


def rx(t):
    return np.array([[math.cos(t / 2), -1j * math.sin(t / 2)],
                     [-1j * math.sin(t / 2), math.cos(t / 2)]])


def ry(t):
    return np.array([[math.cos(t / 2), -math.sin(t / 2)],
                     [math.sin(t / 2), math.cos(t / 2)]], dtype=complex)


def rz(t):
    return np.diag([cmath.exp(-0.5j * t), cmath.exp(0.5j * t)])


def u3(theta, phi, lam):
    """OpenQASM 2's and Qiskit's U: upper left entry real, cos(theta/2)."""
    c, s = math.cos(theta / 2), math.sin(theta / 2)
    return np.array([[c, -cmath.exp(1j * lam) * s],
                     [cmath.exp(1j * phi) * s, cmath.exp(1j * (phi + lam)) * c]])


def built_in_u(theta, phi, lam):
    """OpenQASM 3's built-in U, entry by entry as the specification prints it."""
    e = cmath.exp
    return 0.5 * np.array([
        [1 + e(1j * theta), -1j * e(1j * lam) * (1 - e(1j * theta))],
        [1j * e(1j * phi) * (1 - e(1j * theta)), e(1j * (phi + lam)) * (1 + e(1j * theta))]])


def two_pauli_rotation(pauli, t):
    return math.cos(t / 2) * np.eye(4) - 1j * math.sin(t / 2) * np.kron(pauli, pauli)


def embed(matrix, operands, count):
    """`matrix` on the listed operands of `count` qubits, textbook order."""
    k = len(operands)
    tensor = np.eye(1 << count, dtype=complex).reshape((2,) * count + (1 << count,))
    tensor = np.tensordot(matrix.reshape((2,) * (2 * k)), tensor,
                          axes=(list(range(k, 2 * k)), list(operands)))
    tensor = np.moveaxis(tensor, list(range(k)), list(operands))
    return tensor.reshape(1 << count, 1 << count)


def product(count, *steps):
    result = np.eye(1 << count, dtype=complex)
    for matrix, operands in steps:
        result = embed(matrix, operands, count) @ result
    return result


def rccx():
    """Relative-phase Toffoli of qelib1.inc, gate by gate."""
    return product(3, (u3(math.pi / 2, 0, math.pi), [2]), (phase(math.pi / 4), [2]),
                   (controlled(X), [1, 2]), (phase(-math.pi / 4), [2]),
                   (controlled(X), [0, 2]), (phase(math.pi / 4), [2]),
                   (controlled(X), [1, 2]), (phase(-math.pi / 4), [2]),
                   (u3(math.pi / 2, 0, math.pi), [2]))


def rc3x():
    """Relative-phase 3-controlled X of qelib1.inc, gate by gate."""
    h, t, tdg, cx = H, T, TDG, controlled(X)
    return product(4, (h, [3]), (t, [3]), (cx, [2, 3]), (tdg, [3]), (h, [3]),
                   (cx, [0, 3]), (t, [3]), (cx, [1, 3]), (tdg, [3]), (cx, [0, 3]), (t, [3]),
                   (cx, [1, 3]), (tdg, [3]), (h, [3]), (t, [3]), (cx, [2, 3]), (tdg, [3]),
                   (h, [3]))


def fixed(matrix):
    return lambda: matrix


# name: (number of parameters, number of qubits, function of the parameters)
COMMON = {
    "x": (0, 1, fixed(X)), "y": (0, 1, fixed(Y)), "z": (0, 1, fixed(Z)), "h": (0, 1, fixed(H)),
    "s": (0, 1, fixed(S)), "sdg": (0, 1, fixed(SDG)), "t": (0, 1, fixed(T)),
    "tdg": (0, 1, fixed(TDG)), "sx": (0, 1, fixed(SX)), "id": (0, 1, fixed(I2)),
    "p": (1, 1, phase), "rx": (1, 1, rx), "ry": (1, 1, ry), "rz": (1, 1, rz),
    "u1": (1, 1, phase),
    "cx": (0, 2, fixed(controlled(X))), "cy": (0, 2, fixed(controlled(Y))),
    "cz": (0, 2, fixed(controlled(Z))), "ch": (0, 2, fixed(controlled(H))),
    "swap": (0, 2, fixed(SWAP)),
    "cp": (1, 2, lambda t: controlled(phase(t))), "crx": (1, 2, lambda t: controlled(rx(t))),
    "cry": (1, 2, lambda t: controlled(ry(t))), "crz": (1, 2, lambda t: controlled(rz(t))),
    "ccx": (0, 3, fixed(controlled(X, 2))), "cswap": (0, 3, fixed(controlled(SWAP))),
    "cu": (4, 2, lambda t, p, l, g: controlled(cmath.exp(1j * g) * u3(t, p, l))),
}

# The 2017 paper's qelib1.inc, Qiskit's additions to it, and the built-in U and CX of OpenQASM 2.
QELIB1 = dict(COMMON) | {
    "U": (3, 1, u3), "CX": (0, 2, fixed(controlled(X))),
    "u3": (3, 1, u3), "u": (3, 1, u3), "u2": (2, 1, lambda p, l: u3(math.pi / 2, p, l)),
    "u0": (1, 1, lambda gamma: I2), "sxdg": (0, 1, fixed(SXDG)),
    "cu1": (1, 2, lambda t: controlled(phase(t))),
    "cu3": (3, 2, lambda t, p, l: controlled(u3(t, p, l))),
    "csx": (0, 2, fixed(controlled(SX))),
    "rxx": (1, 2, lambda t: two_pauli_rotation(X, t)),
    "ryy": (1, 2, lambda t: two_pauli_rotation(Y, t)),
    "rzz": (1, 2, lambda t: two_pauli_rotation(Z, t)),
    "rccx": (0, 3, rccx), "rc3x": (0, 4, rc3x), "rcccx": (0, 4, rc3x),
    "c3x": (0, 4, fixed(controlled(X, 3))), "c3sqrtx": (0, 4, fixed(controlled(SX, 3))),
    "c3sx": (0, 4, fixed(controlled(SX, 3))), "c4x": (0, 5, fixed(controlled(X, 4))),
}

# stdgates.inc of OpenQASM 3 with the phases its definitions give, and the built-in U.
# `CX` is the alias of `cx` that the library's documentation describes.
STDGATES = dict(COMMON) | {
    "CX": (0, 2, fixed(controlled(X))), "phase": (1, 1, phase),
    "cphase": (1, 2, lambda t: controlled(phase(t))),
    "u2": (2, 1, lambda p, l: cmath.exp(-0.5j * (p + l)) * u3(math.pi / 2, p, l)),
    "u3": (3, 1, lambda t, p, l: cmath.exp(-0.5j * (p + l)) * u3(t, p, l)),
}
BUILT_IN_3 = {"U": (3, 1, built_in_u)}


def power(matrix, exponent):
    """The principal power of a unitary: eigenphases in (-pi, pi]."""
    if float(exponent).is_integer():
        exponent = int(exponent)
        base = matrix if exponent >= 0 else matrix.conj().T
        return np.linalg.matrix_power(base, abs(exponent))
    from scipy.linalg import schur
    triangle, basis = schur(matrix, output="complex")
    phases = np.angle(np.diag(triangle))
    phases = np.where(phases < -math.pi + 1e-9, phases + 2 * math.pi, phases)
    return basis @ np.diag(np.exp(1j * exponent * phases)) @ basis.conj().T
