OPENQASM
   2.0
;
include
  "qelib1.inc"
;
gate
  turn  (  a ,
           b )   // parameters over two lines
  first
  ,
  second
{
  u3 ( a
     , b , - b ) first ;

  cx   first   ,   second
  ;
}
qreg q
  [ 2 ]
  ;
creg c [ 2 ] ;
turn ( pi
  / 3 , 0.25
  ) q [ 0 ] , q
  [ 1 ] ;
if
  (
  c
  ==
  0
  )
  x
  q [ 1 ] ;
measure q [ 0 ]
  -> c [ 0 ] ; measure
q[1]->c[1]
;
