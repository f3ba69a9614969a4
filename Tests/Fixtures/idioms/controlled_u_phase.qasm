// The built-in U(θ, φ, λ) carries the phase exp(iθ/2), which `ctrl` makes visible on the control:
// two controlled U(π, 0, π) are a controlled -1, so that h cz h turns c[0] to 1.
OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
bit[3] c;
h q[0];
ctrl @ U(pi, 0, pi) q[0], q[1];
ctrl @ U(pi, 0, pi) q[0], q[1];
h q[0];
h q[2];
ctrl @ inv @ U(0.7, 0.4, -0.4) q[2], q[1];
ctrl @ rx(0.9) q[2], q[1];
h q[2];
c = measure q;
