OPENQASM 3.0;
include "stdgates.inc";
foo x = 1;
