OPENQASM 3.0;
include "stdgates.inc";
/* never closed
qubit q;
