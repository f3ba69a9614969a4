// Quantum Fourier transform of a periodic input: |0>+|2>+...+|14> on four qubits, period 2.
// Expect the two multiples of 16/2: 0000 and 1000, half of the shots each.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[4];
creg c[4];
// The input: even numbers, all equally likely.
h q[1];
h q[2];
h q[3];
barrier q;
// The transform, most significant qubit first, then the reversal of the bits.
h q[3];
cu1(pi/2) q[2],q[3];
cu1(pi/4) q[1],q[3];
cu1(pi/8) q[0],q[3];
h q[2];
cu1(pi/2) q[1],q[2];
cu1(pi/4) q[0],q[2];
h q[1];
cu1(pi/2) q[0],q[1];
h q[0];
swap q[0],q[3];
swap q[1],q[2];
measure q -> c;
