// Names with capitals, digits and underscores, and names that begin like keywords.
OPENQASM 2.0;
include "qelib1.inc";
gate gateWith2Digits_(thetaMax,pi2) aB,if0 { u3(thetaMax,pi2,0) aB; cx aB,if0; }
gate measured a { x a; }
gate u3x a { h a; }
qreg qReg_1[2];
qreg q1Q2[1];
qreg resetter[1];
creg creg_[2];
creg c0C[2];
creg ifc[1];
gateWith2Digits_(0.8,1.1) qReg_1[0],q1Q2[0];
measured qReg_1[1];
u3x resetter[0];
measure qReg_1 -> creg_;
measure q1Q2[0] -> c0C[1];
if(creg_==3)x resetter[0];
if(c0C==0)measure resetter[0]->ifc[0];
