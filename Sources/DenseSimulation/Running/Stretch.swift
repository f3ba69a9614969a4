import ComplexModule
import QuantumCore

/// A part of a program between measurements and choices, prepared for one kind of state: passes
/// over the state, and sites at which a shot may draw an error.
///
/// Whether an error happens at a site is known before the state is, or is bounded from above. So a
/// shot draws all its sites first, and is then the quiet run but for a few blocks.
package struct Stretch<Pass: Sendable>: Sendable {
  /// What a block holds besides the quiet pass that stands for it.
  package enum Item: Sendable {
    case gate(GateApplication)
    /// Index into `sites`.
    case site(Int)
  }

  package struct Block: Sendable {
    /// Where no error happens in it; `nil` is nothing to do.
    package var quiet: Pass?
    package var items: [Item] = []
    /// Whether all its items can be multiplied into one gate on few qubits.
    package var isMergeable = true
    /// Each item alone, errors left out: of small states, where that is quicker than multiplying
    /// matrices; else empty.
    package var itemPasses: [Pass?] = []
  }

  package struct Site: Sendable {
    package enum Event: Sendable {
      case errors(Program.Noise)
      case kraus(Program.Kraus)
    }
    package var event: Event
    /// A number below this means an error, or that the state decides about one.
    package var loudProbability: Double
    package var block: Int
    /// Place among the block's items.
    package var item: Int
    /// The errors alone; see `Block.itemPasses`.
    package var casePasses: [Pass?] = []
  }

  package var blocks: [Block] = []
  /// In the order of blocks and their items.
  package var sites: [Site] = []
  /// The sites in the order of the program: draw number k of the stretch is for
  /// `sites[programOrder[k]]`.
  package var programOrder: [Int] = []
  /// Results in it that nobody reads: they take their place in the record.
  package var unreadCount = 0

  package init() {}

  /// Whether quiet passes change the norm.
  package var needsNormalizing: Bool {
    sites.contains { if case .kraus = $0.event { true } else { false } }
  }
}

/// Merges gates and error sites into blocks on few qubits, in order, by the cost model.
///
/// As `GateFusion`, but each block remembers what it was made of: an error inside it only changes
/// its matrix.
package struct NoisyFusion {
  private let model: CostModel
  private let fuses: Bool
  private var blocks: [Block] = []
  /// For each qubit the last block that touches it.
  private var last = [Int?](repeating: nil, count: 64)
  private static let window = 48
  private static let widestBlock = 4
  /// What a block on k = 0…4 qubits counts as when gates are merged, in the units of the model:
  /// less than it costs, since gates that come later may join it for nothing.
  private static let mergedCost: [Double] = [6, 6.5, 9, 12, 16]

  private struct Block {
    /// Gates, and sites as negative numbers −1 − k in program order.
    var gates: [GateApplication] = []
    var order: [Int] = []
    var qubits: UInt64
    var isOpen: Bool
    var cost: Double
  }

  package init(fusing: Bool, model: CostModel = .standard) {
    self.model = model
    fuses = fusing
  }

  package mutating func append(_ gate: GateApplication) {
    var isOpen = gate.qubitMask.nonzeroBitCount <= Self.widestBlock
    if case .pauli = gate.action { isOpen = false }
    let cost = model.cost(PlannedGate(gate))
    let index = isOpen && fuses ? bestBlock(for: gate.qubitMask, cost: cost) : nil
    let place =
      index ?? add(Block(qubits: gate.qubitMask, isOpen: isOpen, cost: 0), gate.qubitMask)
    blocks[place].order.append(blocks[place].gates.count)
    blocks[place].gates.append(gate)
    blocks[place].cost =
      blocks[place].gates.count == 1
      ? cost : Self.mergedCost[blocks[place].qubits.nonzeroBitCount]
    note(place)
  }

  /// - Parameter site: its number in the order of the program.
  package mutating func append(site: Int, qubits: UInt64) {
    let latest = GateApplication.positions(qubits).compactMap { last[$0] }.max()
    let place: Int
    if let latest, blocks[latest].isOpen, qubits & ~blocks[latest].qubits == 0 {
      place = latest
    } else {
      let isOpen = qubits.nonzeroBitCount <= Self.widestBlock
      place = add(Block(qubits: qubits, isOpen: isOpen, cost: 0), qubits)
    }
    blocks[place].order.append(-1 - site)
    note(place)
  }

  private mutating func add(_ block: Block, _ qubits: UInt64) -> Int {
    blocks.append(block)
    return blocks.count - 1
  }

  private mutating func note(_ index: Int) {
    for qubit in GateApplication.positions(blocks[index].qubits) {
      last[qubit] = max(last[qubit] ?? 0, index)
    }
  }

  private mutating func bestBlock(for qubits: UInt64, cost: Double) -> Int? {
    var first = max(0, blocks.count - Self.window)
    for qubit in GateApplication.positions(qubits) { first = max(first, last[qubit] ?? 0) }
    var best: (index: Int, gain: Double)?
    for index in first..<max(first, blocks.count) where blocks[index].isOpen {
      let block = blocks[index]
      let width = (block.qubits | qubits).nonzeroBitCount
      guard width <= Self.widestBlock else { continue }
      let gain = block.cost + cost - Self.mergedCost[width]
      if gain > 1e-9, gain > (best?.gain ?? 0) { best = (index, gain) }
    }
    if let best { blocks[best.index].qubits |= qubits }
    return best?.index
  }

  /// The blocks as a stretch.
  ///
  /// - Parameters:
  ///   - events: of every site, in the order of the program.
  ///   - pass: prepares a gate for the state.
  package func stretch<Pass: Sendable>(
    _ events: [Stretch<Pass>.Site.Event], pass: (GateApplication) throws(Obstacle) -> Pass
  ) throws(Obstacle) -> Stretch<Pass> {
    var stretch = Stretch<Pass>()
    stretch.programOrder = [Int](repeating: 0, count: events.count)
    for (number, block) in blocks.enumerated() {
      var result = Stretch<Pass>.Block()
      var gates: [GateApplication] = []
      for entry in block.order {
        if entry >= 0 {
          result.items.append(.gate(block.gates[entry]))
          gates.append(block.gates[entry])
        } else {
          let event = events[-1 - entry]
          stretch.programOrder[-1 - entry] = stretch.sites.count
          result.items.append(.site(stretch.sites.count))
          stretch.sites.append(
            .init(
              event: event, loudProbability: event.loudProbability, block: number,
              item: result.items.count - 1))
          if let quiet = event.quietGate { gates.append(quiet) }
        }
      }
      result.isMergeable = block.isOpen
      if let gate = GateApplication.merged(gates, mergeable: block.isOpen) {
        result.quiet = gate.isIdentity ? nil : try pass(gate)
      }
      stretch.blocks.append(result)
    }
    return stretch
  }
}

