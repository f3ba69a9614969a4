"""An independent oracle: exact outcome distributions of OpenQASM 2, OpenQASM 3 and .stim circuits.

Pure numpy over the matrices in `gates.py`; no quantum package simulates anything here. OpenQASM 2
has its own small parser, OpenQASM 3 is read with the reference parser of the `openqasm3` package
and .stim with `stim.Circuit` (both are used for syntax alone). Dynamic circuits are solved by
enumerating every path of measurement outcomes, noisy .stim circuits by density matrices that
branch on the measurement record.

Not fast and not meant to be: circuits of up to about ten qubits.
"""

import math
import re
import sys

import numpy as np

import gates

TINY = 1e-13


class Truncated(Exception):
    """A path whose remaining probability fell below the cut-off."""


class Pure:
    """A state vector with axis i = qubit i and a scripted list of measurement outcomes.

    While the script lasts nothing is computed: the state after its last outcome was kept when
    the alternative was noted, and is put in place there.
    """

    def __init__(self, path=(), kept=None):
        self.path, self.kept, self.alternatives, self.taken = path, kept, [], ()
        self.state, self.probability, self.cutoff = np.ones((), dtype=complex), 1.0, 1e-12
        self.qubits = 0

    @property
    def replaying(self):
        return len(self.taken) < len(self.path)

    def allocate(self, count):
        first = self.qubits
        self.qubits += count
        if not self.replaying:
            zeros = np.zeros((2,) * count, dtype=complex)
            zeros[(0,) * count] = 1
            self.state = np.tensordot(self.state, zeros, axes=0)
        return list(range(first, first + count))

    def apply(self, matrix, qubits):
        k = len(qubits)
        if len(set(qubits)) != k:
            raise ValueError("duplicate qubits")
        if self.replaying:
            return
        if k == 0:
            self.state = self.state * matrix.reshape(())
            return
        state = np.tensordot(matrix.reshape((2,) * (2 * k)), self.state,
                             axes=(list(range(k, 2 * k)), list(qubits)))
        self.state = np.moveaxis(state, list(range(k)), list(qubits))

    def projected(self, qubit, outcome, weight):
        index = [slice(None)] * self.state.ndim
        index[qubit] = 1 - outcome
        state = self.state / math.sqrt(weight)
        state[tuple(index)] = 0
        return state

    def measure(self, qubit):
        if self.replaying:
            outcome = self.path[len(self.taken)]
            self.taken += (outcome,)
            if not self.replaying:
                self.state, self.probability = self.kept
            return outcome
        axes = tuple(i for i in range(self.state.ndim) if i != qubit)
        weights = (np.abs(self.state) ** 2).sum(axis=axes)
        weights = weights / weights.sum()
        outcome = 0 if weights[0] > TINY else 1
        if outcome == 0 and weights[1] > TINY and self.probability * weights[1] > self.cutoff:
            self.alternatives.append((self.taken + (1,), (
                self.projected(qubit, 1, weights[1]), self.probability * weights[1])))
        self.taken += (outcome,)
        self.state = self.projected(qubit, outcome, weights[outcome])
        self.probability *= weights[outcome]
        return outcome

    def reset(self, qubit):
        if self.measure(qubit):
            self.apply(gates.X, [qubit])

    def vector(self):
        return self.state.transpose(tuple(reversed(range(self.state.ndim)))).reshape(-1)


def enumerate_paths(run):
    """`run(machine)` for every path of outcomes; yields (probability, result, machine)."""
    stack = [((), None)]
    while stack:
        machine = Pure(*stack.pop())
        try:
            result = run(machine)
        except Truncated:
            stack.extend(machine.alternatives)
            continue
        stack.extend(machine.alternatives)
        yield machine.probability, result, machine


def unitary_of(count, body):
    """The matrix of `body(machine, qubits)`, textbook order, all columns at once."""
    machine = Pure()
    machine.qubits = count
    machine.state = np.eye(1 << count, dtype=complex).reshape((2,) * count + (1 << count,))
    body(machine, list(range(count)))
    return machine.state.reshape(1 << count, 1 << count)


# ------------------------------------------------------------------------------- OpenQASM 2

TOKEN2 = re.compile(r"""\s+|//[^\n]*|(?P<real>(\d+\.\d*|\.\d+)([eE][+-]?\d+)?|\d+[eE][+-]?\d+)
    |(?P<int>\d+)|(?P<id>[A-Za-z_]\w*)|(?P<str>"[^"\n]*")|(?P<op>->|==|[-+*/^(){}\[\];,])""",
                    re.VERBOSE)


