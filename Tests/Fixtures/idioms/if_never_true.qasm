// 7 does not fit in two bits: the condition is legal and never true.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
x q;
measure q -> c;
if (c == 7) x q[0];
if (c == 3) x q[1];
measure q -> c;
