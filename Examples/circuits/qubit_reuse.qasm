// Mid-circuit measurement and reset: q[1] serves four times as a probe of q[0].
// Expect 0000 and 1111, half of the shots each, from only two qubits.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[4];
h q[0];
cx q[0],q[1];
measure q[1] -> c[0];
reset q[1];
cx q[0],q[1];
measure q[1] -> c[1];
reset q[1];
cx q[0],q[1];
measure q[1] -> c[2];
reset q[1];
cx q[0],q[1];
measure q[1] -> c[3];
reset q[1];
