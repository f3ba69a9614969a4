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
  public static func bytes(of model: DetectorErrorModel) -> [UInt8] {
    var printer = DEMPrinter()
    printer.print(model, model.instructions()[...], depth: 0)
    return printer.text
  }

  /// Writes the text in parts of about a hundred kilobytes, so that it is never held whole.
  ///
  /// A repeat block is never divided.
  ///
  /// - Parameters:
  ///   - model: the error model to write.
  ///   - threads: How many share the instructions outside blocks; the text does not depend on it.
  ///   - write: What takes the parts, in order, on the calling thread.
  /// - Throws: what `write` throws.
  public static func write<Failure: Error>(
    _ model: DetectorErrorModel, threads: Int = 1, to write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let instructions = model.instructions()
    let chunks = (instructions.count + chunkSize - 1) / chunkSize
    let threads = max(1, min(threads, chunks))
    // Printers keep their memory from one wave of chunks to the next.
    var printers = [DEMPrinter](
      repeating: DEMPrinter(), count: max(1, min(4 * threads, chunks)))
    for first in stride(from: 0, to: chunks, by: printers.count) {
      let wave = min(printers.count, chunks - first)
      printers.withUnsafeMutableBufferPointer { printers in
        let shared = UncheckedSendable(printers)
        Parallel.forEach(chunks: wave, threads: threads) { place in
          let start = (first + place) * chunkSize
          let end = min(instructions.count, start + chunkSize)
          shared.value[place].text.removeAll(keepingCapacity: true)
          shared.value[place].print(model, instructions[start..<end], depth: 0)
        }
      }
      for place in 0..<wave { try write(printers[place].text) }
    }
  }

  /// Instructions that one thread prints at a time.
  private static let chunkSize = 2048
}

private struct DEMPrinter: StimTextPrinter {
  var text: [UInt8] = []
  /// Texts of numbers printed before: few probabilities occur, many times each.
  private var numbers: [UInt64: [UInt8]] = [:]

  /// Prints instructions of a block.
  mutating func print(
    _ model: DetectorErrorModel, _ instructions: ArraySlice<DetectorErrorModel.Instruction>,
    depth: Int
  ) {
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
        print(model, body[...], depth: depth + 1)
        indent(depth)
        print("}")
      }
      text.append(UInt8(ascii: "\n"))
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
