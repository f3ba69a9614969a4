import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Writes `.stim` circuits, byte for byte as Stim prints them.
public enum StimWriter {
  /// The circuit as text, one line an instruction, ending in a newline.
  ///
  /// Gates that Stim lacks become tagged Cliffords (`S[T]`, `I[R_X(theta=0.3*pi)]`) or are taken
  /// apart; conditional Paulis become feedback (`CX rec[-1] 2`). Names of registers, classical
  /// bits, barriers and global phases are dropped.
  ///
  /// - Throws: a `Diagnostic` naming the first statement that has no such form.
  public static func write(_ circuit: Circuit) throws(Diagnostic) -> String {
    var printer = StimPrinter()
    if StimLowering.isNative(circuit) {
      printer.print(circuit, block: .root, depth: 0)
    } else {
      var lowering = StimLowering(circuit)
      try lowering.lower()
      printer.print(lowering.output, block: .root, depth: 0)
    }
    return String(decoding: printer.text, as: UTF8.self)
  }

  /// A number as C++ streams print it: six significant digits, integers up to 2⁶³ in full.
  package static func text(of number: Double) -> String {
    var printer = StimPrinter()
    printer.print(number)
    return String(decoding: printer.text, as: UTF8.self)
  }
}

/// Prints circuits that hold nothing but what `.stim` can say.
struct StimPrinter: StimTextPrinter {
  var text: [UInt8] = []

  mutating func print(_ circuit: Circuit, block: BlockID, depth: Int) {
    for node in circuit.nodes(of: block) {
      indent(depth)
      switch node {
      case .instruction(let instruction): print(instruction, of: circuit)
      case .repeatBlock(let count, let body, let tag):
        print("REPEAT")
        printTag(circuit.tag(tag))
        print(" ")
        print(count)
        print(" {\n")
        if circuit.nodes(of: body).isEmpty { print("\n") }
        print(circuit, block: body, depth: depth + 1)
        indent(depth)
        print("}")
      case .branch, .loop, .assign, .leave: assertionFailure("Not a .stim statement")
      }
      print("\n")
    }
  }

  private mutating func print(_ instruction: Instruction, of circuit: Circuit) {
    let tag = circuit.tag(of: instruction)
    let arguments = circuit.arguments(of: instruction)
    if instruction.gate.definition.isStimGate {
      print(instruction.gate.name)
      printTag(tag)
      printArguments(arguments)
    } else {
      let spelling = StimTag.spelling(of: instruction.gate, arguments: Array(arguments))
      // A gate read from a tagged Clifford keeps the tag if it was spelled otherwise than here.
      let base = StimTag.base(of: instruction.gate)
      print((tag.isEmpty ? spelling?.gate : base)?.name ?? instruction.gate.name)
      printTag(tag.isEmpty ? spelling?.tag ?? "" : tag)
    }
    var wantsSpace = true
    for target in circuit.targets(of: instruction) {
      if wantsSpace, !target.isCombiner { print(" ") }
      print(target)
      wantsSpace = !target.isCombiner
    }
  }

  private mutating func print(_ string: String) { text.append(contentsOf: string.utf8) }

  mutating func print(_ number: Double) {
    if let integer = Int64(exactly: number) {
      if integer < 0 { print("-") }
      return print(integer.magnitude)
    }
    var buffer = [CChar](repeating: 0, count: 32)
    let count = withVaList([number]) { vsnprintf(&buffer, buffer.count, "%.6g", $0) }
    for byte in buffer.prefix(max(0, Int(count))) { text.append(UInt8(bitPattern: byte)) }
  }

  private mutating func print(_ target: Target) {
    if target.isInverted { print("!") }
    switch target.kind {
    case .qubit: print(UInt64(target.value))
    case .pauliX:
      print("X")
      print(UInt64(target.value))
    case .pauliY:
      print("Y")
      print(UInt64(target.value))
    case .pauliZ:
      print("Z")
      print(UInt64(target.value))
    case .record:
      print("rec[-")
      print(UInt64(target.value))
      print("]")
    case .sweep:
      print("sweep[")
      print(UInt64(target.value))
      print("]")
    case .combiner: print("*")
    case .bit: break
    }
  }
}
