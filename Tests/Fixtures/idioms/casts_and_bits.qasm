// Casts between bits, integers, floats and truth values; bitwise operators; shifts; popcount.
OPENQASM 3.0;
include "stdgates.inc";
qubit[4] q;
bit[4] c;
bit[4] a = "1100";
bit[4] b = "1010";
bit[4] both = a & b;
bit[4] either = a | b;
bit[4] differ = a ^ b;
bit[4] left = a << 1;
bit[4] right = a >> 2;
bit[4] not_a = ~a;
uint[4] n = uint[4](a);           // 12
int[8] minus = -5;
int[8] quotient = minus / 2;      // -2
int[8] rest = 17 % 5;             // 2
uint[4] wrapped = n + 7;          // 19 mod 16 = 3
float[64] x1 = n / 8.0;           // 1.5
if (n == 12 && quotient == -2 && rest == 2) x q[0];
if (wrapped == 3) x q[1];
if (both == "1000") ry(x1) q[2];
if (popcount(either) == 3) ry(int[8](x1)) q[2];
if (bool(right)) rx(float[64](rest) / 3) q[3];
if (a[3] && !a[0]) rz(0.4) q[3];
c = measure q;
