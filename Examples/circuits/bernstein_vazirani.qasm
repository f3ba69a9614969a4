// Bernstein-Vazirani: one query finds the hidden string 11010 (most significant bit first).
// Expect 11010 always.
OPENQASM 2.0;
include "qelib1.inc";
gate oracle a0,a1,a2,a3,a4,b {
  cx a1, b;
  cx a3, b;
  cx a4, b;
}
qreg a[5];
qreg b[1];
creg c[5];
h a;
x b;
h b;
oracle a[0], a[1], a[2], a[3], a[4], b[0];
h a;
measure a -> c;
