/// Independent error mechanisms, each with a probability and the detectors and logical observables
/// that it flips.
///
/// A list of instructions as in a `.dem` file. Detectors count from the running offset that
/// `shift_detectors` moves. All targets and arguments live in flat arrays owned by the model. A
/// model that exists is valid: appending traps on a caller's mistake; parsers check first.
///
/// - Source: [Gidney21], detector error model format of Stim 1.16.
public struct DetectorErrorModel: Sendable {
  /// What a mechanism flips.
  ///
  /// Eight bytes: two bits of kind above a 62-bit value.
  public struct Target: Hashable, Sendable, Comparable {
    /// The kind in the top two bits (0 detector, 1 observable, 2 separator) above the index.
    public let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// A detector, relative to the offset where the instruction stands.
    public static func detector(_ index: UInt64) -> Target {
      precondition(index < valueLimit, "A detector is below 2^62")
      return Target(rawValue: index)
    }
    /// The logical observable `L<index>`.
    ///
    /// - Precondition: `index` is below `valueLimit`.
    public static func observable(_ index: UInt64) -> Target {
      precondition(index < valueLimit, "An observable is below 2^62")
      return Target(rawValue: 1 << 62 | index)
    }
    /// `^`, between the parts of a suggested decomposition.
    public static let separator = Target(rawValue: 2 << 62)

    /// One more than the largest index that a target holds, 2⁶².
    public static let valueLimit: UInt64 = 1 << 62

    /// Whether the target is a detector `D<k>`.
    public var isDetector: Bool { rawValue >> 62 == 0 }
    /// Whether the target is a logical observable `L<k>`.
    public var isObservable: Bool { rawValue >> 62 == 1 }
    /// Whether the target is `^`, which stands between the parts of a suggested decomposition.
    public var isSeparator: Bool { rawValue >> 62 == 2 }
    /// The index of a detector or observable; 0 for a separator.
    public var value: UInt64 { rawValue & (Self.valueLimit - 1) }

    /// Detectors first, then observables.
    public static func < (a: Target, b: Target) -> Bool { a.rawValue < b.rawValue }
  }

  /// What an instruction of an error model says.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// `error(p) D0 D1 L0 ^ D2`: one argument, any targets.
    case error
    /// `detector(coordinates) D0`: one detector.
    case detector
    /// `logical_observable L0`: one observable.
    case logicalObservable
    /// `shift_detectors(coordinates) 5`: moves the offset by `count`, and coordinates by the
    /// arguments.
    case shiftDetectors
    /// `repeat 5 { … }`: runs `body` `count` times.
    case repeatBlock

    /// The keyword of the `.dem` format, such as `shift_detectors`.
    public var name: String {
      switch self {
      case .error: "error"
      case .detector: "detector"
      case .logicalObservable: "logical_observable"
      case .shiftDetectors: "shift_detectors"
      case .repeatBlock: "repeat"
      }
    }
  }

  /// An instruction of an error model, in 32 bytes.
  public struct Instruction: Sendable, Hashable {
    /// What the instruction says.
    public let kind: Kind
    package let tag: UInt32
    /// The count, or where the targets begin.
    private let payload: UInt64
    /// The body, or how many targets there are.
    private let extent: UInt32
    private let argumentCount: UInt32
    private let firstArgument: Int

    /// Repetitions of a repeat block, or the shift of the offset; 0 for others.
    public var count: UInt64 { kind == .repeatBlock || kind == .shiftDetectors ? payload : 0 }
    /// The block that a `repeatBlock` runs; `nil` for other instructions.
    public var body: BlockID? {
      kind == .repeatBlock ? BlockID(index: Int32(bitPattern: extent)) : nil
    }
    package var targets: Range<Int> {
      guard kind != .repeatBlock, kind != .shiftDetectors else { return 0..<0 }
      return Int(payload)..<Int(payload) + Int(extent)
    }
    package var arguments: Range<Int> {
      firstArgument..<firstArgument + Int(argumentCount)
    }

    package init(
      _ kind: Kind, tag: UInt32, targets: Range<Int>, arguments: Range<Int>, count: UInt64,
      body: BlockID?
    ) {
      precondition(
        targets.count < Int(UInt32.max) && arguments.count < Int(UInt32.max),
        "An instruction has fewer than 2^32 arguments and targets")
      self.kind = kind
      self.tag = tag
      let isCounted = kind == .repeatBlock || kind == .shiftDetectors
      payload = isCounted ? count : UInt64(targets.lowerBound)
      extent = body.map { UInt32(bitPattern: $0.index) } ?? UInt32(targets.count)
      firstArgument = arguments.lowerBound
      argumentCount = UInt32(arguments.count)
    }
  }

  package var blocks: [[Instruction]] = [[]]
  /// Parallel to `blocks` as far as there is something to say: where each instruction came from.
  private var places: [[Circuit.SourcePlace]] = []
  /// Where the next appended instructions come from; set by parsers.
  package var currentPlace = Circuit.SourcePlace()
  package var targetStorage: [Target] = []
  package var argumentStorage: [Double] = []
  package var tags: [String] = [""]
  package var tagIndices: [String: UInt32] = ["": 0]
  private var openBlock: BlockID = .root

  /// A model without instructions: no errors, no detectors, no observables.
  public init() {}
}

