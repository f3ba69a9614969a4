import COpenBLAS
import CQSimKernels
import ComplexModule
import QuantumCore

/// Dense blocks by matrix products of OpenBLAS.
enum BLAS {
  /// Why the library cannot be used; `nil` if it can. Opens it.
  static var missing: String? { cob_available() ? nil : String(cString: cob_error()) }

  /// Columns of a panel: 2ᵏ rows of them, in and out, stay in the second-level cache.
  private static func panelWidth(rows: Int, bytesPerAmplitude: Int) -> Int {
    max(16, (512 << 10) / (2 * rows * bytesPerAmplitude))
  }

  /// |ψ⟩ ← M |ψ⟩: gathers panels of groups, multiplies them, scatters them back.
  ///
  /// - Returns: whether the library could be used; if not, the state is unchanged.
  static func apply<S: Scalar>(
    _ matrix: ComplexMatrix, of gate: GateApplication, to state: UnsafeMutablePointer<Complex<S>>,
    qubitCount: Int, with executor: Executor
  ) -> Bool {
    guard missing == nil else { return false }
    let rows = matrix.rowCount
    let factors = UnsafeMutablePointer<Complex<S>>.allocate(capacity: matrix.elements.count)
    defer { factors.deallocate() }
    for (index, element) in matrix.elements.enumerated() {
      factors[index] = Complex(S(element.real), S(element.imaginary))
    }
    let bits = UInt64(qubitCount - (gate.targetMask | gate.controlMask).nonzeroBitCount)
    let groups = UInt64(1) << bits
    let width = UInt64(
      panelWidth(rows: rows, bytesPerAmplitude: Int(S.precision.bytesPerAmplitude)))
    let shared = UncheckedSendable((state, factors))
    executor.forEachRange(groups) { range in
      let size = rows * Int(min(width, UInt64(range.count)))
      let panels = UnsafeMutablePointer<Complex<S>>.allocate(capacity: 2 * size)
      defer { panels.deallocate() }
      var start = range.lowerBound
      while start < range.upperBound {
        let end = min(range.upperBound, start + width)
        multiply(
          shared.value.1, gate, shared.value.0, panels, panels + size, start..<end,
          executor.table.pointer)
        start = end
      }
    }
    return true
  }

  private static func multiply<S: Scalar>(
    _ factors: UnsafeMutablePointer<Complex<S>>, _ gate: GateApplication,
    _ state: UnsafeMutablePointer<Complex<S>>,
    _ input: UnsafeMutablePointer<Complex<S>>, _ output: UnsafeMutablePointer<Complex<S>>,
    _ range: Range<UInt64>, _ table: UnsafePointer<qk_table>
  ) {
    let (k, rows, columns) = (
      Int32(gate.targets.count), Int32(1 << gate.targets.count), Int32(range.count)
    )
    let targets = gate.targets.map { Int32($0) }
    table.pointee.gather(
      state, input, k, targets, gate.controlMask, gate.controlValue, range.lowerBound,
      range.upperBound)
    let plain = Int32(COB_NO_TRANSPOSE)
    if S.precision == .single {
      let (one, zero): ([Float], [Float]) = ([1, 0], [0, 0])
      _ = cob_cgemm(
        plain, plain, rows, columns, rows, one, factors, rows, input, columns, zero, output, columns
      )
    } else {
      let (one, zero): ([Double], [Double]) = ([1, 0], [0, 0])
      _ = cob_zgemm(
        plain, plain, rows, columns, rows, one, factors, rows, input, columns, zero, output, columns
      )
    }
    table.pointee.scatter(
      state, output, k, targets, gate.controlMask, gate.controlValue, range.lowerBound,
      range.upperBound)
  }
}
