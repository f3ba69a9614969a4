OPENQASM 3.0;
include "stdgates.inc";
def f(int x) -> int { }
int y = f(1);
