OPENQASM 2.0;
include "qelib1.inc";
creg c[99999999999999999999];
