// A hardware-efficient ansatz with two inputs: run with --param theta=0.8 --param phi=1.3.
// Without both values it is refused; with them expect 000 most often, see expected.json.
OPENQASM 3.0;
include "stdgates.inc";

input float[64] theta;
input float[64] phi;

qubit[3] q;
bit[3] c;

def layer(qubit[3] r, float[64] amount) {
  for uint i in [0:2] {
    ry(amount * (i + 1) / 3.0) r[i];
  }
  for uint i in [0:1] {
    cx r[i], r[i + 1];
  }
}

layer(q, theta);
layer(q, phi);
for uint i in [0:2] { ry(-theta / 2) q[i]; }
c = measure q;
