import QuantumCore

/// Where a branch stands in a stretch.
package struct StretchProgress: Sendable {
  /// A shot with what is left of its errors: `events[next..<end]`.
  struct Entry: Sendable {
    var shot: UInt32
    var next: UInt32
    var end: UInt32
  }
  /// Errors of all shots: rank of the site, then the case.
  var events: [UInt64]
  /// Sorted by the errors to come; shots without any are last. A slice, so that parting takes no
  /// time.
  var entries: ArraySlice<Entry>
  /// The next block to run.
  var block = 0
  /// Where the next block does not run as it usually does: its item to go on with.
  var item: Int?

  static func event(rank: Int, choice: Int) -> UInt64 { UInt64(rank) << 8 | UInt64(choice) }
  static func rank(_ event: UInt64) -> Int { Int(event >> 8) }
  static func choice(_ event: UInt64) -> Int { Int(event & 0xff) }
  /// The choice of sites at which the state decides.
  static let open = 0xff
}

extension TrajectoryWorker {
  /// Runs a stretch for all shots of a branch, from wherever it stands; parts that split off are
  /// run to the program's end.
  func run(_ stretch: Stretch<State.Pass>, _ branch: inout Branch<State>) throws {
    if stretch.sites.isEmpty {
      try runQuiet(stretch, &branch, from: 0, to: stretch.blocks.count)
    } else {
      if branch.progress == nil { branch.progress = drawEvents(stretch, branch) }
      try runGroups(stretch, &branch)
      try finishStretch(stretch, &branch)
    }
    for _ in 0..<stretch.unreadCount { branch.memory.append(false, storedIn: nil) }
  }

  private func runQuiet(
    _ stretch: Stretch<State.Pass>, _ branch: inout Branch<State>, from start: Int, to end: Int
  ) throws {
    for block in start..<max(start, end) {
      guard let pass = stretch.blocks[block].quiet else { continue }
      try branch.state.apply(pass) { try partDone(amplitudes: $0, $1) }
    }
  }

  /// Goes from error to error; where shots differ the smaller part splits off.
  private func runGroups(_ stretch: Stretch<State.Pass>, _ branch: inout Branch<State>) throws {
    while var progress = branch.progress {
      if progress.item != nil {
        try runLoudBlock(stretch, &branch)
        continue
      }
      guard let first = progress.entries.first, first.next < first.end else { break }
      let block = stretch.sites[StretchProgress.rank(progress.events[Int(first.next)])].block
      try runQuiet(stretch, &branch, from: progress.block, to: block)
      progress.block = block
      // Those whose errors in this block are the same.
      let pattern = progress.pattern(of: first, in: block, stretch)
      let end =
        progress.entries.firstIndex {
          !progress.pattern(of: $0, in: block, stretch).elementsEqual(pattern)
        } ?? progress.entries.endIndex
      var (group, rest) = (progress, progress)
      group.entries = progress.entries[..<end]
      group.item = 0
      rest.entries = progress.entries[end...]
      try goOn(with: [group, rest], &branch)
    }
    guard let progress = branch.progress else { return }
    try runQuiet(stretch, &branch, from: progress.block, to: stretch.blocks.count)
    branch.progress?.block = stretch.blocks.count
  }

  /// Goes on with the largest of several parts in place, and splits off the others.
  ///
  /// - Parameter apply: changes the state of a part, by its index.
  private func goOn(
    with parts: [StretchProgress], _ branch: inout Branch<State>,
    apply: (Int, inout State) throws -> Void = { _, _ in }
  ) throws {
    let present = parts.indices.filter { !parts[$0].entries.isEmpty }
    guard
      let largest = present.max(by: { parts[$0].entries.count < parts[$1].entries.count })
    else { return }
    for part in present where part != largest {
      guard let copy = copy(of: branch) else {
        deferred.append(parts[part].entries.map(\.shot))
        continue
      }
      try fork(
        branch.sibling(with: copy, shots: []) { child in
          child.progress = parts[part]
          try apply(part, &child.state)
        })
    }
    branch.progress = parts[largest]
    try apply(largest, &branch.state)
  }