class QASM2:
    """Parser of OpenQASM 2 into a list of statements; `run` executes them on a machine."""

    def __init__(self, text):
        self.tokens, position = [], 0
        while position < len(text):
            match = TOKEN2.match(text, position)
            if not match:
                raise SyntaxError(f"unexpected {text[position]!r}")
            if match.lastgroup:
                self.tokens.append((match.lastgroup, match.group(match.lastgroup)))
            position = match.end()
        self.at, self.qregs, self.cregs, self.body, self.users = 0, {}, {}, [], {}
        self.qubit_count, self.library = 0, {"U": gates.QELIB1["U"], "CX": gates.QELIB1["CX"]}
        self.cache = {}
        self.program()

    def peek(self, text=None):
        value = self.tokens[self.at][1] if self.at < len(self.tokens) else None
        return value if text is None else value == text

    def take(self, expected=None):
        kind, value = self.tokens[self.at]
        if expected is not None and value != expected:
            raise SyntaxError(f"expected {expected!r}, found {value!r} at token {self.at}")
        self.at += 1
        return value

    def accept(self, text):
        if self.peek(text):
            self.at += 1
            return True
        return False

    def program(self):
        if self.accept("OPENQASM"):
            self.take()
            self.take(";")
        while self.at < len(self.tokens):
            self.body.extend(self.statement())

    def statement(self):
        word = self.take()
        if word == "include":
            self.take('"qelib1.inc"')
            self.take(";")
            self.library = {**gates.QELIB1, **self.library}
            return []
        if word in ("qreg", "creg"):
            name = self.take()
            self.take("[")
            size = int(self.take())
            self.take("]")
            self.take(";")
            if word == "qreg":
                self.qregs[name] = list(range(self.qubit_count, self.qubit_count + size))
                self.qubit_count += size
            else:
                self.cregs[name] = size
            return []
        if word in ("gate", "opaque"):
            name, params = self.take(), []
            if self.accept("("):
                params = self.names(")")
                self.take(")")
            qubits = self.names("{" if word == "gate" else ";")
            if word == "opaque":
                self.take(";")
                return []
            self.take("{")
            body = []
            while not self.accept("}"):
                if self.accept("barrier"):
                    self.names(";")
                    self.take(";")
                else:
                    body.append(self.call())
            self.library[name] = None
            self.users[name] = (params, qubits, body)
            return []
        if word == "if":
            self.take("(")
            register = self.take()
            self.take("==")
            value = int(self.take())
            self.take(")")
            return [("if", register, value, self.statement())]
        if word == "barrier":
            self.operands()
            self.take(";")
            return []
        if word == "measure":
            source = self.operand()
            self.take("->")
            target = self.operand()
            self.take(";")
            return [("measure", source, target)]
        if word == "reset":
            target = self.operand()
            self.take(";")
            return [("reset", target)]
        self.at -= 1
        return [("gate",) + self.call()]

    def names(self, end):
        result = []
        while not self.peek(end):
            result.append(self.take())
            if not self.peek(end):
                self.take(",")
        return result

    def call(self):
        name, params = self.take(), []
        if name not in self.library:
            raise SyntaxError(f"unknown gate {name}")
        if self.accept("("):
            while not self.accept(")"):
                params.append(self.expression())
                if not self.peek(")"):
                    self.take(",")
        operands = self.operands()
        self.take(";")
        return name, params, operands

    def operands(self):
        result = [self.operand()]
        while self.accept(","):
            result.append(self.operand())
        return result

    def operand(self):
        name = self.take()
        if self.accept("["):
            index = int(self.take())
            self.take("]")
            return name, index
        return name, None

    # Expressions are closures over the gate's parameters.
    def expression(self):
        left = self.term()
        while self.peek() in ("+", "-"):
            operator, right, before = self.take(), self.term(), left
            left = ((lambda env, a=before, b=right: a(env) + b(env)) if operator == "+"
                    else (lambda env, a=before, b=right: a(env) - b(env)))
        return left

    def term(self):
        left = self.unary()
        while self.peek() in ("*", "/"):
            operator, right, before = self.take(), self.unary(), left
            left = ((lambda env, a=before, b=right: a(env) * b(env)) if operator == "*"
                    else (lambda env, a=before, b=right: a(env) / b(env)))
        return left

    def unary(self):
        if self.accept("-"):
            inner = self.unary()
            return lambda env: -inner(env)
        if self.accept("+"):
            return self.unary()
        base = self.atom()
        if self.accept("^"):
            exponent = self.unary()
            return lambda env: base(env) ** exponent(env)
        return base

    def atom(self):
        kind, value = self.tokens[self.at]
        self.at += 1
        if value == "(":
            inner = self.expression()
            self.take(")")
            return inner
        if kind in ("real", "int"):
            return lambda env: float(value)
        if value == "pi":
            return lambda env: math.pi
        if value in ("sin", "cos", "tan", "exp", "ln", "sqrt") and self.peek("("):
            function = math.log if value == "ln" else getattr(math, value)
            self.take("(")
            inner = self.expression()
            self.take(")")
            return lambda env: function(inner(env))
        return lambda env: env[value]

    def apply(self, machine, name, params, qubits):
        if machine.replaying:
            return
        if name in self.users:
            formal, names, body = self.users[name]
            env = dict(zip(formal, params, strict=True))
            place = dict(zip(names, qubits, strict=True))
            for inner, inner_params, operands in body:
                self.apply(machine, inner, [p(env) for p in inner_params],
                           [place[o[0]] for o in operands])
            return
        key = (name, tuple(params))
        if key not in self.cache:
            count, _, function = self.library[name]
            if count != len(params):
                raise ValueError(f"{name} takes {count} parameters")
            self.cache[key] = function(*params)
        machine.apply(self.cache[key], qubits)

    def qubits(self, operand):
        name, index = operand
        return self.qregs[name] if index is None else [self.qregs[name][index]]

    def bits(self, operand):
        name, index = operand
        return [(name, i) for i in (range(self.cregs[name]) if index is None else [index])]

    def run(self, machine):
        machine.allocate(self.qubit_count)
        memory = {name: [0] * size for name, size in self.cregs.items()}
        self.execute(self.body, machine, memory)
        return registers_key(memory)

    def execute(self, body, machine, memory):
        for statement in body:
            match statement:
                case ("gate", name, params, operands):
                    values = [p({}) for p in params]
                    for qubits in broadcast([self.qubits(o) for o in operands],
                                            [o[1] is None for o in operands]):
                        self.apply(machine, name, values, qubits)
                case ("measure", source, target):
                    for q, (name, i) in zip(self.qubits(source), self.bits(target), strict=True):
                        memory[name][i] = machine.measure(q)
                case ("reset", target):
                    for q in self.qubits(target):
                        machine.reset(q)
                case ("if", register, value, inner):
                    if sum(b << i for i, b in enumerate(memory[register])) == value:
                        self.execute(inner, machine, memory)


def broadcast(groups, whole):
    length = max([len(g) for g, w in zip(groups, whole) if w], default=1)
    for group, w in zip(groups, whole):
        if w and len(group) != length:
            raise ValueError("registers of different sizes in one gate")
    for i in range(length):
        yield [g[i] if w else g[0] for g, w in zip(groups, whole)]


def registers_key(memory):
    """Qiskit's key: bit 0 rightmost, registers separated by spaces, the last declared leftmost."""
    return " ".join("".join(str(b) for b in reversed(bits)) for bits in reversed(memory.values()))


# ------------------------------------------------------------------------------- OpenQASM 3

