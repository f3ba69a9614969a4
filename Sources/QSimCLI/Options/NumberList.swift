import ArgumentParser

/// Whole numbers and ranges of them: `16-20,24`.
struct NumberList: ExpressibleByArgument {
  /// In the order given, each once.
  let values: [Int]

  /// The most numbers that a list may hold.
  private static let limit = 1024

  init?(argument: String) {
    var values: [Int] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 0, last >= first, last - first < Self.limit
      else { return nil }
      for value in first...last where !values.contains(value) { values.append(value) }
    }
    guard values.count <= Self.limit else { return nil }
    self.values = values
  }
}

/// A list of the cases of a choice: `single,double`, or `all`.
struct ChoiceList<Choice: CaseIterable & RawRepresentable & Hashable>: ExpressibleByArgument
where Choice.RawValue == String {
  /// In the order given, each once; `nil` for `all`.
  let values: [Choice]?

  init?(argument: String) {
    if argument == "all" {
      values = nil
      return
    }
    var values: [Choice] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let choice = Choice(rawValue: String(part)) else { return nil }
      if !values.contains(choice) { values.append(choice) }
    }
    self.values = values
  }

  static var allValueStrings: [String] { Choice.allCases.map(\.rawValue) + ["all"] }
}
