OPENQASM 3.0;
include "stdgates.inc";
int x = 1;
int x = 2;
