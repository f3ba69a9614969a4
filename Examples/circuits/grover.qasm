// Grover search over eight items for the marked one, 101, with the best number of rounds, two.
// Expect 101 with probability 121/128 = 0.9453 and every other string with 1/128.
OPENQASM 2.0;
include "qelib1.inc";
gate ccz a,b,c { h c; ccx a,b,c; h c; }
gate mark a,b,c { x b; ccz a,b,c; x b; }
gate diffuse a,b,c {
  h a; h b; h c;
  x a; x b; x c;
  ccz a,b,c;
  x a; x b; x c;
  h a; h b; h c;
}
qreg q[3];
creg c[3];
h q;
mark q[0],q[1],q[2];
diffuse q[0],q[1],q[2];
mark q[0],q[1],q[2];
diffuse q[0],q[1],q[2];
measure q -> c;