class Bits:
    """A bit register by reference: slices and aliases share the cells."""

    def __init__(self, cells, scalar=False):
        self.cells, self.scalar = cells, scalar

    @classmethod
    def of(cls, value, width, scalar=False):
        return cls([[(value >> i) & 1] for i in range(width)], scalar)

    def __len__(self):
        return len(self.cells)

    @property
    def values(self):
        return [c[0] for c in self.cells]

    @property
    def number(self):
        return sum(c[0] << i for i, c in enumerate(self.cells))

    def store(self, other):
        for cell, value in zip(self.cells, other.values, strict=True):
            cell[0] = value


class Angle:
    """A fixed-point fraction of a turn."""

    def __init__(self, raw, width):
        self.raw, self.width = raw % (1 << width), width

    @classmethod
    def of(cls, value, width):
        return cls(round((value % (2 * math.pi)) / (2 * math.pi) * (1 << width)), width)

    @property
    def number(self):
        return self.raw * 2 * math.pi / (1 << self.width)


class Variable:
    def __init__(self, kind, value, constant=False):
        self.kind, self.value, self.constant = kind, value, constant


class Break(Exception):
    pass


class Continue(Exception):
    pass


class Return(Exception):
    def __init__(self, value):
        self.value = value


class End(Exception):
    pass


def number(value):
    if isinstance(value, (Bits, Angle)):
        return value.number
    if isinstance(value, bool):
        return int(value)
    return value