  /// Runs a block with the errors that all shots of the branch have in it.
  private func runLoudBlock(
    _ stretch: Stretch<State.Pass>, _ branch: inout Branch<State>
  ) throws {
    guard var progress = branch.progress, let start = progress.item else { return }
    let block = stretch.blocks[progress.block]
    if block.itemPasses.isEmpty { return try runMergedBlock(stretch, &branch) }
    for (place, item) in block.items.enumerated().dropFirst(start) {
      guard case .site(let rank) = item, let choice = progress.takeEvent(at: rank) else {
        if let pass = block.itemPasses[place] {
          try branch.state.apply(pass) { try partDone(amplitudes: $0, $1) }
        }
        continue
      }
      if case .kraus(let kraus) = stretch.sites[rank].event {
        progress.item = place + 1
        branch.progress = progress
        return try choose(kraus, rank, stretch, &branch)
      }
      if let pass = stretch.sites[rank].casePasses[choice] {
        try branch.state.apply(pass) { try partDone(amplitudes: $0, $1) }
      }
    }
    progress.block += 1
    progress.item = nil
    branch.progress = progress
  }

  /// As `runLoudBlock`, with the block's gates and errors multiplied into one.
  private func runMergedBlock(
    _ stretch: Stretch<State.Pass>, _ branch: inout Branch<State>
  ) throws {
    guard var progress = branch.progress, let start = progress.item else { return }
    let block = stretch.blocks[progress.block]
    var gates: [GateApplication] = []
    for (place, item) in block.items.enumerated().dropFirst(start) {
      switch item {
      case .gate(let gate): gates.append(gate)
      case .site(let rank):
        let site = stretch.sites[rank]
        guard let choice = progress.takeEvent(at: rank) else {
          if let quiet = site.event.quietGate { gates.append(quiet) }
          continue
        }
        switch site.event {
        case .errors(let noise):
          let product = noise.cases[choice].product
          if !product.isIdentity { gates.append(.fusable(product, ifBelow: block.isMergeable)) }
        case .kraus(let kraus):
          try apply(gates, isMergeable: block.isMergeable, to: &branch)
          progress.item = place + 1
          branch.progress = progress
          return try choose(kraus, rank, stretch, &branch)
        }
      }
    }
    try apply(gates, isMergeable: block.isMergeable, to: &branch)
    progress.block += 1
    progress.item = nil
    branch.progress = progress
  }

  private func apply(
    _ gates: [GateApplication], isMergeable: Bool, to branch: inout Branch<State>
  ) throws {
    let merged =
      isMergeable
      ? GateApplication.merged(gates, mergeable: true).map { [$0] } ?? [] : gates
    for gate in merged where !gate.isIdentity {
      branch.state.apply(gate)
      try partDone(amplitudes: 1 << context.program.qubitCount, 1)
    }
  }

  /// Lets the state decide which operator of a channel acts, shot by shot.
  private func choose(
    _ kraus: Program.Kraus, _ rank: Int, _ stretch: Stretch<State.Pass>,
    _ branch: inout Branch<State>
  ) throws {
    guard let progress = branch.progress else { return }
    let probabilities = branch.state.probabilities(of: kraus)
    let possible = probabilities.indices.filter { probabilities[$0] > 0 }
    guard let last = possible.last else { throw Self.vanished }
    let event = branch.event + UInt64(stretch.programOrder.firstIndex(of: rank) ?? 0)
    var chosenEntries = [[StretchProgress.Entry]](repeating: [], count: kraus.operators.count)
    for entry in progress.entries {
      let uniform = context.events.uniform(UInt64(entry.shot), event)
      // The first operator takes what the others leave, where it can act at all.
      var (chosen, sum) = (possible[0] == 0 ? 0 : last, 0.0)
      for index in possible where index > 0 {
        sum += probabilities[index]
        if uniform < sum {
          chosen = index
          break
        }
      }
      chosenEntries[chosen].append(entry)
    }
    let parts = chosenEntries.map { entries in
      var part = progress
      part.entries = entries[...]
      return part
    }
    let positions = kraus.positions
    try goOn(with: parts, &branch) { part, state in
      state.apply(GateApplication(matrix: kraus.operators[part], targets: positions))
      if !state.normalizeIfPossible() { throw Self.vanished }
    }
  }

