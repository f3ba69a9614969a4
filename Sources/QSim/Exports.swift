@_exported import CircuitFormats
@_exported import DenseSimulation
@_exported import ErrorCorrection
@_exported import QKD
@_exported import QuantumCore
@_exported import SparseSimulation
@_exported import StabilizerSimulation