class QASM3:
    """Tree-walking interpreter over the reference parser's syntax tree."""

    def __init__(self, text, params=None):
        import openqasm3
        self.ast = openqasm3.ast
        self.tree = openqasm3.parse(text)
        self.inputs = params or {}
        self.cache = {}

    def run(self, machine):
        self.machine = machine
        self.scopes = [{}]
        self.library = dict(gates.BUILT_IN_3)
        self.user_gates, self.functions, self.output = {}, {}, []
        for name, value in (("pi", math.pi), ("π", math.pi), ("tau", math.tau), ("τ", math.tau),
                            ("euler", math.e), ("ℇ", math.e)):
            self.scopes[0][name] = Variable("float", value, True)
        try:
            self.block(self.tree.statements, scope=False)
        except End:
            pass
        return registers_key({name: bits.values for name, bits in self.output})

    # Scopes
    def lookup(self, name):
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        raise NameError(name)

    def declare(self, name, variable):
        if name in self.scopes[-1]:
            raise NameError(f"{name} declared twice")
        self.scopes[-1][name] = variable

    def block(self, statements, scope=True):
        if scope:
            self.scopes.append({})
        try:
            for statement in statements:
                getattr(self, "do_" + type(statement).__name__)(statement)
        finally:
            if scope:
                self.scopes.pop()

    # Types and casts
    def cast(self, value, kind):
        ast = self.ast
        if isinstance(kind, ast.BitType):
            if kind.size is None:
                return Bits.of(int(bool(number(value))), 1, True)
            width = number(self.eval(kind.size))
            if isinstance(value, Angle):
                return Bits.of(value.raw, width)
            if isinstance(value, Bits) and len(value) != width:
                raise ValueError(f"{len(value)} bits stored in {width}")
            return Bits.of(int(number(value)), width)
        if isinstance(kind, ast.BoolType):
            return bool(number(value))
        if isinstance(kind, (ast.IntType, ast.UintType)):
            width = number(self.eval(kind.size)) if kind.size else 64
            raw = value.raw if isinstance(value, Angle) else int(number(value))
            raw %= 1 << width
            if isinstance(kind, ast.IntType) and raw >> (width - 1):
                raw -= 1 << width
            return raw
        if isinstance(kind, ast.FloatType):
            return float(number(value))
        if isinstance(kind, ast.AngleType):
            width = number(self.eval(kind.size)) if kind.size else 64
            if isinstance(value, Angle):
                shift = width - value.width
                return Angle(value.raw << shift if shift >= 0 else value.raw >> -shift, width)
            if isinstance(value, Bits):
                return Angle(value.number, width)
            return Angle.of(float(value), width)
        if isinstance(kind, ast.ComplexType):
            return complex(number(value))
        if isinstance(kind, ast.ArrayType):
            return [self.cast(v, kind.base_type) if len(kind.dimensions) == 1 else
                    self.cast(v, ast.ArrayType(kind.base_type, kind.dimensions[1:]))
                    for v in value]
        raise TypeError(type(kind).__name__)

    def default(self, kind):
        if isinstance(kind, self.ast.ArrayType):
            size = number(self.eval(kind.dimensions[0]))
            inner = (kind.base_type if len(kind.dimensions) == 1 else
                     self.ast.ArrayType(kind.base_type, kind.dimensions[1:]))
            return [self.default(inner) for _ in range(size)]
        return self.cast(0, kind)

    # Declarations
    def do_Include(self, node):
        if node.filename != "stdgates.inc":
            raise ValueError(node.filename)
        self.library.update(gates.STDGATES)

    def do_QubitDeclaration(self, node):
        size = number(self.eval(node.size)) if node.size else 1
        qubits = self.machine.allocate(size)
        self.declare(node.qubit.name, Variable("qubits", (qubits, node.size is None)))

    def do_ClassicalDeclaration(self, node):
        init = node.init_expression
        if isinstance(init, self.ast.QuantumMeasurement):
            value = self.measure(init.qubit)
        elif init is None:
            value = self.default(node.type)
        else:
            value = self.eval(init)
        value = self.cast(value, node.type)
        self.declare(node.identifier.name, Variable(node.type, value))
        if len(self.scopes) == 1 and isinstance(node.type, self.ast.BitType):
            self.output.append((node.identifier.name, value))

    def do_ConstantDeclaration(self, node):
        self.declare(node.identifier.name,
                     Variable(node.type, self.cast(self.eval(node.init_expression), node.type),
                              True))

    def do_IODeclaration(self, node):
        name = node.identifier.name
        if node.io_identifier == self.ast.IOKeyword.input:
            value = self.cast(self.inputs[name], node.type)
        else:
            value = self.default(node.type)
        self.declare(name, Variable(node.type, value))
        if (node.io_identifier == self.ast.IOKeyword.output
                and isinstance(node.type, self.ast.BitType)):
            self.output.append((name, value))

    def do_AliasStatement(self, node):
        self.declare(node.target.name, Variable("alias", self.eval(node.value)))

    def do_QuantumGateDefinition(self, node):
        self.user_gates[node.name.name] = node

    def do_SubroutineDefinition(self, node):
        self.functions[node.name.name] = node

    def do_ExpressionStatement(self, node):
        self.eval(node.expression)

    def do_Pragma(self, node):
        pass

    def do_QuantumBarrier(self, node):
        pass

    do_DelayInstruction = do_Pragma

    def do_Box(self, node):
        self.block(node.body)

    # Control flow
    def do_CompoundStatement(self, node):
        self.block(node.statements)

    def do_BranchingStatement(self, node):
        self.block(node.if_block if number(self.eval(node.condition)) else node.else_block)

    def do_WhileLoop(self, node):
        while number(self.eval(node.while_condition)):
            if self.machine.probability < self.machine.cutoff:
                raise Truncated
            try:
                self.block(node.block)
            except Break:
                break
            except Continue:
                pass

    def do_ForInLoop(self, node):
        what = node.set_declaration
        if isinstance(what, self.ast.RangeDefinition):
            values = self.range_values(what)
        elif isinstance(what, self.ast.DiscreteSet):
            values = [self.eval(v) for v in what.values]
        else:
            values = self.eval(what)
            if isinstance(values, Bits):
                values = [Bits([c], True) for c in values.cells]
        for value in values:
            self.scopes.append({node.identifier.name: Variable(node.type,
                                                               self.cast(value, node.type))})
            try:
                self.block(node.block)
            except Break:
                break
            except Continue:
                pass
            finally:
                self.scopes.pop()

    def range_values(self, node, length=None):
        step = number(self.eval(node.step)) if node.step is not None else 1
        start = number(self.eval(node.start)) if node.start is not None else (
            0 if step > 0 else length - 1)
        end = number(self.eval(node.end)) if node.end is not None else (
            length - 1 if step > 0 else 0)
        if length is not None:
            start, end = (start + length if start < 0 else start), (end + length if end < 0
                                                                    else end)
        if isinstance(start, float) or isinstance(step, float):
            count = int(math.floor((end - start) / step + 1e-9)) + 1
            return [start + i * step for i in range(max(count, 0))]
        return list(range(start, end + (1 if step > 0 else -1), step))

    def do_SwitchStatement(self, node):
        value = number(self.eval(node.target))
        for labels, body in node.cases:
            if any(number(self.eval(label)) == value for label in labels):
                return self.block(body.statements)
        if node.default is not None:
            self.block(node.default.statements)

    def do_BreakStatement(self, node):
        raise Break

    def do_ContinueStatement(self, node):
        raise Continue

    def do_EndStatement(self, node):
        raise End

    def do_ReturnStatement(self, node):
        value = node.expression
        if isinstance(value, self.ast.QuantumMeasurement):
            raise Return(self.measure(value.qubit))
        raise Return(None if value is None else self.eval(value))

    # Quantum statements
    def operand(self, node):
        """(qubits, is a whole register)"""
        value = self.eval_operand(node)
        return value

    def eval_operand(self, node):
        if isinstance(node, self.ast.IndexedIdentifier):
            value = self.eval(node.name)
            for index in node.indices:
                value = self.index(value, index)
            return value
        if isinstance(node, self.ast.Identifier) and re.fullmatch(r"\$\d+", node.name):
            return self.physical(int(node.name[1:])), True
        return self.eval(node)

    def physical(self, index):
        table = self.scopes[0].setdefault("$", Variable("physical", {})).value
        if index not in table:
            table[index] = self.machine.allocate(1)
        return table[index]

    def measure(self, node):
        qubits, scalar = self.operand(node)
        return Bits([[self.machine.measure(q)] for q in qubits], scalar)

    def do_QuantumMeasurementStatement(self, node):
        value = self.measure(node.measure.qubit)
        if node.target is not None:
            self.assign(node.target, value)

    def do_QuantumReset(self, node):
        for q in self.operand(node.qubits)[0]:
            self.machine.reset(q)

    def do_QuantumGate(self, node):
        operands = [self.operand(q) for q in node.qubits]   # may bring in a physical qubit
        if self.machine.replaying:
            return
        params = [number(self.eval(a)) for a in node.arguments]
        name = node.name.name
        if name in self.user_gates and not node.modifiers:
            for qubits in broadcast([o[0] for o in operands], [not o[1] for o in operands]):
                self.in_place(self.user_gates[name], params, qubits)
            return
        matrix = self.modified(node.modifiers, self.gate_matrix(name, params))
        for qubits in broadcast([o[0] for o in operands], [not o[1] for o in operands]):
            if matrix.shape[0] != 1 << len(qubits):
                raise ValueError(f"{name}: wrong number of qubits")
            self.machine.apply(matrix, qubits)

    def in_place(self, node, params, qubits):
        """Runs a gate's body on the machine's qubits; it sees its own names and constants."""
        frame = {n.name: Variable("float", v, True)
                 for n, v in zip(node.arguments, params, strict=True)}
        frame |= {n.name: Variable("qubits", ([q], True))
                  for n, q in zip(node.qubits, qubits, strict=True)}
        outer = self.scopes
        self.scopes = [outer[0], frame]
        self.block(node.body)
        self.scopes = outer

    def do_QuantumPhase(self, node):
        operands = [self.operand(q) for q in node.qubits]
        if self.machine.replaying:
            return
        angle = number(self.eval(node.argument))
        matrix = self.modified(node.modifiers, np.array([[np.exp(1j * angle)]]))
        if matrix.shape[0] == 1:
            self.machine.apply(matrix, [])
            return
        for qubits in broadcast([o[0] for o in operands], [not o[1] for o in operands]):
            self.machine.apply(matrix, qubits)

    def modified(self, modifiers, matrix):
        name = self.ast.GateModifierName
        for modifier in reversed(modifiers):
            argument = (number(self.eval(modifier.argument)) if modifier.argument is not None
                        else 1)
            if modifier.modifier == name.inv:
                matrix = matrix.conj().T
            elif modifier.modifier == name.pow:
                matrix = gates.power(matrix, argument)
            else:
                for _ in range(argument):
                    matrix = (gates.controlled(matrix) if modifier.modifier == name.ctrl
                              else gates.negatively_controlled(matrix))
        return matrix

    def gate_matrix(self, name, params):
        key = (name, tuple(params))
        if key in self.cache:
            return self.cache[key]
        if name in self.user_gates:
            node, outer = self.user_gates[name], self.machine

            def body(machine, qubits):
                self.machine = machine
                self.in_place(node, params, qubits)
            matrix = unitary_of(len(node.qubits), body)
            self.machine = outer
        else:
            if name not in self.library:
                raise NameError(f"unknown gate {name}")
            count, _, function = self.library[name]
            if count != len(params):
                raise ValueError(f"{name} takes {count} parameters")
            matrix = function(*params)
        self.cache[key] = matrix
        return matrix

    # Classical assignment
    def do_ClassicalAssignment(self, node):
        ast = self.ast
        operator = node.op.name
        value = self.eval(node.rvalue)
        if operator != "=":
            target = (node.lvalue if isinstance(node.lvalue, ast.Identifier) else
                      self.indexed_expression(node.lvalue))
            value = self.binary(operator[:-1], self.eval(target), value)
        self.assign(node.lvalue, value)

    def indexed_expression(self, node):
        expression = node.name
        for index in node.indices:
            expression = self.ast.IndexExpression(expression, index)
        return expression

    def assign(self, target, value):
        ast = self.ast
        if isinstance(target, ast.Identifier):
            variable = self.lookup(target.name)
            if variable.constant:
                raise ValueError(f"{target.name} is constant")
            if isinstance(variable.value, Bits):
                if isinstance(variable.kind, str):
                    variable.value.store(value)
                else:
                    variable.value.store(self.cast(value, variable.kind))
            elif isinstance(variable.kind, ast.ArrayType):
                variable.value[:] = self.cast(value, variable.kind)
            else:
                variable.value = self.cast(value, variable.kind)
            return
        variable = self.lookup(target.name.name)
        container = variable.value
        if isinstance(container, Bits):
            cells = self.eval_operand(target)
            if cells.scalar or len(cells) == 1:
                cells.cells[0][0] = int(bool(number(value)))
            else:
                cells.store(value)
            return
        if isinstance(container, Angle):
            bit = number(self.eval(target.indices[0][0]))
            raw = container.raw & ~(1 << bit) | (int(bool(number(value))) << bit)
            variable.value = Angle(raw, container.width)
            return
        if isinstance(container, int):
            bit = number(self.eval(target.indices[0][0]))
            variable.value = container & ~(1 << bit) | (int(bool(number(value))) << bit)
            return
        path = []
        for index in target.indices:
            path.extend(number(self.eval(i)) for i in index)
        for step in path[:-1]:
            container = container[step]
        if isinstance(container[path[-1]], Bits):
            container[path[-1]].store(value)
        else:
            container[path[-1]] = self.cast(value, variable.kind.base_type)

    # Expressions
    def eval(self, node):
        return getattr(self, "eval_" + type(node).__name__)(node)

    def eval_Identifier(self, node):
        return self.lookup(node.name).value

    def eval_IntegerLiteral(self, node):
        return node.value

    eval_FloatLiteral = eval_BooleanLiteral = eval_IntegerLiteral

    def eval_ImaginaryLiteral(self, node):
        return 1j * node.value

    def eval_BitstringLiteral(self, node):
        return Bits.of(node.value, node.width)

    def eval_ArrayLiteral(self, node):
        return [self.eval(v) for v in node.values]

    def eval_QuantumMeasurement(self, node):
        return self.measure(node.qubit)

    def eval_DurationLiteral(self, node):
        return node.value

    def eval_UnaryExpression(self, node):
        value = self.eval(node.expression)
        match node.op.name:
            case "-":
                return Angle(-value.raw, value.width) if isinstance(value, Angle) else -number(
                    value)
            case "!":
                return not number(value)
            case "~":
                if isinstance(value, Bits):
                    return Bits([[1 - b] for b in value.values], value.scalar)
                if isinstance(value, Angle):
                    return Angle(~value.raw, value.width)
                return ~value
        raise TypeError(node.op)

    def eval_BinaryExpression(self, node):
        if node.op.name == "&&":
            return bool(number(self.eval(node.lhs))) and bool(number(self.eval(node.rhs)))
        if node.op.name == "||":
            return bool(number(self.eval(node.lhs))) or bool(number(self.eval(node.rhs)))
        return self.binary(node.op.name, self.eval(node.lhs), self.eval(node.rhs))

    def binary(self, operator, a, b):
        if isinstance(a, Bits) and operator in ("&", "|", "^", "<<", ">>"):
            width = len(a)
            if operator in ("<<", ">>"):
                shift = number(b)
                return Bits.of((a.number << shift if operator == "<<" else a.number >> shift)
                               & ((1 << width) - 1), width, a.scalar)
            if isinstance(b, Bits) and len(b) != width:
                raise ValueError("bit operation between different widths")
        if isinstance(a, Angle):
            if operator in ("<<", ">>"):
                return Angle(a.raw << b if operator == "<<" else a.raw >> b, a.width)
            if operator in ("+", "-") and isinstance(b, (Angle, float, int)):
                other = b if isinstance(b, Angle) else Angle.of(float(b), a.width)
                other = self.cast(other, self.ast.AngleType(self.ast.IntegerLiteral(a.width)))
                return Angle(a.raw + other.raw if operator == "+" else a.raw - other.raw, a.width)
            if operator == "*" and isinstance(b, int):
                return Angle(a.raw * b, a.width)
            if operator == "/" and isinstance(b, int):
                return Angle(a.raw // b, a.width)
        if isinstance(b, Angle) and operator == "*" and isinstance(a, int):
            return Angle(a * b.raw, b.width)
        x, y = number(a), number(b)
        match operator:
            case "+": return x + y
            case "-": return x - y
            case "*": return x * y
            case "/":
                if isinstance(x, int) and isinstance(y, int):
                    return abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
                return x / y
            case "%": return int(math.fmod(x, y)) if isinstance(x, int) else math.fmod(x, y)
            case "**": return x ** y
            case "==": return x == y
            case "!=": return x != y
            case "<": return x < y
            case ">": return x > y
            case "<=": return x <= y
            case ">=": return x >= y
            case "<<": return x << y
            case ">>": return x >> y
            case "&" | "|" | "^":
                value = {"&": x & y, "|": x | y, "^": x ^ y}[operator]
                if isinstance(a, Bits):
                    return Bits.of(value, len(a), a.scalar)
                return value
        raise TypeError(operator)

    def eval_Cast(self, node):
        return self.cast(self.eval(node.argument), node.type)

    def eval_IndexExpression(self, node):
        return self.index(self.eval(node.collection), node.index)

    def eval_IndexedIdentifier(self, node):
        return self.eval_operand(node)

    def eval_Concatenation(self, node):
        a, b = self.eval(node.lhs), self.eval(node.rhs)
        if isinstance(a, Bits):
            return Bits(a.cells + b.cells)
        if isinstance(a, tuple):
            return a[0] + b[0], False
        return a + b

    def eval_SizeOf(self, node):
        value = self.eval(node.target)
        if node.index is not None:
            for _ in range(number(self.eval(node.index))):
                value = value[0]
        return len(value)

    def index(self, value, index):
        if isinstance(index, self.ast.DiscreteSet):
            positions, single = [number(self.eval(v)) for v in index.values], False
        else:
            if len(index) > 1:
                for part in index:
                    value = self.index(value, [part])
                return value
            item = index[0]
            if isinstance(item, self.ast.RangeDefinition):
                length = (len(value[0]) if isinstance(value, tuple) else
                          value.width if isinstance(value, Angle) else len(value))
                positions, single = self.range_values(item, length), False
            else:
                positions, single = [number(self.eval(item))], True
        if isinstance(value, tuple):
            return [value[0][p] for p in positions], single
        if isinstance(value, Bits):
            return Bits([value.cells[p] for p in positions], single)
        if isinstance(value, Angle):
            return Bits([[value.raw >> p & 1] for p in positions], single)
        if isinstance(value, int):
            return Bits([[value >> p & 1] for p in positions], single)
        return value[positions[0]] if single else [value[p] for p in positions]

    FUNCTIONS = {"sin": math.sin, "cos": math.cos, "tan": math.tan, "exp": math.exp,
                 "log": math.log, "sqrt": math.sqrt, "arcsin": math.asin, "arccos": math.acos,
                 "arctan": math.atan, "floor": math.floor, "ceiling": math.ceil,
                 "pow": lambda a, b: a ** b, "mod": lambda a, b: a % b}

    def eval_FunctionCall(self, node):
        name = node.name.name
        if name in self.functions:
            return self.call(self.functions[name], node.arguments)
        values = [self.eval(a) for a in node.arguments]
        if name == "popcount":
            return bin(number(values[0])).count("1")
        if name in ("rotl", "rotr"):
            cells, shift = values[0].values, number(values[1])
            shift = -shift if name == "rotl" else shift
            size = len(cells)
            return Bits([[cells[(i + shift) % size]] for i in range(size)])
        if name == "sizeof":
            return len(values[0])
        return self.FUNCTIONS[name](*[number(v) for v in values])

    def call(self, node, arguments):
        frame = {}
        for formal, actual in zip(node.arguments, arguments, strict=True):
            if isinstance(formal, self.ast.QuantumArgument):
                qubits, scalar = self.operand(actual)
                frame[formal.name.name] = Variable("qubits", (qubits, formal.size is None))
            elif isinstance(formal.type, self.ast.ArrayReferenceType):
                frame[formal.name.name] = Variable(formal.type, self.eval(actual))
            else:
                frame[formal.name.name] = Variable(formal.type,
                                                   self.cast(self.eval(actual), formal.type))
        outer = self.scopes
        constants = {k: v for k, v in outer[0].items() if v.constant or k == "$"}
        self.scopes = [constants, frame]
        try:
            self.block(node.body, scope=False)
            return None
        except Return as result:
            value = result.value
            return value if node.return_type is None else self.cast(value, node.return_type)
        finally:
            self.scopes = outer


# ------------------------------------------------------------------------------- .stim

class Mixed:
    """A density matrix tensor: axes 0..n-1 are rows, n..2n-1 columns."""

    def __init__(self, count):
        self.n = count
        self.rho = np.zeros((2,) * (2 * count), dtype=complex)
        self.rho[(0,) * (2 * count)] = 1

    def copy(self):
        other = object.__new__(Mixed)
        other.n, other.rho = self.n, self.rho
        return other

    def sandwich(self, matrix, qubits):
        """K rho K^dagger"""
        k = len(qubits)
        shape = (2,) * (2 * k)
        rho = self.rho
        for m, axes in ((matrix, list(qubits)), (matrix.conj(), [q + self.n for q in qubits])):
            rho = np.tensordot(m.reshape(shape), rho, axes=(list(range(k, 2 * k)), axes))
            rho = np.moveaxis(rho, list(range(k)), axes)
        return rho

    def apply(self, matrix, qubits):
        self.rho = self.sandwich(matrix, qubits)

    def channel(self, kraus, qubits):
        self.rho = sum(w * self.sandwich(m, qubits) for w, m in kraus if w)

    @property
    def trace(self):
        size = 1 << self.n
        return float(np.trace(self.rho.reshape(size, size)).real)


PAULI = {"I": gates.I2, "X": gates.X, "Y": gates.Y, "Z": gates.Z}
# The 15 cases of two-qubit channels, in order.
PAIRS = [a + b for a in "IXYZ" for b in "IXYZ"][1:]
UNIFORM = [(0.25, PAULI[p]) for p in "IXYZ"]


def pauli_product(names):
    matrix = np.eye(1, dtype=complex)
    for name in names:
        matrix = np.kron(matrix, PAULI[name])
    return matrix


def tag_angles(tag):
    inside = tag[tag.index("(") + 1:tag.rindex(")")]
    result = {}
    for part in inside.split(","):
        name, value = part.split("=")
        value = value.strip()
        result[name.strip()] = (float(value[:-3]) * math.pi if value.endswith("*pi")
                                else float(value))
    return result


def tagged_matrix(name, tag):
    if name == "S" and tag == "T":
        return gates.T
    if name == "S_DAG" and tag == "T":
        return gates.TDG
    if name == "I" and tag.startswith("R_"):
        theta = tag_angles(tag)["theta"]
        return {"R_X": gates.rx, "R_Y": gates.ry, "R_Z": gates.rz}[tag.split("(")[0]](theta)
    if name == "I" and tag.startswith("U3("):
        angles = tag_angles(tag)
        return gates.u3(angles["theta"], angles["phi"], angles["lambda"])
    return None


class StimProgram:
    """Exact record distribution (`marginals=False`) or marginals of the record's bits.

    A branch is (record, unnormalised density matrix, flag of the last correlated error). With
    `marginals`, measurement outcomes are summed over instead of branched on, which is exact
    where no record bit is fed back and no correlated-error chain is open.
    """

    def __init__(self, text, marginals=False):
        import stim
        self.stim = stim
        self.circuit = stim.Circuit(text).flattened()
        self.count = max(1, self.circuit.num_qubits)
        self.marginals = marginals
        self.bit_probabilities = []
        self.branches = [("", Mixed(self.count), False)]

    def run(self):
        for instruction in self.circuit:
            self.instruction(instruction)
        if self.marginals:
            return self.bit_probabilities
        result = {}
        for record, rho, _ in self.branches:
            result[record] = result.get(record, 0.0) + rho.trace
        return result

    def each(self, action):
        for _, rho, _ in self.branches:
            action(rho)

    def merge(self):
        table = {}
        for record, rho, flag in self.branches:
            if rho.trace < TINY:
                continue
            if (record, flag) in table:
                table[(record, flag)].rho = table[(record, flag)].rho + rho.rho
            else:
                table[(record, flag)] = rho
        self.branches = [(record, rho, flag) for (record, flag), rho in table.items()]

    def record_bit(self, projectors, qubits, flip=0.0):
        """Branches on a two-outcome measurement; projectors = (outcome 0, outcome 1)."""
        if self.marginals:
            one = 0.0
            for _, rho, _ in self.branches:
                parts = [rho.sandwich(p, qubits) for p in projectors]
                size = 1 << self.count
                one += float(np.trace(parts[1].reshape(size, size)).real)
                rho.rho = parts[0] + parts[1]
            self.bit_probabilities.append(one * (1 - flip) + (1 - one) * flip)
            return
        fresh = []
        for record, rho, flag in self.branches:
            for outcome, projector in enumerate(projectors):
                part = rho.copy()
                part.apply(projector, qubits)
                if part.trace < TINY:
                    continue
                for bit, weight in ((outcome, 1 - flip), (1 - outcome, flip)):
                    if weight:
                        piece = part.copy()
                        piece.rho = part.rho * weight
                        fresh.append((record + str(bit), piece, flag))
        self.branches = fresh
        self.merge()

    def pad(self, bit, flip):
        if self.marginals:
            self.bit_probabilities.append(1 - flip if bit else flip)
            return
        fresh = []
        for record, rho, flag in self.branches:
            for value, weight in ((bit, 1 - flip), (1 - bit, flip)):
                if weight:
                    piece = rho.copy()
                    piece.rho = rho.rho * weight
                    fresh.append((record + str(value), piece, flag))
        self.branches = fresh

    def measure_product(self, names, qubits, invert, flip):
        product = pauli_product(names)
        identity = np.eye(product.shape[0])
        projectors = [(identity + product) / 2, (identity - product) / 2]
        if invert:
            projectors.reverse()
        self.record_bit(projectors, qubits, flip)

    def herald(self, p_weights, qubit):
        """(no event, sum of event cases) with the record bit telling which."""
        events = [(w, PAULI[p]) for p, w in zip("IXYZ", p_weights)]
        total = sum(p_weights)
        if self.marginals:
            self.bit_probabilities.append(total)
            self.each(lambda rho: rho.channel([(1 - total, gates.I2)] + events, [qubit]))
            return
        fresh = []
        for record, rho, flag in self.branches:
            for bit, kraus in (("0", [(1 - total, gates.I2)]), ("1", events)):
                if sum(w for w, _ in kraus) > 0:
                    piece = rho.copy()
                    piece.channel(kraus, [qubit])
                    fresh.append((record + bit, piece, flag))
        self.branches = fresh
        self.merge()

    def reset(self, basis, qubit):
        turn = {"Z": gates.I2, "X": gates.H, "Y": gates.SX.conj().T}[basis]
        state = turn[:, :1]
        self.each(lambda rho: rho.channel(
            [(1.0, state @ np.array([[1, 0]])), (1.0, state @ np.array([[0, 1]]))], [qubit]))

    def instruction(self, op):
        name, tag, args = op.name, op.tag, op.gate_args_copy()
        targets = op.targets_copy()
        if name in ("TICK", "DETECTOR", "OBSERVABLE_INCLUDE", "QUBIT_COORDS", "SHIFT_COORDS",
                    "I_ERROR", "II_ERROR"):
            return
        values = [t.value for t in targets]
        flip = args[0] if args else 0.0
        match name:
            case "X_ERROR" | "Y_ERROR" | "Z_ERROR":
                pauli = PAULI[name[0]]
                for q in values:
                    self.each(lambda rho: rho.channel([(1 - flip, gates.I2), (flip, pauli)], [q]))
            case "DEPOLARIZE1":
                for q in values:
                    self.each(lambda rho: rho.channel(
                        [(1 - flip, gates.I2)] + [(flip / 3, PAULI[p]) for p in "XYZ"], [q]))
            case "PAULI_CHANNEL_1":
                for q in values:
                    self.each(lambda rho: rho.channel(
                        [(1 - sum(args), gates.I2)]
                        + [(w, PAULI[p]) for p, w in zip("XYZ", args)], [q]))
            case "DEPOLARIZE2" | "PAULI_CHANNEL_2":
                weights = [flip / 15] * 15 if name == "DEPOLARIZE2" else args
                for a, b in zip(values[::2], values[1::2]):
                    self.each(lambda rho: rho.channel(
                        [(1 - sum(weights), np.eye(4))]
                        + [(w, pauli_product(p)) for p, w in zip(PAIRS, weights)], [a, b]))
            case "E" | "CORRELATED_ERROR" | "ELSE_CORRELATED_ERROR":
                self.correlated(name, flip, targets)
            case "HERALDED_ERASE":
                for q in values:
                    self.herald([flip / 4] * 4, q)
            case "HERALDED_PAULI_CHANNEL_1":
                for q in values:
                    self.herald(args, q)
            case "M" | "MX" | "MY" | "MR" | "MRX" | "MRY":
                basis = name[-1] if name[-1] in "XY" else "Z"
                for t in targets:
                    self.measure_product(basis, [t.value], t.is_inverted_result_target, flip)
                    if name.startswith("MR"):
                        self.reset(basis, t.value)
            case "R" | "RX" | "RY":
                for q in values:
                    self.reset(name[1:] or "Z", q)
            case "MXX" | "MYY" | "MZZ":
                for a, b in zip(targets[::2], targets[1::2]):
                    self.measure_product(name[1:], [a.value, b.value],
                                         a.is_inverted_result_target
                                         != b.is_inverted_result_target, flip)
            case "MPP" | "SPP" | "SPP_DAG":
                for group in op.target_groups():
                    names = "".join(t.pauli_type for t in group)
                    qubits = [t.value for t in group]
                    if len(set(qubits)) != len(qubits):
                        raise NotImplementedError("repeated qubit in a product")
                    invert = sum(t.is_inverted_result_target for t in group) % 2 == 1
                    if name == "MPP":
                        self.measure_product(names, qubits, invert, flip)
                    else:
                        product = pauli_product(names) * (-1 if invert else 1)
                        identity = np.eye(product.shape[0])
                        phase = -1j if name == "SPP_DAG" else 1j
                        matrix = (identity + product) / 2 + phase * (identity - product) / 2
                        self.each(lambda rho: rho.apply(matrix, qubits))
            case "MPAD":
                for t in targets:
                    self.pad(t.value, flip)
            case _:
                self.unitary(op, name, tag, targets)

    def correlated(self, name, flip, targets):
        matrix = pauli_product("".join(t.pauli_type for t in targets))
        qubits = [t.value for t in targets]
        fresh = []
        for record, rho, flag in self.branches:
            if name == "ELSE_CORRELATED_ERROR" and flag:
                fresh.append((record, rho, True))
                continue
            for weight, happened in ((1 - flip, False), (flip, True)):
                piece = rho.copy()
                piece.rho = rho.rho * weight
                if happened and qubits:
                    piece.apply(matrix, qubits)
                fresh.append((record, piece, happened))
        self.branches = fresh
        self.merge()

    def unitary(self, op, name, tag, targets):
        tagged = tagged_matrix(name, tag) if tag else None
        if tagged is not None:
            for t in targets:
                self.each(lambda rho: rho.apply(tagged, [t.value]))
            return
        matrix = np.asarray(self.stim.gate_data(name).unitary_matrix).astype(np.complex128)
        # stim.gate_data stores single precision: round the entries to the exact halves and roots.
        matrix = snap(matrix)
        if matrix.shape[0] == 2:
            for t in targets:
                self.each(lambda rho: rho.apply(matrix, [t.value]))
            return
        # Its matrices are little-endian: the first target is the low bit.
        textbook = matrix.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)
        for a, b in zip(targets[::2], targets[1::2]):
            if a.is_measurement_record_target or b.is_measurement_record_target:
                record, qubit = (a, b) if a.is_measurement_record_target else (b, a)
                pauli = PAULI[{"CX": "X", "CY": "Y", "CZ": "Z", "XCZ": "X", "YCZ": "Y"}[name]]
                if self.marginals:
                    raise NotImplementedError("feedback needs branches")
                for text, rho, _ in self.branches:
                    if text[record.value] == "1":
                        rho.apply(pauli, [qubit.value])
            elif a.is_sweep_bit_target or b.is_sweep_bit_target:
                continue
            else:
                self.each(lambda rho: rho.apply(textbook, [a.value, b.value]))


