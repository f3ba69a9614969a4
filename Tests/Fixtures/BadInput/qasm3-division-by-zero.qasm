OPENQASM 3.0;
include "stdgates.inc";
const int x = 1 / 0;
