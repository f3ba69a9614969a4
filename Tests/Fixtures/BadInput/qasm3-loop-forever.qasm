OPENQASM 3.0;
include "stdgates.inc";
qubit q;
while (true) { h q; }