def snap(matrix):
    grid = [0.0, 0.5, 1.0, math.sqrt(0.5)]
    levels = np.array(sorted({s * g for g in grid for s in (1, -1)}))

    def nearest(x):
        best = levels[np.abs(levels[:, None] - x.reshape(-1)).argmin(axis=0)]
        return best.reshape(x.shape)
    result = nearest(matrix.real) + 1j * nearest(matrix.imag)
    assert np.abs(result - matrix).max() < 1e-6
    return result


# ------------------------------------------------------------------------------- entry points

def language_of(name, text):
    if name.endswith(".stim"):
        return "stim"
    match = re.search(r"^\s*OPENQASM\s+(\d+)", text, re.MULTILINE)
    return "qasm3" if match and match.group(1) == "3" else "qasm2"


def program(name, text, params=None):
    return QASM2(text) if language_of(name, text) == "qasm2" else QASM3(text, params)


def simulate(name, text, params=None):
    """{"qubits", and "distribution" or "probabilities"} of an OpenQASM program."""
    code = program(name, text, params)
    distribution, state, qubits = {}, None, 0
    for probability, key, machine in enumerate_paths(code.run):
        distribution[key] = distribution.get(key, 0.0) + probability
        state, qubits = machine, machine.state.ndim
    if set(distribution) <= {""}:
        vector = np.abs(state.vector()) ** 2
        return {"qubits": qubits, "probabilities": {
            format(i, f"0{qubits}b"): float(p) for i, p in enumerate(vector) if p > 1e-12}}
    return {"qubits": qubits, "distribution": distribution}


if __name__ == "__main__":
    for path in sys.argv[1:]:
        text = open(path).read()
        if path.endswith(".stim"):
            print(path, StimProgram(text).run())
        else:
            print(path, simulate(path, text))
