OPENQASM 2.0;
include "qelib1.inc";
qreg q[1];
measure q[0] -> q[0];
