// A Bell pair: the shortest entangled circuit.
// Expect 00 and 11, half of the shots each.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
cx q[0], q[1];
measure q -> c;
