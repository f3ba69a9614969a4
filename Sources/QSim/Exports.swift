@_exported import CircuitFormats
@_exported import DenseSimulation
@_exported import QuantumCore
