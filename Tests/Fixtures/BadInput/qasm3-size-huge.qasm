OPENQASM 3.0;
include "stdgates.inc";
bit[99999999999999999999] c;
