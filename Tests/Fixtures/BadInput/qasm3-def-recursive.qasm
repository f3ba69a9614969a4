OPENQASM 3.0;
include "stdgates.inc";
def f(int x) -> int { return f(x); }
int y = f(1);
