// Process tomography of a gate with chosen preparation and readout: --param prepare=2 --param axis=1
OPENQASM 3.0;
include "stdgates.inc";
input int[8] prepare;
input int[8] axis;

gate pre(c) a { ry(c) a; }

qubit[1] q;
output bit[1] result;

switch (prepare) {
  case 0 { }
  case 1 { x q[0]; }
  case 2 { h q[0]; }
  case 3 { h q[0]; s q[0]; }
  default { end; }
}
pre(0.6) q[0];
if (axis == 0) {
  h q[0];
} else if (axis == 1) {
  sdg q[0];
  h q[0];
}
result = measure q;
