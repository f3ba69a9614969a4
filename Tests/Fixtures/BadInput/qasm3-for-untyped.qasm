OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
for i in [0:2] { h q[i]; }