extension DetectorErrorModel.Target: CustomStringConvertible {
  /// `D5`, `L0` or `^`.
  public var description: String {
    isSeparator ? "^" : (isDetector ? "D" : "L") + "\(value)"
  }
}

// MARK: - Reading

extension DetectorErrorModel {
  /// The instructions of a block in the order written; the outermost block by default.
  ///
  /// - Complexity: O(1).
  public func instructions(of block: BlockID = .root) -> [Instruction] { blocks[Int(block.index)] }
  /// The targets of an instruction as written: relative to the shifts before it, with separators.
  ///
  /// - Complexity: O(1).
  public func targets(of instruction: Instruction) -> ArraySlice<Target> {
    targetStorage[instruction.targets]
  }
  /// The arguments of an instruction: one probability for an `error`, coordinates for a `detector`
  /// or a shift, none for others.
  ///
  /// - Complexity: O(1).
  public func arguments(of instruction: Instruction) -> ArraySlice<Double> {
    argumentStorage[instruction.arguments]
  }
  /// The text between `[` and `]`, unescaped; empty if there is none.
  public func tag(of instruction: Instruction) -> String { tags[Int(instruction.tag)] }
  /// Where an instruction of a block stood in the text it was read from; `nil` for models made
  /// otherwise.
  public func range(of block: BlockID, at index: Int) -> SourceRange? {
    place(of: block, at: index).range
  }
  package func place(of block: BlockID, at index: Int) -> Circuit.SourcePlace {
    let block = Int(block.index)
    guard block < places.count, index < places[block].count else { return Circuit.SourcePlace() }
    return places[block][index]
  }
  /// The probability of an error.
  ///
  /// - Precondition: the instruction is an `error`.
  public func probability(of instruction: Instruction) -> Double {
    argumentStorage[instruction.arguments.lowerBound]
  }
}

// MARK: - Appending

extension DetectorErrorModel {
  /// Appends `error(probability) targets` to the open block.
  ///
  /// - Precondition: `probability` is in 0...1; separators stand between targets only.
  public mutating func appendError(
    _ probability: Double, _ targets: some Sequence<Target>, tag: String = ""
  ) {
    precondition(probability >= 0 && probability <= 1, "A probability is in 0...1")
    append(.error, arguments: CollectionOfOne(probability), targets: targets, tag: tag)
  }

  /// Appends an error: the form for targets in an array, which needs no generic code.
  ///
  /// - Precondition: as `appendError` of a sequence.
  public mutating func appendError(_ probability: Double, _ targets: [Target], tag: String = "") {
    precondition(probability >= 0 && probability <= 1, "A probability is in 0...1")
    let (firstTarget, firstArgument) = (targetStorage.count, argumentStorage.count)
    targetStorage.append(contentsOf: targets)
    argumentStorage.append(probability)
    append(
      Instruction(
        .error, tag: index(of: tag), targets: firstTarget..<targetStorage.count,
        arguments: firstArgument..<firstArgument + 1, count: 0, body: nil))
  }

  /// Makes room for errors to come in the present block.
  package mutating func reserve(errors: Int) {
    blocks[Int(openBlock.index)].reserveCapacity(blocks[Int(openBlock.index)].count + errors)
  }

  /// Makes room for the targets and arguments of errors to come in all blocks.
  package mutating func reserve(errors: Int, targets: Int) {
    targetStorage.reserveCapacity(targetStorage.count + targets)
    argumentStorage.reserveCapacity(argumentStorage.count + errors)
  }

  /// Appends an error with targets given by their raw values, detectors counted from `offset`.
  package mutating func appendError(
    _ probability: Double, rawTargets: UnsafeBufferPointer<UInt64>, offset: UInt64, tag: String
  ) {
    let (firstTarget, firstArgument) = (targetStorage.count, argumentStorage.count)
    for target in rawTargets {
      targetStorage.append(
        Target(rawValue: target < Self.Target.valueLimit ? target - offset : target))
    }
    argumentStorage.append(probability)
    append(
      Instruction(
        .error, tag: index(of: tag), targets: firstTarget..<targetStorage.count,
        arguments: firstArgument..<firstArgument + 1, count: 0, body: nil))
  }

