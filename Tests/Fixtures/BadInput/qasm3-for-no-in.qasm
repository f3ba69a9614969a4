OPENQASM 3.0;
include "stdgates.inc";
for int i 3 { }
