OPENQASM 9.0;
qreg q[1];