  // MARK: Drawing

  /// Draws what happens to every shot of a branch.
  private func drawEvents(
    _ stretch: Stretch<State.Pass>, _ branch: Branch<State>
  ) -> StretchProgress {
    let drawing = EventDrawing(stretch, branch, context.events)
    let shots = branch.shots
    let chunks = max(1, min(256, shots.count * stretch.sites.count / (1 << 16), shots.count))
    var parts = [DrawnEvents](repeating: DrawnEvents(), count: chunks)
    parts.withUnsafeMutableBufferPointer { parts in
      let shared = UncheckedSendable(parts)
      Parallel.forEach(chunks: chunks, threads: context.options.threads) { chunk in
        for place in shots.count * chunk / chunks..<shots.count * (chunk + 1) / chunks {
          shared.value[chunk].append(drawing.events(of: shots[place]), of: place)
        }
      }
    }
    return StretchProgress(parts, shots: shots)
  }

  /// Writes records of heralds, and moves on to the numbers after those of the stretch.
  private func finishStretch(
    _ stretch: Stretch<State.Pass>, _ branch: inout Branch<State>
  ) throws {
    if let progress = branch.progress { branch.shots = progress.entries.map(\.shot) }
    if stretch.hasClassicalSites, let shot = branch.shots.first {
      // The same for every shot of the group.
      let drawing = EventDrawing(stretch, branch, context.events)
      let (heralds, chainHappened) = drawing.classicalResults(of: shot)
      for (value, bit) in heralds { branch.memory.append(value, storedIn: bit) }
      branch.chainHappened = chainHappened
    }
    branch.event += UInt64(stretch.sites.count)
    if stretch.needsNormalizing, !branch.state.normalizeIfPossible() { throw Self.vanished }
    branch.progress = nil
  }
}

/// The errors of some shots, those without any left out.
private struct DrawnEvents {
  /// Places of shots in their branch.
  var places: [UInt32] = []
  /// For each of them the end of its events.
  var ends: [UInt32] = []
  var events: [UInt64] = []

  mutating func append(_ new: [UInt64], of place: Int) {
    guard !new.isEmpty else { return }
    events += new
    places.append(UInt32(place))
    ends.append(UInt32(events.count))
  }
}

extension StretchProgress {
  /// Errors drawn by parts of the shots of a branch, in order.
  fileprivate init(_ parts: consuming [DrawnEvents], shots: [UInt32]) {
    var (all, entries, quiet): ([UInt64], [Entry], [Entry]) = ([], [], [])
    all.reserveCapacity(parts.reduce(0) { $0 + $1.events.count })
    entries.reserveCapacity(shots.count)
    var nextPlace = 0
    func skip(to place: Int) {
      for place in nextPlace..<place { quiet.append(.init(shot: shots[place], next: 0, end: 0)) }
      nextPlace = place + 1
    }
    for part in parts {
      let offset = UInt32(all.count)
      all += part.events
      for (index, place) in part.places.enumerated() {
        skip(to: Int(place))
        let start = index == 0 ? 0 : part.ends[index - 1]
        entries.append(
          .init(shot: shots[Int(place)], next: offset + start, end: offset + part.ends[index]))
      }
    }
    skip(to: shots.count)
    // Lists that go on before those that end, so that equal beginnings stand together.
    all.withUnsafeBufferPointer { all in
      entries.sort { a, b in
        var (x, y) = (Int(a.next), Int(b.next))
        while x < a.end, y < b.end {
          if all[x] != all[y] { return all[x] < all[y] }
          (x, y) = (x + 1, y + 1)
        }
        return (b.end - b.next, a.shot) < (a.end - a.next, b.shot)
      }
    }
    self.init(events: all, entries: (entries + quiet)[...])
  }

