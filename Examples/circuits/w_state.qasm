// A W state of four qubits: one excitation shared equally.
// Expect 0001, 0010, 0100 and 1000, a quarter each.
OPENQASM 2.0;
include "qelib1.inc";
// Hands the share cos^2(theta/2) of the excitation on from a to b.
gate share(theta) a,b { cry(theta) a,b; cx b,a; }
qreg q[4];
creg c[4];
x q[0];
share(2*pi/3) q[0],q[1];
share(1.9106332362490186) q[1],q[2];
share(pi/2) q[2],q[3];
measure q -> c;
