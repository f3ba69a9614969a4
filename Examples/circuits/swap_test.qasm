// Swap test of ry(0.8)|0> and ry(1.9)|0>: the ancilla estimates their overlap.
// Expect 0 with probability (1 + cos^2(0.55)) / 2 = 0.8634.
OPENQASM 2.0;
include "qelib1.inc";
qreg anc[1];
qreg q[2];
creg c[1];
ry(0.8) q[0];
ry(1.9) q[1];
h anc[0];
cswap anc[0],q[0],q[1];
h anc[0];
measure anc[0] -> c[0];