  /// The errors of a shot in a block.
  func pattern<Pass>(
    of entry: Entry, in block: Int, _ stretch: Stretch<Pass>
  ) -> ArraySlice<UInt64> {
    var end = Int(entry.next)
    while end < Int(entry.end), stretch.sites[Self.rank(events[end])].block == block { end += 1 }
    return events[Int(entry.next)..<end]
  }

  /// Takes the next error off every shot's list if it is at this site; all shots have the same.
  mutating func takeEvent(at rank: Int) -> Int? {
    guard let first = entries.first, first.next < first.end,
      Self.rank(events[Int(first.next)]) == rank
    else { return nil }
    let choice = Self.choice(events[Int(first.next)])
    for index in entries.indices { entries[index].next += 1 }
    return choice
  }
}

/// Draws the events of shots in a stretch, four sites to a block of random words.
private struct EventDrawing<Pass: Sendable>: Sendable {
  private struct Site: Sendable {
    let rank: Int
    let loudProbability: Double
    let noise: Program.Noise?
  }
  private let sites: [Site]
  private let firstEvent: UInt64
  private let chainHappened: Bool
  private let stream: EventStream

  init<State: ProgramState>(
    _ stretch: Stretch<Pass>, _ branch: Branch<State>, _ stream: EventStream
  ) {
    sites = stretch.programOrder.map { rank in
      let site = stretch.sites[rank]
      guard case .errors(let noise) = site.event else {
        return Site(rank: rank, loudProbability: site.loudProbability, noise: nil)
      }
      return Site(rank: rank, loudProbability: site.loudProbability, noise: noise)
    }
    (firstEvent, chainHappened, self.stream) = (branch.event, branch.chainHappened, stream)
  }

  /// In the order in which they are applied.
  func events(of shot: UInt32) -> [UInt64] {
    var events: [UInt64] = []
    _ = visit(shot) { rank, choice, _ in
      if let choice { events.append(StretchProgress.event(rank: rank, choice: choice)) }
    }
    if events.count > 1 { events.sort() }
    return events
  }

  /// What heralds record, and whether the last chain of correlated errors had one.
  func classicalResults(
    of shot: UInt32
  ) -> (heralds: [(value: Bool, bit: Int?)], chainHappened: Bool) {
    var heralds: [(value: Bool, bit: Int?)] = []
    let chainHappened = visit(shot) { _, choice, noise in
      if let noise, noise.isHeralded { heralds.append((choice != nil, noise.bit)) }
    }
    return (heralds, chainHappened)
  }

  /// Calls `body` for every site in the order of the program.
  ///
  /// - Returns: whether an error of the last chain happened.
  private func visit(
    _ shot: UInt32, _ body: (_ rank: Int, _ choice: Int?, _ noise: Program.Noise?) -> Void
  ) -> Bool {
    var happened = chainHappened
    var words = SIMD4<UInt64>.zero
    for (index, site) in sites.enumerated() {
      let event = firstEvent + UInt64(index)
      if index == 0 || event & 3 == 0 { words = stream.words(UInt64(shot), event >> 2) }
      let uniform = Philox.uniform(words[Int(event & 3)])
      guard let noise = site.noise else {
        body(site.rank, uniform < site.loudProbability ? StretchProgress.open : nil, nil)
        continue
      }
      if noise.chain == .starts { happened = false }
      var choice: Int?
      if uniform < site.loudProbability, noise.chain != .continues || !happened {
        choice = noise.choice(uniform)
        if choice != nil, noise.chain != .none { happened = true }
      }
      body(site.rank, choice, noise)
    }
    return happened
  }
}

extension Stretch {
  /// Whether sites record something or depend on each other.
  fileprivate var hasClassicalSites: Bool {
    sites.contains {
      if case .errors(let noise) = $0.event {
        noise.isHeralded || noise.chain != .none
      } else {
        false
      }
    }
  }
}
