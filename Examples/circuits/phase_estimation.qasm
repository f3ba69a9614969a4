// Phase estimation of p(2*pi*0.3) with four counting qubits; 0.3 is not a multiple of 1/16.
// Expect 0101 (5/16 = 0.3125) most often, then 0100 (4/16 = 0.25).
OPENQASM 3.0;
include "stdgates.inc";

const uint n = 4;
const float[64] phi = 0.3;

qubit[n] count;
qubit eigenstate;
bit[n] c;

x eigenstate;
h count;
for uint k in [0:n - 1] {
  ctrl @ pow(2 ** k) @ p(2 * pi * phi) count[k], eigenstate;
}

// Inverse Fourier transform.
swap count[0], count[3];
swap count[1], count[2];
for int j in [0:3] {
  for int k in [0:j - 1] {
    cp(-pi / 2 ** (j - k)) count[k], count[j];
  }
  h count[j];
}
c = measure count;
