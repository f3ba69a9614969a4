import QuantumCore

/// Replaces repeat blocks of a program, of which nothing is kept but what they do to the frames, by
/// what many turns do at once.
///
/// The state of a frame is a vector over GF(2), and a turn is a linear map of it, to which noise
/// and random outcomes are added. So N turns are the N-th power of the map, and the noise of each
/// turn moved through those that follow. A source of noise that is moved comes back to the same
/// place again and again, where its distribution is raised to a power.
struct FrameFolder {
  private let source: FrameProgram
  private var output: FrameProgram

  /// Turns from which a block is folded.
  static let threshold: UInt64 = 256

  private init(_ program: FrameProgram) {
    source = program
    output = program
    output.operations.removeAll(keepingCapacity: true)
    output.operands.removeAll(keepingCapacity: true)
  }

  /// The program with blocks folded where that is possible; the same program if there are none.
  static func folded(_ program: FrameProgram) -> FrameProgram {
    let operations = program.operations
    let hasCandidates = operations.indices.contains { index in
      let operation = operations[index]
      return operation.code == .repeatBlock && operation.count >= threshold
        && operations[index + 1..<operation.end].allSatisfy {
          $0.code == .repeatBlock || LinearTurn.follows($0.code, keeping: program.output)
        }
    }
    guard hasCandidates else { return program }
    var folder = FrameFolder(program)
    folder.copy(0..<operations.count)
    return folder.output
  }

  private mutating func copy(_ range: Range<Int>) {
    var index = range.lowerBound
    while index < range.upperBound {
      let operation = source.operations[index]
      if operation.code == .repeatBlock {
        copyRepeat(operation.count, index + 1..<operation.end)
        index = operation.end
      } else {
        output.append(operation, source.operands[operation.start..<operation.end])
        index += 1
      }
    }
  }

  private mutating func copyRepeat(_ count: UInt64, _ body: Range<Int>) {
    let (start, operandStart) = (output.operations.count, output.operands.count)
    output.operations.append(.init(code: .repeatBlock, count: count))
    copy(body)
    output.operations[start].end = output.operations.count
    let turn = output.operations[(start + 1)...]
    // Results of the last turns may be looked back at, and a chain of correlated errors may go on
    // behind the block.
    let results = turn.reduce(0) { min($0 + LinearTurn.resultCount($1), Int(Int32.max)) }
    var kept: UInt64 = turn.contains { $0.code == .correlatedError } ? 1 : 0
    if results > 0, source.lookback > 0 {
      kept = max(kept, UInt64((source.lookback + results - 1) / results))
    }
    guard count >= kept.saturatingAdd(Self.threshold),
      let power = LinearTurn(turn, of: output)?.raised(to: count - kept)
    else { return }
    let (bodyOperations, bodyOperands) = (Array(turn), Array(output.operands[operandStart...]))
    output.operations.removeSubrange(start...)
    output.operands.removeSubrange(operandStart...)
    power.append(to: &output)
    if kept > 0 { append(bodyOperations, bodyOperands, from: operandStart, turns: kept) }
  }

  /// Appends a block again whose operands started somewhere else.
  private mutating func append(
    _ operations: [FrameProgram.Operation], _ operands: [UInt32], from old: Int, turns: UInt64
  ) {
    let start = output.operations.count
    output.operations.append(.init(code: .repeatBlock, count: turns))
    for operation in operations {
      output.append(operation, operands[operation.start - old..<operation.end - old])
    }
    output.operations[start].end = output.operations.count
  }
}

extension FrameProgram {
  /// Appends an operation with operands.
  fileprivate mutating func append(_ operation: Operation, _ operands: some Sequence<UInt32>) {
    var operation = operation
    operation.start = self.operands.count
    self.operands.append(contentsOf: operands)
    operation.end = self.operands.count
    operations.append(operation)
  }
}

extension LinearTurn.Power {
  /// Appends what many turns do.
  func append(to program: inout FrameProgram) {
    appendMap(to: &program)
    let scratch = program.scratch(4)
    for vector in random {
      program.append(.init(code: .reset), [scratch[0], scratch[1]])
      program.append(.init(code: .add), rows(of: vector).flatMap { [$0, scratch[1]] })
    }
    for source in noise { append(source, to: &program, scratch) }
  }

  /// Every row that changes is summed up in a row of its own first.
  private func appendMap(to program: inout FrameProgram) {
    let sums = changedRows
    guard !sums.isEmpty else { return }
    let scratch = program.scratch(sums.count)
    var (first, second): ([UInt32], [UInt32]) = ([], [])
    for (sum, place) in zip(sums, scratch) {
      first += [place, place]
      for row in sum.parts { first += [place, row] }
      second += [sum.row, sum.row, sum.row, place]
    }
    program.append(.init(code: .add), first)
    program.append(.init(code: .add), second)
  }

  private func append(
    _ source: LinearTurn.Source, to program: inout FrameProgram, _ scratch: [UInt32]
  ) {
    let probabilities = source.probabilities
    let total = min(1, probabilities.reduce(0, +))
    guard total > 0 else { return }
    let stream = program.stream(total)
    let basis = source.basis.map { rows(of: $0) }
    if basis.count == 1, basis[0].count == 1 {
      return program.append(.init(code: .error, stream: stream, width: 1), basis[0])
    }
    // Errors act on one, two or four rows.
    let width = basis.count == 3 ? 4 : basis.count
    let places = scratch.prefix(width)
    program.append(.init(code: .add), places.flatMap { [$0, $0] })
    program.append(
      .init(
        code: .error, stream: stream,
        cases: width == 1 ? -1 : program.index(of: source.cases(probabilities, total: total)),
        width: Int32(width)),
      places)
    program.append(
      .init(code: .add), zip(basis, places).flatMap { rows, place in rows.flatMap { [$0, place] } })
  }
}

extension FrameProgram {
  /// Rows that are cleared before they are used.
  fileprivate mutating func scratch(_ count: Int) -> [UInt32] {
    scratchRowCount = max(scratchRowCount, count)
    return (0..<count).map { UInt32(2 * liveQubitCount + $0) }
  }

  fileprivate mutating func stream(_ probability: Double) -> Int32 {
    let stream = NoiseStream(probability)
    if let index = streams.firstIndex(of: stream) { return Int32(index) }
    streams.append(stream)
    return Int32(streams.count - 1)
  }

  fileprivate mutating func index(of cases: NoiseCases) -> Int32 {
    if let index = self.cases.firstIndex(of: cases) { return Int32(index) }
    self.cases.append(cases)
    return Int32(self.cases.count - 1)
  }
}
