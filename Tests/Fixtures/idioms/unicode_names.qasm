// Greek letters: constants and names. Δφ and θ_1 are identifiers, π, τ and ℇ are constants.
OPENQASM 3.0;
include "stdgates.inc";
const float[64] Δφ = τ / 12;
const float[64] θ_1 = ℇ / 4;
gate kick(α, β) ψ { ry(α) ψ; rz(β) ψ; }
qubit[2] ψ;
bit[2] résultat;
kick(θ_1, π / 3) ψ[0];
kick(Δφ, -Δφ) ψ[1];
cx ψ[0], ψ[1];
h ψ;
résultat = measure ψ;
