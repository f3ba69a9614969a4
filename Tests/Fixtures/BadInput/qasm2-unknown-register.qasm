OPENQASM 2.0;
include "qelib1.inc";
h r[0];
