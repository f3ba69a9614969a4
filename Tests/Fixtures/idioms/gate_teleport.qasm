// Gate teleportation: sqrt(x) goes through a prepared pair; r does not depend on pf.
OPENQASM 3.0;
include "stdgates.inc";

def prepare(qubit[2] pair) {
  h pair[0];
  cx pair[0], pair[1];
  sx pair[1];
}

def bell_measurement(qubit u, qubit v) -> bit[2] {
  cx u, v;
  h u;
  bit[2] outcome;
  outcome[0] = measure u;
  outcome[1] = measure v;
  return outcome;
}

qubit[3] q;
bit[2] pf;
bit r;
rx(0.9) q[0];
prepare(q[1:2]);
pf = bell_measurement(q[0], q[1]);
if (pf[1] == 1) x q[2];
if (pf[0]) { y q[2]; }             // sx turns z into y
r = measure q[2];
