OPENQASM 3.0;
include "stdgates.inc";
int x = 1;
h x;
