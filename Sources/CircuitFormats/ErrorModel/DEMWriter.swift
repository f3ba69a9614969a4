import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Writes detector error models as `.dem` text, as Stim prints them.
public enum DEMWriter {
  /// The model as text, one line an instruction, ending in a newline; empty for an empty model.
  ///
  /// Numbers have 19 significant digits, so that reading them gives the same `Double`s.
  public static func write(_ model: DetectorErrorModel) -> String {
    String(decoding: bytes(of: model), as: UTF8.self)
  }

  /// The model as the bytes of its text.
  ///
  /// - Parameter threads: How many may share the instructions outside blocks; the text does not
  ///   depend on it.
  public static func bytes(of model: DetectorErrorModel, threads: Int = 1) -> [UInt8] {
    let instructions = model.instructions()
    let (size, count) = (4096, instructions.count)
    let chunks = (count + size - 1) / size
    guard threads > 1, chunks > 1 else {
      var printer = DEMPrinter()
      printer.print(model, instructions[...], depth: 0) { _ in }
      return printer.text
    }
    var parts = [[UInt8]](repeating: [], count: chunks)
    parts.withUnsafeMutableBufferPointer { parts in
      let shared = UncheckedSendable(parts)
      Parallel.forEach(chunks: chunks, threads: threads) { chunk in
        var printer = DEMPrinter()
        let end = min(count, (chunk + 1) * size)
        printer.print(model, instructions[(chunk * size)..<end], depth: 0) { _ in }
        shared.value[chunk] = printer.text
      }
    }
    return Array(parts.joined())
  }

  /// Writes the text in parts of about a megabyte.
  ///
  /// - Throws: what `write` throws.
  public static func write<Failure: Error>(
    _ model: DetectorErrorModel, to write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var printer = DEMPrinter()
    try printer.print(model, model.instructions()[...], depth: 0) { text throws(Failure) in
      guard text.count >= 1 << 20 else { return }
      try write(text)
      text.removeAll(keepingCapacity: true)
    }
    if !printer.text.isEmpty { try write(printer.text) }
  }
}

private struct DEMPrinter: StimTextPrinter {
  var text: [UInt8] = []
  /// Texts of numbers printed before: few probabilities occur, many times each.
  private var numbers: [UInt64: [UInt8]] = [:]

  /// Prints instructions of a block, offering the text to `flush` after each.
  mutating func print<Failure: Error>(
    _ model: DetectorErrorModel, _ instructions: ArraySlice<DetectorErrorModel.Instruction>,
    depth: Int, flush: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    for instruction in instructions {
      indent(depth)
      print(instruction.kind.word)
      printTag(model.tag(of: instruction))
      printArguments(model.arguments(of: instruction))
      switch instruction.kind {
      case .error, .detector, .logicalObservable:
        for target in model.targets(of: instruction) { print(target) }
      case .shiftDetectors:
        text.append(UInt8(ascii: " "))
        print(instruction.count)
      case .repeatBlock:
        text.append(UInt8(ascii: " "))
        print(instruction.count)
        print(" {\n")
        let body = model.instructions(of: instruction.body!)
        if body.isEmpty { print("\n") }
        try print(model, body[...], depth: depth + 1, flush: flush)
        indent(depth)
        print("}")
      }
      text.append(UInt8(ascii: "\n"))
      try flush(&text)
    }
  }

  private mutating func print(_ target: DetectorErrorModel.Target) {
    text.append(UInt8(ascii: " "))
    guard !target.isSeparator else { return text.append(UInt8(ascii: "^")) }
    text.append(target.isDetector ? UInt8(ascii: "D") : UInt8(ascii: "L"))
    print(target.value)
  }

  mutating func print(_ number: Double) {
    if let known = numbers[number.bitPattern] { return text.append(contentsOf: known) }
    let digits = Self.digits(of: number)
    if numbers.count < 1 << 16 { numbers[number.bitPattern] = digits }
    text.append(contentsOf: digits)
  }

  private static func digits(of number: Double) -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: 40)
    let count = withVaList([number]) { vsnprintf(&buffer, buffer.count, "%.19g", $0) }
    return buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }
  }
}
