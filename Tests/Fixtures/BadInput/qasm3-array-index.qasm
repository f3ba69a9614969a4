OPENQASM 3.0;
include "stdgates.inc";
array[int[8], 2] a = {1, 2};
int x = a[5];
