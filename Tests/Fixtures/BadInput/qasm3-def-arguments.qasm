OPENQASM 3.0;
include "stdgates.inc";
def f(int x) -> int { return x; }
int y = f();
