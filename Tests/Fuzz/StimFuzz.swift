import CircuitFormats
import QuantumCore

/// Any bytes are a circuit or a diagnostic with a place; what is written is read again as the same
/// circuit.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let source = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(Diagnostic) {
    let circuit = try CircuitFile.parse(source, format: .stim).circuit
    let text = try circuit.text(as: .stim)
    // Numbers are written with six digits, so only texts without them must come back.
    if !text.contains("(") {
      let again = try CircuitFile.parse(text, format: .stim).circuit.text(as: .stim)
      precondition(again == text)
    }
    _ = try circuit.text(as: .openQASM3)
  } catch {
    precondition(error.range != nil || error.code == "not-expressible", error.message)
  }
  return 0
}
