// Windows line ends and tabs.
OPENQASM 2.0;
include "qelib1.inc";

qreg	q[2];
creg	c[2];
ry(0.9)	q[0];
	cx	q[0] ,	q[1] ;
measure	q	->	c;
