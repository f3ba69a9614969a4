// Shor's algorithm for 15 with base 7: the order of 7 modulo 15 is 4.
// Expect 000, 010, 100 and 110, a quarter each: multiples of 2^3/4; 2/8 = 1/4 tells the order.
OPENQASM 2.0;
include "qelib1.inc";

// |x> -> |7x mod 15> and |x> -> |4x mod 15>, controlled.
gate times7 c,w0,w1,w2,w3 {
  cswap c,w2,w3;
  cswap c,w1,w2;
  cswap c,w0,w1;
  cx c,w0; cx c,w1; cx c,w2; cx c,w3;
}
gate times4 c,w0,w1,w2,w3 {
  cswap c,w0,w2;
  cswap c,w1,w3;
}

qreg count[3];
qreg work[4];
creg c[3];
h count;
x work[0];
times7 count[0],work[0],work[1],work[2],work[3];
times4 count[1],work[0],work[1],work[2],work[3];
// 7^4 = 1 (mod 15): the controlled multiplication by count[2] does nothing.

// Inverse Fourier transform of the counting register.
swap count[0],count[2];
h count[0];
cu1(-pi/2) count[0],count[1];
h count[1];
cu1(-pi/4) count[0],count[2];
cu1(-pi/2) count[1],count[2];
h count[2];
measure count -> c;
