// Repeat until success: keep two qubits in |++> only if they are not both 1, else start again.
// Expect 00, 01 and 10, a third each, in c; flag = 0 always.
OPENQASM 3.0;
include "stdgates.inc";

qubit[2] data;
qubit ancilla;
bit flag = "1";
bit[2] c;
uint[16] attempts = 0;

while (flag) {
  reset data;
  reset ancilla;
  h data;
  ccx data[0], data[1], ancilla;
  flag = measure ancilla;
  attempts += 1;
}
c = measure data;
