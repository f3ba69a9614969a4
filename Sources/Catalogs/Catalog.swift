/// Something that a catalog lists: a gate, a decoder, an engine.
public protocol CatalogEntry: Sendable {
  /// What it is called, the usual name first, then others that are taken for it.
  var catalogNames: [String] { get }
  /// What it is, in a sentence.
  var summary: String { get }
}

extension CatalogEntry {
  /// The usual name.
  public var catalogName: String { catalogNames[0] }
}

/// A list of entries that are found by name.
///
/// Parsers, commands, reference pages and tests go over catalogs, so that a new entry appears in
/// all of them by itself.
///
///     let gate = try GateCatalog.entry(named: "cnot")
public struct Catalog<Entry: CatalogEntry>: Sendable, RandomAccessCollection {
  /// One entry, as messages call it: `gate`.
  public let kind: String
  /// What to ask for a list, as messages say: `'qsim catalog gates' lists them`.
  public let listing: String
  private let entries: [Entry]
  /// For each name in lower case the entries that have it.
  private let places: [String: [Int]]

  /// A catalog of entries.
  ///
  /// - Parameters:
  ///   - kind: one entry, as messages call it.
  ///   - word: the catalog's name on the command line: `gates`.
  ///   - entries: in the order in which lists show them.
  /// - Precondition: every entry has a name, and no two have the same usual name.
  public init(_ kind: String, word: String, _ entries: [Entry]) {
    precondition(entries.allSatisfy { !$0.catalogNames.isEmpty }, "An entry has no name")
    (self.kind, self.entries) = (kind, entries)
    listing = "'qsim catalog \(word)' lists them"
    var places: [String: [Int]] = [:]
    for (place, entry) in entries.enumerated() {
      for name in entry.catalogNames where places[name.lowercased()]?.last != place {
        places[name.lowercased(), default: []].append(place)
      }
    }
    self.places = places
    let names = entries.map(\.catalogName)
    precondition(Set(names).count == names.count, "Two entries of a catalog share a name")
  }

  /// The position of the first entry, always 0.
  public var startIndex: Int { 0 }
  /// The position after the last entry: the number of entries.
  public var endIndex: Int { entries.count }
  /// The entry at a position in `0..<count`, in the order in which lists show them.
  public subscript(position: Int) -> Entry { entries[position] }

  /// The entry of a name; `nil` if there is none.
  ///
  /// A name as it is spelt comes before one in another case, and the usual name of an entry before
  /// another name of it.
  ///
  /// - Complexity: O(1).
  public func definition(named name: String) -> Entry? {
    guard let places = places[name.lowercased()] else { return nil }
    let found = places.map { entries[$0] }
    return found.first { $0.catalogName == name } ?? found.first { $0.catalogNames.contains(name) }
      ?? found.first { $0.catalogName.lowercased() == name.lowercased() } ?? found.first
  }

  /// The entry of a name.
  ///
  /// - Throws: `UnknownName` with the nearest name, or how to see them all.
  public func entry(named name: String) throws(UnknownName) -> Entry {
    if let entry = definition(named: name) { return entry }
    throw UnknownName(
      kind: kind, name: name, among: entries.flatMap(\.catalogNames), listing: listing)
  }
}

/// A name that nothing has.
public struct UnknownName: Error, Hashable, Sendable {
  /// What there is none of: `gate`.
  public let kind: String
  /// The name that was asked for, as it was given.
  public let name: String
  /// What may have been meant, or where to look.
  public let hint: String

  /// The kind and the name, as in "there is no gate 'hh'".
  public var message: String { "there is no \(kind) '\(name)'" }

  /// The error for a name that does not belong to any entry.
  ///
  /// - Parameters:
  ///   - kind: what there is none of, such as `gate`.
  ///   - name: the name that was asked for.
  ///   - names: those that there are.
  ///   - listing: where to look if none of them is near; `nil` names them.
  public init(kind: String, name: String, among names: [String], listing: String? = nil) {
    (self.kind, self.name) = (kind, name)
    hint =
      nearestName(to: name, in: names).map { "did you mean '\($0)'?" } ?? listing
      ?? "there is \(names.joined(separator: ", "))"
  }
}

/// A place that holds a catalog, such as `GateCatalog`.
public protocol CatalogList {
  /// What the catalog lists.
  associatedtype Entry: CatalogEntry
  /// Every entry, in the order in which lists show them.
  static var all: Catalog<Entry> { get }
}

extension CatalogList {
  /// The entry of a name, in any case; `nil` if there is none.
  public static func definition(named name: String) -> Entry? { all.definition(named: name) }

  /// The entry of a name, in any case.
  ///
  /// - Throws: `UnknownName` with the nearest name, or how to see them all.
  public static func entry(named name: String) throws(UnknownName) -> Entry {
    try all.entry(named: name)
  }
}
