import CircuitFormats
import QuantumCore

/// Any bytes are a circuit or a diagnostic with a place; a circuit can be written in every format
/// or is refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let source = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(Diagnostic) {
    let circuit = try CircuitFile.parse(source, format: .openQASM2).circuit
    for format in CircuitFormat.allCases { _ = try? circuit.text(as: format) }
  } catch {
    precondition(error.range != nil, error.message)
  }
  return 0
}