extension Stretch {
  /// Prepares every item and every error as a pass of its own. Equal ones are prepared once.
  package mutating func prepareItems(
    _ pass: (GateApplication) throws(Obstacle) -> Pass
  ) throws(Obstacle) {
    var known: [GateApplication: Pass] = [:]
    func prepared(_ gate: GateApplication) throws(Obstacle) -> Pass? {
      if gate.isIdentity { return nil }
      if let pass = known[gate] { return pass }
      let new = try pass(gate)
      known[gate] = new
      return new
    }
    for index in blocks.indices {
      for item in blocks[index].items {
        switch item {
        case .gate(let gate): blocks[index].itemPasses.append(try prepared(gate))
        case .site(let rank):
          var quiet: Pass?
          if let gate = sites[rank].event.quietGate { quiet = try prepared(gate) }
          blocks[index].itemPasses.append(quiet)
          guard case .errors(let noise) = sites[rank].event else { continue }
          let isMergeable = blocks[index].isMergeable
          for entry in noise.cases {
            var error: Pass?
            if !entry.product.isIdentity {
              error = try prepared(.fusable(entry.product, ifBelow: isMergeable))
            }
            sites[rank].casePasses.append(error)
          }
        }
      }
    }
  }
}

extension Stretch.Site.Event {
  package var loudProbability: Double {
    switch self {
    case .errors(let noise): noise.totalProbability
    case .kraus(let kraus): kraus.loudProbability
    }
  }

  package var qubits: UInt64 {
    switch self {
    case .errors(let noise): noise.qubits
    case .kraus(let kraus): kraus.positions.reduce(0) { $0 | 1 << UInt64($1) }
    }
  }

  /// What happens to a state where the site is quiet; `nil` is nothing.
  package var quietGate: GateApplication? {
    guard case .kraus(let kraus) = self else { return nil }
    return GateApplication(matrix: kraus.operators[0], targets: kraus.positions)
  }
}

extension GateApplication {
  /// Gates one after the other as one; `nil` for none.
  ///
  /// - Precondition: if there are several, they are mergeable: on few qubits, and no Pauli products
  ///   over the whole state.
  package static func merged(_ gates: [GateApplication], mergeable: Bool) -> GateApplication? {
    guard gates.count > 1 else { return gates.first }
    precondition(mergeable, "Wide gates stay alone")
    let qubits = positions(gates.reduce(0) { $0 | $1.qubitMask })
    var places = [Int](repeating: 0, count: 64)
    for (place, qubit) in qubits.enumerated() { places[qubit] = place }
    return GateApplication(
      matrix: product(
        gates.map { gate in gate.relocated { places[$0] } }, qubitCount: qubits.count),
      targets: qubits)
  }
}

extension GateApplication {
  /// A Pauli product as a matrix on its qubits, if it is to be merged with others.
  package static func fusable(_ product: PauliProduct, ifBelow isMergeable: Bool) -> Self {
    guard isMergeable else { return .pauli(product) }
    let qubits = positions(product.x | product.z)
    let size = 1 << qubits.count
    var map = [UInt32](repeating: 0, count: size)
    var phases = [Element](repeating: .one, count: size)
    var (x, z) = (0, 0)
    for (place, qubit) in qubits.enumerated() {
      x |= Int(product.x >> UInt64(qubit) & 1) << place
      z |= Int(product.z >> UInt64(qubit) & 1) << place
    }
    for column in 0..<size {
      map[column] = UInt32(column ^ x)
      phases[column] =
        (column & z).nonzeroBitCount & 1 == 1 ? -product.phase : product.phase
    }
    return GateApplication(
      x == 0 ? .diagonal(phases) : .permutation(map: map, phases: phases), targets: qubits)
  }
}
