/// One value of a report: a cell of a table, a field of its header, or a tree of them.
///
///     let value: ReportValue = ["path": "bell.qasm", "qubits": 2, "depth": .null]
///
/// Literals of every JSON type make one. A number keeps its kind: an integer is never printed with
/// a fraction, a `Double` always is.
public enum ReportValue: Sendable, Hashable {
  /// No value: `null` in JSON, empty in CSV.
  case null
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case int(Int)
  /// A whole number that is not negative, up to 2⁶⁴ − 1.
  case uint(UInt64)
  /// A real number; in JSON one that is not finite is `null`.
  case double(Double)
  /// A text.
  case string(String)
  /// Values in order.
  case array([ReportValue])
  /// Values under keys, in order.
  case object(ReportObject)

  /// Whether the value holds no other values.
  public var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  /// Makes a string value, or `.null` for `nil`.
  public init(_ string: String?) { self = string.map(ReportValue.string) ?? .null }

  /// Makes an integer value, or `.null` for `nil`.
  public init(_ integer: Int?) { self = integer.map(ReportValue.int) ?? .null }

  /// Makes an unsigned value, or `.null` for `nil`.
  public init(_ integer: UInt64?) { self = integer.map(ReportValue.uint) ?? .null }

  /// Makes a number, or `.null` for `nil`.
  public init(_ number: Double?) { self = number.map(ReportValue.double) ?? .null }
}

extension ReportValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringInterpolation,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// No value, from `nil`.
  public init(nilLiteral: ()) { self = .null }
  /// A truth value from a literal.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A whole number from a literal.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A real number from a literal.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A text from a literal.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Values in the order of a literal.
  public init(arrayLiteral elements: ReportValue...) { self = .array(elements) }
  /// Values under the keys of a literal, in its order; a later value of a key replaces an earlier
  /// one.
  public init(dictionaryLiteral elements: (String, ReportValue)...) {
    self = .object(ReportObject(elements))
  }
}

/// Keys and values in the order they were added.
///
/// Assigning to a key that is present replaces its value in place; a new key goes to the end. Two
/// objects are equal when they hold equal entries in the same order.
public struct ReportObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// One key and its value.
  public struct Entry: Sendable, Hashable {
    /// The key, which is unique in its object.
    public var key: String
    /// The value under the key.
    public var value: ReportValue
  }

  /// The entries, in order; keys are distinct.
  public private(set) var entries: [Entry] = []

  /// Makes an object without entries.
  public init() {}

  /// Makes an object from pairs; of two pairs with one key the later value wins, at the place of
  /// the earlier.
  public init(_ pairs: some Sequence<(String, ReportValue)>) {
    var places: [String: Int] = [:]
    for (key, value) in pairs {
      if let place = places[key] {
        entries[place].value = value
      } else {
        places[key] = entries.count
        entries.append(Entry(key: key, value: value))
      }
    }
  }

  /// An object with the keys of a literal, in its order; a later value of a key replaces an earlier
  /// one.
  public init(dictionaryLiteral elements: (String, ReportValue)...) { self.init(elements) }

  /// Makes an object from pairs whose keys are known to be distinct, without looking for equal
  /// ones.
  public init(uniqueKeysWithValues pairs: some Sequence<(String, ReportValue)>) {
    entries = pairs.map { Entry(key: $0.0, value: $0.1) }
    assert(Set(keys).count == entries.count, "Keys of an object are distinct")
  }

  /// Whether there are no entries.
  public var isEmpty: Bool { entries.isEmpty }

  /// The keys, in order.
  public var keys: [String] { entries.map(\.key) }

  /// The value of a key; assigning `nil` removes the entry.
  ///
  /// - Complexity: O(count). Build large objects with `init(_:)`.
  public subscript(key: String) -> ReportValue? {
    get { entries.first { $0.key == key }?.value }
    set {
      let place = entries.firstIndex { $0.key == key }
      switch (place, newValue) {
      case (let place?, let value?): entries[place].value = value
      case (let place?, nil): entries.remove(at: place)
      case (nil, let value?): entries.append(Entry(key: key, value: value))
      case (nil, nil): break
      }
    }
  }
}
