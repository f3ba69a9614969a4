// Gate bodies several deep, with parameters handed down and changed on the way.
OPENQASM 2.0;
include "qelib1.inc";
gate l0(t) a { rx(t) a; }
gate l1(t) a { l0(t/2) a; l0(t/2) a; }
gate l2(t,s) a,b { l1(t+s) a; cx a,b; l1(t-s) b; }
gate l3(t) a,b,c { l2(t,t/3) a,b; l2(2*t,-t) c,a; }
gate l4(alpha,beta) x0,x1,x2 { l3(alpha) x0,x1,x2; barrier x0,x1; l3(beta*alpha) x2,x0,x1; }
gate l5 a,b,c { l4(0.3,1.7) c,b,a; l4(-0.2,0.4) a,b,c; }
qreg q[3];
creg c[3];
l5 q[0],q[1],q[2];
l5 q[2],q[0],q[1];
measure q -> c;
