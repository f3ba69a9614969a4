// Switch on an integer and on measured bits: several labels, a default, a switch in a switch.
OPENQASM 3.0;
include "stdgates.inc";
const int two = 2;
qubit[3] q;
bit[2] m;
bit[3] c;
h q[0];
h q[1];
m = measure q[0:1];
switch (uint[2](m)) {
  case 0, 3 {
    ry(0.5) q[2];
  }
  case two {
    switch (int(m[1])) {
      case 1 { x q[2]; }
      default { h q[2]; }
    }
  }
  default {
    ry(2.0) q[2];
  }
}
c = measure q;
