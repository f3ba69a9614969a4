import QuantumCore

// Decompositions across channels: an error of many detectors is put together from known errors of
// one or two.

extension ErrorAnalysis {
  /// Suggests a decomposition for every mechanism of more than two detectors that has none yet.
  ///
  /// Its parts that flip detectors are mechanisms of the circuit which flip what they flip there,
  /// wherever there are such. What they do not account for are observables, which stand as a last
  /// part: it belongs to the whole. Only where no mechanisms have the detectors a part is one that
  /// the circuit has not: a case of the same channel that has no probability, or whatever is left
  /// over.
  ///
  /// - Throws: `Diagnostic` if there is none for some mechanism, unless failures are ignored.
  func decompose() throws {
    if options.decomposesLikeStim { return try decomposeLikeStim() }
    var open: [Int] = []
    for index in 0..<stretch.table.count where !stretch.table.hasSuggestion(index) {
      let set = stretch.table.set(index)
      if set.count > 2, set.detectorCount > 2 { open.append(index) }
    }
    guard !open.isEmpty else { return }
    let search = DecompositionSearch(known: KnownEdges(stretch.table, near: open))
    for index in open {
      let symptoms = Array(stretch.table.set(index).values)
      if let parts = search.exactParts(of: symptoms) ?? search.partsWithObservables(of: symptoms) {
        suggest(parts, entry: index)
      } else if !options.blocksRemnantEdges,
        let parts = alternative(of: index) ?? search.partsWithRemnant(of: symptoms)
          ?? search.greedyParts(of: symptoms)
      {
        suggest(parts, entry: index)
      } else if !options.ignoresDecompositionFailures {
        throw undecomposable(index)
      }
    }
  }

  private func alternative(of index: Int) -> [[Symptom]]? {
    stretch.table.alternatives[index].map { sequence in
      sequence.split { $0 == MechanismTable.separator }.map { Array($0) }
    }
  }

  /// The decompositions of Stim 1.16: part by part from the known edges that come last in the text,
  /// parts of others among them, and whatever is left over.
  private func decomposeLikeStim() throws {
    let open = (0..<stretch.table.count).filter { index in
      parts(of: index).contains { part in part.count { $0 < firstObservable } > 2 }
    }
    guard !open.isEmpty else { return }
    let search = DecompositionSearch(known: KnownEdges(lastOf: stretch.table, near: open))
    for index in open {
      var suggestion: [[Symptom]] = []
      for part in parts(of: index) {
        if let parts = search.exactParts(of: part) {
          suggestion += parts
        } else if part.count(where: { $0 < firstObservable }) <= 2 {
          suggestion.append(part)
        } else if !options.blocksRemnantEdges, let parts = search.greedyParts(of: part) {
          suggestion += parts
        } else if options.ignoresDecompositionFailures {
          suggestion.append(part)
        } else {
          throw undecomposable(index)
        }
      }
      suggest(suggestion, entry: index)
    }
  }

  private func parts(of index: Int) -> [[Symptom]] {
    stretch.table.suggestion(index).split { $0 == MechanismTable.separator }.map { Array($0) }
  }

  private func suggest(_ parts: [[Symptom]], entry: Int) {
    stretch.table.beginSuggestion(entry)
    for part in parts {
      part.withUnsafeBufferPointer { buffer in
        guard let items = buffer.baseAddress else { return }
        let set = SymptomSet(items: items, count: buffer.count, hash: 0)
        stretch.table.appendPart(set, of: entry)
      }
    }
  }

  private func undecomposable(_ index: Int) -> Diagnostic {
    let set = stretch.table.set(index)
    let symptoms = tracker.targets(of: set).prefix(16).map(name).joined(separator: ", ")
    return Diagnostic(
      "an error that flips \(symptoms) is not made up of errors of at most two detectors",
      code: "decomposition", at: rangeOfError(flipping: tracker.targets(of: set)),
      hint: options.blocksRemnantEdges
        ? "allow parts that are no errors of their own, or keep such errors as they are with "
          + "'analyze_errors --ignore_decomposition_failures'"
        : "keep such errors as they are with 'analyze_errors --ignore_decomposition_failures'")
  }
}