  /// Appends `detector(coordinates) D<index>` to the open block.
  ///
  /// - Parameters:
  ///   - index: relative to the shifts before it; below `Target.valueLimit`.
  ///   - coordinates: any number of them, in the user's unit.
  ///   - tag: unescaped; empty for none.
  public mutating func appendDetector(
    _ index: UInt64, coordinates: some Sequence<Double> = EmptyCollection(), tag: String = ""
  ) {
    append(
      .detector, arguments: coordinates, targets: CollectionOfOne(.detector(index)), tag: tag)
  }

  /// Appends a detector: the form for coordinates of a circuit, which needs no generic code.
  package mutating func appendDetector(
    _ index: UInt64, coordinates: ArraySlice<Double>, tag: String
  ) {
    let (firstTarget, firstArgument) = (targetStorage.count, argumentStorage.count)
    targetStorage.append(.detector(index))
    argumentStorage.append(contentsOf: coordinates)
    append(
      Instruction(
        .detector, tag: self.index(of: tag), targets: firstTarget..<firstTarget + 1,
        arguments: firstArgument..<argumentStorage.count, count: 0, body: nil))
  }

  /// Appends `logical_observable L<index>` to the open block, which declares the observable.
  ///
  /// - Parameters:
  ///   - index: below `Target.valueLimit`.
  ///   - tag: unescaped; empty for none.
  public mutating func appendObservable(_ index: UInt64, tag: String = "") {
    append(
      .logicalObservable, arguments: EmptyCollection<Double>(),
      targets: CollectionOfOne(.observable(index)), tag: tag)
  }

  /// Appends `shift_detectors(coordinates) <count>` to the open block.
  ///
  /// - Parameters:
  ///   - count: what is added to the indices of all later detectors.
  ///   - coordinates: what is added to their coordinates, component by component.
  ///   - tag: unescaped; empty for none.
  public mutating func appendShift(
    _ count: UInt64, coordinates: some Sequence<Double> = EmptyCollection(), tag: String = ""
  ) {
    append(
      .shiftDetectors, arguments: coordinates, targets: EmptyCollection<Target>(), tag: tag,
      count: count)
  }

  /// Makes the detectors to come count on, with an instruction of its own or in the last one.
  ///
  /// - Precondition: the last instruction is a shift if it is joined.
  package mutating func appendShift(_ count: UInt64, joiningLast: Bool) {
    guard joiningLast, let last = blocks[Int(openBlock.index)].popLast() else {
      return appendShift(count)
    }
    precondition(last.kind == .shiftDetectors, "A shift joins a shift")
    blocks[Int(openBlock.index)].append(
      Instruction(
        .shiftDetectors, tag: last.tag, targets: last.targets, arguments: last.arguments,
        count: last.count + count, body: nil))
  }

  /// Appends a block; what `build` appends goes inside.
  public mutating func appendRepeat<Failure: Error>(
    _ count: UInt64, tag: String = "",
    _ build: (inout DetectorErrorModel) throws(Failure) -> Void
  ) throws(Failure) {
    let body = BlockID(index: Int32(blocks.count))
    blocks.append([])
    append(
      .repeatBlock, arguments: EmptyCollection<Double>(), targets: EmptyCollection<Target>(),
      tag: tag, count: count, body: body)
    let outer = openBlock
    openBlock = body
    defer { openBlock = outer }
    try build(&self)
  }

  private mutating func append(
    _ kind: Kind, arguments: some Sequence<Double>, targets: some Sequence<Target>, tag: String,
    count: UInt64 = 0, body: BlockID? = nil
  ) {
    let (firstTarget, firstArgument) = (targetStorage.count, argumentStorage.count)
    targetStorage.append(contentsOf: targets)
    argumentStorage.append(contentsOf: arguments)
    append(
      Instruction(
        kind, tag: index(of: tag), targets: firstTarget..<targetStorage.count,
        arguments: firstArgument..<argumentStorage.count, count: count, body: body))
  }

  private mutating func append(_ instruction: Instruction) {
    let block = Int(openBlock.index)
    if currentPlace.line != 0 {
      while places.count <= block { places.append([]) }
      while places[block].count < blocks[block].count { places[block].append(.init()) }
      places[block].append(currentPlace)
    }
    blocks[block].append(instruction)
  }

  private mutating func index(of tag: String) -> UInt32 {
    if tag.isEmpty { return 0 }
    if let index = tagIndices[tag] { return index }
    tags.append(tag)
    tagIndices[tag] = UInt32(tags.count - 1)
    return UInt32(tags.count - 1)
  }
}
