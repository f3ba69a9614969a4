OPENQASM 3.0;
include "stdgates.inc";
qubit q;
pow @ x q;
