import CircuitFormats
import QuantumCore

/// Any bytes are an error model or a diagnostic with a place; what is written is read again as the
/// same model.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do throws(Diagnostic) {
    let model = try DEMReader.read(Array(UnsafeBufferPointer(start: start, count: count)))
    let again = try DEMReader.read(DEMWriter.bytes(of: model))
    precondition(again == model)
    _ = (model.detectorCount, model.errorCount, model.observableCount)
  } catch {
    precondition(error.range != nil, error.message)
  }
  return 0
}
