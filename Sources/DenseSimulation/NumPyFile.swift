import ComplexModule
import QuantumCore

/// State vectors in the format of NumPy's `.npy` files: version 1.0, one dimension, complex128 or
/// complex64, little-endian.
///
/// Makes and reads bytes; files are the caller's.
public enum NumPyFile {
  /// The bytes before the amplitudes: magic, version, and a dictionary padded with spaces to a
  /// multiple of 64 bytes.
  ///
  /// - Parameters:
  ///   - amplitudeCount: the number of amplitudes, or of entries of a matrix.
  ///   - precision: the width of the amplitudes.
  ///   - rowCount: of a matrix in C order; `nil` for a vector.
  public static func header(
    amplitudeCount: Int, precision: Precision, rowCount: Int? = nil
  ) -> [UInt8] {
    let type = precision == .double ? "<c16" : "<c8"
    let shape = rowCount.map { "(\($0), \(amplitudeCount / $0))" } ?? "(\(amplitudeCount),)"
    var dictionary = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    let unpadded = 10 + dictionary.utf8.count + 1
    dictionary += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = dictionary.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
      + Array(dictionary.utf8)
  }

  /// Calls `write` with the header and then with the amplitudes, a few megabytes at a time.
  ///
  /// - Parameters:
  ///   - state: the amplitudes to write.
  ///   - rowCount: writes a matrix with so many rows, in place of a vector.
  ///   - write: takes the bytes, part by part.
  public static func write<S: Scalar>(
    _ state: StateVector<S>, rowCount: Int? = nil,
    to write: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    try header(
      amplitudeCount: state.amplitudeCount, precision: S.precision, rowCount: rowCount
    ).withUnsafeBytes(write)
    try state.withAmplitudes { amplitudes in
      let bytes = UnsafeRawBufferPointer(amplitudes)
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + 4 << 20)
        try write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        start = end
      }
    }
  }

  /// What a header says.
  public struct Header: Hashable, Sendable {
    /// The width of the amplitudes: complex128 is double, complex64 single.
    public let precision: Precision
    /// The number of amplitudes in the file.
    public let amplitudeCount: Int
    /// Bytes of the header: where the amplitudes begin.
    public let byteCount: Int
  }

  /// What a state may look like in a file.
  private static let accepted =
    "a state of n qubits is complex128 or complex64, little-endian, of shape (2^n,), (2^n, 1) or (1, 2^n)"

  /// Reads a header from the start of a file.
  ///
  /// - Throws: `Diagnostic` with the byte or the field for anything that is not a one-dimensional
  ///   little-endian complex array.
  public static func header(
    of bytes: some RandomAccessCollection<UInt8>
  ) throws(Diagnostic) -> Header {
    let start = Array(bytes.prefix(12))
    let magic = [0x93] + Array("NUMPY".utf8)
    if let place = magic.indices.first(where: { $0 >= start.count || start[$0] != magic[$0] }) {
      throw notAnArray(start, place)
    }
    guard start.count > 7, (1...3).contains(start[6]) else {
      let version = start.count > 7 ? "version \(start[6]).\(start[7]) is not known" : "no version"
      throw failure("byte 6: \(version)", hint: "versions 1 to 3 of the .npy format are read")
    }
    let prefix = start[6] == 1 ? 10 : 12
    guard start.count >= prefix else {
      throw failure("byte \(start.count): the file ends before the length of its header")
    }
    let length = start[8..<prefix].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= 1 << 16 else {
      throw failure("byte 8: a header of \(length) bytes", hint: "it has at most 65536")
    }
    let text = Array(bytes.dropFirst(prefix).prefix(length))
    guard text.count == length else {
      throw failure(
        "byte \(prefix + text.count): the file ends in the header, which has \(length) bytes from byte \(prefix)"
      )
    }
    let dictionary = String(decoding: text, as: UTF8.self)
    let precision: Precision
    switch value(of: "descr", in: dictionary) {
    case "'<c16'", "\"<c16\"": precision = .double
    case "'<c8'", "\"<c8\"": precision = .single
    case let other:
      throw failure(
        "byte \(prefix): the field 'descr' of the header is \(other ?? "missing")",
        hint: "\(accepted): save it with .astype('<c16')")
    }
    guard let shape = value(of: "shape", in: dictionary), let count = length1D(shape) else {
      throw failure(
        "byte \(prefix): the field 'shape' of the header is \(value(of: "shape", in: dictionary) ?? "missing")",
        hint: "\(accepted): save it with .ravel()")
    }
    return Header(precision: precision, amplitudeCount: count, byteCount: prefix + length)
  }

  private static func notAnArray(_ start: [UInt8], _ place: Int) -> Diagnostic {
    if start.starts(with: Array("PK".utf8)) {
      return failure(
        "byte 0: a .npz archive, not a .npy file", hint: "save one array of it with numpy.save")
    }
    return failure(
      place < start.count
        ? "byte \(place): not a .npy file, which begins with \\x93NUMPY"
        : "byte \(place): the file ends before it has begun: a .npy file begins with \\x93NUMPY")
  }

  /// The number of qubits of the state in a file, by its header.
  ///
  /// - Throws: `Diagnostic` as `state`, of the header.
  public static func qubitCount(
    of bytes: some RandomAccessCollection<UInt8>
  ) throws(Diagnostic) -> Int {
    let header = try header(of: bytes)
    let count = header.amplitudeCount
    guard count > 0, count & (count - 1) == 0 else {
      throw failure(
        "\(count) amplitudes are no state of qubits: the field 'shape' of the header",
        hint: accepted)
    }
    let (size, overflow) = count.multipliedReportingOverflow(
      by: Int(header.precision.bytesPerAmplitude))
    let held = bytes.count - header.byteCount
    guard !overflow, held >= size else {
      throw failure(
        "byte \(bytes.count): the file ends, \(held / Int(header.precision.bytesPerAmplitude)) amplitudes long, "
          + "where its header announces \(count)")
    }
    guard held == size else {
      throw failure(
        "byte \(header.byteCount + size): \(held - size) bytes after the \(count) amplitudes that the header announces"
      )
    }
    return count.trailingZeroBitCount
  }

  /// Reads a state from a whole file.
  ///
  /// Amplitudes of the other precision are converted. They must be finite, and their norm is made
  /// 1.
  ///
  /// - Throws: `Diagnostic` with the place if the file is malformed, cut off, no state of qubits,
  ///   or zero; `Obstacle` without memory.
  public static func state<S: Scalar>(
    from bytes: some RandomAccessCollection<UInt8>, as type: S.Type = S.self,
    options: SimulationOptions = SimulationOptions()
  ) throws -> StateVector<S> {
    let header = try header(of: bytes)
    var options = options
    options.precision = S.precision
    var state = try StateVector<S>(allocating: try qubitCount(of: bytes), options: options)
    let count = state.amplitudeCount
    let data = bytes.dropFirst(header.byteCount)
    let start = header.byteCount
    try state.withUniquePointer { pointer in
      if header.precision == .double {
        try copy(data, count: count, from: start) {
          Complex(S($0), S($1))
        } number: {
          Double(bitPattern: $0)
        } into: {
          pointer[$0] = $1
        }
      } else {
        try copy(data, count: count, from: start) {
          Complex(S($0), S($1))
        } number: { (bits: UInt32) in
          Double(Float(bitPattern: bits))
        } into: {
          pointer[$0] = $1
        }
      }
    }
    guard state.normSquared > leastNormSquared else {
      throw failure("byte \(start): every amplitude is zero or next to it: there is no such state")
    }
    state.normalize()
    return state
  }

  /// Amplitudes beyond these cannot be scaled to norm 1 in single precision.
  private static let largestPart = 1e15
  private static let leastNormSquared = 1e-30

  private static func copy<Bits: FixedWidthInteger, S: Scalar>(
    _ data: some RandomAccessCollection<UInt8>, count: Int, from start: Int,
    _ make: (Double, Double) -> Complex<S>, number: (Bits) -> Double,
    into store: (Int, Complex<S>) -> Void
  ) throws(Diagnostic) {
    var position = data.startIndex
    func next() -> Double {
      var bits: Bits = 0
      for byte in 0..<MemoryLayout<Bits>.size {
        bits |= Bits(truncatingIfNeeded: data[position]) << Bits(8 * byte)
        position = data.index(after: position)
      }
      return number(bits)
    }
    for index in 0..<count {
      let (re, im) = (next(), next())
      guard abs(re) <= largestPart, abs(im) <= largestPart else {
        let byte = start + index * 2 * MemoryLayout<Bits>.size
        throw failure(
          "byte \(byte): amplitude \(index) is (\(re), \(im))",
          hint: "real and imaginary parts are finite numbers up to 10^15; the norm is made 1")
      }
      store(index, make(re, im))
    }
  }

  private static func failure(_ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(message, code: "invalid-npy", hint: hint)
  }

  /// The text of a value in the header's dictionary.
  private static func value(of key: String, in dictionary: String) -> String? {
    let scalars = Array(dictionary.unicodeScalars)
    for quote in ["'", "\""] {
      let name = Array((quote + key + quote).unicodeScalars)
      guard let start = scalars.indices.first(where: { scalars[$0...].starts(with: name) }) else {
        continue
      }
      var rest = scalars[(start + name.count)...].drop { $0 == " " || $0 == ":" }
      let isTuple = rest.first == "("
      let end = rest.firstIndex { $0 == (isTuple ? ")" : ",") } ?? rest.endIndex
      rest = rest[..<end]
      var text = ""
      text.unicodeScalars.append(contentsOf: rest)
      return isTuple ? text + ")" : text
    }
    return nil
  }

  /// n of `(n,)`; extra dimensions must be 1, as in a column.
  private static func length1D(_ shape: String) -> Int? {
    guard shape.first == "(", shape.last == ")" else { return nil }
    let parts = shape.dropFirst().dropLast().split(separator: ",").map { part in
      Int(String(part.filter { $0 != " " }))
    }
    guard !parts.isEmpty, parts.count <= 2, parts.allSatisfy({ $0 ?? -1 >= 0 }) else { return nil }
    let lengths = parts.compactMap { $0 }.filter { $0 != 1 }
    return lengths.count <= 1 ? lengths.first ?? 1 : nil
  }
}
