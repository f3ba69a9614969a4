OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
let a = q[1:5];
h a[4];
